"""Changes of people take two user administrators, neither of whom is the person."""

from dataclasses import replace

import pytest

from creditflow.domain.access import ChangeKind, SecondFactor
from creditflow.domain.change import ChangeState
from creditflow.domain.errors import Conflict, NotFound, Refusal
from creditflow.domain.people import Role
from creditflow.services.restaffing import (
    Outdated,
    TakesAnother,
    ask_change,
    ask_company_account,
    ask_help,
    confirm_change,
    refuse_change,
    wanted_form,
)
from creditflow.services.staffing import BadPerson, PersonForm, form_of
from tests.fakes import FakeWork
from tests.makers import NOW, a_person, a_policy, later

FORM = PersonForm("new.one", "New One", "new@x.example", "en", ("approver",), ("director",),
                  "CNY 500,000.00", "D")  # fmt: skip
WU = a_person(id="wu.min", roles=frozenset({Role.USER_ADMIN}), mandate=None, desks=frozenset())
LI = replace(WU, id="li.admin")
ZHAO = a_person()


@pytest.fixture
def work():
    work = FakeWork(a_policy())
    for person in (WU, LI, ZHAO):
        work.people.put(person)
    return work


def ask(work, form=FORM, by=WU, why="New in the team."):
    return ask_change(form, why=why, by=by, at=NOW, work=work)


def confirm(work, change, by=LI):
    return confirm_change(change.id, token_hash="h", by=by, at=later(hours=1), work=work)


def test_asking_changes_nobody_and_confirming_does(work):
    before = work.people.all()
    change = ask(work)
    assert work.people.all() == before
    assert wanted_form(change) == FORM

    decided, link = confirm(work, change)

    assert (decided.state, decided.decided_by, link) == (ChangeState.CONFIRMED, "li.admin", True)
    assert form_of(work.people.get("new.one")) == FORM
    assert work.admissions.get("h").person == "new.one"
    what = [sealed.entry.what for sealed in work.journal.of("new.one")]
    assert what == ["person.change_asked", "person.put", "admission.password",
                    "person.change_confirmed"]  # fmt: skip
    put = work.journal.of("new.one")[1].entry
    assert (put.by, put.facts["asked_by"]) == ("li.admin", "wu.min")


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (WU, "You asked for this change yourself"),
        (ZHAO, "Only user administrators"),
        (replace(LI, active=False), "Only user administrators"),
    ],
)
def test_the_second_person_is_another_user_administrator(work, by, said):
    change = ask(work)
    with pytest.raises(TakesAnother, match=said):
        confirm(work, change, by=by)
    with pytest.raises(NotFound):
        work.people.get("new.one")


def test_nobody_changes_themselves_by_asking_or_by_confirming(work):
    more = replace(form_of(WU), roles=("user_admin", "admin"))
    with pytest.raises(TakesAnother, match="Nobody changes their own rights"):
        ask(work, more, by=WU)
    change = ask(work, more, by=LI)
    with pytest.raises(TakesAnother, match="Nobody changes their own rights"):
        confirm(work, change, by=WU)


def test_a_change_that_is_not_allowed_is_refused_when_it_is_asked_for(work):
    with pytest.raises(BadPerson, match="may not hold"):
        ask(work, replace(FORM, roles=("approver", "sales")))
    with pytest.raises(Refusal, match="Say why"):
        ask(work, why="  ")
    with pytest.raises(Refusal, match="Nothing would change"):
        ask(work, replace(form_of(ZHAO), language="en"))
    assert work.person_changes.open() == []


def test_one_change_of_a_person_waits_at_a_time(work):
    ask(work)
    with pytest.raises(Conflict, match="waits already"):
        ask(work)


def test_a_person_who_changed_meanwhile_is_not_overwritten(work):
    change = ask(work, replace(form_of(ZHAO), ceiling="any"))
    work.people.put(replace(ZHAO, language="en"))
    work.people.put(replace(work.people.get(ZHAO.id), desks=frozenset({"committee"})))
    with pytest.raises(Outdated):
        confirm(work, change)
    work.people.put(replace(ZHAO, language="en"))
    confirm(work, change)
    assert work.people.get(ZHAO.id).mandate.ceiling is None
    assert work.people.get(ZHAO.id).language == "en", "the language is one's own"


@pytest.mark.parametrize(
    ("change", "signed_in"),
    [({"active": False}, False), ({"ceiling": "CNY 1.00"}, False), ({"name": "Zhao X"}, True)],
)
def test_who_loses_something_signs_in_again(work, change, signed_in):
    work.sessions.open_session("s", person=ZHAO.id, at=NOW, expires=later(days=1))
    confirm(work, ask(work, replace(form_of(ZHAO), **change)))
    assert (work.sessions.session("s") is not None) is signed_in


def test_help_with_signing_in_takes_two_as_well_and_each_does_one_thing(work):
    work.factors.put(SecondFactor(ZHAO.id, "S", NOW))
    work.credentials.set_password_hash(ZHAO.id, "old")
    for kind, link in ((ChangeKind.NEW_PASSWORD, True), (ChangeKind.NO_SECOND_FACTOR, False)):
        change = ask_help(ZHAO.id, kind, why="Lost it.", by=WU, at=NOW, work=work)
        with pytest.raises(TakesAnother):
            confirm(work, change, by=WU)
        assert confirm(work, change)[1] is link
        factor_left = work.factors.of(ZHAO.id) is not None
        assert factor_left is (kind is ChangeKind.NEW_PASSWORD)
    assert work.credentials.password_hash_of(ZHAO.id) == "old"
    assert work.people.get(ZHAO.id) == ZHAO


def test_a_change_is_refused_or_taken_back_and_then_over(work):
    for by, state in ((WU, ChangeState.WITHDRAWN), (LI, ChangeState.REFUSED)):
        change = ask(work)
        assert refuse_change(change.id, by=by, at=NOW, work=work).state is state
        for again in (confirm, lambda w, c: refuse_change(c.id, by=LI, at=NOW, work=w)):
            with pytest.raises(Conflict):
                again(work, change)
    assert [p.id for p in work.people.all()] == ["approver.zhao", "li.admin", "wu.min"]


# ------------------------------------------------------------------ company accounts

ISSUER = "https://login.company.example"


def account(work, subject="sub-7", *, person=ZHAO.id, by=WU, issuer=ISSUER, why="Has an account."):
    return ask_company_account(person, issuer, subject, why=why, by=by, at=NOW, work=work)


def test_a_company_account_is_connected_and_taken_away_by_two(work):
    change = account(work)
    assert work.identities.of(ZHAO.id) == []
    with pytest.raises(TakesAnother):
        confirm(work, change, by=WU)
    with pytest.raises(TakesAnother):
        confirm(work, change, by=ZHAO)

    confirm(work, change)

    assert work.identities.person_of(ISSUER, "sub-7") == ZHAO.id
    work.sessions.open_session("t", person=ZHAO.id, at=NOW, expires=later(hours=9))
    confirm(work, account(work, "", by=LI), by=WU)
    assert work.identities.of(ZHAO.id) == []
    assert work.sessions.session("t") is None
    what = [sealed.entry.what for sealed in work.journal.of(ZHAO.id)]
    assert [w for w in what if "identity" in w] == ["person.identity", "person.no_identity"]


def test_what_cannot_be_connected_is_told(work):
    with pytest.raises(Refusal, match="no company account"):
        account(work, "")
    for subject, issuer, said in (("x" * 256, ISSUER, "255"), ("名", ISSUER, "plain"),
                                  ("s", "", "password alone")):  # fmt: skip
        with pytest.raises(Refusal, match=said):
            account(work, subject, issuer=issuer)
    confirm(work, account(work))
    with pytest.raises(Refusal, match="already"):
        account(work, "another")
    with pytest.raises(Refusal, match="somebody else"):
        account(work, "sub-7", person=LI.id)
    with pytest.raises(TakesAnother):
        account(work, "mine", person=WU.id)


def test_an_account_that_somebody_else_has_taken_meanwhile_is_not_connected(work):
    change = account(work)
    work.identities.connect(ISSUER, "sub-7", person=LI.id, at=NOW)

    with pytest.raises(Conflict):
        confirm(work, change)
