"""Who may decide is written to, once per person, task and reason; nobody else, and never in a storm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from creditflow.approvals.announcing import (
    keep_morning,
    keep_news,
    plan_morning,
    plan_news,
    still_to_be_told,
)
from creditflow.approvals.holding import reassign
from creditflow.approvals.referring import refer
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.grade import Grade
from creditflow.domain.journal import Entry
from creditflow.domain.message import MailChoice, MailReason
from creditflow.domain.people import Mandate, Role
from creditflow.services.discussing import comment
from tests.approvals.desks import escalated, waiting
from tests.makers import NOW, TODAY, a_customer, a_delegation, a_person, a_task, an_analyst

CHAIR = a_person("chair", desks=frozenset({"committee"}), mandate=Mandate(None, Grade.G))
OTHER = a_person("approver.qian")


@pytest.fixture
def scene():
    """A case at the director's desk, where two sit; the chair of the committee sits above."""
    made = waiting(case={"due_on": TODAY + timedelta(days=3)})
    for person in (CHAIR, OTHER):
        made.work.people.put(person)
    told(made)
    return made


def opened(scene, case="CASE-1", what="case.opened", at=NOW):
    scene.work.journal.record(Entry(what, case, "system", at, {}))


def told(scene, *, at=NOW, most=10, morning=None, on=TODAY):
    """What one beat promises, as (receiver, reason)."""
    before = set(scene.work.kept.messages)
    plan = plan_news(at=at, on=on, morning=morning, most_each=most, work=scene.work)
    if plan is not None:
        keep_news(plan, work=scene.work)
    fresh = [m for key, m in scene.work.kept.messages.items() if key not in before]
    return sorted((m.to, m.about) for m in fresh)


def choose(scene, **choices):
    for name, choice in choices.items():
        scene.work.mail_choices.set(name, choice)


def another(scene, n):
    """A further case like the first."""
    case = replace(scene.case, id=f"CASE-{n}")
    customer = CustomerId(f"C{n:04d}")
    scene.work.customers.put_all([a_customer(customer)])
    occasion = replace(case.occasion, customer=customer)
    assert scene.work.cases.add(replace(case, customer=customer, occasion=occasion))
    scene.work.tasks.add(a_task(case.id))
    opened(scene, case.id)


def test_those_of_the_very_desk_are_told_once_and_those_above_are_not(scene):
    opened(scene)

    assert told(scene) == [("approver.qian", "new"), ("approver.zhao", "new")]
    opened(scene)
    assert told(scene) == [], "the same task again"


def test_whoever_has_a_part_in_it_is_not_told_and_then_those_above_are(scene):
    scene.work.customers.put_all([replace(a_customer(), owner="approver.qian")])
    opened(scene)
    assert told(scene) == [("approver.zhao", "new")]

    scene.work.people.put(replace(scene.person, active=False))
    opened(scene, what="case.next_stage")
    assert told(scene) == [("chair", "new")]


def test_a_stand_in_is_told_like_the_principal(scene):
    away = a_delegation(principal="approver.zhao", delegate="chair", from_=TODAY,
                        until=TODAY + timedelta(days=2))  # fmt: skip
    scene.work.delegations.add(away)
    opened(scene)

    assert ("chair", "new") in told(scene)


def test_an_escalation_tells_the_next_desk_and_overtakes_the_first_mail(scene):
    opened(scene)
    told(scene)
    late = TODAY + timedelta(days=10)
    assert escalated(scene.work, at=NOW, on=late)

    assert told(scene, on=late) == [("chair", "escalated")]
    by_receiver = {m.to: m for m in scene.work.kept.messages.values()}
    assert still_to_be_told(by_receiver["approver.qian"], on=late, work=scene.work) is None
    assert still_to_be_told(by_receiver["chair"], on=late, work=scene.work) == scene.case


def test_a_decided_case_is_told_of_no_more(scene):
    opened(scene)
    told(scene)
    mail = next(m for m in scene.work.kept.messages.values() if m.to == "approver.qian")
    assert still_to_be_told(mail, on=TODAY, work=scene.work) is not None

    scene.decide()

    assert still_to_be_told(mail, on=TODAY, work=scene.work) is None


def test_what_lies_before_the_beginning_is_not_told():
    made = waiting()
    opened(made)

    assert told(made) == []
    opened(made)
    assert told(made) == [("approver.zhao", "new")]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (MailChoice.BOTH, True),
        (MailChoice.EACH, True),
        (MailChoice.DIGEST, False),
        (MailChoice.NONE, False),
    ],
)
def test_everybody_has_a_choice(scene, choice, expected):
    choose(scene, **{"approver.qian": choice})
    opened(scene)

    assert (("approver.qian", "new") in told(scene)) is expected


def test_what_came_in_the_night_is_left_to_the_digest_of_those_who_want_one(scene):
    choose(scene, **{"approver.qian": MailChoice.EACH})
    morning = NOW + timedelta(hours=1)
    opened(scene)

    assert told(scene, at=morning, morning=morning) == [("approver.qian", "new")]


def test_who_is_asked_is_told_until_the_question_is_answered(scene):
    asked = an_analyst()
    scene.work.people.put(asked)
    refer("CASE-1", asked.id, question="Is the season over?", by=scene.person,
                     at=NOW, on=TODAY, work=scene.work)  # fmt: skip

    assert told(scene) == [(asked.id, "referred")]
    (mail,) = scene.work.kept.messages.values()
    assert still_to_be_told(mail, on=TODAY, work=scene.work) is not None
    comment("CASE-1", "It is.", by=asked, at=NOW, work=scene.work)
    assert still_to_be_told(mail, on=TODAY, work=scene.work) is None


def test_to_whom_a_case_is_given_is_told_also_without_mails_for_each_task(scene):
    choose(scene, **{"approver.qian": MailChoice.DIGEST})
    reassign("CASE-1", "approver.qian", why="You know them.", by=scene.person, at=NOW, on=TODAY,
             work=scene.work)  # fmt: skip

    assert told(scene) == [("approver.qian", "given")]
    choose(scene, **{"approver.qian": MailChoice.NONE})
    reassign("CASE-1", "approver.qian", why="Really.", by=scene.person,
             at=NOW + timedelta(days=1), on=TODAY, work=scene.work)  # fmt: skip
    assert told(scene) == []


def test_where_nobody_may_decide_the_user_administrators_are_told_until_somebody_may():
    made = waiting(case={"due_on": TODAY + timedelta(days=9)}, person={"id": "owner"})
    admin = a_person("wu", roles=frozenset({Role.USER_ADMIN}), mandate=None, desks=frozenset())
    made.work.people.put(admin)
    made.work.customers.put_all([replace(a_customer(), owner="owner")])
    told(made)
    assert escalated(made.work, at=NOW, on=TODAY) == []
    assert escalated(made.work, at=NOW, on=TODAY) == []

    assert told(made) == [("wu", "needs_admin")]
    (mail,) = made.work.kept.messages.values()
    assert still_to_be_told(mail, on=TODAY, work=made.work) is not None
    assert made.case.state is CaseState.AWAITING
    made.work.people.put(CHAIR)
    assert still_to_be_told(mail, on=TODAY, work=made.work) is None


# ------------------------------------------------------------------ many at once


def test_a_thousand_new_cases_are_one_list_at_the_next_full_hour(scene):
    for n in range(2, 1002):
        another(scene, n)

    beats = [told(scene) for _ in range(4)]

    assert [mail for beat in beats for mail in beat] == [
        ("approver.qian", "many"), ("approver.zhao", "many"),
    ]  # fmt: skip
    many = next(m for m in scene.work.kept.messages.values() if m.about == MailReason.MANY)
    assert many.due_at > NOW
    assert (many.due_at.minute, many.due_at.second) == (0, 0)
    assert many.due_at - NOW <= timedelta(hours=1)


def test_ten_within_an_hour_come_singly_and_the_eleventh_begins_a_list(scene):
    for n in range(2, 12):
        another(scene, n)
        assert told(scene) == [("approver.qian", "new"), ("approver.zhao", "new")]
    another(scene, 12)
    assert told(scene) == [("approver.qian", "many"), ("approver.zhao", "many")]
    another(scene, 13)
    assert told(scene) == [], "the list of that hour is promised already"

    another(scene, 14)
    later = NOW + timedelta(hours=1, minutes=1)
    assert told(scene, at=later) == [("approver.qian", "new"), ("approver.zhao", "new")]


# ------------------------------------------------------------------ mornings


def morning_of(scene, on, works=weekdays_only):
    at = datetime(on.year, on.month, on.day, 0, 0, tzinfo=UTC)
    planned = plan_morning(at=at, on=on, works=works, most_each=10, work=scene.work)
    return keep_morning(planned, on=on, work=scene.work), sorted((m.to, m.about) for m in planned)


def test_every_morning_has_one_digest_per_person(scene):
    choose(scene, chair=MailChoice.NONE)

    assert morning_of(scene, TODAY) == (
        2, [("approver.qian", "digest"), ("approver.zhao", "digest")],
    )  # fmt: skip
    assert morning_of(scene, TODAY)[0] == 0, "another clock on the same day"
    assert morning_of(scene, TODAY + timedelta(days=1))[0] == 2


@pytest.mark.parametrize(("days", "reminded"), [(0, True), (1, True), (2, False), (-1, False)])
def test_whoever_wants_no_digest_is_reminded_the_working_day_before(days, reminded):
    made = waiting(case={"due_on": TODAY + timedelta(days=days)})
    choose(made, **{"approver.zhao": MailChoice.EACH})

    _, planned = morning_of(made, TODAY)

    assert (("approver.zhao", "due_soon") in planned) is reminded


def test_before_a_holiday_the_last_working_day_reminds():
    due = TODAY + timedelta(days=4)
    made = waiting(case={"due_on": due})
    choose(made, **{"approver.zhao": MailChoice.EACH})

    _, planned = morning_of(made, TODAY, works=lambda day: day in (TODAY, due))

    assert ("approver.zhao", "due_soon") in planned


def test_a_case_that_waits_for_nobody_is_told_to_nobody(scene):
    scene.work.cases.put(scene.case.moved(CaseState.EXPIRED, at=NOW))
    opened(scene)

    assert told(scene) == []
