"""People are kept with what they may do; whatever is wrong is said at once, each in a sentence."""

from dataclasses import replace

import pytest

from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate, Role
from creditflow.domain.permissions import CONFLICTS, GRANTS, Permission, conflicts, holders
from creditflow.services.staffing import BadPerson, PersonForm, put_person
from tests.fakes import FakeWork
from tests.makers import NOW, a_policy, cny

FORM = PersonForm(
    "zhao.min", "Zhao Min", "zhao@company.example", "zh-CN", ("approver", "viewer"),
    ("director",), "CNY 500,000", "D",
)  # fmt: skip


def put(form: PersonForm = FORM, work: FakeWork | None = None):
    return put_person(form, by="admin", at=NOW, work=work or FakeWork(a_policy()))


def wrong(**changes) -> list[str]:
    """What is wrong with the form, as plain English sentences; nothing may have been kept."""
    work = FakeWork(a_policy())
    before = work.kept.copied()
    with pytest.raises(BadPerson) as no:
        put(replace(FORM, **changes), work)
    assert work.kept == before
    said = [str(detail) for detail in no.value.details]
    assert all(sentence in str(no.value) for sentence in said)
    return said


def test_a_person_is_kept_and_journaled():
    work = FakeWork(a_policy())
    person = put(work=work)
    assert work.people.get("zhao.min") == person
    assert person.mandate == Mandate(cny(500_000), Grade.D)
    assert (person.roles, person.desks) == ({Role.APPROVER, Role.VIEWER}, {"director"})
    (sealed,) = work.journal.of("zhao.min")
    assert (sealed.entry.what, sealed.entry.by) == ("person.put", "admin")
    assert sealed.entry.facts == {
        "roles": "approver,viewer",
        "desks": "director",
        "ceiling": "CNY 500,000.00",
        "worst_grade": "D",
        "active": "True",
    }


@pytest.mark.parametrize(
    ("written", "mandate", "journaled"),
    [
        ("any", Mandate(None, Grade.D), "any"),
        ("CNY 0", Mandate(cny(0), Grade.D), "CNY 0.00"),
        ("CNY 0.01", Mandate(cny("0.01"), Grade.D), "CNY 0.01"),
        (" CNY 1,234,567.89 ", Mandate(cny("1234567.89"), Grade.D), "CNY 1,234,567.89"),
    ],
)
def test_a_ceiling_is_read_and_journaled_as_what_it_is(written, mandate, journaled):
    work = FakeWork(a_policy())
    assert put(replace(FORM, ceiling=written), work).mandate == mandate
    assert work.journal.entries()[0].entry.facts["ceiling"] == journaled


def test_without_a_ceiling_there_is_no_mandate():
    person = put(replace(FORM, ceiling=None, desks=()))
    assert person.mandate is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "zhao min"}, "The sign-in name 'zhao min'"),
        ({"id": ""}, "The sign-in name ''"),
        ({"id": "policy"}, "The sign-in name 'policy'"),
        ({"id": "system"}, "The sign-in name 'system'"),
        ({"name": "  "}, "The name is empty."),
        ({"email": "zhao"}, "'zhao' is no mail address."),
        ({"email": "a@b@c"}, "'a@b@c' is no mail address."),
        ({"language": "fr"}, "The language is zh-CN or en, not 'fr'."),
        ({"roles": ("approver", "king")}, "Choose roles among viewer, analyst, approver"),
        ({"desks": ("nowhere",)}, "Choose desks among credit_manager, director, committee."),
        ({"worst_grade": "H"}, "The lowest grade is A to G, not 'H'."),
        ({"ceiling": None}, "A desk needs a mandate"),
        ({"roles": ("admin",)}, "An administrator may not hold a mandate."),
        ({"roles": ("user_admin",)}, "An administrator may not hold a mandate."),
        ({"roles": ("approver", "sales")}, "One person may not hold the roles approver and sales"),
        ({"ceiling": "500000"}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": "USD 500000"}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": "XYZ 1"}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": "CNY -1"}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": "CNY 0.001"}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": "CNY NaN"}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": "CNY 1e308"}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": "CNY"}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": ""}, "Write the ceiling like 'CNY 500000'"),
        ({"ceiling": "unlimited"}, "Write the ceiling like 'CNY 500000'"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(changes, said):
    (sentence,) = wrong(**changes)
    assert sentence.startswith(said)


def test_everything_that_is_wrong_is_said_at_once():
    said = wrong(name="", email="x", language="fr", worst_grade="Z", ceiling="a lot")
    assert len(said) == 5


def test_a_person_is_replaced_by_the_same_sign_in_name():
    work = FakeWork(a_policy())
    put(work=work)
    put(replace(FORM, active=False, ceiling=None, desks=()), work)
    person = work.people.get("zhao.min")
    assert (person.active, person.mandate) == (False, None)
    assert len(work.journal.of("zhao.min")) == 2


def test_every_conflict_is_refused_when_the_roles_are_given_and_every_other_pair_is_not():
    for one in Role:
        for other in Role:
            if one >= other:
                continue
            roles = (one.value, other.value)
            changes = {"roles": roles, "ceiling": None, "desks": ()}
            if frozenset({one, other}) in CONFLICTS:
                (sentence,) = wrong(**changes)
                assert sentence.startswith("One person may not hold the roles")
            else:
                assert put(replace(FORM, **changes)).roles == {one, other}


def test_nobody_who_decides_may_also_change_what_is_decided_on_or_who_decides():
    deciding = [role for role in Role if Permission.DECIDE in GRANTS[role]]
    assert deciding == [Role.APPROVER]
    for permission in (Permission.CHANGE_PEOPLE, Permission.MAKE_KEYS):
        for role in holders(permission):
            assert conflicts([Role.APPROVER, role]), role


def test_every_role_has_its_permissions_and_every_permission_a_role():
    assert set(GRANTS) == set(Role)
    assert all(holders(permission) for permission in Permission)
