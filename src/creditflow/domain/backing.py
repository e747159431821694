"""Backing: the open, the secured and the insured part of a limit, and what they rest on.

The open part is what the methods give by themselves. What guarantees secure
and covers insure comes on top, as far as the customer needs it and the caps
allow. Of a limit of any amount the open part is filled first, then what is
secured, then what is insured, the longest lasting first; what nothing backs is
open, whatever the methods gave.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.backing_rule import BackingRule
from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.covers import FULL, GuaranteeKind, Held, holding, last_day
from creditflow.domain.money import Money, total
from creditflow.domain.own_currency import OwnCurrency

COVER = "cover"
"""The kind of what is insured; of what is secured it is that of the guarantee."""

OPEN_METHODS = frozenset({LimitMethod.APPETITE, LimitMethod.CAPACITY})
"""What bounds the open part alone: how much is risked, and what the customer can carry."""

NEEDS = frozenset({LimitMethod.NEED, LimitMethod.CURRENT, LimitMethod.REQUESTED})
"""What says how much is needed at all; without any of them nothing comes on top."""


@dataclass(frozen=True, slots=True)
class Backing:
    """What one cover or guarantee gives on a day.

    `amount` is as it was handed in, `share` what counts of it, `counts` the
    same in the customer's currency. `until` is the last day on which it holds.
    """

    kind: str
    by: str
    number: str
    amount: Money
    share: Decimal
    counts: Money
    until: date | None

    @property
    def is_insured(self) -> bool:
        """Whether an insurer stands behind it."""
        return self.kind == COVER


@dataclass(frozen=True, slots=True)
class Rest:
    """How much of a limit rests on one cover or guarantee."""

    backing: Backing
    amount: Money


@dataclass(frozen=True, slots=True)
class Parts:
    """A limit taken apart; the three parts come to the whole."""

    open: Money
    secured: Money
    insured: Money
    rests_on: tuple[Rest, ...] = ()

    @property
    def until(self) -> date | None:
        """The first of the last days of all that it rests on; None where nothing of it ends."""
        return min((r.backing.until for r in self.rests_on if r.backing.until), default=None)


@dataclass(frozen=True, slots=True)
class Backed:
    """What stands behind the limits of a customer on a day; at most `most_open` is open by itself.

    `backings` come in the order in which they are used.
    """

    most_open: Money
    backings: tuple[Backing, ...]

    @property
    def on_top(self) -> Money:
        """All that counts, secured and insured."""
        return sum_of(self.backings, self.most_open.currency)

    def parts(self, limit: Money) -> Parts:
        """The parts of a limit of that amount."""
        zero = Money.zero(limit.currency)
        beyond = max(zero, limit - self.most_open)
        rests, left = [], min(beyond, self.on_top)
        for backing in self.backings:
            used = min(left, backing.counts)
            if used:
                rests.append(Rest(backing, used))
                left = left - used
        secured = total([r.amount for r in rests if not r.backing.is_insured], limit.currency)
        insured = total([r.amount for r in rests if r.backing.is_insured], limit.currency)
        return Parts(limit - secured - insured, secured, insured, tuple(rests))


def counted(held: Held, rule: BackingRule | None, own: OwnCurrency) -> tuple[Backing, ...]:
    """What counts on the day of `own` by a policy's rule; nothing without one. Raises NoRate."""
    if rule is None:
        return ()
    found = [*_secured(held, rule, own), *_insured(held, rule, own)]
    lasting = [b for b in found if b.counts and _lasts(b.until, rule, own.on)]
    return tuple(sorted(lasting, key=_order))


def sum_of(backings: Sequence[Backing], currency: str) -> Money:
    """What they come to together."""
    return total([b.counts for b in backings], currency)


def comes_on_top(candidates: Sequence[Candidate]) -> bool:
    """Whether it is known how much the customer needs, so that backing can count up to it."""
    return any(c.method in NEEDS and c.amount is not None for c in candidates)


def _secured(held: Held, rule: BackingRule, own: OwnCurrency) -> Iterator[Backing]:
    for one in holding(held.guarantees, own.on):
        share = rule.guarantee_shares.get(one.kind, Decimal(0))
        until = last_day(one, held.guarantees)
        yield Backing(
            *(one.kind.value, one.guarantor, one.number, one.amount, share),
            _counts(one.amount, share, own),
            until,
        )


def _insured(held: Held, rule: BackingRule, own: OwnCurrency) -> Iterator[Backing]:
    for one in holding(held.covers, own.on):
        share = one.insured_percent / FULL * rule.cover_share
        until = last_day(one, held.covers)
        yield Backing(
            *(COVER, one.insurer, one.number, one.amount, share),
            _counts(one.amount, share, own),
            until,
        )


def _counts(amount: Money, share: Decimal, own: OwnCurrency) -> Money:
    """In the customer's currency, rounded down once; what counts for nothing needs no rate."""
    if not share:
        return Money.zero(own.code)
    factor, _used = own.rates.factor(amount.currency, own.code, on=own.on)
    return Money(math.floor(amount.minor * factor * Fraction(share)), own.code)


def _lasts(until: date | None, rule: BackingRule, on: date) -> bool:
    return until is None or (until - on).days >= max(1, rule.least_days)


_KINDS = (*(kind.value for kind in GuaranteeKind), COVER)


def _order(backing: Backing) -> tuple[bool, int, int, str, str]:
    """What is secured before what is insured, and what lasts longest first."""
    ends = (backing.until or date.max).toordinal()
    return backing.is_insured, -ends, _KINDS.index(backing.kind), backing.by, backing.number
