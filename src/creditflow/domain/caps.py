"""Caps: what limits may come to together, over the whole book, a sector, a country or a region.

What is left for a customer is the cap less the limits of all the others in it,
exactly, at the rates of the day: sums are made in each currency first and
converted once, so that neither order nor currencies matter.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.caps_rule import Cap, Caps, Overdrawn
from creditflow.domain.customer import Customer
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Granted:
    """The limits in one currency of all customers of one part, in minor units of that currency.

    The part is a sector, a country, a region, or the book, which has no name.
    `unbound` are the customers whose limit has no bound; they are in no sum.
    """

    scope: Scope
    part: str
    currency: str
    minor: int
    unbound: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What all limits under a cap come to, in minor units of the base currency, rounded up."""

    minor: int
    unbound: int


METHODS: Mapping[Scope, LimitMethod] = {
    Scope.SECTOR: LimitMethod.SECTOR_CAP,
    Scope.COUNTRY: LimitMethod.COUNTRY_CAP,
    Scope.REGION: LimitMethod.REGION_CAP,
    Scope.BOOK: LimitMethod.BOOK_CAP,
}
"""By which method each kind of cap bounds a limit."""


def counts(limit: Limit | None, on: date) -> bool:
    """Whether a limit takes room: the latest entry does from its decision on until it has ended."""
    return (
        limit is not None
        and limit.state in (LimitState.AMOUNT, LimitState.UNLIMITED)
        and (limit.until is None or on < limit.until)
    )


def taken(cap: Cap, granted: Iterable[Granted], factor: Callable[[str], Fraction]) -> Taken:
    """What limits under the cap come to. `factor` makes minor base units of a currency's.

    Raises NoRate where a currency among them cannot be converted.
    """
    mine = [each for each in granted if (each.scope, each.part) == (cap.scope, cap.part)]
    by_currency: dict[str, int] = {}
    for each in mine:
        if each.minor:
            by_currency[each.currency] = by_currency.get(each.currency, 0) + each.minor
    exact = sum((minor * factor(code) for code, minor in by_currency.items()), Fraction(0))
    return Taken(math.ceil(exact), sum(each.unbound for each in mine))


@dataclass(frozen=True, slots=True)
class Asking:
    """The customer that asks for room: its latest limit, and that limit in its own currency."""

    customer: Customer
    limit: Limit | None
    current: Money | None
    own: OwnCurrency


def rooms(
    caps: Caps, asking: Asking, granted: Sequence[Granted], base_currency: str
) -> tuple[Candidate, ...]:
    """What each cap that the customer is in leaves for it, in its own currency.

    The limits of all the others are what all come to, less its own. Where that
    is less than it has, its limit stays, unless the policy cuts: else whoever
    is reviewed first would pay for what all have in excess. Raises NoRate where
    a currency under a cap cannot be converted.
    """

    def factor(code: str) -> Fraction:
        return OwnCurrency(code, asking.own.rates, asking.own.on).factor_to(base_currency)

    return tuple(
        _room(cap, taken(cap, granted, factor), asking, factor, caps.overdrawn)
        for cap in caps.of(asking.customer)
    )


def _room(
    cap: Cap,
    all_: Taken,
    asking: Asking,
    factor: Callable[[str], Fraction],
    overdrawn: Overdrawn,
) -> Candidate:
    base, own, limit = cap.most.currency, asking.own.code, asking.limit
    mine = None if limit is None or not counts(limit, asking.own.on) else limit.amount
    others = all_.minor - (math.floor(mine.minor * factor(mine.currency)) if mine else 0)
    left = max(0, cap.most.minor - others)
    amount = Money(math.floor(left / factor(own)), own)
    why = _why(cap, Money(left, base), Money(others, base))
    keeps = overdrawn is Overdrawn.KEEP and mine is not None
    if keeps and asking.current is not None and asking.current > amount:
        amount, why = asking.current, _why_kept(cap, Money(others, base), asking.current)
    unbound = all_.unbound - (limit is not None and limit.state is LimitState.UNLIMITED)
    if unbound > 0:
        why = say("{why} {count} limits without a bound are not counted.", why=why, count=unbound)
    return Candidate(METHODS[cap.scope], amount, why)


def _why(cap: Cap, left: Money, others: Money) -> Sentence:
    if left:
        return say("Of the {most} for {whose}, {left} is left.",
                   most=cap.most, whose=_whose(cap), left=left)  # fmt: skip
    return say(
        "Nothing is left of the {most} for {whose}: the limits of others come to {others}.",
        most=cap.most,
        whose=_whose(cap),
        others=others,
    )


def _why_kept(cap: Cap, others: Money, current: Money) -> Sentence:
    return say(
        "No raise: the {most} for {whose} are exceeded, with {others} for others."
        " The current limit of {current} may stay.",
        most=cap.most,
        whose=_whose(cap),
        others=others,
        current=current,
    )


def _whose(cap: Cap) -> Sentence:
    if cap.scope is Scope.SECTOR:
        return say("sector {sector}", sector=cap.part)
    if cap.scope is Scope.COUNTRY:
        return say("country {country}", country=cap.part)
    if cap.scope is Scope.REGION:
        return say("sales region {region}", region=cap.part)
    return say("all customers together")
