"""Pages and lists read what the use cases kept: one query each, nothing lost, nothing doubled."""

from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter

import pytest
import sqlalchemy as sa

from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.customer import CustomerId, Origin
from creditflow.domain.grade import Grade
from creditflow.domain.letter import LetterState
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.proposal import LimitMethod
from creditflow.store.readings import CustomerRow, InboxRow, PortfolioRow
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_comment,
    a_customer,
    a_hand_in,
    a_letter,
    a_limit,
    a_payment,
    a_person,
    a_proposal,
    a_referral,
    a_statement,
    a_task,
    an_entry,
    an_evaluation,
    an_invoice,
    an_observation,
    an_occasion,
    cny,
    later,
)

DUE = date(2026, 3, 5)


def waiting_case(work, number, *, desk="director", due_on=DUE, **proposal):
    """A customer whose case waits at a desk."""
    customer, case = CustomerId(f"C00{number}"), f"CASE-{number}"
    occasion = an_occasion(kind=OccasionKind.REQUEST, customer=customer, requested_by="sales.wang")
    work.customers.put_all([a_customer(customer, name=f"客户{number}", name_en=None)])
    work.cases.add(
        a_case(
            case,
            customer=customer,
            occasion=occasion,
            state=CaseState.AWAITING,
            stage=1,
            desk=desk,
            due_on=due_on,
            evaluation_id=f"EVAL-{number}",
            proposal_id=f"PROP-{number}",
        )
    )
    work.evaluations.add(an_evaluation(f"EVAL-{number}", case_id=case, customer=customer))
    work.proposals.add(
        a_proposal(
            f"PROP-{number}",
            case_id=case,
            customer=customer,
            evaluation_id=f"EVAL-{number}",
            **proposal,
        )
    )
    work.tasks.add(a_task(case, desk=desk, due_on=due_on))


@pytest.fixture
def book(sql_database):
    """Three waiting cases at two desks, and a customer that was never looked at."""
    with sql_database.work() as work:
        waiting_case(work, 1)
        waiting_case(work, 2, desk="committee", due_on=DUE - timedelta(days=1))
        waiting_case(work, 3, due_on=DUE + timedelta(days=1), current=None,
                     current_state=LimitState.NONE_SET, current_version=0)  # fmt: skip
        work.customers.put_all([a_customer("C004", name="100%_\\", currency="USD")])
        work.limits.add(a_limit(), replacing=0)
        work.limits.add(a_limit(cny(700_000), version=2), replacing=1)
    return sql_database


@contextmanager
def counted(database):
    """How many statements go to the database meanwhile."""
    seen = []

    def note(_conn, _cursor, statement, *_):
        seen.append(statement)

    sa.event.listen(database._readers, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(database._readers, "before_cursor_execute", note)


def test_the_inbox_shows_what_an_approver_needs_due_first(book):
    with book.readings() as readings:
        inbox = readings.inbox()
        assert [row.case_id for row in inbox] == ["CASE-2", "CASE-1", "CASE-3"]
        assert inbox[1] == InboxRow(
            case_id="CASE-1",
            customer_id="C001",
            customer_name="客户1",
            customer_name_en=None,
            currency="CNY",
            kind=OccasionKind.REQUEST,
            state=CaseState.AWAITING,
            current=cny(600_000),
            proposed=cny(800_000),
            base_amount=cny(800_000),
            stake=cny(800_000),
            exposure=cny(15_000),
            grade=Grade.C,
            confidence=Decimal("0.9"),
            binding=LimitMethod.NEED,
            desk="director",
            due_on=DUE,
            opened_at=NOW,
            requested_by="sales.wang",
            version=1,
        )
        assert inbox[2].current is None
        assert readings.inbox_row("CASE-1") == inbox[1]
        assert readings.inbox_row("CASE-404") is None


def test_the_inbox_is_cut_by_desk_and_day(book):
    with book.readings() as readings:

        def ids(**terms):
            return [row.case_id for row in readings.inbox(**terms)]

        assert ids(desks=frozenset({"director"})) == ["CASE-1", "CASE-3"]
        assert ids(desks=frozenset()) == []
        assert ids(on_or_before=DUE) == ["CASE-2", "CASE-1"]


def test_counts_follow_the_states(book):
    with book.work() as work:
        work.cases.put(work.cases.get("CASE-3").moved(CaseState.WITHDRAWN, at=NOW))
        work.tasks.put(a_task("CASE-3", state=TaskState.CANCELLED, done_at=NOW))
        work.letters.add(a_letter(state=LetterState.UNCERTAIN))
    with book.readings() as readings:
        assert readings.waiting.by_desk() == {"director": 1, "committee": 1}
        assert readings.cases_by_state() == {CaseState.AWAITING: 2, CaseState.WITHDRAWN: 1}
        assert readings.letters_by_state() == {LetterState.UNCERTAIN: 1}


def test_cases_are_listed_by_state_customer_and_requester(book):
    with book.work() as work:
        work.cases.put(work.cases.get("CASE-3").moved(CaseState.EXPIRED, at=later(hours=1)))
        work.cases.add(a_case("CASE-4", customer=CustomerId("C004"), updated_at=later(hours=2)))
    with book.readings() as readings:
        latest = readings.cases()
        assert [row.case_id for row in latest] == ["CASE-4", "CASE-3", "CASE-1", "CASE-2"]
        assert (latest[0].proposed, latest[0].grade) == (None, None)
        assert latest[1].proposed == cny(800_000)
        expired = readings.cases(states=frozenset({CaseState.EXPIRED}))
        assert [row.case_id for row in expired] == ["CASE-3"]
        assert [row.case_id for row in readings.cases(customer="C001")] == ["CASE-1"]
        assert len(readings.cases(requested_by="sales.wang")) == 3
        assert len(readings.cases(most=2)) == 2


def test_customers_are_listed_with_how_they_stand(book):
    with book.readings() as readings:
        rows = readings.customers()
        assert [row.customer_id for row in rows] == ["C001", "C002", "C003", "C004"]
        assert rows[0] == CustomerRow(
            customer_id="C001",
            name="客户1",
            name_en=None,
            country="CN",
            currency="CNY",
            sector="hardware",
            group_name=None,
            limit_state=LimitState.AMOUNT,
            limit=cny(700_000),
            limit_until=date(2027, 3, 9),
            grade=Grade.C,
            exposure=cny(15_000),
            reviewed_at=NOW,
            open_case="CASE-1",
        )
        never = readings.customer("C004")
        assert never == rows[3]
        assert never.limit_state is LimitState.NONE_SET
        assert (never.limit, never.grade, never.exposure, never.open_case) == (None,) * 4
        assert readings.customer("C404") is None
        assert [row.customer_id for row in readings.customers(after="C002", most=1)] == ["C003"]


def test_the_latest_evaluation_counts_and_no_customer_is_listed_twice(book):
    with book.work() as work:
        again = {"case_id": "CASE-1", "customer": ACME}
        work.evaluations.add(an_evaluation("EVAL-9", grade=Grade.E, at=later(days=1), **again))
        work.proposals.add(a_proposal("PROP-9", evaluation_id="EVAL-9", exposure=cny(7), **again))
        work.limits.add(
            Limit(ACME, 3, LimitState.UNLIMITED, None, date(2026, 4, 1), None, recorded_at=NOW),
            replacing=2,
        )
    with book.readings() as readings:
        assert len(readings.customers()) == 4
        first = readings.customer("C001")
        assert (first.grade, first.exposure, first.limit) == (Grade.E, cny(7), None)
        assert first.limit_state is LimitState.UNLIMITED


def test_a_search_takes_its_words_literally(book):
    with book.readings() as readings:

        def found(words):
            return [row.customer_id for row in readings.customers(containing=words)]

        assert found("客户2") == ["C002"]
        assert found("c00") == ["C001", "C002", "C003", "C004"]
        assert found("%") == ["C004"]
        assert found("_\\") == ["C004"]
        assert found("ningbo") == ["C004"]
        assert found("'; DROP TABLE customer") == []


def test_the_book_is_summed_by_grade_and_currency(book):
    with book.readings() as readings:
        assert readings.portfolio() == [
            PortfolioRow(Grade.C, "CNY", 3, cny(700_000), cny(45_000), 0),
            PortfolioRow(None, "USD", 1, Money(0, "USD"), Money(0, "USD"), 1),
        ]


def test_letters_hand_ins_and_the_journal_come_latest_first(book):
    with book.work() as work:
        work.letters.add(a_letter(answer="250 ok", state=LetterState.SENT, sent_at=NOW))
        work.letters.add(
            a_letter("L-2", case_id="CASE-2", customer="C002", created_at=later(hours=1))
        )
        work.hand_ins.put(a_hand_in())
        work.hand_ins.put(a_hand_in("H-2", at=later(hours=1)))
        for n in range(3):
            work.journal.record(an_entry(f"step.{n}"))
    with book.readings() as readings:
        letters = readings.letters()
        assert [row.id for row in letters] == ["L-2", "LETTER-1"]
        assert (letters[1].customer_name, letters[1].answer) == ("客户1", "250 ok")
        sent = readings.letters(states=frozenset({LetterState.SENT}))
        assert [row.id for row in sent] == ["LETTER-1"]
        assert [row.id for row in readings.letters(customer="C002")] == ["L-2"]
        assert [row.id for row in readings.hand_ins()] == ["H-2", "H-1"]
        assert [sealed.seq for sealed in readings.journal(most=2)] == [3, 2]


@pytest.mark.parametrize(
    "name",
    ["inbox", "cases", "customers", "portfolio", "letters", "hand_ins", "journal",
     "waiting.by_desk", "cases_by_state", "letters_by_state", "letter_ids", "answers_waiting",
     "answers_that_wait", "owners_without_copies"],
)  # fmt: skip
def test_a_list_is_one_query_however_long_it_is(book, name):
    with book.readings() as readings, counted(book) as statements:
        attrgetter(name)(readings)()
    assert len(statements) == 1


def test_who_has_which_case_and_who_is_asked_about_which(sql_database):
    with sql_database.work() as work:
        for number in (1, 2, 3):
            customer, case = f"C{number:03}", f"CASE-{number}"
            work.customers.put_all([a_customer(customer)])
            work.cases.add(a_case(case, customer=customer, state=CaseState.AWAITING, stage=1))
        work.tasks.add(a_task("CASE-1", held_by="a", held_until=later(hours=4)))
        work.tasks.add(a_task("CASE-2", held_by="b", held_until=NOW))
        work.tasks.add(a_task("CASE-3", held_by="c", held_until=later(hours=4),
                              state=TaskState.DONE))  # fmt: skip
        for number, asked in (("1", "sales.wang"), ("2", "sales.wang"), ("3", "analyst.li")):
            work.discussions.add_referral(
                a_referral(f"RF-{number}", case_id=f"CASE-{number}", asked=asked)
            )
        work.discussions.add_referral(a_referral("RF-9", case_id="CASE-3", round=2))
        work.discussions.add_comment(a_comment("CM-1", case_id="CASE-2", answers="RF-2"))
    with sql_database.readings() as readings:
        assert readings.held(NOW) == {"CASE-1": "a"}
        assert readings.held(later(hours=4)) == {}
        assert readings.asked_of("sales.wang") == {"CASE-1"}
        assert readings.asked_by("approver.zhao") == {"CASE-1", "CASE-3"}


def test_which_waiting_cases_new_facts_came_in_about(sql_database):
    """Each kind of fact counts once it came after the case was judged, and only for its customer."""
    file, now = "f" * 64, later(hours=1)
    with sql_database.work() as work:
        for number in range(1, 7):
            customer, case = CustomerId(f"C{number:03}"), f"CASE-{number}"
            work.customers.put_all([a_customer(customer)])
            evaluation = an_evaluation(f"EVAL-{number}", case_id=case, customer=customer)
            work.evaluations.add(evaluation)
            waits = CaseState.AWAITING if number < 6 else CaseState.RETURNED
            work.cases.add(
                a_case(case, customer=customer, state=waits, evaluation_id=evaluation.id)
            )
        origin = Origin(file, "late.csv", 1)
        work.ledger.add(
            invoices=[
                an_invoice("R-1", customer=CustomerId("C001"), origin=origin),
                an_invoice("R-6", customer=CustomerId("C006"), origin=origin),
                an_invoice("R-5", customer=CustomerId("C005"), origin=Origin("0" * 64, "x", 1)),
            ],
            payments=[a_payment("P-1", customer=CustomerId("C002"), origin=origin)],
        )
        work.statements.put_all([a_statement(customer=CustomerId("C003"), origin=origin)])
        work.observations.add(
            [
                an_observation(subject="C004", on=TODAY + timedelta(days=1)),
                an_observation(subject="C005", on=TODAY),
            ]
        )
        work.hand_ins.put(a_hand_in("H-1", file_hash=file, at=now))
        work.hand_ins.put(a_hand_in("H-0", file_hash="0" * 64, at=later(hours=-1)))
    with sql_database.readings() as readings:
        found = readings.waiting_with_news()
    assert found == ["CASE-1", "CASE-2", "CASE-3", "CASE-4"]


def test_open_lists_go_on_for_who_is_signed_in_and_active_alone(sql_database):
    with sql_database.work() as work:
        work.people.put(a_person("li"))
        work.people.put(a_person("gone", active=False))
        for token, person, hours in (("a", "li", 2), ("b", "li", 1), ("c", "gone", 2)):
            work.sessions.open_session(token, person=person, at=NOW, expires=later(hours=hours))
    with sql_database.readings() as readings:
        held = readings.sessions_that_hold({"a", "b", "c", "d"}, at=later(hours=1))
    assert held == {"a"}
