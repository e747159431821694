"""Draft: what one person proposes, another has to confirm, and its day brings into force."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Who proposed it, why and from when, and what became of it; subclasses say what.

    `based_on` is the number of what was in force when it was proposed; a draft
    never replaces anything else than that.
    """

    id: str
    based_on: int
    effective_on: date
    why: str
    proposed_by: str
    proposed_at: datetime
    state: DraftState = DraftState.WAITING
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state in OPEN

    def moved(self, to: DraftState, **changes: Any) -> Self:  # noqa: ANN401 - any field's value
        """The draft in its next state; raises DraftMoved where it cannot get there."""
        if to not in MOVES[self.state]:
            raise DraftMoved(
                say(
                    "Draft {draft} is {state} already. Reload it to see what happened meanwhile.",
                    draft=self.id,
                    state=self.state.value,
                )
            )
        return replace(self, state=to, **changes)
