"""Everybody is looked at when due, once for each occasion, and by one case at a time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.case import CaseState
from creditflow.domain.covers import Cover
from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import SYSTEM_ACTOR, Role
from creditflow.ports import PromiseKind
from creditflow.services.reviewing import (
    due,
    months_after,
    open_case,
)
from tests.fakes import FakeWork
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_cover,
    a_customer,
    a_guarantee,
    a_limit,
    a_person,
    a_policy,
    an_evaluation,
    an_occasion,
    cny,
)

SALES = a_person("sales.wang", roles=frozenset({Role.SALES}), desks=frozenset(), mandate=None)


def book(*ids: str) -> FakeWork:
    work = FakeWork(a_policy())
    work.customers.put_all([a_customer(i) for i in ids or ("C001",)])
    return work


def reviewed(on: date, *, grade=Grade.C, state=CaseState.NOTIFIED, **limit) -> FakeWork:
    """A customer that was looked at on that day, and may have a limit since."""
    work = book()
    work.cases.add(a_case(state=state, occasion=an_occasion(on=on)))
    if grade is not None:
        work.evaluations.add(an_evaluation(grade=grade, on=on))
    if limit:
        work.limits.add(a_limit(**limit), replacing=0)
    return work


def kinds(work: FakeWork, on: date = TODAY) -> list[str]:
    return [o.kind.value for o in due(on=on, work=work)]


# ------------------------------------------------------------------ who is due


def test_who_was_never_looked_at_is_due():
    work = book("C002", "C001")
    assert [(o.customer, o.kind, o.on) for o in due(on=TODAY, work=work)] == [
        ("C001", OccasionKind.NEW, TODAY),
        ("C002", OccasionKind.NEW, TODAY),
    ]


def test_who_came_with_a_limit_is_not_new():
    work = book()
    work.limits.add(a_limit(), replacing=0)
    assert kinds(work) == ["periodic"]


@pytest.mark.parametrize(
    ("grade", "first_day"), [("A", date(2026, 8, 31)), ("C", date(2026, 8, 31)),
                             ("D", date(2025, 11, 30)), ("G", date(2025, 11, 30))]
)  # fmt: skip
def test_a_grade_has_its_cadence(grade, first_day):
    work = reviewed(date(2025, 8, 31), grade=Grade(grade))
    assert kinds(work, first_day - timedelta(1)) == []
    assert kinds(work, first_day) == ["periodic"]


def test_who_was_looked_at_without_a_judgement_is_due_again():
    assert kinds(reviewed(TODAY, grade=None), TODAY + timedelta(1)) == ["periodic"]


def test_a_case_that_was_withdrawn_was_no_look():
    assert kinds(reviewed(TODAY, state=CaseState.WITHDRAWN)) == ["new"]


@pytest.mark.parametrize(
    ("days_left", "is_due"), [(8, False), (7, True), (1, True), (0, True), (-9, True)]
)
def test_a_limit_is_looked_at_before_it_ends(days_left, is_due):
    until = TODAY + timedelta(days_left)
    work = reviewed(TODAY - timedelta(60), from_=TODAY - timedelta(200), until=until)
    assert (kinds(work) == ["periodic"]) is is_due


def test_a_limit_without_an_end_has_no_end_to_look_at():
    assert kinds(reviewed(TODAY - timedelta(60), from_=TODAY - timedelta(200), until=None)) == []


def test_a_renewal_that_was_refused_is_not_asked_for_again_every_day():
    until = TODAY + timedelta(5)
    work = reviewed(TODAY, state=CaseState.REJECTED, from_=TODAY - timedelta(200), until=until)
    after = [TODAY + timedelta(days) for days in range(1, 40)]
    assert [day for day in after if kinds(work, day)] == []
    # The cadence of the grade still holds.
    assert kinds(work, months_after(TODAY, 12)) == ["periodic"]


def test_only_the_customers_that_were_named_are_looked_at():
    work = book("C001", "C002", "C003")
    named = [CustomerId("C003"), CustomerId("C001")]
    assert [o.customer for o in due(on=TODAY, work=work, customers=named)] == ["C003", "C001"]
    assert due(on=TODAY, work=work, customers=[]) == []


def test_looking_who_is_due_changes_nothing():
    work = book()
    before = work.kept.copied()
    due(on=TODAY, work=work)
    assert work.kept == before


# ------------------------------------------------------------------ months


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_so_many_months_later(day, months, then):
    assert months_after(day, months) == then


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 120))
def test_the_month_is_exact_and_the_day_is_the_same_or_the_last(day, months):
    then = months_after(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == day.day or ((then + timedelta(1)).day == 1 and then.day < day.day)


# ------------------------------------------------------------------ opening a case


def test_an_occasion_opens_a_case_with_a_number_to_quote():
    work = book()
    case = open_case(an_occasion(), at=NOW, work=work)
    assert (case.id, case.state, case.version) == ("CF-000001", CaseState.DRAFT, 1)
    assert work.cases.get("CF-000001") == case
    (sealed,) = work.journal.of("CF-000001")
    assert (sealed.entry.what, sealed.entry.by) == ("case.started", SYSTEM_ACTOR)
    assert work.outbox.all() == []


def test_a_run_is_promised_where_somebody_asks_for_one():
    work = book()
    open_case(an_occasion(), at=NOW, work=work, run=True)
    assert [p.kind for p in work.outbox.all()] == [PromiseKind.START_RUN]


def test_the_same_occasion_opens_no_second_case_even_when_the_first_is_finished():
    work = book()
    case = open_case(an_occasion(), at=NOW, work=work)
    before = work.kept.copied()
    assert open_case(an_occasion(), at=NOW, work=work) is None
    assert work.kept == before
    work.cases.put(case.moved(CaseState.WITHDRAWN, at=NOW))
    assert open_case(an_occasion(), at=NOW, work=work) is None


def test_a_customer_has_one_open_case_at_a_time():
    work = book()
    first = open_case(an_occasion(), at=NOW, work=work)
    signal = an_occasion(kind=OccasionKind.SIGNAL)
    before = work.kept.copied()
    assert open_case(signal, at=NOW, work=work) is None
    assert work.kept == before
    work.cases.put(first.moved(CaseState.WITHDRAWN, at=NOW))
    assert open_case(signal, at=NOW, work=work).id == "CF-000002"


# ------------------------------------------------------------------ what stands behind a limit


LAST = TODAY - timedelta(days=20)


def behind(*records, **scene) -> FakeWork:
    work = reviewed(LAST, **scene)
    covers = [r for r in records if isinstance(r, Cover)]
    guarantees = [r for r in records if not isinstance(r, Cover)]
    work.backings.add(covers=covers, guarantees=guarantees, at=NOW)
    return work


ENDED = {"from_": date(2025, 1, 1), "until": TODAY - timedelta(days=1)}


@pytest.mark.parametrize(
    "records",
    [
        [a_cover(**ENDED)],
        [a_guarantee(**ENDED)],
        # The same, extended for less.
        [a_guarantee(**ENDED), a_guarantee(from_=TODAY, until=None, amount=cny(1))],
        [a_cover(from_=LAST), a_cover(from_=TODAY, amount=cny(0))],
    ],
)
def test_a_cover_or_guarantee_that_ends_or_is_cut_brings_the_customer_up_once(records):
    work = behind(*records)
    (occasion,) = due(on=TODAY, work=work)
    assert (occasion.kind, occasion.reference) == (OccasionKind.BACKING, records[0].number)
    assert due(on=TODAY - timedelta(days=1), work=work) == []
    case = open_case(occasion, at=NOW, work=work)
    assert due(on=TODAY, work=work) == []
    assert open_case(occasion, at=NOW, work=work) is None
    work.kept.cases[case.id] = replace(case, state=CaseState.NOTIFIED)
    assert due(on=TODAY + timedelta(days=1), work=work) == []
    assert due(on=TODAY, work=work, customers=[]) == []


@pytest.mark.parametrize(
    "records",
    [
        [a_cover(from_=LAST, until=TODAY)],
        [a_guarantee(**ENDED), a_guarantee(from_=TODAY, until=None)],
        [a_cover(**ENDED | {"until": LAST - timedelta(days=1)})],
        [a_cover(**ENDED, amount=cny(0))],
        [a_cover(from_=TODAY)],
    ],
)
def test_what_still_holds_was_over_before_or_was_worth_nothing_brings_nobody_up(records):
    assert due(on=TODAY, work=behind(*records)) == []


def test_who_is_due_anyway_is_due_once():
    work = behind(a_cover(**ENDED), grade=None)
    assert kinds(work) == ["periodic"]
