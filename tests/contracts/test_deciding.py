"""Cases, decisions and limits conflict in the same places in every Work."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from creditflow.domain.added_limits import AddedKind, Consumption, OnTop
from creditflow.domain.caps import Granted
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.grade import Grade
from creditflow.domain.granting import Condition
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import Mandate, Role
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import say
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_decision,
    a_delegation,
    a_limit,
    a_person,
    a_proposal,
    a_task,
    an_analyst,
    an_evaluation,
    an_occasion,
    cny,
    later,
)


@pytest.fixture
def opened(database):
    """A database with one customer and one open case."""
    with database.work() as work:
        work.customers.put_all([a_customer(), a_customer("C002")])
        assert work.cases.add(a_case())
    return database


def test_a_case_comes_back_as_it_was(database):
    case = a_case(
        occasion=an_occasion(
            kind=OccasionKind.REQUEST,
            requested_by="sales.wang",
            requested_limit=Money.of(5, "JPY"),
            note="双十一",
            reference="REQ-7",
            on_top=OnTop(
                AddedKind.PROJECT, TODAY, date(2026, 9, 1), "海港大桥", Consumption.GENERAL_FIRST
            ),
        ),
        desk="director",
        stage=1,
        due_on=date(2026, 3, 5),
        expires_at=later(days=30),
        evaluation_id="EVAL-1",
        proposal_id="PROP-1",
        proposal_hash="ff",
        base_limit_version=0,
        letter_id="L",
        run_id="r",
        run_epoch=2,
        incident=say("{what} failed at {when}.", what=cny(3), when=NOW),
        before_incident=CaseState.APPROVED,
        state=CaseState.INCIDENT,
    )
    with database.work() as work:
        work.customers.put_all([a_customer()])
        work.cases.add(case)
    with database.reading() as work:
        assert work.cases.get("CASE-1") == case
        assert work.cases.of_occasion(case.occasion.key) == case
        with pytest.raises(NotFound):
            work.cases.get("CASE-404")


def test_an_occasion_opens_one_case(opened):
    with opened.work() as work:
        assert work.cases.add(a_case("CASE-2")) is False
        assert work.cases.of_occasion(an_occasion().key) == a_case()
        with pytest.raises(NotFound):
            work.cases.get("CASE-2")


def test_a_customer_has_one_open_case(opened):
    another = a_case("CASE-2", occasion=an_occasion(kind=OccasionKind.SIGNAL))
    with opened.work() as work:
        with pytest.raises(Conflict):
            work.cases.add(another)
        # The refusal leaves the transaction usable.
        work.cases.put(a_case().moved(CaseState.WITHDRAWN, at=NOW))
        assert work.cases.add(another)
        assert work.cases.open_of(ACME) == another
        assert work.cases.open_of(CustomerId("C002")) is None


def test_an_occasion_stays_taken_when_its_case_is_handed_in_again(opened):
    again = replace(a_case().occasion, on=date(2026, 3, 20))
    with opened.work() as work:
        work.cases.put(a_case().noted(at=NOW, occasion=again))
    with opened.work() as work:
        assert work.cases.add(a_case("CASE-2")) is False
        assert work.cases.of_occasion(an_occasion().key).occasion == again
        assert work.cases.last_reviewed() == {ACME: date(2026, 3, 20)}


def test_a_case_is_kept_only_on_top_of_the_version_it_was_read_at(opened):
    evaluated = a_case().moved(CaseState.EVALUATED, at=later(minutes=1))
    with opened.work() as work:
        work.cases.put(evaluated)
        with pytest.raises(Conflict):
            work.cases.put(a_case().noted(at=NOW, run_id="late"))
        with pytest.raises(Conflict):
            work.cases.put(replace(evaluated, version=4))
        with pytest.raises(NotFound):
            work.cases.put(a_case("CASE-404").noted(at=NOW))
    with opened.reading() as work:
        assert work.cases.get("CASE-1") == evaluated


def test_cases_are_found_by_state_and_rest(opened):
    second = a_case("CASE-2", customer=CustomerId("C002"), opened_at=later(hours=-1))
    with opened.work() as work:
        work.cases.add(second)
        work.cases.put(a_case().moved(CaseState.EVALUATED, at=later(minutes=10)))
    with opened.reading() as work:
        both = work.cases.in_states({CaseState.DRAFT, CaseState.EVALUATED})
        assert [case.id for case in both] == ["CASE-2", "CASE-1"]
        resting = work.cases.in_states(
            {CaseState.DRAFT, CaseState.EVALUATED}, untouched_since=later(minutes=5)
        )
        assert [case.id for case in resting] == ["CASE-2"]
        assert work.cases.in_states({CaseState.INCIDENT}) == []


def test_a_withdrawn_case_is_no_review(opened):
    with opened.work() as work:
        work.cases.put(a_case().moved(CaseState.WITHDRAWN, at=NOW))
        assert work.cases.last_reviewed() == {}
        work.cases.add(a_case("CASE-2", occasion=an_occasion(on=date(2026, 1, 5))))
        assert work.cases.last_reviewed() == {ACME: date(2026, 1, 5)}


def test_a_case_about_credit_on_top_is_no_review_of_the_base_limit(opened):
    top = OnTop(AddedKind.TEMPORARY, TODAY, date(2026, 9, 1))
    with opened.work() as work:
        before = work.cases.last_reviewed()
        work.cases.put(a_case().moved(CaseState.WITHDRAWN, at=NOW))
        assert work.cases.last_reviewed() == {} != before
        work.cases.add(a_case("CASE-2", occasion=an_occasion(on=date(2026, 1, 5), on_top=top)))
        assert work.cases.last_reviewed() == {}


def test_review_tasks_come_in_order_and_change(opened):
    second = a_task(stage=2, desk="committee")
    with opened.work() as work:
        work.tasks.add(second)
        work.tasks.add(a_task())
        with pytest.raises(Conflict):
            work.tasks.add(a_task(desk="other"))
        done = a_task(state=TaskState.DONE, done_by="approver.zhao", done_at=NOW)
        work.tasks.put(done)
        with pytest.raises(NotFound):
            work.tasks.put(a_task(stage=3))
        assert work.tasks.of("CASE-1") == [done, second]
        assert work.tasks.of("CASE-2") == []


def test_an_evaluation_comes_back_exactly(opened):
    third = Decimal(1) / Decimal(3)
    other = an_evaluation("EVAL-2", at=later(hours=1), points=third, knock_outs=("KO1",))
    with opened.work() as work:
        work.evaluations.add(other)
        work.evaluations.add(an_evaluation())
        with pytest.raises(Conflict):
            work.evaluations.add(an_evaluation(grade=Grade.A))
    with opened.reading() as work:
        assert work.evaluations.get("EVAL-1") == an_evaluation()
        assert work.evaluations.latest(ACME) == other
        assert work.evaluations.latest(CustomerId("C002")) is None
        assert work.evaluations.ids() == ["EVAL-1", "EVAL-2"]
        assert work.evaluations.recent(1) == [other]
        assert work.evaluations.recent(9) == [other, an_evaluation()]
        assert work.evaluations.listed("EVAL-1") == {
            "grade": "C",
            "points": "690",
            "confidence": "0.9",
        }
        with pytest.raises(NotFound):
            work.evaluations.listed("EVAL-404")
        with pytest.raises(NotFound):
            work.evaluations.get("EVAL-404")


def test_a_proposal_comes_back_with_the_same_hash(opened):
    first_limit = a_proposal(
        "PROP-2",
        current=None,
        current_state=LimitState.NONE_SET,
        requested=cny(1),
        current_version=0,
    )
    with opened.work() as work:
        work.evaluations.add(an_evaluation())
        work.proposals.add(a_proposal())
        work.proposals.add(first_limit)
        with pytest.raises(Conflict):
            work.proposals.add(a_proposal(proposed=cny(1)))
    with opened.reading() as work:
        assert work.proposals.get("PROP-1") == a_proposal()
        assert work.proposals.get("PROP-1").hash == a_proposal().hash
        assert work.proposals.get("PROP-2") == first_limit
        with pytest.raises(NotFound):
            work.proposals.get("PROP-404")


def test_a_round_has_one_final_decision(opened):
    with opened.work() as work:
        work.decisions.add(a_decision(final=False, by="approver.qian"))
        work.decisions.add(a_decision())
        with pytest.raises(Conflict, match=r"approver\.zhao"):
            work.decisions.add(a_decision(by="approver.sun", say=Say.REJECT, limit=None))
        second = a_decision(round=2, by="approver.sun", comment="第二轮")
        work.decisions.add(second)
        assert [d.by for d in work.decisions.of("CASE-1")] == [
            "approver.qian",
            "approver.zhao",
            "approver.sun",
        ]
        assert work.decisions.of("CASE-1")[2] == second


def test_a_person_speaks_once_at_a_stage(opened):
    with opened.work() as work:
        work.decisions.add(a_decision(final=False))
        with pytest.raises(Conflict):
            work.decisions.add(a_decision(final=False))
        work.decisions.add(a_decision(final=False, stage=2))


def test_a_decision_keeps_what_was_changed_besides_the_amount(opened):
    conditions = (Condition("guarantee"), Condition(text="只在框架合同期内; “x”"))
    for number, kept in enumerate([None, (), conditions], start=1):
        made = a_decision(
            round=number, terms_days=30, until=TODAY, conditions=kept, say=Say.APPROVE_WITH_CHANGE
        )
        with opened.work() as work:
            work.decisions.add(made)
        with opened.work() as work:
            assert work.decisions.of("CASE-1")[-1] == made


def test_a_key_makes_one_decision_and_no_key_makes_any(opened):
    keyed = a_decision(idempotency_key="form-1")
    with opened.work() as work:
        work.cases.add(a_case("CASE-2", customer=CustomerId("C002")))
        work.decisions.add(keyed)
        with pytest.raises(Conflict):
            work.decisions.add(a_decision("CASE-2", idempotency_key="form-1"))
        work.decisions.add(a_decision("CASE-2"))
        work.decisions.add(a_decision("CASE-2", round=2))
        assert work.decisions.by_key("form-1") == keyed
        assert work.decisions.by_key("form-2") is None
        assert work.decisions.by_key("") is None


def test_limits_come_back_as_they_were_recorded(opened):
    begins = date(2026, 6, 1)
    open_ended = Limit(ACME, 2, LimitState.UNLIMITED, None, begins, None, recorded_at=NOW)
    zero = a_limit(cny(0), version=3, from_=date(2026, 8, 1), case_id="CASE-1")
    with opened.work() as work:
        assert work.limits.current(ACME) is None
        work.limits.add(a_limit(), replacing=0)
        work.limits.add(open_ended, replacing=1)
        work.limits.add(zero, replacing=2)
    with opened.reading() as work:
        assert work.limits.current(ACME) == zero
        assert work.limits.history(ACME) == [
            a_limit(),
            open_ended,
            zero,
        ]
        assert work.limits.history(CustomerId("C002")) == []


@pytest.mark.parametrize("moment", [None, later(hours=-1)])
def test_a_limit_is_never_recorded_before_the_last_one(opened, moment):
    with opened.work() as work:
        work.limits.add(a_limit(), replacing=0)
        with pytest.raises(ValueError, match="recorded"):
            work.limits.add(a_limit(version=2, recorded_at=moment), replacing=1)
        assert work.limits.history(ACME) == [a_limit()]


@pytest.mark.parametrize("replacing", [0, 2])
def test_a_limit_replaces_only_the_version_it_was_made_for(opened, replacing):
    with opened.work() as work:
        work.limits.add(a_limit(), replacing=0)
    with pytest.raises(Conflict), opened.work() as work:
        work.limits.add(a_limit(version=replacing + 1), replacing=replacing)
    with pytest.raises(ValueError, match="version"), opened.work() as work:
        work.limits.add(a_limit(version=7), replacing=1)
    with opened.reading() as work:
        assert work.limits.history(ACME) == [a_limit()]


PARTS = [(Scope.SECTOR, "food"), (Scope.REGION, "East"), (Scope.COUNTRY, "DE")]


@pytest.fixture
def granting(database):
    """Limits of all kinds: in parts and outside, ended, taken back, in yen, without a bound."""
    food = [a_customer(f"F{n}", sector="food", region=None) for n in range(5)]
    other = [
        a_customer("E0", sector=None, region="East", currency="JPY"),
        a_customer("D0", sector="retail", region="West", country="DE", currency="USD"),
        a_customer("N0", sector="retail", region=None),
    ]
    with database.work() as work:
        work.customers.put_all([*food, *other])
        for customer in food:
            work.limits.add(a_limit(customer=customer.id), replacing=0)
        ended = a_limit(cny(7), customer=food[1].id, version=2, until=TODAY)
        zero = a_limit(cny(0), customer=food[2].id, version=2)
        raised = a_limit(cny(900_000), customer=food[3].id, version=2, until=None)
        dollars = a_limit(Money.of(100, "USD"), customer=food[4].id, version=2)
        for limit in (ended, zero, raised, dollars):
            work.limits.add(limit, replacing=1)
        yen = a_limit(Money.of(5_000, "JPY"), customer=other[0].id)
        unbound = Limit(other[1].id, 1, LimitState.UNLIMITED, None, TODAY, None, recorded_at=NOW)
        for limit in (yen, unbound, a_limit(customer=other[2].id)):
            work.limits.add(limit, replacing=0)
    return database


def test_what_limits_come_to_is_added_up_by_part_and_currency(granting):
    with granting.work() as work:
        found = work.limits.granted(PARTS, on=TODAY, alone=True)
    assert sorted(found, key=str) == sorted(
        [
            Granted(Scope.SECTOR, "food", "CNY", cny(1_500_000).minor),
            Granted(Scope.SECTOR, "food", "USD", 10_000),
            Granted(Scope.REGION, "East", "JPY", 5_000),
            Granted(Scope.COUNTRY, "DE", "USD", 0, 1),
        ],
        key=str,
    )


def test_only_the_parts_that_are_asked_for_are_added_up(granting):
    with granting.reading() as work:
        assert work.limits.granted([], on=TODAY) == []
        (east,) = work.limits.granted([(Scope.REGION, "East")], on=TODAY)
        assert (east.currency, east.minor) == ("JPY", 5_000)
        found = work.limits.granted([(Scope.BOOK, ""), *PARTS], on=TODAY)
        assert Granted(Scope.BOOK, "", "CNY", cny(2_100_000).minor) in found
        assert Granted(Scope.REGION, "East", "JPY", 5_000) in found
        later_on = work.limits.granted([(Scope.BOOK, "")], on=date(2027, 3, 9))
        assert sorted(row.minor for row in later_on) == [0, cny(900_000).minor]


def test_a_person_comes_back_with_the_mandate(database):
    boss = a_person(mandate=Mandate(None, Grade.G), desks=frozenset({"committee", "director"}))
    gone = an_analyst(active=False, language="en", email="")
    with database.work() as work:
        work.people.put(a_person())
        work.people.put(gone)
        work.people.put(boss)
    with database.reading() as work:
        assert work.people.get("approver.zhao") == boss
        assert work.people.all() == [gone, boss]
        assert Role.ANALYST in work.people.get("analyst.li").roles
        with pytest.raises(NotFound):
            work.people.get("nobody")


def test_passwords_and_sessions_are_kept_by_hash(database):
    with database.work() as work:
        work.people.put(a_person())
        assert work.credentials.password_hash_of("approver.zhao") is None
        work.credentials.set_password_hash("approver.zhao", "$argon2id$1")
        work.credentials.set_password_hash("approver.zhao", "$argon2id$2")
        assert work.credentials.password_hash_of("approver.zhao") == "$argon2id$2"
        for token in ("t1", "t2", "t3"):
            work.sessions.open_session(
                token, person="approver.zhao", at=NOW, expires=later(hours=8)
            )
        work.sessions.close_session("t1")
        work.sessions.close_session("t404")
        assert work.sessions.session("t1") is None
        session = work.sessions.session("t2")
        assert (session.person, session.opened_at, session.expires_at) == (
            "approver.zhao",
            NOW,
            later(hours=8),
        )
        work.sessions.close_all("approver.zhao")
        assert work.sessions.session("t2") is None
        assert work.sessions.session("t3") is None


def test_a_period_is_claimed_once(database):
    with database.work() as work:
        assert work.review_runs.claim_period("monthly", TODAY)
        assert not work.review_runs.claim_period("monthly", TODAY)
        assert work.review_runs.claim_period("weekly", TODAY)
        assert work.review_runs.claim_period("monthly", date(2026, 4, 1))
    with database.work() as work:
        assert not work.review_runs.claim_period("monthly", TODAY)


def test_a_delegation_is_read_back_and_its_end_is_kept(database):
    made = a_delegation(desks=frozenset({"director"}), ceiling=cny(9))
    other = a_delegation("DG-0002", made_at=later(hours=1), delegate="somebody")
    with database.work() as work:
        work.delegations.add(made)
        work.delegations.add(other)
        with pytest.raises(Conflict):
            work.delegations.add(made)
        assert work.delegations.to(made.delegate) == [made]
        ended = replace(made, revoked_by="admin", revoked_at=later(days=1))
        work.delegations.put(ended)
    with database.reading() as work:
        assert work.delegations.get(made.id) == ended
        assert work.delegations.all() == [other, ended]
        with pytest.raises(NotFound):
            work.delegations.get("DG-404")
