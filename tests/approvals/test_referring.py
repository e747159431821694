"""Asking somebody's opinion moves nothing and gives nobody any authority."""

from dataclasses import replace

import pytest

from creditflow.approvals.entitling import AlreadyDecided, MayNotDecide, TooLate
from creditflow.approvals.holding import claim
from creditflow.approvals.referring import MOST_OPEN, CannotRefer, refer, unanswered
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.domain.people import Role
from creditflow.services.discussing import comment
from tests.approvals.desks import EXPIRY, waiting
from tests.approvals.test_holding import refused
from tests.makers import NOW, TODAY, a_person, an_analyst, an_occasion, later

SALES = a_person("sales.wang", name="Wang", roles=frozenset({Role.SALES}), mandate=None,
                 desks=frozenset())  # fmt: skip
OWNER = a_person("director.owner", name="Owner")
AUDITOR = a_person("auditor", name="Au", roles=frozenset({Role.AUDITOR}), mandate=None)


def scene(**parts):
    made = waiting(**parts)
    customer = made.work.customers.get(made.case.customer)
    made.work.customers.put_all([replace(customer, owner=OWNER.id)])
    for person in (SALES, OWNER, AUDITOR, an_analyst()):
        made.work.people.put(person)
    return made


def ask(made, to, *, question="Is the order real?", by=None, at=NOW):
    return refer("CASE-1", to.id, question=question, by=by or made.person, at=at, on=TODAY,
                 work=made.work)  # fmt: skip


def still_open(made):
    said = made.work.discussions
    return unanswered(said.referrals("CASE-1"), said.comments("CASE-1"), round_=made.case.round)


def test_the_case_stays_where_it_is_and_the_question_is_kept():
    made = scene()
    before = made.case
    asked = ask(made, SALES)
    assert (made.case.state, made.case.stage, made.case.desk) == (
        CaseState.AWAITING, before.stage, before.desk,
    )  # fmt: skip
    assert made.case.version == before.version + 1
    assert still_open(made) == [asked]
    entry = made.work.journal.of("CASE-1")[-1].entry
    assert (entry.what, entry.by, entry.facts["to"]) == (
        "case.referred", made.person.id, SALES.id,
    )  # fmt: skip
    assert made.decide().say is Say.APPROVE


def test_an_answer_closes_the_question_and_decides_nothing():
    made = scene()
    asked = ask(made, SALES)
    given = comment("CASE-1", "Yes, signed.", by=SALES, at=later(hours=1), work=made.work)
    assert given.answers == asked.id
    assert still_open(made) == []
    assert made.case.state is CaseState.AWAITING
    assert made.work.decisions.of("CASE-1") == []
    assert made.work.journal.of("CASE-1")[-1].entry.what == "case.answered"


@pytest.mark.parametrize("asked", [SALES, OWNER, an_analyst()])
def test_who_could_not_decide_cannot_after_being_asked_either(asked):
    made = scene()
    ask(made, asked)
    refused(made, MayNotDecide, lambda: made.decide(by=asked))
    comment("CASE-1", "Fine with me.", by=asked, at=NOW, work=made.work)
    refused(made, MayNotDecide, lambda: made.decide(by=asked))
    refused(made, MayNotDecide, lambda: ask(made, made.person, by=asked))


def test_what_is_no_question_is_refused_with_all_of_it():
    made = scene()
    no = refused(made, CannotRefer, lambda: ask(made, made.person, question=" "))
    assert [str(s) for s in no.details] == [
        "You know your own opinion. Ask somebody else.",
        "Say what you want to know.",
    ]
    refused(made, CannotRefer, lambda: ask(made, AUDITOR), "cannot write on cases")
    made.work.people.put(replace(SALES, active=False))
    refused(made, CannotRefer, lambda: ask(made, SALES), "cannot write on cases")
    made.work.people.put(SALES)
    ask(made, SALES)
    refused(made, CannotRefer, lambda: ask(made, SALES), "asked already")


def test_no_more_questions_are_open_than_somebody_can_follow():
    made = scene()
    for number in range(MOST_OPEN):
        one = a_person(f"n{number}")
        made.work.people.put(one)
        ask(made, one)
    refused(made, CannotRefer, lambda: ask(made, SALES), "10 questions")


def test_also_while_somebody_else_has_it_but_only_who_may_decide_it():
    made = scene()
    other = a_person("director.li")
    made.work.people.put(other)
    claim("CASE-1", by=other, at=NOW, on=TODAY, work=made.work)
    ask(made, SALES)
    asked = an_occasion(requested_by=made.person.id)
    made = scene(case={"occasion": asked})
    refused(made, MayNotDecide, lambda: ask(made, SALES), "You asked")


def test_a_question_of_an_earlier_round_is_open_no_more():
    made = scene()
    ask(made, SALES)
    made.work.kept.cases["CASE-1"] = replace(made.case, round=2)
    assert still_open(made) == []
    assert comment("CASE-1", "Late.", by=SALES, at=NOW, work=made.work).answers is None


def test_nobody_is_asked_about_what_waits_no_more():
    made = scene()
    refused(made, TooLate, lambda: ask(made, SALES, at=EXPIRY))
    made.decide()
    refused(made, AlreadyDecided, lambda: ask(made, SALES))
