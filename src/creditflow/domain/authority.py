"""Authority: which desks have to agree to a limit, in which order, and why; as policy data."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.scorecard import Segment
from creditflow.domain.sentences import Sentence, say

BY_AMOUNT = "by_amount"
"""Names the desk that answers for the amount and grade, wherever a stage names a desk."""

EVERYBODY = 0
"""Of a stage's `needed`: everybody who holds a mandate at the desk and has no part in the case."""

WINDOW = timedelta(days=90)
"""Raises within so long count together, so that many small ones are not cheaper than one."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of an approval: so many people of a desk (or of a higher one) have to agree."""

    desk: str = BY_AMOUNT
    needed: int = 1


@dataclass(frozen=True, slots=True)
class AuthorityFacts:
    """What a rule may ask; amounts in the base currency.

    `increase` is zero for a cut. `raised` is what was granted on top within
    WINDOW before, this increase included. `legal_entity` is the company of ours
    that grants it, None where the policy lists none. `unsecured` is the part of
    the limit that rests on no cover and no guarantee, `unsecured_increase` how
    much more that is than of the present limit; it may be above zero where the
    limit falls.
    """

    limit: Money
    increase: Money
    raised: Money
    grade: Grade
    segment: Segment
    confidence: Decimal
    is_requested: bool
    is_knocked_out: bool
    unsecured: Money
    unsecured_increase: Money
    legal_entity: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorityRule:
    """All conditions that are set have to be met; then these stages decide, in this order."""

    id: str
    stages: tuple[Stage, ...]
    segment: Segment | None = None
    grade_from: Grade | None = None
    limit_above: Money | None = None
    increase_above: Money | None = None
    raised_above: Money | None = None
    confidence_below: Decimal | None = None
    requested: bool | None = None
    knocked_out: bool | None = None
    unsecured_above: Money | None = None
    unsecured_increase_above: Money | None = None
    legal_entity: str | None = None

    def why(self, facts: AuthorityFacts) -> Sentence | None:
        """Why the rule holds, by its most telling condition; None where it does not hold."""
        if not self._holds(facts):
            return None
        return self._amount_exceeded(facts) or self._why_whatever_the_amount(facts)

    def _amount_exceeded(self, facts: AuthorityFacts) -> Sentence | None:
        """Of a rule that holds, the most telling amount that it asks about; None without any."""
        if self.raised_above is not None:
            return say(
                "Raises of {amount} within 90 days, this one included, exceed {bound}.",
                amount=facts.raised,
                bound=self.raised_above,
            )
        if self.unsecured_increase_above is not None:
            return say(
                "The unsecured part increases by {amount}, which exceeds {bound}.",
                amount=facts.unsecured_increase,
                bound=self.unsecured_increase_above,
            )
        if self.increase_above is not None:
            return say(
                "The increase of {amount} exceeds {bound}.",
                amount=facts.increase,
                bound=self.increase_above,
            )
        if self.unsecured_above is not None:
            return say(
                "The unsecured part of {amount} exceeds {bound}.",
                amount=facts.unsecured,
                bound=self.unsecured_above,
            )
        if self.limit_above is not None:
            return say(
                "The limit of {amount} exceeds {bound}.", amount=facts.limit, bound=self.limit_above
            )
        return None

    def _why_whatever_the_amount(self, facts: AuthorityFacts) -> Sentence:
        if self.grade_from is not None:
            return say("Grade {grade} asks for it.", grade=facts.grade.value)
        if self.legal_entity is not None:
            return say("What {company} grants asks for it.", company=self.legal_entity)
        return say("The policy's rule {rule} asks for it.", rule=self.id)

    def _holds(self, facts: AuthorityFacts) -> bool:
        return all(
            (
                self.segment in (None, facts.segment),
                self.grade_from is None or self.grade_from.is_at_least(facts.grade),
                self.limit_above is None or facts.limit > self.limit_above,
                self.increase_above is None or facts.increase > self.increase_above,
                self.raised_above is None or facts.raised > self.raised_above,
                self.confidence_below is None or facts.confidence < self.confidence_below,
                self.requested in (None, facts.is_requested),
                self.knocked_out in (None, facts.is_knocked_out),
                self.unsecured_above is None or facts.unsecured > self.unsecured_above,
                self.unsecured_increase_above is None
                or facts.unsecured_increase > self.unsecured_increase_above,
                self.legal_entity in (None, facts.legal_entity),
            )
        )
