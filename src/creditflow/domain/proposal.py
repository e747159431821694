"""Proposal: a suggested limit, how it came about, and the hash that a decision is bound to."""

import hashlib
import json
import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from creditflow.domain.added_limits import OnTop
from creditflow.domain.backing import Backed, Parts
from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.granting import Condition, Grant
from creditflow.domain.limit_methods import Situation
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.profit_rule import Profit
from creditflow.domain.rates import Rate
from creditflow.domain.terms_rule import TermsReason

__all__ = ["Candidate", "LimitMethod", "Outcome", "Proposal", "outcome"]


class Outcome(StrEnum):
    """What a limit means to the customer, compared with what it had; names the letter too."""

    APPROVED = "approved"
    RAISED = "raised"
    REDUCED = "reduced"
    UNCHANGED = "unchanged"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggested limit with everything that an approver answers for.

    `current` is None where no limit was ever set. `current_version` is the
    version of the limit history that the proposal replaces. `base_factor` is
    the exact number of minor units of the policy's base currency per minor
    unit of the customer's, at the rate of the day; mandates count by it, so a
    decision means the same when it is shown, made and applied. `terms` says what
    the terms of payment follow from; the hash has their days. `profit` is what the
    limit is expected to earn, None where the policy says nothing of that. `situation`
    is what it was drawn up from besides the evaluation, with no other rates than those
    that were used; None in a proposal from before that was kept. With `on_top` all
    amounts are sums: what stands besides, and that with the credit on top.
    `conditions` are those of whoever asked for more than was proposed. `backed` is what stands
    behind the limit, None where no cover and no guarantee counts; `current_open` is the part of
    the current limit that rests on neither, None where that is all of it.
    """

    id: str
    case_id: str
    customer: CustomerId
    evaluation_id: str
    at: datetime
    current: Money | None
    current_state: LimitState
    current_version: int
    proposed: Money
    base_currency: str
    base_factor: Fraction
    binding: LimitMethod
    candidates: tuple[Candidate, ...]
    terms_days: int
    from_: date
    until: date
    grade: Grade
    exposure: Money
    policy_version: int
    requested: Money | None = None
    terms: tuple[TermsReason, ...] = ()
    profit: Profit | None = None
    on_top: OnTop | None = None
    situation: Situation | None = None
    conditions: tuple[Condition, ...] = ()
    backed: Backed | None = None
    current_open: Money | None = None

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The exchange rates by which any amount of it, or of its evidence, was converted."""
        return self.situation.own.rates.listed() if self.situation else ()

    @property
    def hash(self) -> str:
        """SHA-256 over all that the approver answers for; changes when any of it changes."""
        body: dict[str, object] = {
            "id": self.id,
            "case": self.case_id,
            "customer": self.customer,
            "evaluation": self.evaluation_id,
            "current": [str(self.current), self.current_state, self.current_version],
            "proposed": [self.proposed.minor, self.proposed.currency],
            "base": [self.base_currency, str(self.base_factor)],
            "terms": self.terms_days,
            "from": self.from_.isoformat(),
            "until": self.until.isoformat(),
            "grade": self.grade,
            "policy": self.policy_version,
        }
        if self.on_top is not None:
            body["on_top"] = [
                *(self.on_top.kind, self.on_top.project, self.on_top.consumption),
                *(self.on_top.from_.isoformat(), self.on_top.until.isoformat()),
            ]
        if self.rates:
            body["rates"] = [
                [r.currency, str(r.on), str(r.per_pivot), r.source] for r in self.rates
            ]
        if self.conditions:
            body["conditions"] = [[one.code, one.text] for one in self.conditions]
        if self.backed is not None:
            body["backed"] = [
                str(self.backed.most_open.minor),
                *([b.kind, b.by, b.number, str(b.counts.minor), str(b.until)]
                  for b in self.backed.backings),
            ]  # fmt: skip
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def grant(self) -> Grant:
        """What is granted where nobody changes anything; credit on top ends as it was asked for."""
        until = self.until if self.on_top is None else self.on_top.until
        return Grant(self.proposed, self.terms_days, until, self.conditions)

    @property
    def parts(self) -> Parts:
        """What of the proposed limit is open, secured and insured."""
        return self.parts_of(self.proposed)

    def parts_of(self, limit: Money) -> Parts:
        """The same of another limit that is granted instead; all open where nothing counts."""
        if self.backed is not None:
            return self.backed.parts(limit)
        zero = Money.zero(limit.currency)
        return Parts(limit, zero, zero)

    @property
    def unsecured_before(self) -> Money:
        """What of the present limit rests on nothing, in the base currency.

        Of a sum with credit on top no more than would rest on nothing today.
        """
        open_ = self.current if self.current_open is None else self.current_open
        if open_ is None or self.current is None:
            return Money.zero(self.base_currency)
        if self.on_top is not None:
            open_ = min(open_, self.parts_of(self.current).open)
        return self.in_base(open_)

    def in_base(self, amount: Money) -> Money:
        """An amount of the customer's currency in the base currency, rounded up.

        Up, because mandates are held against it and rounding must never
        stretch one.
        """
        return Money(math.ceil(amount.minor * self.base_factor), self.base_currency)

    @property
    def base_amount(self) -> Money:
        """The proposed limit in the base currency."""
        return self.in_base(self.proposed)

    @property
    def at_stake(self) -> Money:
        """The larger of the limit before and after it, in the base currency.

        A cut takes away what a raise grants: both weigh as much as the limit they are about.
        """
        before = self.in_base(self.current) if self.current else Money.zero(self.base_currency)
        return max(self.base_amount, before)

    @property
    def cap(self) -> Money | None:
        """The most that anybody may approve, by the policy's caps; None where there is none.

        A cap of zero is a cap: it must not be mistaken for none.
        """
        hard = (LimitMethod.CAP, LimitMethod.GROUP, LimitMethod.KNOCK_OUT)
        caps = [c.amount for c in self.candidates if c.method in hard and c.amount is not None]
        return min(caps, default=None)

    @property
    def outcome(self) -> Outcome:
        """What the customer would be told if it were decided as proposed."""
        return outcome(self.current, self.proposed)


def outcome(before: Money | None, after: Money | None) -> Outcome:
    """Compare the limit before with the one decided on (None: nothing was granted)."""
    if after is None:
        return Outcome.DECLINED if not before else Outcome.UNCHANGED
    if not after:
        return Outcome.REDUCED if before else Outcome.DECLINED
    if not before:
        return Outcome.APPROVED
    if after == before:
        return Outcome.UNCHANGED
    return Outcome.RAISED if after > before else Outcome.REDUCED
