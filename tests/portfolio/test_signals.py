"""Both evaluators find the same: every signal of every customer, whatever its ledger looks like."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.catalogue import SIGNALS
from creditflow.domain.exposure import exposure
from creditflow.domain.gathering import gather
from creditflow.domain.ledger import Ledger
from creditflow.domain.policy import Policy
from creditflow.domain.quantities import exact
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.signals import SignalValue
from creditflow.portfolio.arithmetic import UNKNOWN
from creditflow.portfolio.book import block, chosen
from creditflow.portfolio.building import Inconsistent, build
from creditflow.portfolio.signals import Signals, signals
from tests.makers import TODAY, a_customer, a_payment, a_policy, an_invoice, cny
from tests.portfolio.books import RATES, Entry, book_of, ends_in, many_entries, rates_of, raw_of
from tests.portfolio.sayings import SCALES

POLICY = replace(a_policy(), scales=SCALES)

Known = tuple[SignalValue, bool]
"""A value, and whether it may be used."""


def in_columns(found: Signals, place: int) -> dict[str, Known]:
    return {
        name: (found.value(name, place), bool(found.fresh(name)[place] != UNKNOWN))
        for name in SIGNALS
    }


def one_by_one(
    entry: Entry,
    on: date = TODAY,
    policy: Policy = POLICY,
    rates: Rates = Rates(RATES),  # noqa: B008
    ends: Mapping[str, date] = MappingProxyType({}),
) -> dict[str, Known]:
    owed = exposure(entry.ledger, currency=entry.customer.currency, rates=rates, on=on)
    assert owed.total.minor >= 0  # raises where it cannot be kept
    evidence = gather(
        entry.customer,
        ledger=entry.ledger,
        statements=entry.statements,
        exposure=owed,
        limit=entry.limit,
        policy=policy,
        rates=rates,
        on=on,
        observations=entry.observations,
        sources_until=max((ends[s] for s in entry.ledger.sources() if s in ends), default=None),
    )
    return {name: (_shown(evidence[name].value), evidence[name].usable(on)) for name in SIGNALS}


def _shown(value: SignalValue) -> SignalValue:
    """What is finer than a column is shown to a billionth."""
    return value if not isinstance(value, Decimal) else exact(Fraction(value), 9)


def differing(a: Mapping[str, Known], b: Mapping[str, Known]) -> dict[str, object]:
    return {name: (a[name], b[name]) for name in SIGNALS if a[name] != b[name]}


@given(many_entries())
@settings(max_examples=40, deadline=None)
def test_every_signal_in_columns_equals_the_one_of_the_customer_alone(entries: list[Entry]) -> None:
    found = signals(book_of(entries), on=TODAY, policy=POLICY)
    assert not found.refused
    for place, entry in enumerate(entries):
        assert differing(in_columns(found, place), one_by_one(entry)) == {}


@given(many_entries(customers=12), st.sampled_from([0, 11, 31, 40, 60, 150]))
@settings(max_examples=15, deadline=None)
def test_a_ledger_that_ended_says_in_columns_what_it_says_alone(
    entries: list[Entry], later: int
) -> None:
    """Nothing any more but what was overdue, once no document of its sources is fresh."""
    on = TODAY + timedelta(days=later)
    ends, rates = ends_in(entries, on), rates_of(on)
    found = signals(book_of(entries, rates), on=on, policy=POLICY, ends=ends)
    for place, entry in enumerate(entries):
        alone = one_by_one(entry, on, rates=Rates(rates), ends=ends)
        assert differing(in_columns(found, place), alone) == {}


def test_what_is_overdue_outlasts_the_end_of_a_ledger_and_the_rest_does_not() -> None:
    """The negative control: with a fresh document of another customer nothing is forgotten."""
    late = an_invoice(due_on=TODAY - timedelta(days=200), issued_on=TODAY - timedelta(days=230))
    book = book_of([Entry(a_customer(), Ledger(a_customer().id, (late,)))])
    usable = {
        end: {
            name
            for name in SIGNALS
            if signals(book, on=TODAY, ends={"own": end}).fresh(name)[0] != UNKNOWN
        }
        for end in (TODAY, late.issued_on)
    }
    assert "high_credit_12m" in usable[TODAY] - usable[late.issued_on]
    assert "overdue_90_share" in usable[late.issued_on]


@given(many_entries(most=9 * 10**15))
@settings(max_examples=10, deadline=None)
def test_amounts_that_no_column_can_add_up_are_left_to_the_domain(entries: list[Entry]) -> None:
    found = signals(book_of(entries), on=TODAY, policy=POLICY)
    for place, entry in enumerate(entries):
        try:
            alone = one_by_one(entry)
        except OverflowError:
            assert place in found.refused
            continue
        largest = max((abs(v) for v, _ in alone.values() if isinstance(v, Decimal)), default=0)
        if place in found.refused:
            assert largest > 10**14
        else:
            assert differing(in_columns(found, place), alone) == {}


@given(many_entries())
@settings(max_examples=15, deadline=None)
def test_the_exposure_in_columns_equals_the_one_of_the_customer_alone(
    entries: list[Entry],
) -> None:
    found = signals(book_of(entries), on=TODAY)
    for place, entry in enumerate(entries):
        own = entry.customer.currency
        owed = exposure(entry.ledger, currency=own, rates=Rates(RATES), on=TODAY)
        columns = ("receivables", "credits", "orders", "disputed", "exposure")
        alone = (owed.receivables, owed.credits, owed.orders, owed.disputed, owed.total)
        assert [int(found.column(c)[place]) for c in columns] == [a.minor for a in alone]
        ageing = [int(found.column(f"ageing_{at}")[place]) for at in range(5)]
        assert ageing == [a.minor for a in owed.ageing.values()]
        assert int(found.column("oldest_days_late")[place]) == owed.oldest_days_late


@given(many_entries(), st.integers(0, 400))
@settings(max_examples=10, deadline=None)
def test_nothing_after_the_day_can_be_seen(entries: list[Entry], ago: int) -> None:
    """Documents of later days are changed beyond recognition, and no signal moves."""
    on = TODAY - timedelta(days=ago)
    entries = [Entry(e.customer, e.ledger, said=e.said) for e in entries]
    known = [
        Entry(e.customer, e.ledger.until(on), said=tuple(o for o in e.said if o.on <= on))
        for e in entries
    ]
    rates = tuple(rate for rate in RATES) + tuple(
        type(rate)(rate.currency, on, rate.per_pivot, rate.source) for rate in RATES
    )
    with_later = signals(book_of(entries, rates), on=on)
    without = signals(book_of(known, rates), on=on)
    assert np.array_equal(with_later.table, without.table)


def test_a_payment_of_the_day_itself_is_seen() -> None:
    """The negative control of the test above: the cut-off is at the day, not before it."""
    invoice = an_invoice(due_on=TODAY - timedelta(days=9), issued_on=TODAY - timedelta(days=40))
    on_the_day = a_payment(paid_on=TODAY, amount=invoice.amount)
    day_after = a_payment(paid_on=TODAY + timedelta(days=1), amount=invoice.amount)
    open_ = [
        signals(
            book_of([Entry(a_customer(), Ledger(a_customer().id, (invoice,), (payment,)))]),
            on=TODAY,
        ).value("overdue_share", 0)
        for payment in (on_the_day, day_after)
    ]
    assert open_ == [0, 1]


def test_a_customer_without_an_exchange_rate_is_refused_and_the_others_are_not() -> None:
    foreign = an_invoice(amount=cny(5).__class__.of(5, "GBP"))
    entries = [
        Entry(a_customer("C1"), Ledger(a_customer("C1").id, (an_invoice(customer="C1"),))),
        Entry(a_customer("C2"), Ledger(a_customer("C2").id, (foreign,))),
    ]
    entries[1] = Entry(
        a_customer("C2"),
        Ledger(a_customer("C2").id, (an_invoice(customer="C2", amount=foreign.amount),)),
    )
    found = signals(book_of(entries), on=TODAY)
    assert isinstance(found.refused[1], NoRate)
    assert list(found.refused) == [1]
    assert found.value("high_credit_12m", 0) == cny("12000.50").major


def test_one_number_twice_from_one_source_is_an_error() -> None:
    ledger = Ledger(a_customer().id, (an_invoice(), an_invoice(issued_on=date(2025, 1, 1))))
    with pytest.raises(Inconsistent, match="R-1"):
        build(raw_of([Entry(a_customer(), ledger)]))


@given(many_entries())
@settings(max_examples=5, deadline=None)
def test_a_part_of_a_book_says_the_same_as_the_whole(entries: list[Entry]) -> None:
    book = book_of(entries)
    whole = signals(book, on=TODAY).table
    backwards = list(range(len(entries)))[::-1]
    assert np.array_equal(signals(chosen(book, backwards), on=TODAY).table, whole[::-1])
    parts = [signals(block(book, at, at + 2), on=TODAY).table for at in range(0, len(book), 2)]
    assert np.array_equal(np.concatenate(parts), whole)
