"""Add people and give them roles, desks and mandates; every change is journaled."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import cast

from creditflow.domain.customer import LANGUAGES, Language
from creditflow.domain.errors import Refusal
from creditflow.domain.grade import Grade
from creditflow.domain.journal import Entry
from creditflow.domain.money import Money
from creditflow.domain.people import POLICY_ACTOR, SYSTEM_ACTOR, Mandate, Person, Role
from creditflow.domain.permissions import conflicts
from creditflow.domain.policy import Policy
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work

ANY = "any"
"""How a mandate without a ceiling is written."""


class BadPerson(Refusal):
    """What was said of the person cannot be kept."""


@dataclass(frozen=True, slots=True)
class PersonForm:
    """A person as somebody wrote it down; `ceiling` is 'CNY 500000', 'any', or None: no mandate."""

    id: str
    name: str
    email: str
    language: str
    roles: tuple[str, ...]
    desks: tuple[str, ...] = ()
    ceiling: str | None = None
    worst_grade: str = "D"
    active: bool = True


def put_person(
    form: PersonForm, *, by: str, at: datetime, work: Work, asked_by: str | None = None
) -> Person:
    """Keep a person; raises BadPerson with everything that is wrong at once.

    `asked_by` is who asked for it, where another person confirmed it.
    """
    person = read_person(form, work)
    work.people.put(person)
    facts = _facts(person) | ({"asked_by": asked_by} if asked_by else {})
    work.journal.record(Entry("person.put", person.id, by, at, facts))
    return person


def read_person(form: PersonForm, work: Work) -> Person:
    """The person that a form describes; raises BadPerson with everything that is wrong at once."""
    policy = work.policies.current()
    ceiling = _ceiling(form, policy)
    if problems := [*_problems(form, policy), *_ceiling_problem(form, ceiling, policy)]:
        raise BadPerson(
            say("This person cannot be kept. {problems}", problems=" ".join(map(str, problems))),
            details=problems,
        )
    return Person(
        id=form.id,
        name=form.name.strip(),
        email=form.email.strip(),
        language=cast("Language", form.language),
        roles=frozenset(Role(role) for role in form.roles),
        desks=frozenset(form.desks),
        mandate=None if form.ceiling is None else Mandate(ceiling, Grade(form.worst_grade)),
        active=form.active,
    )


def form_of(person: Person) -> PersonForm:
    """A person as one would write it down."""
    mandate = person.mandate
    return PersonForm(
        id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        roles=tuple(role.value for role in Role if role in person.roles),
        desks=tuple(sorted(person.desks)),
        ceiling=None if mandate is None else _written(mandate.ceiling),
        worst_grade="D" if mandate is None else mandate.worst_grade.value,
        active=person.active,
    )


def _problems(form: PersonForm, policy: Policy) -> list[Sentence]:
    desks = [desk.id for desk in policy.desks]
    plain_id = form.id.replace(".", "").replace("-", "").replace("_", "")
    checks = (
        (plain_id.isalnum() and form.id not in (POLICY_ACTOR, SYSTEM_ACTOR),
         say("The sign-in name {id} is taken by creditflow itself, or has other characters than"
             " letters, digits, '.', '-' and '_'.", id=repr(form.id))),
        (bool(form.name.strip()), say("The name is empty.")),
        (form.email.count("@") == 1,
         say("{email} is no mail address.", email=repr(form.email))),
        (form.language in LANGUAGES,
         say("The language is zh-CN or en, not {language}.", language=repr(form.language))),
        (set(form.roles) <= set(Role),
         say("Choose roles among {roles}.", roles=", ".join(Role))),
        (set(form.desks) <= set(desks),
         say("Choose desks among {desks}.", desks=", ".join(desks))),
        (form.worst_grade in set(Grade),
         say("The lowest grade is A to G, not {grade}.", grade=repr(form.worst_grade))),
        (not form.desks or form.ceiling is not None,
         say("A desk needs a mandate: name a ceiling.")),
        (form.ceiling is None or not {Role.ADMIN, Role.USER_ADMIN} & set(form.roles),
         say("An administrator may not hold a mandate. Name somebody else, or another role.")),
    )  # fmt: skip
    return [*(problem for fine, problem in checks if not fine), *_clashes(form)]


def _clashes(form: PersonForm) -> list[Sentence]:
    """Roles that one person may not hold together."""
    roles = [Role(role) for role in form.roles if role in set(Role)]
    return [
        say(
            "One person may not hold the roles {role} and {other_role}: {why}.",
            role=one.value,
            other_role=other.value,
            why=why.text,
        )
        for one, other, why in conflicts(roles)
    ]


def _ceiling(form: PersonForm, policy: Policy) -> Money | None:
    """The ceiling as an amount; None where there is none, or where it cannot be read."""
    currency, _, amount = (form.ceiling or "").strip().partition(" ")
    try:
        ceiling = Money.of(Decimal(amount.replace(",", "")), currency)
    except (ValueError, OverflowError, InvalidOperation):
        return None
    return ceiling if ceiling.minor >= 0 and currency == policy.base_currency else None


def _ceiling_problem(form: PersonForm, ceiling: Money | None, policy: Policy) -> list[Sentence]:
    if ceiling is not None or form.ceiling in (None, ANY):
        return []
    example = f"{policy.base_currency} 500000"
    return [
        say(
            "Write the ceiling like '{example}', or 'any' for no bound; {ceiling} is neither.",
            example=example,
            ceiling=repr(form.ceiling),
        )
    ]


def _facts(person: Person) -> dict[str, str]:
    mandate = person.mandate
    return {
        "roles": ",".join(sorted(person.roles)),
        "desks": ",".join(sorted(person.desks)),
        "ceiling": "" if mandate is None else _written(mandate.ceiling),
        "worst_grade": "" if mandate is None else mandate.worst_grade.value,
        "active": str(person.active),
    }


def _written(ceiling: Money | None) -> str:
    """A ceiling of zero is an amount; only none at all is 'any'."""
    return ANY if ceiling is None else str(ceiling)
