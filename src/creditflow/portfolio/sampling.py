"""Sampling in columns: everybody who performed on the cut-off days, as services/sampling.py has it.

What is known comes from the signals of the book on that day; what came of it
from its lines at the end of the horizon. Both equal what the domain finds for
each customer alone, which makes the few rows that kernels are not sure of.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.catalogue import KINDS, OBSERVED, SIGNALS, is_category
from creditflow.domain.errors import Problem
from creditflow.domain.learned import BadOutcome
from creditflow.domain.ledger import PUBLISHED_AFTER
from creditflow.domain.outcomes import (
    ACTIVE,
    NEVER_KNOWN_THEN,
    OF_DISPUTES,
    OF_ORDERS,
    Undated,
    fate,
)
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints
from creditflow.portfolio.as_of import invoices_on
from creditflow.portfolio.book import CODES, Book, Invoices, Statements, block, day, day_number
from creditflow.portfolio.compiled import compiled
from creditflow.portfolio.exchange import fractions_of
from creditflow.portfolio.features import Documents, documents_on
from creditflow.portfolio.origins import of_sources
from creditflow.portfolio.room import Moment, Scratch, scratch
from creditflow.portfolio.settling import overdue, settle
from creditflow.portfolio.signals import Signals, signals_at, words_of

Bools = NDArray[np.bool_]
Column = NDArray[Any]
"""Numbers, or words as objects."""

BLOCK = 20_000
"""Customers at a time, which bounds the memory beside the rows that are kept."""

NAMES = tuple(
    name for name in SIGNALS if KINDS[name] not in OBSERVED and name not in NEVER_KNOWN_THEN
)
"""The signals that can be put back to an earlier day, if sources have the days that it takes."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Rows by customer and day: a column per signal that anybody has, and whether it ended badly.

    Numbers have NaN where unknown, words None. `day` is an ordinal, `customer`
    the place in the book.
    """

    columns: dict[str, Column]
    bad: Bools
    day: Ints
    customer: Ints


def first_issued(book: Book) -> date | None:
    """The day of the oldest document of all customers; None where there are none."""
    return day(int(book.invoices.issued.min())) if len(book.invoices.issued) else None


def sampled(
    book: Book,
    days: Sequence[date],
    outcome: BadOutcome,
    policy: Policy,
    *,
    undated: Undated,
    seen: Callable[[int, int], None] = lambda customers, rows: None,  # noqa: ARG005
) -> Sampled:
    """Everybody who performed on these days; rows for which a rate is missing are left out.

    `undated` are the sources that do not say how disputes or orders stood on a day.
    `seen` is told how many customers were looked at on a day, and how many rows they gave.
    """
    rates = Rates(book.rates)
    parts = []
    for start in range(0, len(book), BLOCK):
        part = block(book, start, start + BLOCK)
        for on in days:
            found = _one_day(part, on, outcome, policy, rates)
            _blank(found, part, undated)
            parts.append(replace(found, customer=found.customer + start))
            seen(len(part), len(found.bad))
    return _joined(parts)


def _one_day(part: Book, on: date, outcome: BadOutcome, policy: Policy, rates: Rates) -> Sampled:
    fractions = fractions_of(rates, on)
    performing, bad = _fates(part, on, outcome, rates, Moment(day_number(on), *fractions))
    # The limit of today says nothing of then, and nothing that is asked follows from it.
    never = part.customers._replace(limit_version=np.zeros_like(part.customers.limit_version))
    # What others said is not learned from: who replaced it later took its first word away.
    known = replace(part, customers=never, statements=published(part.statements, on), observed=None)
    found = signals_at(known, on=on, policy=policy, rates=fractions)
    performing[list(found.refused)] = False
    rows = np.flatnonzero(performing)
    return Sampled(
        columns={name: _column(found, name, rows) for name in NAMES},
        bad=bad[rows],
        day=np.full(len(rows), on.toordinal(), np.int64),
        customer=rows.astype(np.int64),
    )


def _blank(found: Sampled, part: Book, undated: Undated) -> None:
    """Make unknown what nobody can tell of then, as the sources have no days for it."""
    for names, sources in ((OF_DISPUTES, undated.disputes), (OF_ORDERS, undated.orders)):
        rows = of_sources(part, sources)[found.customer]
        for name in names:
            found.columns[name][rows] = np.nan


def published(statements: Statements, on: date) -> Statements:
    """Those statements that somebody who looks back takes as known on that day."""
    keep = statements.end <= day_number(on - PUBLISHED_AFTER)
    before = np.concatenate(([0], np.cumsum(keep)))
    # A block's statements begin anywhere in the columns of the whole book.
    kept = Statements._make(np.asarray(column)[keep] for column in (keep, *statements[1:]))
    return kept._replace(starts=before[statements.starts].astype(np.int64))


def _column(found: Signals, name: str, rows: Ints) -> Column:
    """What could be used of a signal on the day."""
    usable = found.fresh(name)[rows] != UNKNOWN
    if is_category(name):
        words: NDArray[np.object_] = np.array([*words_of(found.book, name), None], object)
        return np.take(words, np.where(usable, found.fresh(name)[rows], len(words) - 1))
    return np.where(usable, found.number(name)[rows], np.nan)


def _joined(parts: Sequence[Sampled]) -> Sampled:
    """All rows in order of customer and day, without the columns that nobody has."""
    if not parts:
        nothing = np.zeros(0, np.int64)
        return Sampled({}, nothing.astype(np.bool_), nothing, nothing)
    customer = np.concatenate([part.customer for part in parts])
    days = np.concatenate([part.day for part in parts])
    order = np.lexsort((days, customer))
    columns = ((name, [part.columns[name] for part in parts]) for name in NAMES)
    joined = {name: np.concatenate(found)[order] for name, found in columns if _any(found)}
    bad = np.concatenate([part.bad for part in parts])[order]
    return Sampled(joined, bad, days[order], customer[order])


def _any(found: Sequence[Column]) -> bool:
    for column in found:
        known = column != None if column.dtype == object else ~np.isnan(column)  # noqa: E711 - by element
        if known.any():
            return True
    return False


# ---------------------------------------------------------------------- what came of it


def _fates(
    part: Book, on: date, outcome: BadOutcome, rates: Rates, now: Moment
) -> tuple[Bools, Bools]:
    """Who performed on the day, and who of them turned bad after it (domain/outcomes.py)."""
    performing, bad, unsure = (np.zeros(len(part), np.bool_) for _ in range(3))
    most = int(np.max(np.diff(part.invoices.starts), initial=1))
    end = on + timedelta(days=outcome.within_days)
    span = day_number(end), outcome.days_past_due, ACTIVE.days
    documents = documents_on(part, now.on), invoices_on(part, day_number(end))
    fates(now, span, documents, scratch(most), (performing, bad, unsure))
    for place in np.flatnonzero(unsure).tolist():
        found = _alone(part, place, on, outcome, rates)
        performing[place], bad[place] = found is not None, found is True
    return performing, bad


def _alone(part: Book, place: int, on: date, outcome: BadOutcome, rates: Rates) -> bool | None:
    code = CODES[part.customers.currency[place]]
    try:
        return fate(part.ledger(place), OwnCurrency(code, rates, on), outcome)
    except (Problem, OverflowError):
        return None


@compiled
def fates(
    now: Moment,
    span: tuple[int, int, int],
    documents: tuple[Documents, Invoices],
    room: Scratch,
    found: tuple[Bools, Bools, Bools],
) -> None:
    """Fill in who performs, who turns bad, and whom the domain has to judge.

    `span` is the end of the horizon, the days past due that are bad, and for
    how many days an invoice keeps a customer active. `documents` are those of the
    day, and the invoices with the disputes of the end. Amounts at the end are at
    the rates of the day, as the domain has them.
    """
    of, at_the_end = documents
    end, late, active = span
    performing, bad, unsure = found
    for place in range(len(unsure)):
        into = of.customers.currency[place]
        day = Moment(now.on, now.tops[into], now.bottoms[into])
        account = settle(place, day, of.invoices, of.payments, room)
        fine = account.fine
        alive = behind = False
        for line in range(account.lines):
            alive = alive or room.lines.issued[line] > now.on - active
            if not room.lines.disputed[line] and overdue(room.lines, line, now.on, late - 1):
                behind = True
        performing[place] = alive and not behind
        if fine and not performing[place]:
            continue
        later = Moment(end, now.tops[into], now.bottoms[into])
        account = settle(place, later, at_the_end, of.payments, room)
        unsure[place] = not (fine and account.fine)
        for line in range(account.lines):
            reached = room.lines.due[line] + late
            if room.lines.disputed[line] or reached <= now.on or reached > end:
                continue
            settled = room.lines.settled[line]
            if room.lines.open[line] > 0 if settled == NO_DAY else settled >= reached:
                bad[place] = True
