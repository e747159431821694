"""What lets people in is kept alike by the fake and by both databases."""

from dataclasses import replace

import pytest

from creditflow.domain.access import (
    Admission,
    AdmissionKind,
    ApiKey,
    ChangeKind,
    PersonChange,
    Scope,
    SecondFactor,
    Tries,
)
from creditflow.domain.change import ChangeState
from creditflow.domain.errors import Conflict, NotFound
from tests.makers import NOW, a_person, later

WHO = "approver.zhao"
CHANGE = PersonChange(
    id="P-1", person=WHO, kind=ChangeKind.PERSON, wanted="{}", base="b", why="promoted",
    asked_by="wu.min", asked_at=NOW,
)  # fmt: skip
KEY = ApiKey("ab12", "ERP", "h", frozenset({Scope.READ, Scope.IMPORT}), "admin", NOW,
             later(days=90), later(hours=1), later(hours=2), "admin")  # fmt: skip


@pytest.fixture
def somebody(database):
    with database.work() as work:
        work.people.put(a_person())
        work.people.put(a_person(id="other"))
    return database


def admission(token="t", kind=AdmissionKind.PASSWORD, person=WHO):
    return Admission(token, kind, person, "wu.min", NOW, later(hours=1))


def test_an_admission_is_used_once_and_in_time(somebody):
    with somebody.work() as work:
        work.admissions.add(admission())
        assert work.admissions.get("t") == admission()
        assert work.admissions.get("else") is None
        assert not work.admissions.use("t", at=later(hours=1))
        assert work.admissions.use("t", at=later(minutes=1))
        assert not work.admissions.use("t", at=later(minutes=1))
        assert work.admissions.get("t").used_at == later(minutes=1)


def test_a_new_admission_ends_the_earlier_one_of_the_same_kind_and_person(somebody):
    with somebody.work() as work:
        for token, person in (("t1", WHO), ("t2", "other"), ("t3", WHO)):
            work.admissions.add(admission(token, person=person))
        for token in ("f1", "f2"):
            work.admissions.add(admission(token, AdmissionKind.FIRST_RUN, None))
        for token in ("s1", "s2"):
            work.admissions.add(admission(token, AdmissionKind.SECOND_STEP))
        used = {t for t in ("t1", "t2", "t3", "f1", "f2", "s1", "s2")
                if work.admissions.use(t, at=later(minutes=1))}  # fmt: skip
    assert used == {"t2", "t3", "f2", "s1", "s2"}


def test_a_code_is_taken_once_and_none_before_it(somebody):
    with somebody.work() as work:
        assert work.factors.of(WHO) is None
        assert not work.factors.take_step(WHO, 7)
        work.factors.put(SecondFactor(WHO, "SECRET"))
        work.factors.put(SecondFactor(WHO, "SECRET", NOW))
        assert [work.factors.take_step(WHO, step) for step in (7, 7, 6, 8)] == [
            True, False, False, True,
        ]  # fmt: skip
        assert work.factors.of(WHO) == SecondFactor(WHO, "SECRET", NOW, 8)
        assert work.factors.all() == [SecondFactor(WHO, "SECRET", NOW, 8)]
        work.factors.set_recovery(WHO, frozenset({"a", "b"}))
        work.factors.set_recovery(WHO, frozenset({"b", "c"}))
        assert [work.factors.take_recovery(WHO, code) for code in "abb"] == [False, True, False]
        assert work.factors.recovery_left(WHO) == 1
        work.factors.drop(WHO)
        assert (work.factors.of(WHO), work.factors.recovery_left(WHO)) == (None, 0)


def test_failed_tries_are_counted_until_they_are_forgotten(somebody):
    with somebody.work() as work:
        for minute in (0, 1, 2):
            at = later(minutes=minute)
            work.failed_tries.count("name:x", at=at, forgotten=NOW)
        assert work.failed_tries.of("name:x") == Tries(3, later(minutes=2))
        work.failed_tries.count("name:x", at=later(hours=3), forgotten=later(hours=2))
        assert work.failed_tries.of("name:x") == Tries(1, later(hours=3))
        for _ in range(2):
            work.failed_tries.uncount("name:x")
        assert work.failed_tries.of("name:x") == Tries(0, later(hours=3))
        work.failed_tries.forget("name:x")
        work.failed_tries.forget("name:y")
        assert work.failed_tries.of("name:x") is None


def test_an_identity_belongs_to_one_person(somebody):
    with somebody.work() as work:
        work.identities.connect("https://id", "s1", person=WHO, at=NOW)
        work.identities.connect("https://id", "s1", person=WHO, at=NOW)
        assert work.identities.person_of("https://id", "s1") == WHO
        assert work.identities.person_of("https://other", "s1") is None
        assert work.identities.of(WHO) == [("https://id", "s1")]
        assert work.identities.disconnect(WHO) == 1
        assert (work.identities.of(WHO), work.identities.disconnect(WHO)) == ([], 0)
        work.identities.connect("https://id", "s1", person=WHO, at=NOW)
    with pytest.raises(Conflict), somebody.work() as work:
        work.identities.connect("https://id", "s1", person="other", at=NOW)


def test_a_change_is_decided_once(somebody):
    decided = replace(CHANGE, state=ChangeState.CONFIRMED, decided_by="admin", decided_at=NOW)
    with somebody.work() as work:
        work.person_changes.add(CHANGE)
        work.person_changes.add(replace(CHANGE, id="P-2", person="other", asked_at=later(hours=1)))
        assert [c.id for c in work.person_changes.open()] == ["P-1", "P-2"]
        work.person_changes.put(decided)
        assert work.person_changes.get("P-1") == decided
        assert [c.id for c in work.person_changes.open()] == ["P-2"]
        assert work.person_changes.of(WHO) == [decided]
    with pytest.raises(Conflict), somebody.work() as work:
        work.person_changes.put(replace(decided, state=ChangeState.REFUSED))
    with pytest.raises(NotFound), somebody.reading() as work:
        work.person_changes.get("P-9")


def test_a_key_comes_back_with_everything(somebody):
    with somebody.work() as work:
        work.api_keys.put(replace(KEY, last_used_at=None, revoked_at=None, revoked_by=None))
        work.api_keys.put(KEY)
        work.api_keys.put(replace(KEY, id="cd34", made_at=later(days=1)))
        assert work.api_keys.get("ab12") == KEY
        assert [k.id for k in work.api_keys.all()] == ["cd34", "ab12"]
    with pytest.raises(NotFound), somebody.reading() as work:
        work.api_keys.get("zz")


def test_the_sessions_of_a_person_are_told_with_where_they_were_opened(somebody):
    with somebody.work() as work:
        for number, person in enumerate((WHO, WHO, "other")):
            work.sessions.open_session(
                f"h{number}", person=person, at=later(hours=number), expires=later(days=1),
                address="192.0.2.1", browser="Firefox", method="password",
            )  # fmt: skip
        latest, first = work.sessions.of(WHO)
    assert (latest.token_hash, first.token_hash) == ("h1", "h0")
    assert (first.address, first.browser, first.method) == ("192.0.2.1", "Firefox", "password")
