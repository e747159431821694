"""Customer columns: master data and current limits, a row for each customer of the book."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN, Ints
from creditflow.portfolio.arrow import currencies, days, one_array, whole_numbers, words
from creditflow.portfolio.book import LIMIT_STATES, Customers, Days


def customer_columns(
    table: pa.Table, limits: pa.Table | None, ids: pa.Array
) -> tuple[Customers, dict[str, tuple[str, ...]]]:
    """Columns of these tables (see RawBook), and the book's words by what they are of."""
    rows, nothing = len(table), pa.nulls(len(table))

    def optional(name: str) -> pa.ChunkedArray | pa.Array:
        return table[name] if name in table.column_names else nothing

    sector, sectors = words(optional("sector"))
    country, countries = words(table["country"])
    region, regions = words(optional("region"))
    entity, entities = words(optional("legal_entity"))
    limit = _limits(limits, ids) if limits is not None else None
    terms = np.asarray(pc.fill_null(optional("terms_days").cast(pa.int32()), -1))
    found = Customers(
        currency=currencies(table["currency"]),
        sector=sector,
        country=country,
        region=region,
        entity=entity,
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
    return made, {
        "sectors": sectors,
        "countries": countries,
        "regions": regions,
        "entities": entities,
    }


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
