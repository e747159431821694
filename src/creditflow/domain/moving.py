"""How far the grounds of a proposal have moved since it was made; pure.

Figures move a little every day, and a case that waits must not begin anew each
time. The policy says how much is too much.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.tolerance import Tolerance


class Ground(StrEnum):
    """One thing that an agreement rests on."""

    GRADE = "grade"
    KNOCK_OUTS = "knock_outs"
    POINTS = "points"
    CONFIDENCE = "confidence"
    AMOUNT = "amount"
    EXPOSURE = "exposure"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an approver's agreement rests on. Amounts are in the customer's currency."""

    grade: Grade
    points: Decimal
    confidence: Decimal
    knock_outs: frozenset[str]
    proposed: Money
    exposure: Money
    terms_days: int

    @classmethod
    def of(cls, evaluation: Evaluation, proposal: Proposal) -> "Grounds":
        """The grounds of a proposal."""
        return cls(
            grade=proposal.grade,
            points=evaluation.points,
            confidence=evaluation.confidence,
            knock_outs=frozenset(evaluation.knock_outs),
            proposed=proposal.proposed,
            exposure=proposal.exposure,
            terms_days=proposal.terms_days,
        )


def moved(
    before: Grounds, now: Grounds, tolerance: Tolerance, *, amount_too: bool = True
) -> dict[Ground, Sentence]:
    """Everything that moved too far, each in a sentence; empty where all is within the tolerance.

    Without `amount_too` the amount does not count: a person has changed it.
    """
    found = {**_judgement(before, now, tolerance), **_figures(before, now, tolerance)}
    if amount_too and _amount_moved(before, now, tolerance):
        found[Ground.AMOUNT] = say(
            "The policy would have proposed {before} and would now propose {now}.",
            before=before.proposed,
            now=now.proposed,
        )
    return found


def worsened(before: Grounds, now: Grounds, tolerance: Tolerance) -> bool:
    """Whether anything that an approver agreed to got worse, so that the agreement is not kept.

    Points, evidence and exposure may get worse within the tolerance; grade,
    knock-outs and terms may not at all. The amount is a matter of each agreement.
    """
    return (
        not now.grade.is_at_least(before.grade)
        or bool(now.knock_outs - before.knock_outs)
        or now.terms_days > before.terms_days
        or before.points - now.points > tolerance.points
        or before.confidence - now.confidence > tolerance.confidence
        or _exposure_moved(before, now, tolerance) > 0
    )


def _judgement(before: Grounds, now: Grounds, tolerance: Tolerance) -> dict[Ground, Sentence]:
    found = {}
    if now.grade != before.grade:
        found[Ground.GRADE] = say(
            "The grade was {before} and is now {now}.",
            before=before.grade.value,
            now=now.grade.value,
        )
    if now.knock_outs != before.knock_outs:
        found[Ground.KNOCK_OUTS] = say("A knock-out criterion came up or fell away.")
    if abs(now.points - before.points) > tolerance.points:
        found[Ground.POINTS] = say(
            "The points were {before} and are now {now}; {bound} either way are within bounds.",
            before=_number(before.points),
            now=_number(now.points),
            bound=_number(tolerance.points),
        )
    return found


def _figures(before: Grounds, now: Grounds, tolerance: Tolerance) -> dict[Ground, Sentence]:
    found = {}
    if abs(now.confidence - before.confidence) > tolerance.confidence:
        found[Ground.CONFIDENCE] = say(
            "The share of the scorecard that is known was {before} and is now {now}.",
            before=_percent(before.confidence),
            now=_percent(now.confidence),
        )
    if _exposure_moved(before, now, tolerance) != 0:
        found[Ground.EXPOSURE] = say(
            "The exposure was {before} and is now {now}.", before=before.exposure, now=now.exposure
        )
    return found


def _amount_moved(before: Grounds, now: Grounds, tolerance: Tolerance) -> bool:
    change = abs(now.proposed.minor - before.proposed.minor)
    return change > Fraction(tolerance.amount_share) * before.proposed.minor


def _exposure_moved(before: Grounds, now: Grounds, tolerance: Tolerance) -> int:
    """By how many minor units the exposure moved, where that is too much; otherwise zero."""
    change = now.exposure.minor - before.exposure.minor
    against = max(before.exposure.minor, before.proposed.minor)
    return change if abs(change) > Fraction(tolerance.exposure_share) * against else 0


def _number(value: Decimal) -> str:
    return f"{round(value):,}"


def _percent(share: Decimal) -> str:
    return f"{round(share * 100)} %"
