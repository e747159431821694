"""Statements in columns: what the latest one says of each customer on a day.

The ratios of a statement do not depend on the day, so the domain computes them
once, when the statement comes into the book; here they are only looked up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from creditflow.domain.catalogue import KINDS, Kind
from creditflow.domain.condition import believed
from creditflow.domain.customer import CustomerId
from creditflow.domain.ledger import Statement
from creditflow.domain.money import Money, decimals
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.rates import Rates
from creditflow.domain.soundness import MOST_TIMES_REVENUE
from creditflow.portfolio.arithmetic import MOST_PRODUCT, UNKNOWN, Ints, converted, rounded
from creditflow.portfolio.book import CODES, EPOCH, PLACES, Statements, day_number
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.room import Moment

FIGURES = (
    *("revenue", "cost_of_sales", "ebit", "interest_expense", "net_profit", "total_assets"),
    *("current_assets", "cash", "inventory", "receivables", "total_liabilities"),
    *("current_liabilities", "equity", "retained_earnings", "operating_cash_flow"),
)
"""The figures of a statement, in the order of the columns."""

AGE, AUDITED, EQUITY, WORKING, REVENUE = (
    "statement_age_days", "statement_audited", "equity_amount", "working_capital_amount",
    "annual_revenue",
)  # fmt: skip
BY_DAY = (AGE, AUDITED, EQUITY, WORKING, REVENUE)
AMOUNTS = 3
"""How many amounts stand behind the ratios of a statement: equity, working capital, revenue."""
"""Signals of a statement that depend on the day, or are no number."""

YES_NO = ("no", "yes")
RATIO_PLACES = 4

_FROM_STATEMENT = [name for name, kind in KINDS.items() if kind is Kind.STATEMENT]
RATIOS = tuple(name for name in _FROM_STATEMENT if name not in BY_DAY)
"""The signals that a statement gives whatever the day is."""

SHARE_OF_REVENUE = "purchase_share_of_revenue"
STATEMENT: Mapping[str, int] = MappingProxyType(
    {
        AGE: 0,
        AUDITED: 0,
        **dict.fromkeys(RATIOS, RATIO_PLACES),
        EQUITY: -1,
        WORKING: -1,
        REVENUE: -1,
        SHARE_OF_REVENUE: 4,
    }
)
"""The signals that come from statements, in the order of the columns, with their places."""

TOO_LARGE = UNKNOWN + 1
"""A number of a statement that no column can hold: the domain has to look."""

_MOST = 2**52


class Room(NamedTuple):
    """A row for each customer; which rows are unsure, and whose statement is stale.

    `life` are the days after the end of its period for which a statement speaks.
    """

    table: Ints
    unsure: NDArray[np.bool_]
    stale: NDArray[np.bool_]
    life: int


def statement_columns(statements: Mapping[int, Sequence[Statement]], customers: int) -> Statements:
    """The statements of so many customers in columns, by the place of each customer that has some.

    Each customer's come in the order that the domain uses.
    """
    starts, rows = np.zeros(customers + 1, np.int64), []
    for place in sorted(statements):
        of = sorted(statements[place], key=lambda s: (s.period_end, s.audited is True, s.source))
        starts[place + 1] = len(of)
        rows += [(statement, of) for statement in of]
    return Statements(
        starts=np.cumsum(starts),
        end=np.array([day_number(s.period_end) for s, _ in rows], np.int32),
        months=np.array([s.months for s, _ in rows], np.int32),
        currency=np.array([PLACES[s.currency] for s, _ in rows], np.int8),
        audited=np.array([-1 if s.audited is None else s.audited for s, _ in rows], np.int8),
        figures=_table((_figures(s) for s, _ in rows), len(FIGURES)),
        ratios=_table((_ratios(s, of) for s, of in rows), len(RATIOS) + AMOUNTS),
    )


def statements_of(statements: Statements, place: int, customer: CustomerId) -> list[Statement]:
    """One customer's statements as the domain knows them; sources are numbered in their order."""
    first, last = int(statements.starts[place]), int(statements.starts[place + 1])
    return [_statement(statements, row, customer) for row in range(first, last)]


def statements_in(table: pa.Table) -> list[Statement]:
    """The statements of a table as the database has them."""
    return [_from_row(row) for row in table.to_pylist()]


def _from_row(row: dict[str, Any]) -> Statement:
    currency = row["currency"]
    figures: dict[str, Any] = {
        name: Money(row[f"{name}_minor"], currency)
        for name in FIGURES
        if row[f"{name}_minor"] is not None
    }
    return Statement(
        customer=CustomerId(str(row["customer_id"])),
        period_end=date.fromisoformat(str(row["period_end"])),
        months=row["months"],
        currency=currency,
        audited=None if row["audited"] is None else bool(row["audited"]),
        source=row["source"],
        **figures,
    )


@compiled
def fill_statements(
    day: Moment, into: NDArray[np.int8], statements: Statements, year: Ints, room: Room
) -> None:
    """Fill the columns of STATEMENT; say whose statement is too old to be used.

    `into` are the customers' currencies, `year` their net sales of a year.
    """
    table, unsure, stale, life = room
    table[:] = UNKNOWN
    for place in range(len(unsure)):
        row = latest(statements, place, day.on)
        if row < 0:
            continue
        mine, found = table[place], statements.ratios[row]
        ratios = len(found) - AMOUNTS
        currency, own = statements.currency[row], into[place]
        mine[0] = day.on - statements.end[row]
        mine[1] = UNKNOWN if statements.audited[row] < 0 else statements.audited[row]
        for at in range(ratios):
            mine[2 + at] = found[at]
        for at in range(ratios, ratios + AMOUNTS):
            amount = found[at]
            if amount not in (UNKNOWN, TOO_LARGE):
                amount = in_own(amount, day.tops[own, currency], day.bottoms[own, currency])
            mine[2 + at] = amount
        believe(mine, ratios, year[place])
        stale[place] = day.on > statements.end[row] + life
        for value in mine:
            unsure[place] |= value == TOO_LARGE


@inlined
def believe(mine: Ints, ratios: int, year: int) -> None:
    """Our sales by its revenue; where that is beyond belief the unit is another, and unknown."""
    revenue = mine[4 + ratios]
    if revenue in (UNKNOWN, TOO_LARGE) or revenue <= 0:
        return
    if MOST_TIMES_REVENUE * revenue < year:
        # Another unit than the ledger's, it seems; the domain says so in words.
        mine[2 + ratios] = mine[3 + ratios] = mine[4 + ratios] = UNKNOWN
    elif year >= 0:
        mine[5 + ratios] = rounded(year, revenue, 10**RATIO_PLACES)


@inlined
def latest(statements: Statements, place: int, on: int) -> int:
    """The row of the statement to judge by; below zero where none had ended."""
    for row in range(statements.starts[place + 1] - 1, statements.starts[place] - 1, -1):
        if statements.end[row] <= on:
            return row
    return -1


@inlined
def in_own(amount: int, top: int, bottom: int) -> int:
    """An amount in the customer's currency; TOO_LARGE where that does not fit or has no rate."""
    own = -converted(-amount, top, bottom) if amount < 0 else converted(amount, top, bottom)
    return TOO_LARGE if own == UNKNOWN or abs(own) > _MOST else own


def _figures(statement: Statement) -> list[int]:
    """Figures in minor units; UNKNOWN where there is none, or in another currency."""
    amounts = (getattr(statement, name) for name in FIGURES)
    return [
        UNKNOWN if amount is None or amount.currency != statement.currency else amount.minor
        for amount in amounts
    ]


def _ratios(statement: Statement, of: Sequence[Statement]) -> list[int]:
    """RATIOS, then equity, working capital, yearly revenue in the statement's minor units."""
    own = OwnCurrency(statement.currency, Rates([]), statement.period_end)
    try:
        found, _ = believed(statement, of, own)
    except OverflowError:
        return [TOO_LARGE] * (len(RATIOS) + AMOUNTS)
    cents = decimals(statement.currency)
    return [
        *(scaled(found.get(name), RATIO_PLACES) for name in RATIOS),
        scaled(found.get(EQUITY), cents),
        scaled(found.get(WORKING), cents),
        scaled(found.get(REVENUE), cents),
    ]


def scaled(value: object, places: int) -> int:
    """A decimal in units of its last place; TOO_LARGE where that is no such whole number."""
    if not isinstance(value, Decimal):
        return UNKNOWN
    number = value.scaleb(places)
    whole = int(number)
    return whole if whole == number and abs(whole) < MOST_PRODUCT else TOO_LARGE


def _table(rows: Iterable[list[int]], width: int) -> Ints:
    return np.array(list(rows), np.int64).reshape(-1, width)


def _statement(of: Statements, row: int, customer: CustomerId) -> Statement:
    currency = CODES[of.currency[row]]
    known: dict[str, Any] = {
        name: Money(int(minor), currency)
        for name, minor in zip(FIGURES, of.figures[row], strict=True)
        if minor != UNKNOWN
    }
    audited = int(of.audited[row])
    return Statement(
        customer=customer,
        period_end=EPOCH + timedelta(days=int(of.end[row])),
        months=int(of.months[row]),
        currency=currency,
        audited=None if audited < 0 else bool(audited),
        source=f"{row:012d}",
        **known,
    )
