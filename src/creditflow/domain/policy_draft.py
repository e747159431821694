"""Policy draft: a policy that somebody proposes and somebody else has to confirm."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from creditflow.domain.errors import Conflict
from creditflow.domain.sentences import say


class DraftState(StrEnum):
    """Where a draft stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


D = DraftState
MOVES: Mapping[DraftState, frozenset[DraftState]] = {
    D.WAITING: frozenset({D.CONFIRMED, D.REFUSED, D.WITHDRAWN, D.OVERTAKEN}),
    # Confirmed ones wait for their day; until then whoever proposed them may take them back.
    D.CONFIRMED: frozenset({D.PUBLISHED, D.WITHDRAWN, D.OVERTAKEN}),
    D.PUBLISHED: frozenset(),
    D.REFUSED: frozenset(),
    D.WITHDRAWN: frozenset(),
    D.OVERTAKEN: frozenset(),
}
OPEN = frozenset(state for state, onward in MOVES.items() if onward)
"""States in which something is still to come."""


class DraftMoved(Conflict):
    """The draft is not where this step expects it."""


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """A proposed policy: its documents, why, from when, and what became of it.

    `text` is the canonical JSON that will be published, `sources` the YAML that
    people wrote, by document. `based_on` is the version that was in force when
    it was proposed; a draft never replaces another one than that.
    """

    id: str
    text: str
    sources: Mapping[str, str]
    based_on: int
    effective_on: date
    why: str
    proposed_by: str
    proposed_at: datetime
    state: DraftState = DraftState.WAITING
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str = ""
    version: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state in OPEN

    def moved(self, to: DraftState, **changes: object) -> "PolicyDraft":
        """The draft in its next state; raises DraftMoved where it cannot get there."""
        if to not in MOVES[self.state]:
            raise DraftMoved(
                say(
                    "Draft {draft} is {state} already. Reload it to see what happened meanwhile.",
                    draft=self.id,
                    state=self.state.value,
                )
            )
        return replace(self, state=to, **changes)  # type: ignore[arg-type]  # named fields of its own
