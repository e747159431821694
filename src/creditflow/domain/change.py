"""Change: what one person asks for, and another carries out by confirming it, or refuses."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from creditflow.domain.errors import Conflict
from creditflow.domain.sentences import say


class ChangeState(StrEnum):
    """How far a change has come; all but the first are final."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Why something shall change, and what became of that; subclasses say what, and who asked."""

    id: str
    why: str
    state: ChangeState = ChangeState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None

    def ensure_open(self) -> None:
        """Raise Conflict where it is not open any more."""
        if self.state is not ChangeState.OPEN:
            raise Conflict(say("Change {change} was decided meanwhile.", change=self.id))

    def decided(
        self,
        state: ChangeState,
        *,
        by: str,
        at: datetime,
        **more: Any,  # noqa: ANN401 - fields of a subclass
    ) -> Self:
        """The change with what became of it; raises Conflict where it is not open any more."""
        self.ensure_open()
        return replace(self, state=state, decided_by=by, decided_at=at, **more)
