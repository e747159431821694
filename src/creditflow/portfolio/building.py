"""Building a book: tables with rows in any order become columns, customer after customer.

The tables have the columns of the database (see RawBook), as Arrow, so that
they may as well come from Parquet files. A customer, source or number may be
text or a whole number; a day may be a date or text like 2026-03-02.

Each column is asked for when its turn comes and let go before the next one, so
that a table which reads its columns from a file never stands in memory whole.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditflow.domain.ledger import InvoiceType, OrderStatus, Statement
from creditflow.domain.rates import Rate
from creditflow.domain.sentences import say
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.arrow import (
    Columns,
    Inconsistent,
    currencies,
    days,
    equal,
    one_array,
    texts,
    truths,
    whole_numbers,
)
from creditflow.portfolio.as_of import days_or_none, disputes_of
from creditflow.portfolio.book import (
    CREDIT_NOTE,
    DISPUTED,
    Book,
    Days,
    Disputes,
    Invoices,
    Orders,
    Payments,
)
from creditflow.portfolio.clustering import (
    clustered,
    gathered,
    hashed,
    looked_up,
    matched,
    order_within,
    owners_of,
    repeated,
    spell,
    ties,
)
from creditflow.portfolio.customer_columns import customer_columns
from creditflow.portfolio.observations import observed_columns
from creditflow.portfolio.origins import Pairs, joined, pairs
from creditflow.portfolio.statements import statement_columns

Documents = Columns | Callable[[], Columns]
"""A table, or what reads it when its turn comes, so that two of them need not be held at once."""


@dataclass(frozen=True, slots=True)
class RawBook:
    """What a book is made of, in tables.

    `customers`: id, currency, country; optional sector, region, legal_entity, onboarded_on,
    terms_days, requested_minor, requested_currency. `invoices`: customer_id,
    document, type, issued_on, due_on, amount_minor, amount_currency, disputed;
    optional source, disputed_on, dispute_settled_on. `payments`: customer_id,
    invoice (null: on account), paid_on, amount_minor, amount_currency; optional
    source. `orders`: customer_id, ordered_on, amount_minor, amount_currency, status;
    optional source, closed_on. `limits`, one current entry per customer: customer_id,
    version, state, amount_minor, amount_currency, from_day, until_day, changed_day,
    cut_day. `observations`, where a later row under the same key replaces an earlier
    one: about, subject, what, on_day, value, provider, scale, valid_until.
    """

    customers: pa.Table
    invoices: Documents
    payments: Documents
    orders: pa.Table | None = None
    limits: pa.Table | None = None
    statements: Sequence[Statement] = ()
    rates: Sequence[Rate] = field(default=())
    observations: pa.Table | None = None


def build(raw: RawBook) -> Book:
    """The book of these tables, customers in the order of theirs.

    Raises Inconsistent where two invoices of a customer have one number and
    source, or where a document is in a currency that nobody knows.
    """
    ids = one_array(raw.customers["id"])
    customers, words = customer_columns(raw.customers, raw.limits, ids)
    from_: Named = []
    invoices, disputes, keys = _invoices(_read(raw.invoices), ids, from_)
    payments = _payments(_read(raw.payments), ids, (invoices.starts, keys), from_)
    del keys
    return Book(
        ids=spelled(ids),
        customers=customers,
        invoices=invoices,
        payments=payments,
        orders=_orders(raw.orders, ids, from_),
        disputes=disputes,
        statements=statement_columns(_by_customer(raw.statements, ids), len(ids)),
        origins=joined(from_, len(ids)),
        **words,
        rates=tuple(raw.rates),
        observed=observed_columns(raw.observations, ids, words["sectors"], words["countries"]),
    )


def _read(documents: Documents) -> Columns:
    return documents() if callable(documents) else documents


Named = list[tuple[Pairs, Sequence[str]]]
"""Whose documents are from which sources, kind of document after kind."""


def _invoices(table: Columns, ids: pa.Array, from_: Named) -> tuple[Invoices, Disputes, Ints]:
    """Invoices of each customer by day, number and source; and what payments find them by.

    Between the two the days of disputes.
    """
    starts, rows = clustered(_owners(table["customer_id"], ids), len(ids))
    names, sources = table["document"], _sources(table)
    issued = days(table["issued_on"])
    order_within(starts, rows, issued)
    issued = gathered(issued, rows)
    _settle_ties(names, sources, (starts, rows, issued))
    keys = gathered(_keys(names, sources), rows)
    twice = repeated(starts, keys)
    if twice != UNKNOWN:
        raise Inconsistent(
            say("Invoice {document} is there twice. Leave one of the two out.",
                document=str(names[int(rows[twice])].as_py()))
        )  # fmt: skip
    _note_sources(sources, starts, rows, from_)
    del names, sources
    flags = equal(table["type"], InvoiceType.CREDIT_NOTE.value) * np.int8(CREDIT_NOTE)
    flags += truths(table["disputed"]) * np.int8(DISPUTED)
    return (
        Invoices(
            starts=starts,
            issued=issued,
            due=gathered(days(table["due_on"]), rows),
            amount=gathered(whole_numbers(table["amount_minor"]), rows),
            currency=gathered(currencies(table["amount_currency"]), rows),
            flags=gathered(flags, rows),
        ),
        disputes_of(table, starts, rows),
        keys,
    )


def _payments(table: Columns, ids: pa.Array, invoices: tuple[Ints, Ints], from_: Named) -> Payments:
    """Payments of each customer in the order of the invoices that they pay."""
    starts, rows = clustered(_owners(table["customer_id"], ids), len(ids))
    names, sources = table["invoice"], _sources(table)
    named = np.asarray(one_array(names).is_valid()).view(np.int8)
    mine = gathered(_keys(names, sources), rows)
    of = matched(*invoices, starts, mine, gathered(named, rows))
    _note_sources(sources, starts, rows, from_)
    del names, sources, named, mine
    order = np.arange(len(of), dtype=np.int32)
    order_within(starts, order, of)
    of, rows = gathered(of, order), gathered(rows, order)
    del order
    return Payments(
        starts=starts,
        paid=gathered(days(table["paid_on"]), rows),
        amount=gathered(whole_numbers(table["amount_minor"]), rows),
        currency=gathered(currencies(table["amount_currency"]), rows),
        of=of,
    )


def _orders(table: pa.Table | None, ids: pa.Array, from_: Named) -> Orders:
    if table is None:
        nothing = np.zeros(0, np.int8)
        starts = np.zeros(len(ids) + 1, np.int64)
        none = nothing.astype(np.int32)
        return Orders(starts, none, nothing.astype(np.int64), nothing, nothing, none)
    starts, rows = clustered(_owners(table["customer_id"], ids), len(ids))
    _note_sources(_sources(table), starts, rows, from_)
    return Orders(
        starts=starts,
        ordered=gathered(days(table["ordered_on"]), rows),
        amount=gathered(whole_numbers(table["amount_minor"]), rows),
        currency=gathered(currencies(table["amount_currency"]), rows),
        open=gathered(equal(table["status"], OrderStatus.OPEN.value), rows),
        closed=gathered(days_or_none(table, "closed_on", len(rows)), rows),
    )


def _settle_ties(
    names: pa.ChunkedArray, sources: pa.ChunkedArray | None, of: tuple[Ints, Days, Days]
) -> None:
    """Bring what a customer got on one day into order of number and source."""
    starts, rows, issued = of
    tied = ties(starts, issued)
    if not len(tied):
        return
    at = pa.array(rows[tied])
    columns = {"document": names.take(at)} | (
        {} if sources is None else {"source": sources.take(at)}
    )
    # Rows lie customer after customer, so where one begins tells whose they are.
    columns = {"owner": pa.array(owners_of(starts, tied)), "day": pa.array(issued[tied])} | columns
    part = pa.table(columns)
    keys = [(name, "ascending") for name in columns]
    rows[tied] = rows[tied][np.asarray(pc.sort_indices(part, sort_keys=keys))]


def _by_customer(statements: Iterable[Statement], ids: pa.Array) -> dict[int, list[Statement]]:
    """The statements of each customer of the book, by its place."""
    found: dict[str, list[Statement]] = {}
    for statement in statements:
        found.setdefault(statement.customer, []).append(statement)
    if not found:
        return {}
    spelled = pa.array(list(found), pa.string())
    places = pc.index_in(spelled, value_set=ids.cast(pa.string())).to_pylist()
    return {
        place: of for place, of in zip(places, found.values(), strict=True) if place is not None
    }


def _owners(column: pa.ChunkedArray, ids: pa.Array) -> Days:
    """The place of each row's customer; below zero where it is not in the book."""
    if pa.types.is_integer(column.type) and pa.types.is_integer(ids.type):
        return _numbered_owners(whole_numbers(column), whole_numbers(ids))
    known = one_array(column.cast(pa.large_string()).dictionary_encode())
    words = pc.index_in(known.dictionary, value_set=ids.cast(pa.large_string()))
    places: Days = np.asarray(pc.fill_null(words, -1)).astype(np.int32)
    return np.take(places, np.asarray(known.indices))


def _numbered_owners(column: Ints, ids: Ints) -> Days:
    """The same where customers are numbers: by a table, or by halving where they lie far apart."""
    low, high = (int(ids.min()), int(ids.max())) if len(ids) else (0, 0)
    if high - low < 8 * len(ids) + 1024:
        places = np.full(high - low + 1, -1, np.int32)
        places[ids - low] = np.arange(len(ids), dtype=np.int32)
        return looked_up(column, places, low)
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], column), len(ids) - 1)
    return np.where(ids[order][at] == column, order[at], -1).astype(np.int32)


def _sources(table: Columns) -> pa.ChunkedArray | None:
    return table["source"] if "source" in table.column_names else None


def _note_sources(sources: pa.ChunkedArray | None, starts: Ints, rows: Days, from_: Named) -> None:
    if sources is not None:
        known = one_array(sources.cast(pa.string()).dictionary_encode())
        places = np.asarray(known.indices)
        from_.append((pairs(starts, gathered(places, rows)), known.dictionary.to_pylist()))


def _keys(names: pa.ChunkedArray, sources: pa.ChunkedArray | None) -> Ints:
    """Keys of numbered documents, different for each source; whole numbers are their own."""
    column = one_array(names)
    if pa.types.is_integer(column.type):
        return whole_numbers(column)
    salts = np.zeros(len(column), np.int64)
    if sources is not None:
        salts = hashed(*texts(one_array(sources.cast(pa.large_string()))), salts)
    return hashed(*texts(column.cast(pa.large_string())), salts)


def spelled(ids: pa.Array) -> NDArray[np.bytes_]:
    """The ids as texts of one width."""
    ends, text = texts(ids.cast(pa.string()).cast(pa.large_string()))
    width = int(np.max(np.diff(ends), initial=1))
    letters = np.zeros((len(ids), width), np.uint8)
    spell(ends, text, letters)
    return letters.reshape(-1).view(f"S{width}")
