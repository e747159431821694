"""Sampling in columns gives the rows, values and outcomes that the domain gives one by one."""

import math
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.customer import CustomerId
from creditflow.domain.learned import BadOutcome
from creditflow.domain.ledger import Ledger
from creditflow.domain.outcomes import OF_DISPUTES, OF_ORDERS, Undated
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rate
from creditflow.portfolio.sampling import Sampled, first_issued, sampled
from creditflow.services.sampling import SampledRow, sample
from creditflow.sources.policy_files import shipped_policy_text
from tests.fakes import FakeDatabase
from tests.makers import TODAY, a_customer, a_payment, an_invoice
from tests.portfolio.books import RATES, Entry, book_of, many_entries, random_entries

SHIPPED = policy_from_json(shipped_policy_text(), 1)
DAYS = [TODAY - timedelta(days=ago) for ago in (700, 365, 200, 120, 90)]
OUTCOMES = [BadOutcome(30, 90), BadOutcome(1, 30), BadOutcome(60, 90)]
OF_THEN = tuple(
    replace(rate, on=on) for rate in RATES for on in (*DAYS, TODAY)
)  # fmt: skip


UNDATED = [
    Undated(),
    Undated(disputes=frozenset({"own", "other"})),
    Undated(orders=frozenset({"own", "other"})),
]
DATED = UNDATED[0]
"""Every source says since when: also a part of the random ledgers has no days."""


def one_by_one(
    entries: list[Entry],
    outcome: BadOutcome,
    rates: tuple[Rate, ...] = OF_THEN,
    undated: Undated = DATED,
) -> list[SampledRow]:
    return [row for entry in entries for row in alone(entry, outcome, rates, undated)]


def alone(
    entry: Entry, outcome: BadOutcome, rates: tuple[Rate, ...], undated: Undated
) -> list[SampledRow]:
    """By the domain; in a database of its own, since numbers are used more than once."""
    with FakeDatabase(policy_from_json=policy_from_json).work() as work:
        work.rates.put_all(rates)
        work.customers.put_all([entry.customer])
        work.ledger.add(
            invoices=entry.ledger.invoices,
            payments=entry.ledger.payments,
            orders=entry.ledger.orders,
        )
        work.statements.put_all(entry.statements)
        known, who = work.rates.all(), entry.customer.id
        return list(
            sample(who, DAYS, outcome, policy=SHIPPED, rates=known, undated=undated, work=work)
        )


def in_columns(
    entries: list[Entry],
    outcome: BadOutcome,
    rates: tuple[Rate, ...] = OF_THEN,
    undated: Undated = DATED,
) -> list[SampledRow]:
    found = sampled(book_of(entries, rates), DAYS, outcome, SHIPPED, undated=undated)
    return [
        SampledRow(
            entries[int(found.customer[i])].customer.id,
            date.fromordinal(int(found.day[i])),
            known(found, i),
            bool(found.bad[i]),
        )
        for i in range(len(found.bad))
    ]


def known(found: Sampled, row: int) -> dict[str, float | str]:
    values = {name: column[row] for name, column in found.columns.items()}
    return {
        name: value if isinstance(value, str) else float(value)
        for name, value in values.items()
        if value is not None and not (isinstance(value, float) and math.isnan(value))
    }


def numbers(row: tuple) -> dict[str, float]:
    """The numbers of a plain row, by name."""
    return {name: value for name, value in row[2].items() if isinstance(value, float)}


def words(row: tuple) -> dict[str, str]:
    """The words of a plain row, by name."""
    return {name: value for name, value in row[2].items() if isinstance(value, str)}


def plain(rows: list[SampledRow]) -> list[tuple[object, ...]]:
    """Rows to compare: a number as the model counts with it."""
    return [
        (
            r.customer,
            r.on,
            {
                n: v if isinstance(v, str) else float(v)
                for n, v in r.values.items()
                if v is not None
            },
            r.bad,
        )
        for r in rows
    ]


@given(many_entries(customers=20), st.sampled_from(OUTCOMES), st.sampled_from(UNDATED))
@settings(max_examples=15, deadline=None)
def test_columns_and_the_domain_give_the_same_sample(
    entries: list[Entry], outcome: BadOutcome, undated: Undated
) -> None:
    found = in_columns(entries, outcome, undated=undated)
    assert plain(found) == plain(one_by_one(entries, outcome, undated=undated))


def test_what_hangs_on_days_is_known_where_there_are_any() -> None:
    """Otherwise the test above would say nothing about disputes and orders."""
    entries, names = random_entries(Random(4), 60), OF_DISPUTES | OF_ORDERS
    for undated, known_ in zip(UNDATED, (names, OF_ORDERS, OF_DISPUTES), strict=True):
        rows = in_columns(entries, OUTCOMES[0], undated=undated)
        assert {name for row in rows for name in row.values} & names == known_


def test_what_moves_after_the_day_changes_nothing_of_it() -> None:
    """The day on which a dispute began or ended, or an order was closed, if that is later."""
    entries = random_entries(Random(9), 40)
    last = max(DAYS)
    moved = [replace(e, ledger=_moved(e.ledger, last)) for e in entries]
    assert moved != entries
    assert signals_of(in_columns(moved, OUTCOMES[0])) == signals_of(
        in_columns(entries, OUTCOMES[0])
    )
    earlier = [replace(e, ledger=_moved(e.ledger, min(DAYS))) for e in entries]
    assert signals_of(in_columns(earlier, OUTCOMES[0])) != signals_of(
        in_columns(entries, OUTCOMES[0])
    )


def signals_of(rows: list[SampledRow]) -> list[tuple[object, ...]]:
    return [row[:3] for row in plain(rows)]


def _moved(ledger: Ledger, behind: date) -> Ledger:
    """What is dated after that day is dated 17 days later; nothing else about it changes."""

    def later(day: date | None) -> date | None:
        return day + timedelta(days=17) if day is not None and day > behind else day

    return replace(
        ledger,
        invoices=tuple(
            replace(
                i,
                disputed_on=later(i.disputed_on),
                dispute_settled_on=later(i.dispute_settled_on),
            )
            for i in ledger.invoices
        ),
        orders=tuple(replace(o, closed_on=later(o.closed_on)) for o in ledger.orders),
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_among_them_are_good_and_bad_ones(outcome: BadOutcome) -> None:
    """Otherwise the test above would say nothing about outcomes."""
    rows = in_columns(random_entries(Random(4), 60), outcome)
    bad = [row.bad for row in rows]
    assert any(bad)
    assert not all(bad)
    assert {row.on for row in rows} == set(DAYS)


def test_amounts_that_no_column_can_hold_are_left_out() -> None:
    """Of several books, so that it does not hang on what one of them happens to hold."""
    outcome, left_out = OUTCOMES[0], []
    for seed in range(14):
        entries = random_entries(Random(seed), 12, most=9 * 10**15)
        found, domain = plain(in_columns(entries, outcome)), plain(one_by_one(entries, outcome))
        known = {row[:2]: row for row in found}
        for row in domain:
            if (seen := known.pop(row[:2], None)) is None:
                left_out.append(row)
            else:  # a trend of such amounts may differ in its last digit
                assert words(seen) == words(row)
                assert numbers(seen) == pytest.approx(numbers(row), rel=1e-12)
                assert seen[3] == row[3]
        assert not known
    assert left_out
    for _, _, values, _ in left_out:
        assert max(v for v in values.values() if isinstance(v, float)) > 10**11


def test_a_day_without_a_rate_gives_no_row() -> None:
    entries, outcome = random_entries(Random(2), 30), OUTCOMES[0]
    without = in_columns(entries, outcome, RATES)  # which are of today
    assert plain(without) == plain(one_by_one(entries, outcome, RATES))
    assert 0 < len(without) < len(in_columns(entries, outcome))


def test_the_first_document_and_an_empty_book() -> None:
    entries = random_entries(Random(3), 8)
    days = [i.issued_on for entry in entries for i in entry.ledger.invoices]
    assert first_issued(book_of(entries)) == min(days)
    assert first_issued(book_of([])) is None
    assert sampled(book_of([]), DAYS, OUTCOMES[0], SHIPPED, undated=DATED).columns == {}


def test_a_row_in_columns_costs_a_tenth_of_one_in_the_domain() -> None:
    """A ratio of CPU time, so that a slow machine does not matter."""
    entries = [Entry(a_customer(f"C{n:03d}"), steady(CustomerId(f"C{n:03d}"))) for n in range(300)]
    book = book_of(entries, OF_THEN)
    sampled(book, DAYS[:1], OUTCOMES[0], SHIPPED, undated=DATED)  # which compiles

    began = process_time()
    rows = sampled(book, DAYS, OUTCOMES[0], SHIPPED, undated=DATED)
    columns = (process_time() - began) / len(rows.bad)
    began = process_time()
    domain = one_by_one(entries[:10], OUTCOMES[0])
    assert columns * 10 < (process_time() - began) / len(domain)


def steady(customer: CustomerId) -> Ledger:
    """An invoice a month for three years, paid on its due date."""
    invoices, payments = [], []
    for month in range(36):
        issued = TODAY - timedelta(days=30 * month)
        document = f"R-{month}"
        terms = issued + timedelta(days=30)
        invoices.append(
            an_invoice(customer=customer, document=document, issued_on=issued, due_on=terms)
        )
        payments.append(
            a_payment(customer=customer, document=f"P-{month}", paid_on=terms,
                      amount=invoices[-1].amount, invoice=document)
        )  # fmt: skip
    return Ledger(customer, tuple(reversed(invoices)), tuple(reversed(payments)))
