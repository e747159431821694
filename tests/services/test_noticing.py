"""Letters that fall due by the policy's rules: each for a reason, once, and not too often."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from creditflow.domain.added_limits import Consumption
from creditflow.domain.customer import CustomerId
from creditflow.domain.notice import Notice
from creditflow.domain.notice_rules import (
    NO_NOTICES,
    EndRule,
    HoldRule,
    LatenessRule,
    NoticeRules,
    StatementsRule,
)
from creditflow.post.rendering import Press
from creditflow.services.noticing import WRITTEN, due_notices, write_notice
from creditflow.services.notifying import notify
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_customer,
    a_limit,
    a_payment,
    a_policy,
    a_statement,
    an_added_limit,
    an_invoice,
    an_order,
    cny,
)
from tests.post.letters import SENDER

PRESS = Press(SENDER)
RULES = NoticeRules(
    payment_behaviour=LatenessRule(Decimal("0.4"), 10, 5, 90),
    held=HoldRule(45, True, 14),
    statements_wanted=StatementsRule(400, 45, 120),
    limit_ends=EndRule(30),
)


def a_work(rules=RULES, **customer):
    work = FakeWork(a_policy(notices=rules))
    work.customers.put_all([a_customer(**customer)])
    return work


def with_payments(late, prompt, *, days=20):
    """So many invoices were paid so late, and so many on time."""
    work = a_work()
    due = TODAY - timedelta(days=100)
    names = [f"R-{n}" for n in range(late + prompt)]
    work.ledger.add(
        invoices=[an_invoice(x, issued_on=due - timedelta(days=60), due_on=due) for x in names]
    )
    work.ledger.add(payments=[
            a_payment(
                f"P-{n}", invoice=x, amount=cny("12000.50"),
                paid_on=due + timedelta(days=days if n < late else 0),
            )
            for n, x in enumerate(names)
        ]
    )  # fmt: skip
    return work


def with_open_invoice(days_late, work=None):
    work = work or a_work()
    due = TODAY - timedelta(days=days_late)
    work.ledger.add(invoices=[an_invoice(issued_on=due - timedelta(days=60), due_on=due)])
    return work


def kinds(work, on=TODAY):
    return [x.due.notice for x in due_notices(on=on, work=work)]


def write(work, on=TODAY):
    """What the clock does on a day; the letters that were written."""
    at = NOW + (on - TODAY)
    return [
        letter
        for notice in due_notices(on=on, work=work)
        if (letter := write_notice(notice, at=at, on=on, work=work, press=PRESS, sender=SENDER))
    ]


@pytest.mark.parametrize(
    ("late", "prompt", "days", "expected"),
    [
        (4, 6, 10, [Notice.PAYMENT_BEHAVIOUR]),
        (3, 7, 10, []),
        (4, 6, 9, []),
        (4, 0, 30, []),
        (5, 0, 30, [Notice.PAYMENT_BEHAVIOUR]),
        (0, 9, 0, []),
    ],
)
def test_lateness_is_told_from_the_policys_bounds_on(late, prompt, days, expected):
    assert kinds(with_payments(late, prompt, days=days)) == expected


def test_lateness_is_told_once_per_period_and_the_record_says_by_whom_and_why():
    work = with_payments(6, 4)
    (letter,) = write(work)
    assert letter.outcome is Notice.PAYMENT_BEHAVIOUR
    (entry,) = [x.entry for x in work.journal.of(ACME) if x.entry.what == WRITTEN]
    assert entry.facts["notice"] == "payment_behaviour"
    assert "6 of the last 10 paid invoices came late, by 20 days" in entry.facts["why"]
    assert write(work) == write(work, TODAY + timedelta(days=89)) == []
    assert len(write(work, TODAY + timedelta(days=90))) == 1


def test_two_clocks_write_one_letter():
    work = with_payments(6, 4)
    (seen,) = due_notices(on=TODAY, work=work)
    how = {"at": NOW, "on": TODAY, "press": PRESS, "sender": SENDER}
    assert write_notice(seen, work=work, **how) is not None
    assert write_notice(seen, work=work, **how) is None


def test_what_no_longer_holds_when_its_turn_comes_is_not_written():
    work = with_open_invoice(60)
    (seen,) = due_notices(on=TODAY, work=work)
    work.ledger.add(payments=[a_payment(amount=cny("12000.50"), paid_on=TODAY)])
    assert write_notice(seen, at=NOW, on=TODAY, work=work, press=PRESS, sender=SENDER) is None


def test_a_hold_for_what_is_past_due_is_lifted_once_it_is_paid():
    work = with_open_invoice(45)
    assert kinds(work) == []
    later = TODAY + timedelta(days=1)
    (held,) = write(work, later)
    assert (held.outcome, held.facts.invoices, held.facts.over) == (Notice.HELD, 1, None)
    assert write(work, later + timedelta(days=30)) == []
    work.ledger.add(
        payments=[a_payment(amount=cny("12000.50"), paid_on=later + timedelta(days=31))]
    )
    (released,) = write(work, later + timedelta(days=31))
    assert released.outcome is Notice.RELEASED
    assert "感谢贵司付清逾期款项" in released.text
    assert write(work, later + timedelta(days=32)) == []


def test_orders_that_do_not_fit_are_held_until_they_do():
    work = a_work()
    work.limits.add(a_limit(cny(4000), until=None, from_=TODAY), replacing=0)
    work.ledger.add(orders=[an_order(amount=cny(5000))])
    (held,) = write(work)
    assert (held.outcome, held.facts.invoices, held.facts.over) == (Notice.HELD, 0, cny(1000))
    assert "CNY 1,000.00" in held.text
    work.limits.add(a_limit(cny(9000), version=2, until=None, from_=TODAY), replacing=1)
    (released,) = write(work, TODAY + timedelta(days=1))
    assert released.outcome is Notice.RELEASED
    assert "逾期款项" not in released.text  # nothing was


def test_a_hold_of_a_persons_is_left_to_persons():
    work = with_open_invoice(10)
    how = {"work": work, "press": PRESS, "sender": SENDER}
    notify(ACME, Notice.HELD, by="chen.wei", at=NOW, on=TODAY, **how)
    work.ledger.add(payments=[a_payment(amount=cny("12000.50"), paid_on=TODAY)])
    assert write(work, TODAY + timedelta(days=20)) == []
    notify(ACME, Notice.RELEASED, by="chen.wei", at=NOW, on=TODAY, **how)
    assert write(work, TODAY + timedelta(days=20)) == []


def test_statements_are_asked_for_when_they_are_old_and_a_review_is_near():
    work = a_work()
    work.limits.add(a_limit(until=None, review_on=TODAY + timedelta(days=45)), replacing=0)
    work.statements.put_all([a_statement(period_end=TODAY - timedelta(days=401))])
    assert kinds(work, TODAY - timedelta(days=1)) == []
    assert [x.outcome for x in write(work)] == [Notice.STATEMENTS_WANTED]
    assert kinds(work, TODAY + timedelta(days=30)) == []
    fresh = a_work()
    fresh.limits.add(a_limit(until=None, review_on=TODAY), replacing=0)
    fresh.statements.put_all([a_statement(period_end=TODAY - timedelta(days=400))])
    assert kinds(fresh) == []
    unknown = a_work()
    unknown.limits.add(a_limit(until=None, review_on=TODAY), replacing=0)
    assert kinds(unknown) == [Notice.STATEMENTS_WANTED]


def test_the_end_of_a_limit_is_told_once_per_end():
    work = a_work(NoticeRules(limit_ends=EndRule(30)))
    end = TODAY + timedelta(days=31)
    work.limits.add(a_limit(until=end, from_=TODAY - timedelta(days=300)), replacing=0)
    assert write(work) == []
    assert [x.outcome for x in write(work, TODAY + timedelta(days=1))] == [Notice.LIMIT_ENDS]
    assert write(work, TODAY + timedelta(days=2)) == write(work, end) == []
    further = end + timedelta(days=365)
    work.limits.add(a_limit(version=2, until=further, from_=end), replacing=1)
    assert kinds(work, end) == []
    assert kinds(work, further - timedelta(days=30)) == [Notice.LIMIT_ENDS]


def with_credit_on_top(*, lasts, project="", base=600_000):
    work = a_work(NoticeRules(limit_ends=EndRule(30)))
    if base is not None:
        limit = a_limit(cny(base), from_=TODAY - timedelta(days=300), until=None)
        work.limits.add(limit, replacing=0)
    top = an_added_limit(
        from_=TODAY, until=TODAY + timedelta(days=lasts), project=project, amount=cny(200_000),
        consumption=Consumption.OWN_ONLY if project else None,
    )  # fmt: skip
    work.added_limits.add(top, replacing=0)
    return work, top


@pytest.mark.parametrize(("lasts", "before"), [(90, 30), (60, 30), (20, 10), (3, 1), (1, 1)])
def test_the_end_of_credit_on_top_is_told_once_and_says_what_is_left(lasts, before):
    work, top = with_credit_on_top(lasts=lasts)
    begins = top.until - timedelta(days=before)
    assert write(work, begins - timedelta(days=1)) == []
    (letter,) = write(work, begins)
    assert letter.outcome is Notice.LIMIT_ENDS
    assert (letter.facts.kind, letter.facts.limit, letter.facts.after, letter.facts.until) == (
        "temporary", cny(200_000), cny(600_000), top.until,
    )  # fmt: skip
    (entry,) = [x.entry for x in work.journal.of(ACME) if x.entry.what == WRITTEN]
    assert entry.facts["limit"] == top.id
    for days in range(1, 20):
        assert kinds(work, begins + timedelta(days=days)) == []


@pytest.mark.parametrize(("late", "written"), [(0, 1), (3, 1), (6, 1), (7, 0)])
def test_where_letters_rested_the_end_is_told_within_a_week(late, written):
    work, top = with_credit_on_top(lasts=90, project="Bridge", base=None)
    letters = write(work, top.until + timedelta(days=late))
    assert len(letters) == written
    for letter in letters:
        assert (letter.facts.project, letter.facts.after) == ("Bridge", None)
        assert letter.facts.send_by > letter.facts.on


def test_one_of_two_limits_is_told_without_the_other_and_neither_rests_for_the_base():
    work, top = with_credit_on_top(lasts=60)
    later = an_added_limit("AL-000002", from_=TODAY, until=top.until + timedelta(days=40))
    work.added_limits.add(later, replacing=0)
    ends = top.until + timedelta(days=1)
    work.limits.add(a_limit(cny(500_000), version=2, from_=TODAY, until=ends), replacing=1)
    told = [write(work, top.until - timedelta(days=days)) for days in (30, 29, 28, 1)]
    assert [[x.facts.kind for x in letters] for letters in told] == [
        ["temporary"],
        ["base"],
        [],
        [],
    ]
    (last,) = write(work, later.until - timedelta(days=30))
    assert last.facts.limit == later.amount


def test_what_was_taken_back_before_it_counted_ends_without_a_letter():
    work, top = with_credit_on_top(lasts=60)
    work.added_limits.add(
        replace(top, version=2, until=top.from_, recorded_at=NOW + timedelta(hours=1)), replacing=1
    )
    assert all(kinds(work, TODAY + timedelta(days=days)) == [] for days in range(70))


def test_without_rules_nothing_is_written_by_itself():
    work = with_open_invoice(200, a_work(NO_NOTICES))
    assert due_notices(on=TODAY, work=work) == []


def test_of_many_customers_only_those_are_written_to_that_it_concerns():
    work = with_open_invoice(60)
    work.customers.put_all([a_customer(CustomerId("C-2"))])
    assert [x.customer for x in due_notices(on=TODAY, work=work)] == [ACME]
    assert due_notices(on=TODAY, work=work, customers=[CustomerId("C-2")]) == []
