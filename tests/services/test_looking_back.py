"""Looking back sees on each day what could be known then, and judges by the scorecards of now."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.ledger import PUBLISHED_AFTER, OrderStatus
from creditflow.domain.limits import LimitState
from creditflow.domain.monitoring import month_ends
from creditflow.domain.outcomes import OF_DISPUTES, OF_ORDERS
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.services.evaluating import evaluate
from creditflow.services.looking_back import look_back
from creditflow.sources.policy_files import shipped_policy_text
from tests.domain.monitored import EVERY_DAY
from tests.domain.strategies import ledgers
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_limit,
    a_payment,
    a_statement,
    an_invoice,
    an_occasion,
    an_order,
    cny,
)

POLICY = policy_from_json(shipped_policy_text(), 1)
DAYS = month_ends(TODAY, 4)


def work_with(*, invoices=(), payments=(), orders=(), statements=(), **customer):
    work = FakeWork(POLICY)
    work.customers.put_all([a_customer(**customer)])
    work.ledger.add(invoices=invoices, payments=payments, orders=orders)
    work.statements.put_all(statements)
    return work


def looked(work, days=DAYS, rates=EVERY_DAY):
    undated = work.ledger.undated()
    return list(look_back(ACME, days, policy=POLICY, rates=rates, undated=undated, work=work))


def some_invoices(count=12):
    first = TODAY - timedelta(days=330)
    return [
        an_invoice(
            f"R-{n}",
            issued_on=first + timedelta(days=25 * n),
            due_on=first + timedelta(days=25 * n + 30),
            amount=cny(1000),
        )
        for n in range(count)
    ]


def test_each_day_is_judged_once_by_the_scorecards_of_now():
    found = looked(work_with(invoices=some_invoices()))

    assert [one.on for one in found] == DAYS
    assert {one.policy_version for one in found} == {POLICY.version}
    assert found[0].values["tenure_days"] < found[-1].values["tenure_days"]


def test_days_before_the_relation_are_left_out():
    started = DAYS[1] + timedelta(days=3)
    work = work_with(invoices=[an_invoice(issued_on=started, due_on=started)], onboarded_on=started)

    assert [one.on for one in looked(work)] == DAYS[2:]


@given(ledgers(), st.integers(1, 200))
def test_what_happens_after_the_day_changes_nothing(ledger, after):
    """Move everything that is dated after the cut-off, and see no difference."""
    cut_off = DAYS[1]
    rest = ledger.until(cut_off)
    moved = timedelta(days=after)
    later = {
        "invoices": [
            replace(i, issued_on=i.issued_on + moved, due_on=i.due_on + moved)
            for i in ledger.invoices
            if i not in rest.invoices
        ],
        "payments": [
            replace(p, paid_on=p.paid_on + moved) for p in ledger.payments if p not in rest.payments
        ],
    }
    whole = work_with(invoices=ledger.invoices, payments=ledger.payments, orders=ledger.orders)
    other = work_with(
        invoices=[*rest.invoices, *later["invoices"]],
        payments=[*rest.payments, *later["payments"]],
    )

    assert looked(whole, [cut_off]) == looked(other, [cut_off])


def test_a_statement_is_known_only_after_it_can_have_been_published():
    end = date(2025, 9, 30)
    work = work_with(invoices=some_invoices(), statements=[a_statement(period_end=end)])
    known_on = end + PUBLISHED_AFTER

    before, then = looked(work, [known_on - timedelta(days=1), known_on])

    assert "equity_ratio" not in before.values
    assert "equity_ratio" in then.values


def test_orders_are_unknown_and_not_zero():
    """An order that is delivered today may have been open then."""
    work = work_with(invoices=some_invoices(), orders=[an_order(ordered_on=DAYS[0])])

    assert all(OF_ORDERS.isdisjoint(one.values) for one in looked(work))


def test_what_is_in_dispute_is_unknown_and_not_what_it_is_today():
    """An invoice says that it is disputed, not since when."""
    work = work_with(invoices=[*some_invoices(11), an_invoice("R-X", disputed=True)])

    assert all(not any("disputed" in name for name in one.values) for one in looked(work))


def test_a_dispute_counts_from_the_day_on_which_it_began_until_it_was_settled():
    begun, over = DAYS[1] - timedelta(days=3), DAYS[3] - timedelta(days=3)
    bill = some_invoices()[0]
    contested = replace(bill, disputed_on=begun, dispute_settled_on=over)
    work = work_with(invoices=[contested, *some_invoices()[1:]])

    found = [one.values.get("open_disputed_share") for one in looked(work)]

    assert [value is not None and value > 0 for value in found] == [False, True, True, False]
    assert None not in found


def test_an_order_counts_until_the_day_on_which_it_was_closed():
    order = an_order(
        ordered_on=DAYS[0] - timedelta(days=1), status=OrderStatus.DELIVERED,
        closed_on=DAYS[2] - timedelta(days=1),
    )  # fmt: skip
    found = looked(work_with(invoices=some_invoices(), orders=[order]))

    assert [float(one.values["open_orders"]) > 0 for one in found] == [True, True, False, False]


def test_moving_what_begins_or_ends_after_a_day_changes_nothing_of_it():
    day = DAYS[1]
    begun, closed_ = day - timedelta(days=3), day + timedelta(days=40)

    def of(settled: date, other: date, closed: date) -> list:
        first, second, *rest = some_invoices()
        first = replace(first, disputed_on=begun, dispute_settled_on=settled)
        second = replace(second, disputed=True, disputed_on=other)
        order = an_order(ordered_on=DAYS[0], status=OrderStatus.DELIVERED, closed_on=closed)
        work = work_with(invoices=[first, second, *rest], orders=[order])
        return [one.values for one in looked(work, [day])]

    later = day + timedelta(days=1)
    before = of(later, later, closed_)
    assert before == of(day + timedelta(days=70), day + timedelta(days=99), later)
    assert before != of(day, later, closed_)
    assert before != of(later, day, closed_)
    assert before != of(later, later, day)


def test_the_limit_is_the_one_that_had_begun():
    work = work_with(invoices=some_invoices())
    late = DAYS[2] - timedelta(days=2)
    work.limits.add(a_limit(cny(500_000), from_=late, until=None), replacing=0)

    found = looked(work)

    assert [("limit_utilisation" in one.values) for one in found] == [False, False, True, True]
    assert work.limits.current(ACME).state is LimitState.AMOUNT


def test_a_day_without_an_exchange_rate_is_left_out():
    invoices = [replace(i, amount=replace(i.amount, currency="USD")) for i in some_invoices()]

    assert looked(work_with(invoices=invoices), rates=Rates([])) == []


def test_looking_back_at_today_is_what_an_evaluation_finds_but_for_orders():
    work = work_with(
        invoices=some_invoices(),
        payments=[a_payment(invoice="R-3", amount=cny(1000))],
        statements=[a_statement(period_end=date(2025, 6, 30))],
    )
    occasion = an_occasion(on=TODAY)
    work.cases.add(a_case(occasion=occasion))
    evaluate("CASE-1", at=NOW, work=work)
    made = work.evaluations.latest(ACME)

    (found,) = looked(work, [TODAY])

    usable = {n: s.value for n, s in made.evidence.items() if s.usable(TODAY)}
    assert dict(found.values) == {
        n: v for n, v in usable.items() if n not in OF_ORDERS | OF_DISPUTES
    }
    assert found.segment is made.segment
    assert float(found.points) == pytest.approx(float(made.points), abs=60)
