"""Shadow: what a draft policy would make of one customer, beside what the policy in force makes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money, total

STRAIGHT_THROUGH = ""
"""Stands where a desk's name would, when the policy decides by itself."""

LOSS_GIVEN_DEFAULT = Decimal("0.45")
"""Share of an exposure that is lost in a default, unless one says otherwise: the foundation
approach of Basel II (§287) for senior unsecured claims on corporates."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one policy makes of a customer; amounts in the policy's base currency.

    `profit` is what the limit is expected to earn in a year, None where neither
    policy says how that is reckoned.
    """

    grade: Grade
    pd: Decimal
    limit: Money
    desk: str
    profit: Money | None = None

    def expected_loss(self, loss_given_default: Decimal) -> Money:
        """PD × loss given default × the limit, as if it were fully used; in a year."""
        return self.limit.times(_product(self.pd, loss_given_default))


@lru_cache(maxsize=4096)
def _product(pd: Decimal, loss_given_default: Decimal) -> Fraction:
    """Exactly; few probabilities are those of many customers."""
    return Fraction(pd) * Fraction(loss_given_default)


@dataclass(frozen=True, slots=True)
class Move:
    """One customer under both policies.

    `owed` and `orders` are its receivables less credits and its open orders in
    the base currency, on the day that was judged.
    """

    customer: CustomerId
    name: str
    before: Judged
    after: Judged
    owed: Money
    orders: Money

    @property
    def change(self) -> Money:
        """How much the limit would move; negative for a cut. May be zero."""
        return self.after.limit - self.before.limit

    @property
    def moves(self) -> bool:
        """Whether anything would be different for this customer."""
        return self.before != self.after

    def holds_orders(self, judged: Judged) -> bool:
        """Whether its open orders would not fit beside what it owes."""
        return self.orders.minor > 0 and self.owed + self.orders > judged.limit


@dataclass(frozen=True, slots=True)
class Side:
    """The whole book under one policy."""

    limits: Money
    expected_loss: Money
    grades: Mapping[Grade, int]
    desks: Mapping[str, int]
    held: int
    profit: Money | None = None


@dataclass(frozen=True, slots=True)
class Shadow:
    """A draft against the whole book: everybody's move, and both sides in sum.

    `left_out` were never evaluated, `without_rate` have a currency that cannot
    be compared with the base currency.
    """

    moves: tuple[Move, ...]
    before: Side
    after: Side
    loss_given_default: Decimal = LOSS_GIVEN_DEFAULT
    left_out: int = 0
    without_rate: int = 0

    @property
    def raised(self) -> int:
        """How many would get more."""
        return sum(1 for move in self.moves if move.change.minor > 0)

    @property
    def reduced(self) -> int:
        """How many would get less."""
        return sum(1 for move in self.moves if move.change.minor < 0)

    @property
    def regraded(self) -> int:
        """How many would get another grade."""
        return sum(1 for move in self.moves if move.before.grade is not move.after.grade)


def _sum(amounts: list[Money]) -> Money | None:
    return total(amounts, amounts[0].currency) if amounts else None


def shadow(
    moves: Iterable[Move],
    *,
    base_currency: str,
    loss_given_default: Decimal = LOSS_GIVEN_DEFAULT,
    left_out: int = 0,
    without_rate: int = 0,
) -> Shadow:
    """Sum up what moves, the largest changes first."""
    ranked = tuple(sorted(moves, key=lambda m: (-abs(m.change.minor), m.customer)))

    def side(name: str) -> Side:
        judged: list[tuple[Move, Judged]] = [(m, getattr(m, name)) for m in ranked]
        zero = Money.zero(base_currency)
        return Side(
            limits=sum((j.limit for _, j in judged), zero),
            expected_loss=sum((j.expected_loss(loss_given_default) for _, j in judged), zero),
            grades=Counter(j.grade for _, j in judged),
            desks=Counter(j.desk for _, j in judged),
            held=sum(1 for m, j in judged if m.holds_orders(j)),
            profit=_sum([j.profit for _, j in judged if j.profit is not None]),
        )

    return Shadow(ranked, side("before"), side("after"), loss_given_default, left_out, without_rate)
