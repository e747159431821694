"""Asking as policy data: for how long credit on top may be asked for, and how far ahead."""

from dataclasses import dataclass

from creditflow.domain.added_limits import AddedKind


@dataclass(frozen=True, slots=True)
class AskingRule:
    """For how many days credit on top of a base limit may be asked for.

    A need that lasts longer asks for another base limit. Its first day may lie
    `furthest_ahead_days` ahead; None bounds that by nothing.
    """

    longest_temporary_days: int = 366
    longest_project_days: int = 1830
    furthest_ahead_days: int | None = None

    def longest_days(self, kind: AddedKind) -> int:
        """The most days between the first one and that from which it counts no more."""
        if kind is AddedKind.PROJECT:
            return self.longest_project_days
        return self.longest_temporary_days


USUAL_ASKING = AskingRule()
"""What counts where a policy says nothing about it."""
