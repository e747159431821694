"""Signals of a whole book on a day, as the per-customer evaluator would gather them.

`signals(book, on=day)` is the door for everything that works on columns. What
is later than the day cannot be seen, and what is not known is not a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.catalogue import CHOICES, Kind, is_category
from creditflow.domain.errors import Problem
from creditflow.domain.freshness import SHELF_LIFE_DAYS
from creditflow.domain.money import decimals
from creditflow.domain.policy import Policy
from creditflow.domain.quantities import exact
from creditflow.domain.rates import Rates
from creditflow.domain.signals import SignalValue
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import CODES, Book, day_number
from creditflow.portfolio.exchange import fractions_of
from creditflow.portfolio.features import EXPOSURE, LEDGER, WIDTH, ledger_features
from creditflow.portfolio.observations import SEEN, Meanings, meanings
from creditflow.portfolio.observations import fill as fill_observed
from creditflow.portfolio.one import gathered, too_large
from creditflow.portfolio.origins import Ends, ended, forget
from creditflow.portfolio.room import Moment
from creditflow.portfolio.statements import (
    AUDITED,
    SHARE_OF_REVENUE,
    STATEMENT,
    TOO_LARGE,
    YES_NO,
    Room,
    fill_statements,
    scaled,
)

OUTLOOK: Mapping[str, int] = {"sector_outlook": 9, "country_outlook": 9}
MASTER_DATA: Mapping[str, int] = {"sector": 0, "country": 0}
COLUMNS: Mapping[str, int] = MappingProxyType(
    {**LEDGER, **EXPOSURE, **STATEMENT, **OUTLOOK, **MASTER_DATA, **SEEN}
)
"""Every column in order, with its places; −1: minor units of the customer's currency."""

AT: Mapping[str, int] = MappingProxyType({name: at for at, name in enumerate(COLUMNS)})


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of every customer of a book on a day.

    `table` has a row for each customer and a column for each of COLUMNS, in
    whole units of the column's last place, or UNKNOWN. `usable` is the same with
    what is too old UNKNOWN: what follows from signals follows from these. `unsure`
    rows go through the domain; `refused` are the customers that cannot be judged, and why.
    """

    book: Book
    on: date
    table: Ints
    usable: Ints
    unsure: NDArray[np.bool_]
    refused: Mapping[int, Problem]

    def column(self, name: str) -> Ints:
        """A signal in whole units of its last place; UNKNOWN where it is not known."""
        return self.table[:, AT[name]]

    def fresh(self, name: str) -> Ints:
        """The same where it may still be used; UNKNOWN else."""
        return self.usable[:, AT[name]]

    def known(self, name: str) -> NDArray[np.bool_]:
        """For which customers the signal is known."""
        return np.not_equal(self.column(name), UNKNOWN)

    def number(self, name: str) -> NDArray[np.float64]:
        """A signal as numbers for statistics, amounts in major units; NaN where unknown.

        A category is the place of its word. Never for money that is
        decided upon: that stays in whole units.
        """
        column = self.column(name)
        places = COLUMNS[name]
        scale = _UNITS[self.book.customers.currency] if places < 0 else 10.0**places
        return np.where(column == UNKNOWN, np.nan, column / scale)

    def value(self, name: str, place: int) -> SignalValue:
        """One customer's value exactly as the domain has it; None where unknown."""
        whole, places = int(self.table[place, AT[name]]), COLUMNS[name]
        if whole == UNKNOWN:
            return None
        if is_category(name):
            return words_of(self.book, name)[whole]
        if places < 0:
            places = decimals(CODES[self.book.customers.currency[place]])
        return Decimal(whole).scaleb(-places)


_UNITS = np.array([10.0 ** decimals(code) for code in CODES])


def signals(
    book: Book, *, on: date, policy: Policy | None = None, ends: Ends | None = None
) -> Signals:
    """What is known of every customer at the end of that day.

    With a policy the outlook of sectors and countries is among it. Customers
    whose documents have no exchange rate are refused, not guessed. Where it is
    not said how far sources reach (`ends`), ledgers count as complete.
    """
    rates = fractions_of(Rates(book.rates), on)
    return signals_at(book, on=on, policy=policy, rates=rates, ends=ends)


def signals_at(
    book: Book,
    *,
    on: date,
    policy: Policy | None,
    rates: tuple[Ints, Ints],
    said: Meanings | None = None,
    ends: Ends | None = None,
) -> Signals:
    """The same at exchange rates that were put in order before, for block after block.

    So is what observations mean (`said`), where it is given.
    """
    # Each signal's numbers lie side by side: whoever comes next reads few of the columns.
    table = np.empty((len(COLUMNS), len(book)), np.int64).T
    unsure, stale = np.zeros(len(book), np.bool_), np.zeros(len(book), np.bool_)
    moment = Moment(day_number(on), *rates)
    ledger_features(book, moment, table[:, :WIDTH], unsure)
    year = table[:, AT["year"]]
    statement = table[:, WIDTH : WIDTH + len(STATEMENT)]
    usual = SHELF_LIFE_DAYS[Kind.STATEMENT]
    life = policy.shelf_life_days(Kind.STATEMENT) if policy is not None else usual
    room = Room(statement, unsure, stale, life or usual)
    fill_statements(moment, book.customers.currency, book.statements, year, room)
    _fill_outlook(book, policy, table, unsure)
    if said is None and book.observed is not None:
        said = meanings(book.observed.said, policy, on)
    forgotten = fill_observed(book, moment.on, said, table[:, _OBSERVED], unsure)
    unsure_rows = np.flatnonzero(unsure)
    refused, unusable = _fill_unsure(book, on, (policy, ends), table, unsure_rows)
    lives = policy.shelf_life_days if policy is not None else SHELF_LIFE_DAYS.get
    past = ended(book, moment.on, lives(Kind.LEDGER), ends)
    usable = table
    if stale.any() or past is not None or forgotten is not None or unusable:
        usable = table.copy(order="F")
        usable[stale, _STATEMENT] = UNKNOWN
        if forgotten is not None:
            usable[:, _OBSERVED][forgotten] = UNKNOWN
        if past is not None:
            forget(usable, AT, past)
        # Of these rows the domain itself has said what may be used.
        usable[unsure_rows] = table[unsure_rows]
        for place, name in unusable:
            usable[place, AT[name]] = UNKNOWN
    return Signals(book, on, table, usable, unsure, refused)


_STATEMENT = slice(AT[next(iter(STATEMENT))], AT[SHARE_OF_REVENUE])
"""What a statement says; the share of its revenue is a signal of the ledger."""
_OBSERVED = slice(AT[next(iter(SEEN))], None)


def _fill_outlook(
    book: Book, policy: Policy | None, table: Ints, unsure: NDArray[np.bool_]
) -> None:
    views: tuple[Mapping[str, Decimal], Mapping[str, Decimal]] = (
        ({}, {}) if policy is None else (policy.sector_outlook, policy.country_outlook)
    )
    words = (book.sectors, book.countries)
    places = (book.customers.sector, book.customers.country)
    for name, view, known, place in zip(OUTLOOK, views, words, places, strict=True):
        numbers = [scaled(view.get(word), OUTLOOK[name]) for word in known]
        column = np.array([*numbers, UNKNOWN], np.int64)[place]
        unsure |= column == TOO_LARGE
        table[:, AT[name]] = column
    for name, place in zip(MASTER_DATA, places, strict=True):
        table[:, AT[name]] = np.where(place < 0, UNKNOWN, place.astype(np.int64))


def _fill_unsure(
    book: Book, on: date, by: tuple[Policy | None, Ends | None], table: Ints, places: Ints
) -> tuple[dict[int, Problem], list[tuple[int, str]]]:
    """Let the domain gather what the kernel was not sure of.

    Gives whom it refuses and why, and which values are too old to be used.
    """
    policy, ends = by
    refused: dict[int, Problem] = {}
    unusable: list[tuple[int, str]] = []
    for place in places.tolist():
        table[place] = UNKNOWN
        found = gathered(book, place, on, policy, ends)
        if isinstance(found, Problem):
            refused[place] = found
            continue
        evidence, amounts = found
        own = decimals(CODES[book.customers.currency[place]])
        unusable += [(place, name) for name in evidence if not evidence[name].usable(on)]
        for name, value in {**{n: s.value for n, s in evidence.items()}, **amounts}.items():
            number = _whole(book, name, value, own)
            if number == TOO_LARGE and name in SEEN and isinstance(value, Decimal):
                # Finer than a column: the row is judged alone, and shown to a billionth.
                number = _whole(book, name, exact(Fraction(value), SEEN[name]), own)
            table[place, AT[name]] = number
            if number == TOO_LARGE:
                refused[place] = too_large(book.customer(place))
        if place in refused:
            table[place] = UNKNOWN
    return refused, unusable


def _whole(book: Book, name: str, value: SignalValue, own_places: int) -> int:
    if isinstance(value, str):
        return words_of(book, name).index(value)
    places = COLUMNS[name]
    return scaled(value, own_places if places < 0 else places)


def words_of(book: Book, name: str) -> tuple[str, ...]:
    """The words of a category, by the numbers that its column holds."""
    if name in MASTER_DATA:
        return book.sectors if name == "sector" else book.countries
    return YES_NO if name == AUDITED else CHOICES[name]
