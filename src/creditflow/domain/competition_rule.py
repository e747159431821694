"""Competition as policy data: how much more of the need is covered where others sell hard."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

COMPETITION = "competition"
"""How hard others compete for a customer: −1 hardly at all, 0 as usual, +1 very hard."""


@dataclass(frozen=True, slots=True)
class CompetitionStep:
    """Where competition is above a bound, the covered need is multiplied with `times`."""

    above: Decimal
    times: Decimal


def competition_step(
    steps: Sequence[CompetitionStep], competition: Decimal | None
) -> CompetitionStep | None:
    """The highest step that competition is above; None where it is usual or unknown."""
    met = [step for step in steps if competition is not None and competition > step.above]
    return max(met, key=lambda step: step.above, default=None)
