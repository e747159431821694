"""The snapshot follows the database: at the cost of what changed, and never wrong about the rest."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from creditflow.domain.dynamic_limits import Movement, movement
from creditflow.domain.ledger import Ledger
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.portfolio import bookkeeping, snapshot
from creditflow.portfolio.book import Book
from creditflow.portfolio.evaluating import Evaluator
from creditflow.portfolio.raises import lately_of
from creditflow.portfolio.rows import rows_of
from creditflow.portfolio.signals import signals
from creditflow.sources.policy_files import shipped_policy_text
from creditflow.store.columns import LATE, ColumnStore, PostgresColumns
from creditflow.store.database import Database
from tests.databases import sqlite_database
from tests.makers import NOW, TODAY, a_payment, an_invoice
from tests.portfolio.books import (
    RATES,
    Entry,
    book_of,
    lately_in,
    random_entries,
    said_in,
    with_raises,
)
from tests.portfolio.test_evaluating import DYNAMIC

POLICY = policy_from_json(shipped_policy_text(), 1)


def of_one_source(entries: list[Entry]) -> list[Entry]:
    """Numbers are unique within a source across all customers, as the database demands."""
    made = []
    for number, entry in enumerate(entries):
        ledger = entry.ledger
        invoices = tuple(replace(i, document=f"{number}-{i.document}") for i in ledger.invoices)
        payments = tuple(
            replace(
                p,
                document=f"{number}-{p.document}",
                invoice=None if p.invoice is None else f"{number}-{p.invoice}",
            )
            for p in ledger.payments
        )
        orders = tuple(replace(o, document=f"{number}-{o.document}") for o in ledger.orders)
        ledger = replace(ledger, invoices=invoices, payments=payments, orders=orders)
        made.append(replace(entry, ledger=ledger, limit=_first(entry)))
    return made


def _first(entry: Entry):
    return entry.limit and replace(entry.limit, version=1)


def keep(database: Database, entries: list[Entry]) -> None:
    with database.work() as work:
        work.rates.put_all(RATES)
        work.customers.put_all([e.customer for e in entries])
        for e in entries:
            work.ledger.add(
                invoices=e.ledger.invoices, payments=e.ledger.payments, orders=e.ledger.orders
            )
            work.statements.put_all(e.statements)
            if e.limit is not None:
                work.limits.add(replace(e.limit, recorded_at=NOW), replacing=0)
        work.observations.add(said_in(entries))


@pytest.fixture(params=["sqlite", "postgres"])
def kept(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Database, list[Entry]]]:
    entries = of_one_source(random_entries(Random(11), 40))
    if request.param == "postgres":
        # So small a book would be read anew each time, because all of it may be on its way.
        monkeypatch.setattr(PostgresColumns, "late", 0)
        database = request.getfixturevalue("postgres_emptied")
        keep(database, entries)
        yield database, entries
        return
    with sqlite_database(tmp_path) as database:
        keep(database, entries)
        yield database, entries


def read(database: Database, folder: Path, customers: list[str] | None = None) -> Book:
    with ColumnStore(database.url).opened() as columns:
        book = bookkeeping.book_of(folder, columns, RATES, customers)
    assert book is not None
    return book


def refreshed(database: Database, folder: Path, *, anew: bool = False) -> bookkeeping.Refreshed:
    with ColumnStore(database.url).opened() as columns:
        return bookkeeping.refresh(folder, columns, anew=anew)


def table(book: Book):
    """What may be used of every signal, where one of the sources has ended."""
    ends = {"own": TODAY - timedelta(days=60), "other": TODAY}
    return signals(book, on=TODAY, policy=POLICY, ends=ends).usable.tolist()


def test_a_book_out_of_the_database_is_the_one_of_its_things(kept, tmp_path: Path) -> None:
    database, entries = kept
    assert refreshed(database, tmp_path / "book").anew
    assert table(read(database, tmp_path / "book")) == table(book_of(entries))


@pytest.mark.parametrize("customers", [0, 3])
def test_a_database_with_nothing_but_customers_can_be_evaluated(
    sql_database: Database, tmp_path: Path, customers: int
) -> None:
    entries = [
        Entry(e.customer, Ledger(e.customer.id)) for e in random_entries(Random(11), customers)
    ]
    keep(sql_database, entries)
    refreshed(sql_database, tmp_path / "book")
    book = read(sql_database, tmp_path / "book")
    (found,) = Evaluator(POLICY, TODAY, Rates(RATES)).blocks(book)
    rows = rows_of(found, POLICY)
    assert rows["customer_id"].to_pylist() == [e.customer.id for e in entries]
    with ColumnStore(sql_database.url).opened() as columns:
        assert columns.keep(TODAY, None, [rows]) == customers


def test_only_what_changed_is_read_again_and_the_rest_is_as_before(kept, tmp_path: Path) -> None:
    database, entries = kept
    folder = tmp_path / "book"
    refreshed(database, folder)
    base = (folder / "everybody" / "book.json").stat().st_mtime_ns
    late = an_invoice(
        "late", customer=entries[7].customer.id, due_on=TODAY - timedelta(days=70),
        amount=Money(5_000_000, "EUR"),
    )  # fmt: skip
    with database.work() as work:
        work.ledger.add(invoices=[late])
    again = refreshed(database, folder)
    assert (again.changed, again.anew) == ((entries[7].customer.id,), False)
    assert (folder / "everybody" / "book.json").stat().st_mtime_ns == base
    ledger = entries[7].ledger
    invoices = sorted([*ledger.invoices, late], key=lambda i: (i.issued_on, i.document, i.source))
    entries[7] = replace(entries[7], ledger=replace(ledger, invoices=tuple(invoices)))
    assert table(read(database, folder)) == table(book_of(entries))
    assert table(read(database, folder, [late.customer])) == table(book_of([entries[7]]))
    assert refreshed(database, folder).changed == ()


def test_a_payment_that_comes_later_finds_its_invoice(kept, tmp_path: Path) -> None:
    database, entries = kept
    folder = tmp_path / "book"
    refreshed(database, folder)
    entry = next(e for e in entries if e.ledger.invoices)
    invoice = entry.ledger.invoices[0]
    paid = a_payment(
        "later", customer=invoice.customer, paid_on=TODAY, amount=invoice.amount,
        invoice=invoice.document, source=invoice.source,
    )  # fmt: skip
    with database.work() as work:
        work.ledger.add(payments=[paid])
    assert refreshed(database, folder).changed == (invoice.customer,)
    anew = tmp_path / "anew"
    refreshed(database, anew)
    assert table(read(database, folder)) == table(read(database, anew))


@pytest.mark.parametrize(("late", "found"), [(LATE, True), (0, False)])
def test_what_is_committed_late_under_an_earlier_number_is_found(
    postgres_emptied: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    late: int,
    found: bool,
) -> None:
    """The second case is the counterpart: without looking back it would be lost."""
    monkeypatch.setattr(PostgresColumns, "late", late)
    database, entries = postgres_emptied, of_one_source(random_entries(Random(11), 4))
    keep(database, entries)
    one, other = (an_invoice(f"late-{e.customer.id}", customer=e.customer.id) for e in entries[:2])
    with database.work() as slow:
        slow.ledger.add(invoices=[one])
        with database.work() as quick:
            quick.ledger.add(invoices=[other])
        refreshed(database, tmp_path / "book")
    assert (one.customer in refreshed(database, tmp_path / "book").changed) is found


def test_a_limit_counts_at_once_without_a_refresh(kept, tmp_path: Path) -> None:
    database, entries = kept
    refreshed(database, tmp_path / "book")
    entry = next(e for e in entries if e.limit and e.limit.state is LimitState.AMOUNT)
    place = entries.index(entry)
    with database.work() as work:
        work.limits.add(
            replace(entry.limit, version=2, recorded_at=NOW, from_=TODAY, until=None,
                    amount=Money(123_456, entry.customer.currency)),
            replacing=1,
        )  # fmt: skip
    limit = read(database, tmp_path / "book").limit(place)
    assert limit is not None
    assert (limit.version, limit.amount) == (2, Money(123_456, entry.customer.currency))


def test_a_snapshot_that_is_damaged_or_old_is_made_anew(kept, tmp_path: Path) -> None:
    database, _ = kept
    folder = tmp_path / "book"
    refreshed(database, folder)
    (folder / "everybody" / "book.json").write_text("{", "utf-8")
    assert refreshed(database, folder).anew
    assert not refreshed(database, folder).anew


@pytest.mark.parametrize("column", ["ids", "invoices.amount", "payments.of"])
@pytest.mark.parametrize("kept_bytes", [None, 0, 200])
def test_a_snapshot_with_a_column_missing_or_cut_off_is_made_anew(
    tmp_path: Path, column: str, kept_bytes: int | None
) -> None:
    folder = tmp_path / "everybody"
    snapshot.write(book_of(random_entries(Random(11), 150)), folder, {})
    assert snapshot.read(folder)
    file = folder / f"{column}.npy"
    if kept_bytes is None:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:kept_bytes])
    assert snapshot.read(folder) is None


def test_rows_are_kept_in_one_transaction_and_replace_those_of_the_day(
    kept, tmp_path: Path
) -> None:
    database, entries = kept
    refreshed(database, tmp_path / "book")
    book = read(database, tmp_path / "book")
    found = Evaluator(POLICY, TODAY, Rates(RATES)).evaluate(book)
    store = ColumnStore(database.url)
    for _ in range(2):
        with store.opened() as columns:
            rows = rows_of(found, POLICY)
            assert columns.keep(TODAY, None, [rows]) == len(entries)
    broken = rows.drop_columns(["grade"])
    with pytest.raises(Exception, match=r"NOT NULL|grade"), store.opened() as columns:
        columns.keep(TODAY, None, [broken])
    with store.opened() as columns:
        kept_rows = columns.table("SELECT * FROM portfolio_evaluation ORDER BY customer_id")
    assert kept_rows.num_rows == len(entries)
    assert kept_rows["customer_id"].to_pylist() == [e.customer.id for e in entries]
    cents = [int(c) for c in found.scores.cents]
    assert kept_rows["points_cents"].to_pylist() == cents
    reasons = [",".join(found.reasons(row)[1]) for row in range(len(found))]
    assert kept_rows["reasons_against"].to_pylist() == reasons


def test_rows_of_some_customers_leave_those_of_others_and_of_other_days(
    kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditflow.store.columns._PART", 2)
    database, entries = kept
    refreshed(database, tmp_path / "book")
    book = read(database, tmp_path / "book")
    days = (TODAY + timedelta(days=1), TODAY)
    with ColumnStore(database.url).opened() as columns:
        for day in days:
            found = Evaluator(POLICY, day, Rates(RATES)).evaluate(book)
            columns.keep(day, None, [rows_of(found, POLICY)])
    some = [entries[place].customer.id for place in (0, 2, 3, 5, 8)]
    with ColumnStore(database.url).opened() as columns:
        assert columns.keep(TODAY, some, []) == 0
        left = columns.table("SELECT on_day, customer_id FROM portfolio_evaluation").to_pylist()
    by_day = {day.isoformat(): set() for day in days}
    for row in left:
        by_day[str(row["on_day"])].add(row["customer_id"])
    everybody = {e.customer.id for e in entries}
    assert list(by_day.values()) == [everybody, everybody - set(some)]


def test_when_limits_moved_is_read_as_the_history_tells_it(kept) -> None:
    database, entries = kept
    r = Random(5)
    with database.work() as work:
        for entry in entries:
            history = work.limits.history(entry.customer.id)
            for version in range(len(history) + 1, len(history) + r.randint(1, 4)):
                state = r.choice([*LimitState, LimitState.AMOUNT])
                amount = Money(r.choice([100, 200]), r.choice(["CNY", "CNY", "EUR"]))
                is_amount = state is LimitState.AMOUNT
                limit = Limit(entry.customer.id, version, state, amount if is_amount else None,
                              TODAY - timedelta(days=r.randint(0, 99)), None, recorded_at=NOW)  # fmt: skip
                work.limits.add(limit, replacing=version - 1)
        told = {e.customer.id: movement(work.limits.history(e.customer.id)) for e in entries}
    with ColumnStore(database.url).opened() as columns:
        _, limits = columns.standing(None)
    found = {
        row["customer_id"]: Movement(_day(row["changed_day"]), _day(row["cut_day"]))
        for row in limits.to_pylist()
    }
    assert found == {id_: moved for id_, moved in told.items() if moved != Movement()}
    assert any(moved.cut_on for moved in found.values())


def test_what_was_granted_of_late_is_counted_as_a_case_counts_it(sql_database: Database) -> None:
    """Every history on either database, at every edge of the window; to everybody and to a few."""
    entries = of_one_source(random_entries(Random(11), 60))
    them = [with_raises(Random(n), replace(e, limit=_of_many(e))) for n, e in enumerate(entries)]
    with sql_database.work() as work:
        work.customers.put_all([e.customer for e in them])
        for entry in them:
            for limit in entry.history:
                work.limits.add(replace(limit, recorded_at=NOW), replacing=limit.version - 1)
            for added in entry.added:
                work.added_limits.add(added, replacing=added.version - 1)
    policy = replace(POLICY, dynamic=DYNAMIC)
    for on in (TODAY, TODAY + timedelta(days=1), TODAY - timedelta(days=60)):
        told = lately_in(them, on, DYNAMIC.period_days)
        assert told.raised.any()
        with ColumnStore(sql_database.url).opened() as columns:
            whole = lately_of(columns, policy, on)
            few = lately_of(columns, policy, on, [e.customer.id for e in them[:9]])
        book = book_of(them)
        assert whole.raises(book).tolist() == told.raises(book).tolist()
        assert whole.starts(book).tolist() == told.starts(book).tolist()
        assert few.raises(book).tolist()[:9] == told.raises(book).tolist()[:9]
        assert not few.raises(book)[9:].any()


def _of_many(entry: Entry) -> Limit:
    """A limit with others before it."""
    given = entry.limit or Limit(entry.customer.id, 1, LimitState.ZERO, None, TODAY, None)
    return replace(given, version=len(entry.customer.id) + len(entry.ledger.invoices) % 4)


def test_what_no_rule_asks_for_is_not_read() -> None:
    class Nothing:
        """A source that can answer nothing."""

    silent = replace(POLICY, authority=(), dynamic=None)
    assert not len(lately_of(Nothing(), silent, TODAY).raised)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        lately_of(Nothing(), POLICY, TODAY)  # type: ignore[arg-type]


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]
