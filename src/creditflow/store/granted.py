"""What limits come to together: sums that are kept, brought up to date before each commit.

Asking for them costs the days and currencies there are, not the customers.
Customers and limits that a transaction changes are noted; at its end, or where
it asks, the head of the journal is held, what counted of those customers is
compared with what counts now, and the difference goes into the sums. So two
transactions never change a sum at once, and none sees half of another's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from creditflow.domain.caps import Granted
from creditflow.domain.limits import LimitState
from creditflow.domain.scope import Scope
from creditflow.store.tables import COUNTED_LIMIT, CUSTOMER, JOURNAL_HEAD, LIMIT, LIMIT_SUM
from creditflow.store.transaction import CHUNK, Transaction, Values

SCOPES = (Scope.SECTOR, Scope.COUNTRY, Scope.REGION, Scope.BOOK)
"""By what limits are added up."""

NEVER = date.max
"""The day on which a limit without an end ends; a key cannot be empty."""

_COUNTED = ("sector", "country", "region", "currency", "until_day", "minor", "unbound")


class _Key(NamedTuple):
    """Which sum."""

    scope: str
    part: str
    currency: str
    until_day: date


class SqlGranted:
    """The sums of one transaction; whoever writes customers or limits says whose."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._touched: set[str] = set()
        transaction.before_commit(self._bring_up_to_date)

    def touched(self, customers: Iterable[str]) -> None:
        """Have these customers counted anew before anybody asks."""
        self._touched.update(customers)

    def of(
        self, parts: Collection[tuple[Scope, str]], *, on: date, alone: bool = False
    ) -> list[Granted]:
        """What the current limits of everybody in any of these parts come to on that day.

        With `alone` the head of the journal is held: whoever applies a limit needs
        it at the end, so two raises never see the same room.
        """
        if not parts:
            return []
        if alone:
            self._transaction.locked(sa.select(JOURNAL_HEAD))
        self._bring_up_to_date()
        return [
            Granted(Scope(row.scope), row.part, row.currency, int(row.minor), int(row.unbound))
            for row in self._transaction.rows(_sums(parts, on))
        ]

    def _bring_up_to_date(self) -> None:
        if not self._touched:
            return
        # Held before anything is read: what another transaction counted is seen whole.
        self._transaction.locked(sa.select(JOURNAL_HEAD))
        touched, self._touched = sorted(self._touched), set()
        change: dict[_Key, list[int]] = defaultdict(lambda: [0, 0])
        for start in range(0, len(touched), CHUNK):
            self._count_anew(touched[start : start + CHUNK], change)
        self._add(change)

    def _count_anew(self, customers: list[str], change: dict[_Key, list[int]]) -> None:
        """Keep what counts of each customer now, and note by how much sums change."""
        chosen = COUNTED_LIMIT.c.customer_id.in_(customers)
        before = {r.customer_id: r for r in self._transaction.rows(_COUNTED_BEFORE.where(chosen))}
        now = {
            row.customer_id: row
            for row in self._transaction.rows(counting().where(LIMIT.c.customer_id.in_(customers)))
        }
        moved = [c for c in customers if _counted(before.get(c)) != _counted(now.get(c))]
        for sign, rows in ((-1, before), (1, now)):
            for row in (rows[customer] for customer in moved if customer in rows):
                for key in _keys(row):
                    change[key][0] += sign * row.minor
                    change[key][1] += sign * row.unbound
        gone = [customer for customer in moved if customer not in now]
        if gone:
            self._transaction.write(
                sa.delete(COUNTED_LIMIT).where(COUNTED_LIMIT.c.customer_id.in_(gone))
            )
        counts = [_values(now[customer]) for customer in moved if customer in now]
        self._transaction.put(COUNTED_LIMIT, counts)

    def _add(self, change: Mapping[_Key, list[int]]) -> None:
        rows: list[Values] = [
            {**key._asdict(), "minor": minor, "unbound": unbound}
            for key, (minor, unbound) in change.items()
            if minor or unbound
        ]
        if not rows:
            return
        insert = self._transaction.insert_or(LIMIT_SUM)
        sums = {name: LIMIT_SUM.c[name] + insert.excluded[name] for name in ("minor", "unbound")}
        keys = [column.name for column in LIMIT_SUM.primary_key]
        self._transaction.write(insert.on_conflict_do_update(index_elements=keys, set_=sums), rows)
        lesser = [
            {f"of_{name}": value for name, value in key._asdict().items()}
            for key, (minor, unbound) in change.items()
            if minor < 0 or unbound < 0
        ]
        if lesser:
            self._transaction.write(_EMPTY, lesser)


def counting() -> sa.Select[Any]:
    """What counts of each customer: its latest entry, if that bounds it or says there is no bound.

    Whether it has ended by a day is asked when it is added up.
    """
    later = sa.alias(LIMIT)
    # A limit without a bound has no currency of its own.
    currency = sa.func.coalesce(LIMIT.c.amount_currency, CUSTOMER.c.currency)
    return (
        sa.select(
            LIMIT.c.customer_id,
            CUSTOMER.c.sector,
            CUSTOMER.c.country,
            CUSTOMER.c.region,
            currency.label("currency"),
            sa.func.coalesce(LIMIT.c.until_day, sa.literal(NEVER, LIMIT.c.until_day.type)).label(
                "until_day"
            ),
            sa.func.coalesce(LIMIT.c.amount_minor, 0).label("minor"),
            sa.case((LIMIT.c.state == LimitState.UNLIMITED.value, 1), else_=0).label("unbound"),
        )
        .join(CUSTOMER, CUSTOMER.c.id == LIMIT.c.customer_id)
        .where(
            LIMIT.c.state.in_([LimitState.AMOUNT.value, LimitState.UNLIMITED.value]),
            ~sa.exists().where(
                later.c.customer_id == LIMIT.c.customer_id, later.c.version > LIMIT.c.version
            ),
        )
    )


_COUNTED_BEFORE = sa.select(COUNTED_LIMIT)

# Days pass, and a sum that nobody is in any more would stay in the way for ever.
_EMPTY = sa.delete(LIMIT_SUM).where(
    *(LIMIT_SUM.c[name] == sa.bindparam(f"of_{name}") for name in _Key._fields),
    LIMIT_SUM.c.minor == 0,
    LIMIT_SUM.c.unbound == 0,
)


def _sums(parts: Collection[tuple[Scope, str]], on: date) -> sa.Select[Any]:
    wanted = sorted({(scope.value, part) for scope, part in parts})
    total = [sa.func.sum(LIMIT_SUM.c[name]).label(name) for name in ("minor", "unbound")]
    key = (LIMIT_SUM.c.scope, LIMIT_SUM.c.part, LIMIT_SUM.c.currency)
    # One condition per part rather than a list of pairs: each is a range of the key.
    inside = sa.or_(*(sa.and_(key[0] == scope, key[1] == part) for scope, part in wanted))
    return sa.select(*key, *total).where(inside, LIMIT_SUM.c.until_day > on).group_by(*key)


def _counted(row: sa.Row[Any] | None) -> tuple[object, ...] | None:
    return None if row is None else tuple(getattr(row, name) for name in _COUNTED)


def _values(row: sa.Row[Any]) -> Values:
    return {"customer_id": row.customer_id, **{name: getattr(row, name) for name in _COUNTED}}


def _keys(row: sa.Row[Any]) -> Iterator[_Key]:
    """The sums that the row goes into; a sector or region that is not known has none."""
    parts = {Scope.SECTOR: row.sector, Scope.COUNTRY: row.country, Scope.REGION: row.region,
             Scope.BOOK: ""}  # fmt: skip
    for scope in SCOPES:
        part = parts[scope]
        if part is not None:
            yield _Key(scope.value, part, row.currency, row.until_day)
