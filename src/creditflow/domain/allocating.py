"""Allocating: what each part of a customer's limit is expected to earn, and what came of it.

The expected profit of a limit is margin × expected use − PD × LGD × exposure at
default − cost of money − cost of capital. It rises more slowly the higher the
limit, because the top of a limit is used least; so a limit is worth raising
until the next part earns less than it costs.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from statistics import NormalDist

from creditflow.domain.budgets import Budget, BudgetPlan, Economics, budget_called, budget_scarce
from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.customer import Customer
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import Sentence, say

USUAL_TERMS_DAYS = 60
"""Days that an invoice is open where a customer's terms are unknown."""

CORRELATION = 0.15
CONFIDENCE = 0.999
"""Of the loss distribution that economic capital covers (Vasicek; 99.9 %, as in Basel)."""

NEED, LOSS, NAME = "need", "loss", "name"
"""Keys of what holds a limit besides budgets and the policy's methods."""


@dataclass(frozen=True, slots=True)
class BookLine:
    """One customer as the allocation sees it; money in the customer's currency.

    `need` is what it is expected to owe at its busiest (None: unknown), `bound` the
    most that the policy's methods allow, `bound_by` the one that binds. `factor`
    is the exact number of minor units of the base currency per minor unit. Up to
    `owed` a limit takes nothing more of what its groups share.
    """

    customer: Customer
    pd: Decimal
    need: Money | None
    bound: Money
    bound_by: LimitMethod
    current: Money | None
    terms_days: int | None
    factor: Fraction
    owed: Money | None = None

    @property
    def free(self) -> int:
        """What its limit may be without taking of a shared one, in minor base units, down."""
        return _base(self.owed, self.factor) if self.owed else 0


@dataclass(frozen=True, slots=True)
class Rates:
    """What one unit of a customer's limit loses or ties up, as shares of one."""

    expected_loss: float
    economic_capital: float
    uninsured: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a limit: its width in minor units of the base currency, and what a unit earns."""

    width: int
    profit: float


@dataclass(frozen=True, slots=True)
class AllocatedLine:
    """What a customer was allocated: in its currency, in the base currency, and by what held."""

    line: BookLine
    limit: Money
    base: Money
    earns: Money
    held_by: str

    @property
    def held(self) -> Sentence:
        """What keeps the limit from being higher, for people."""
        if self.held_by == NEED:
            return say("its own need")
        if self.held_by == LOSS:
            return say("any more would earn less than it costs")
        if self.held_by == NAME:
            return say("the most per customer in these budgets")
        if self.held_by == LimitMethod.GROUP:
            return say("its group, of whose limit too much is taken already")
        if ":" in self.held_by:
            return budget_called(self.held_by)
        return say("the policy's bound: {method}", method=self.held_by)


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """A budget, what the allocation uses of it, and what one more unit would earn in a year."""

    budget: Budget
    used: Money
    price: float

    @property
    def is_told(self) -> bool:
        """Whether it is worth a line: budgets of groups are many, so only those that are scarce."""
        return self.price > 0 or (self.budget.scope is not Scope.GROUP and bool(self.used))


@dataclass(frozen=True, slots=True)
class Allocation:
    """The best limits over the whole book, what they earn, and the proof.

    `bound` is what no limits within the budgets can exceed, `gap` how far the
    optimum before rounding is from it at most, as a share; `idle` are budgets that
    no customer belongs to, `kept` what share of
    the bound the rounded limits earn; `today` what the present limits earn, and
    how many budgets they exceed.
    """

    plan: BudgetPlan
    lines: tuple[AllocatedLine, ...]
    uses: tuple[BudgetUse, ...]
    idle: tuple[Budget, ...]
    earns: Money
    bound: Money
    gap: float
    kept: float
    today: Money
    exceeded_today: int


def own_bound(line: BookLine, plan: BudgetPlan) -> str:
    """What bounds the customer's limit however much the budgets allow: the smallest, by its key."""
    bounds = [(_base(line.bound, line.factor), line.bound_by.value)]
    bounds.append((_base(line.need, line.factor) if line.need else 0, NEED))
    if plan.per_name is not None:
        bounds.append((plan.per_name.minor, NAME))
    return min(bounds)[1]


def rates_of(line: BookLine, economics: Economics) -> Rates:
    """The customer's loss rate, capital rate and uninsured share, net of cover."""
    open_ = 1 - float(economics.cover_of(line.customer))
    pd, lgd = float(line.pd), float(economics.loss_given_default) * open_
    return Rates(pd * lgd, lgd * _unexpected(pd), open_)


def segments_of(line: BookLine, plan: BudgetPlan) -> tuple[Segment, ...]:
    """The parts of the customer's limit in order, each earning no more than the one before.

    They end at the need and at the policy's bound, whichever is lower; an
    unknown need leads to no limit, as nobody knows what it would be for.
    """
    economics, rates = plan.economics, rates_of(line, plan.economics)
    days = line.terms_days or USUAL_TERMS_DAYS
    on_sales = float(economics.margin_of(line.customer)) * 365 / days
    per_used = on_sales * float(economics.lost_without_credit) - float(economics.cost_of_money)
    risk = rates.expected_loss + float(economics.cost_of_capital) * rates.economic_capital
    drawn = float(economics.drawn_before_default)
    need = _base(line.need, line.factor) if line.need is not None else 0
    most = _base(line.bound, line.factor)
    if plan.per_name is not None:
        most = min(most, plan.per_name.minor)
    least, reached, parts = float("inf"), 0, []
    for step in economics.use:
        end = min(int(need * step.up_to), most)
        chance = float(step.chance)
        profit = chance * per_used - risk * (chance + drawn * (1 - chance))
        least = min(least, profit)
        parts.append(Segment(max(0, end - reached), least))
        reached = max(reached, end)
    return tuple(parts)


def allocation_candidate(occasion: Occasion) -> Candidate:
    """What an optimisation gave the customer, as a candidate for its limit."""
    amount, key = occasion.requested_limit, occasion.note
    if amount is not None and ":" in key:
        return Candidate(LimitMethod.ALLOCATION, amount, budget_scarce(key, amount))
    why = say("The best allocation over all customers: {amount}.", amount=amount)
    return Candidate(LimitMethod.ALLOCATION, amount, why)


def _base(amount: Money, factor: Fraction) -> int:
    """Minor units of the base currency, rounded down."""
    return amount.minor * factor.numerator // factor.denominator


@cache
def _unexpected(pd: float) -> float:
    """Loss beyond the expected one per unit lost, in a year as bad as one in a thousand.

    Vasicek (1987): Φ((Φ⁻¹(PD) + √ρ Φ⁻¹(q)) / √(1−ρ)) − PD, for a fine-grained book.
    """
    if not 0 < pd < 1:
        return 0.0
    normal = NormalDist()
    stressed = normal.inv_cdf(pd) + CORRELATION**0.5 * normal.inv_cdf(CONFIDENCE)
    return normal.cdf(stressed / (1 - CORRELATION) ** 0.5) - pd
