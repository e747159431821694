"""Model registry: which learned models there are, what each may do, and who let it.

A draft does nothing. A challenger judges beside every evaluation, in the
shadow: its result is kept and decides nothing. The one champion is what the
policy's rule may combine with the scorecard.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class ModelState(StrEnum):
    """Where a model stands."""

    DRAFT = "draft"
    CHALLENGER = "challenger"
    CHAMPION = "champion"
    RETIRED = "retired"


MOVES: Mapping[ModelState, frozenset[ModelState]] = MappingProxyType(
    {
        ModelState.DRAFT: frozenset({ModelState.CHALLENGER, ModelState.RETIRED}),
        ModelState.CHALLENGER: frozenset({ModelState.CHAMPION, ModelState.RETIRED}),
        ModelState.CHAMPION: frozenset({ModelState.RETIRED}),
        ModelState.RETIRED: frozenset(),
    }
)
"""From where a model may go where."""

SCORING = frozenset({ModelState.CHALLENGER, ModelState.CHAMPION})
"""Those that judge beside every evaluation."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model on record. `text` is its canonical JSON, `report` what validation found, as JSON.

    `hash` is that of the text. Text, report and training never change; who
    proposed it (made it a challenger) and who decided (promoted or retired it)
    are added as it moves on.
    """

    id: str
    text: str
    hash: str
    report: str
    trained_by: str
    trained_at: datetime
    state: ModelState = ModelState.DRAFT
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    why: str = ""

    def moved(self, state: ModelState, **changes: Any) -> "RegisteredModel":  # noqa: ANN401 - any field's value
        """The model in another state; the move must be one of MOVES."""
        if state not in MOVES[self.state]:
            raise ValueError(f"a {self.state.value} model does not become {state.value}")
        return replace(self, state=state, **changes)
