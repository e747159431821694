"""Building a book: tables with rows in any order become columns, customer after customer.

The tables have the columns of the database (see RawBook), as Arrow, so that
they may as well come from Parquet files. A customer, source or number may be
text or a whole number; a day may be a date or text like 2026-03-02.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditflow.domain.ledger import InvoiceType, OrderStatus, Statement
from creditflow.domain.rates import Rate
from creditflow.domain.sentences import say
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints
from creditflow.portfolio.arrow import (
    Inconsistent,
    currencies,
    days,
    equal,
    one_array,
    texts,
    truths,
    whole_numbers,
    words,
)
from creditflow.portfolio.book import (
    CREDIT_NOTE,
    DISPUTED,
    LIMIT_STATES,
    Book,
    Customers,
    Days,
    Invoices,
    Orders,
    Payments,
)
from creditflow.portfolio.clustering import (
    clustered,
    hashed,
    matched,
    order_within,
    repeated,
)
from creditflow.portfolio.statements import statement_columns


@dataclass(frozen=True, slots=True)
class RawBook:
    """What a book is made of, in tables.

    `customers`: id, currency, country; optional sector, region, onboarded_on,
    terms_days, requested_minor, requested_currency. `invoices`: customer_id,
    document, type, issued_on, due_on, amount_minor, amount_currency, disputed;
    optional source. `payments`: customer_id, invoice (null: on account),
    paid_on, amount_minor, amount_currency; optional source. `orders`:
    customer_id, ordered_on, amount_minor, amount_currency, status. `limits`,
    one current entry per customer: customer_id, version, state, amount_minor,
    amount_currency, from_day, until_day, changed_day, cut_day.
    """

    customers: pa.Table
    invoices: pa.Table
    payments: pa.Table
    orders: pa.Table | None = None
    limits: pa.Table | None = None
    statements: Sequence[Statement] = ()
    rates: Sequence[Rate] = field(default=())


def build(raw: RawBook) -> Book:
    """The book of these tables, customers in the order of theirs.

    Raises Inconsistent where two invoices of a customer have one number and
    source, or where a document is in a currency that nobody knows.
    """
    ids = one_array(raw.customers["id"])
    customers, sectors, countries, regions = _customers(raw.customers, raw.limits, ids)
    invoices, keys = _invoices(raw.invoices, ids)
    return Book(
        ids=np.array(ids.cast(pa.string()).cast(pa.binary()).to_pylist(), np.bytes_),
        customers=customers,
        invoices=invoices,
        payments=_payments(raw.payments, ids, invoices.starts, keys),
        orders=_orders(raw.orders, ids),
        statements=statement_columns(_by_customer(raw.statements, ids)),
        sectors=sectors,
        countries=countries,
        regions=regions,
        rates=tuple(raw.rates),
    )


def _invoices(table: pa.Table, ids: pa.Array) -> tuple[Invoices, Ints]:
    """Invoices of each customer by day, number and source; and what payments find them by."""
    starts, rows = clustered(_owners(table["customer_id"], ids), len(ids))
    issued = days(table["issued_on"])
    order_within(starts, rows, issued)
    _settle_ties(table, starts, rows, issued)
    keys = _keys(table, "document")[rows]
    twice = repeated(starts, keys)
    if twice != UNKNOWN:
        document = table["document"][int(rows[twice])].as_py()
        raise Inconsistent(
            say("Invoice {document} is there twice. Leave one of the two out.",
                document=str(document))
        )  # fmt: skip
    notes = equal(table["type"], InvoiceType.CREDIT_NOTE.value)
    flags = notes * np.int8(CREDIT_NOTE) + truths(table["disputed"]) * np.int8(DISPUTED)
    return (
        Invoices(
            starts=starts,
            issued=issued[rows],
            due=days(table["due_on"])[rows],
            amount=whole_numbers(table["amount_minor"])[rows],
            currency=currencies(table["amount_currency"])[rows],
            flags=flags.astype(np.int8)[rows],
        ),
        keys,
    )


def _payments(table: pa.Table, ids: pa.Array, invoice_starts: Ints, keys: Ints) -> Payments:
    """Payments of each customer in the order of the invoices that they pay."""
    starts, rows = clustered(_owners(table["customer_id"], ids), len(ids))
    named = np.asarray(one_array(table["invoice"]).is_valid())
    mine = _keys(table, "invoice")[rows]
    of = matched(invoice_starts, keys, starts, mine, named[rows])
    order = np.arange(len(of))
    order_within(starts, order, of)
    rows = rows[order]
    return Payments(
        starts=starts,
        paid=days(table["paid_on"])[rows],
        amount=whole_numbers(table["amount_minor"])[rows],
        currency=currencies(table["amount_currency"])[rows],
        of=of[order],
    )


def _orders(table: pa.Table | None, ids: pa.Array) -> Orders:
    if table is None:
        nothing = np.zeros(0, np.int8)
        starts = np.zeros(len(ids) + 1, np.int64)
        return Orders(starts, nothing.astype(np.int32), nothing.astype(np.int64), nothing, nothing)
    starts, rows = clustered(_owners(table["customer_id"], ids), len(ids))
    return Orders(
        starts=starts,
        ordered=days(table["ordered_on"])[rows],
        amount=whole_numbers(table["amount_minor"])[rows],
        currency=currencies(table["amount_currency"])[rows],
        open=equal(table["status"], OrderStatus.OPEN.value)[rows],
    )


def _customers(
    table: pa.Table, limits: pa.Table | None, ids: pa.Array
) -> tuple[Customers, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    rows, nothing = len(table), pa.nulls(len(table))

    def optional(name: str) -> pa.ChunkedArray | pa.Array:
        return table[name] if name in table.column_names else nothing

    sector, sectors = words(optional("sector"))
    country, countries = words(table["country"])
    region, regions = words(optional("region"))
    limit = _limits(limits, ids) if limits is not None else None
    terms = np.asarray(pc.fill_null(optional("terms_days").cast(pa.int32()), -1))
    found = Customers(
        currency=currencies(table["currency"]),
        sector=sector,
        country=country,
        region=region,
        onboarded=days(optional("onboarded_on")),
        terms=terms.astype(np.int32),
        requested=whole_numbers(optional("requested_minor")),
        requested_currency=currencies(optional("requested_currency")),
        limit_version=np.zeros(rows, np.int32) if limit is None else limit[0],
        limit_state=np.zeros(rows, np.int8) if limit is None else limit[1],
        limit_amount=np.full(rows, UNKNOWN) if limit is None else limit[2],
        limit_currency=np.zeros(rows, np.int8) if limit is None else limit[3],
        limit_from=np.full(rows, NO_DAY, np.int32) if limit is None else limit[4],
        limit_until=np.full(rows, NO_DAY, np.int32) if limit is None else limit[5],
        limit_changed=np.full(rows, NO_DAY, np.int32) if limit is None else limit[6],
        limit_cut=np.full(rows, NO_DAY, np.int32) if limit is None else limit[7],
    )
    # What Arrow lends is read-only, and kernels are compiled for one kind of array only.
    made = Customers._make(np.array(column) for column in found)
    return made, sectors, countries, regions


def _limits(
    table: pa.Table, ids: pa.Array
) -> tuple[Days, NDArray[np.int8], Ints, NDArray[np.int8], Days, Days, Days, Days]:
    """The columns of the limits, each in the row of its customer; version zero where none is."""
    # SQLite gives columns without a type where there is no row.
    owners = one_array(table["customer_id"].cast(ids.type))
    rows = np.asarray(pc.fill_null(pc.index_in(ids, value_set=owners), -1))
    states = pa.array([state.value for state in LIMIT_STATES])
    state = np.asarray(pc.index_in(table["state"].cast(pa.string()), value_set=states))
    columns = (
        np.append(np.asarray(table["version"]).astype(np.int32), np.int32(0)),
        np.append(state.astype(np.int8), np.int8(0)),
        np.append(whole_numbers(table["amount_minor"]), UNKNOWN),
        np.append(currencies(table["amount_currency"]), np.int8(0)),
        np.append(days(table["from_day"]), np.int32(NO_DAY)),
        np.append(days(table["until_day"]), np.int32(NO_DAY)),
        np.append(days(table["changed_day"]), np.int32(NO_DAY)),
        np.append(days(table["cut_day"]), np.int32(NO_DAY)),
    )
    version, state, amount, currency, from_, until, changed, cut = (c[rows] for c in columns)
    return version, state, amount, currency, from_, until, changed, cut


def _settle_ties(table: pa.Table, starts: Ints, rows: Ints, issued: Days) -> None:
    """Bring what a customer got on one day into order of number and source."""
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    days = issued[rows]
    same = (owner[1:] == owner[:-1]) & (days[1:] == days[:-1])
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if not len(tied):
        return
    part = table.select([n for n in ("document", "source") if n in table.column_names])
    part = part.take(rows[tied])
    keys: list[tuple[str, str]] = [("owner", "ascending"), ("day", "ascending")]
    keys += [(name, "ascending") for name in part.column_names]
    part = part.append_column("owner", pa.array(owner[tied]))
    part = part.append_column("day", pa.array(days[tied]))
    rows[tied] = rows[tied][np.asarray(pc.sort_indices(part, sort_keys=keys))]


def _by_customer(statements: Iterable[Statement], ids: pa.Array) -> list[list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for statement in statements:
        found.setdefault(statement.customer, []).append(statement)
    if not found:
        return [[]] * len(ids)
    return [found.get(id_, []) for id_ in ids.cast(pa.string()).to_pylist()]


def _owners(column: pa.ChunkedArray, ids: pa.Array) -> Days:
    """The place of each row's customer; below zero where it is not in the book."""
    if pa.types.is_integer(column.type) and pa.types.is_integer(ids.type):
        return _numbered_owners(np.asarray(column), np.asarray(ids))
    known = one_array(column.cast(pa.large_string()).dictionary_encode())
    words = pc.index_in(known.dictionary, value_set=ids.cast(pa.large_string()))
    places: Days = np.asarray(pc.fill_null(words, -1)).astype(np.int32)
    return np.take(places, np.asarray(known.indices))


def _numbered_owners(column: NDArray[Any], ids: NDArray[Any]) -> Days:
    """The same where customers are numbers: by a table, or by halving where they lie far apart."""
    low, high = int(ids.min(initial=0)), int(ids.max(initial=0))
    if high - low < 8 * len(ids) + 1024:
        places = np.full(high - low + 2, -1, np.int32)
        places[ids - low] = np.arange(len(ids), dtype=np.int32)
        found: Days = places[np.where((column >= low) & (column <= high), column - low, -1)]
        return found
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], column), len(ids) - 1)
    return np.where(ids[order][at] == column, order[at], -1).astype(np.int32)


def _keys(table: pa.Table, name: str) -> Ints:
    """Ints of a numbered document, different for each source."""
    column = one_array(table[name])
    if pa.types.is_integer(column.type):
        return np.asarray(pc.fill_null(column, 0)).astype(np.int64)
    salts = np.zeros(len(column), np.int64)
    if "source" in table.column_names:
        source = one_array(table["source"].cast(pa.large_string()))
        salts = hashed(*texts(source), salts)
    return hashed(*texts(column.cast(pa.large_string())), salts)
