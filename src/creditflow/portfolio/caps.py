"""Caps in columns: what each cap leaves for everybody in it; mirrors domain/caps.py."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.caps import Granted, taken
from creditflow.domain.caps_rule import Cap, Caps, Overdrawn
from creditflow.domain.limits import LimitState
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.scope import Scope
from creditflow.portfolio.arithmetic import MOST_PRODUCT, NO_DAY, UNKNOWN, Ints, times
from creditflow.portfolio.book import CODES, LIMIT_STATES, Book, Customers, day_number
from creditflow.portfolio.compiled import compiled
from creditflow.portfolio.room import Moment
from creditflow.portfolio.rules import NO_RATE
from creditflow.portfolio.settling import own

SCOPES = (Scope.SECTOR, Scope.COUNTRY, Scope.REGION, Scope.BOOK)
"""Kinds of caps in the order of their columns."""

_AMOUNT, _UNLIMITED = (
    LIMIT_STATES.index(state) for state in (LimitState.AMOUNT, LimitState.UNLIMITED)
)
_MOST = 9e15


def granted_in(book: Book, caps: Caps, on: date) -> list[Granted]:
    """What the limits of everybody in the book come to, under each cap and by currency."""
    c = book.customers
    bounded, unbound = c.limit_state == _AMOUNT, c.limit_state == _UNLIMITED
    lasts = (c.limit_until == NO_DAY) | (c.limit_until > day_number(on))
    counts = (c.limit_version > 0) & (bounded | unbound) & lasts
    currency = np.where(bounded, c.limit_currency, c.currency).astype(np.int64)
    amount = np.where(bounded, c.limit_amount, 0)
    found = []
    for cap in caps.caps:
        rows = np.flatnonzero(counts & _inside(book, cap))
        minor, without = np.zeros(len(CODES), np.int64), np.zeros(len(CODES), np.int64)
        np.add.at(minor, currency[rows], amount[rows])
        np.add.at(without, currency[rows], unbound[rows])
        found += [
            Granted(cap.scope, cap.part, CODES[code], int(minor[code]), int(without[code]))
            for code in np.unique(currency[rows]).tolist()
        ]
    return found


def rooms_of(
    book: Book, policy: Policy, rates: Rates, on: date, of: tuple[Sequence[Granted], Moment, Ints]
) -> Ints:
    """A column for each of SCOPES in the customer's own currency; UNKNOWN where there is no cap.

    `of` has what all limits come to, the rates of the day between currencies, and
    the factor of each currency into the base one. NO_RATE where the domain has to look.
    """
    granted, moment, base = of
    found = np.full((len(book), len(SCOPES)), UNKNOWN, np.int64)
    if policy.caps is None:
        return found

    def factor(code: str) -> Fraction:
        return OwnCurrency(code, rates, on).factor_to(policy.base_currency)

    keeps = policy.caps.overdrawn is Overdrawn.KEEP
    for cap in policy.caps.caps:
        rows, column = _inside(book, cap), found[:, SCOPES.index(cap.scope)]
        try:
            left = cap.most.minor - taken(cap, granted, factor).minor
        except NoRate:
            column[rows] = NO_RATE
            continue
        left = max(-MOST_PRODUCT // 2, min(MOST_PRODUCT // 2, left))
        leave(np.flatnonzero(rows), (left, keeps), moment, book.customers, (base, column))
    return found


def _inside(book: Book, cap: Cap) -> NDArray[np.bool_]:
    c = book.customers
    if cap.scope is Scope.BOOK:
        return np.ones(len(book), np.bool_)
    column, words = {
        Scope.SECTOR: (c.sector, book.sectors),
        Scope.COUNTRY: (c.country, book.countries),
        Scope.REGION: (c.region, book.regions),
    }[cap.scope]
    place = words.index(cap.part) if cap.part in words else len(words)
    return np.asarray(column == place)


@compiled
def leave(
    rows: Ints,
    cap: tuple[int, bool],
    day: Moment,
    customers: Customers,
    into: tuple[Ints, Ints],
) -> None:
    """What is left for each of these rows: the cap less all limits, its own given back."""
    (left_by_all, keeps), (base, column) = cap, into
    for row in rows:
        currency = customers.currency[row]
        mine, current, fine = 0, 0, base[currency, 1] != 0
        until = customers.limit_until[row]
        lasts = until == NO_DAY or day.on < until
        if customers.limit_version[row] > 0 and customers.limit_state[row] == _AMOUNT and lasts:
            of = customers.limit_currency[row]
            amount = customers.limit_amount[row]
            current = own(amount, of, Moment(day.on, day.tops[currency], day.bottoms[currency]))
            fine = fine and base[of, 1] != 0 and current != UNKNOWN
            if fine:
                mine = times(amount, base[of, 0], base[of, 1])
        if fine:
            left, top, bottom = max(0, left_by_all + mine), base[currency, 1], base[currency, 0]
            fine = float(left) * top / bottom <= _MOST
            if fine:
                column[row] = times(left, top, bottom)
                if keeps and current > column[row]:
                    column[row] = current
        if not fine:
            column[row] = NO_RATE
