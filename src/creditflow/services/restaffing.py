"""Change people under four eyes: one user administrator asks, another one confirms.

Nobody changes themselves, neither by asking nor by confirming. A change that was
asked for while the person was another one is not confirmed any more.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from creditflow.domain.access import (
    AdmissionKind,
    ChangeKind,
    PersonChange,
)
from creditflow.domain.change import ChangeState
from creditflow.domain.errors import Conflict, NotFound, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.admitting import admit, drop_factor
from creditflow.services.staffing import PersonForm, form_of, put_person, read_person

MOST_WHY = 1_000
LONGEST_SUBJECT = 255
"""Characters of a subject (OpenID Connect Core 1.0, section 2)."""


class TakesAnother(Refusal):
    """Somebody else has to ask for it, or to confirm it."""


class Outdated(Conflict):
    """The person is not the one that the change was asked for."""


def ask_change(form: PersonForm, *, why: str, by: Person, at: datetime, work: Work) -> PersonChange:
    """Ask for a person to be added or to become what the form says."""
    _ensure_may(by, form.id)
    wanted = read_person(form, work)
    known = _known(wanted.id, work)
    if known is not None and form_of(known) == form_of(replace(wanted, language=known.language)):
        raise Refusal(say("Nothing would change. Alter something first."))
    return _ask(ChangeKind.PERSON, form, known, why=why, by=by, at=at, work=work)


def ask_help(
    person: str, kind: ChangeKind, *, why: str, by: Person, at: datetime, work: Work
) -> PersonChange:
    """Ask for a new password, or for a lost second factor to be forgotten."""
    _ensure_may(by, person)
    known = work.people.get(person)
    return _ask(kind, form_of(known), known, why=why, by=by, at=at, work=work)


def ask_company_account(
    person: str, issuer: str, subject: str, *, why: str, by: Person, at: datetime, work: Work
) -> PersonChange:
    """Ask for somebody's account at the company's provider to be connected; empty: taken away.

    `subject` is what the provider calls the person for ever (`sub`), never a mail
    address: those are given to others.
    """
    _ensure_may(by, person)
    known, subject = work.people.get(person), subject.strip()
    has = work.identities.of(person)
    kind = ChangeKind.COMPANY_ACCOUNT if subject else ChangeKind.NO_COMPANY_ACCOUNT
    if not subject and not has:
        raise Refusal(say("{person} has no company account here.", person=known.name))
    if subject and (problems := [*_account_problems(known, issuer, subject, has, work)]):
        raise Refusal(problems[0], details=problems)
    wanted = json.dumps({"issuer": issuer, "subject": subject}, sort_keys=True)
    return _ask(kind, form_of(known), known, why=why, by=by, at=at, work=work, wanted=wanted)


def wanted_account(change: PersonChange) -> tuple[str, str]:
    """Issuer and subject that a change was asked for with."""
    kept = json.loads(change.wanted)
    return kept["issuer"], kept["subject"]


def _account_problems(
    known: Person, issuer: str, subject: str, has: Sequence[tuple[str, str]], work: Work
) -> Iterator[Sentence]:
    if not issuer:
        yield say("Here people sign in with a password alone.")
    if len(subject) > LONGEST_SUBJECT or not (subject.isascii() and subject.isprintable()):
        yield say("The provider's name of a person has at most {most} plain characters.",
                  most=LONGEST_SUBJECT)  # fmt: skip
    if has:
        yield say("{person} has a company account already. Take it away first.", person=known.name)
    holder = work.identities.person_of(issuer, subject)
    if holder is not None and holder != known.id:
        yield say("This company sign-in belongs to somebody else already.")


def confirm_change(
    change_id: str, *, token_hash: str, by: Person, at: datetime, work: Work
) -> tuple[PersonChange, bool]:
    """Carry a change out; whether `token_hash` is now that of a link for a password."""
    change = work.person_changes.get(change_id)
    _ensure_may(by, change.person)
    if by.id == change.asked_by:
        raise TakesAnother(
            say("You asked for this change yourself; another user administrator confirms it.")
        )
    change.ensure_open()
    known = _known(change.person, work)
    if change.base != fingerprint(known):
        raise Outdated(
            say(
                "{person} has changed since this was asked for. Refuse it, and ask again.",
                person=change.person,
            )
        )
    link = _carry_out(change, known, token_hash, by=by, at=at, work=work)
    return _decide(change, ChangeState.CONFIRMED, by=by, at=at, work=work), link


def refuse_change(change_id: str, *, by: Person, at: datetime, work: Work) -> PersonChange:
    """Refuse a change, or withdraw what one asked for oneself."""
    change = work.person_changes.get(change_id)
    _ensure_may(by, change.person)
    change.ensure_open()
    state = ChangeState.WITHDRAWN if by.id == change.asked_by else ChangeState.REFUSED
    return _decide(change, state, by=by, at=at, work=work)


def wanted_form(change: PersonChange) -> PersonForm:
    """The form that a change was asked for with."""
    kept = json.loads(change.wanted)
    return PersonForm(**{**kept, "roles": tuple(kept["roles"]), "desks": tuple(kept["desks"])})


def fingerprint(person: Person | None) -> str:
    """What the person was, in short; the language is the person's own matter."""
    if person is None:
        return ""
    plain = asdict(replace(form_of(person), language="en"))
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _carry_out(
    change: PersonChange, known: Person | None, token_hash: str, *, by: Person, at: datetime,
    work: Work,
) -> bool:  # fmt: skip
    if change.kind is ChangeKind.NO_SECOND_FACTOR:
        drop_factor(change.person, by=by.id, at=at, work=work)
        work.sessions.close_all(change.person)
        return False
    if change.kind in (ChangeKind.COMPANY_ACCOUNT, ChangeKind.NO_COMPANY_ACCOUNT):
        _carry_account(change, by=by, at=at, work=work)
        return False
    if change.kind is ChangeKind.PERSON:
        form = wanted_form(change)
        if known is not None:
            form = replace(form, language=known.language)
        kept = put_person(form, by=by.id, asked_by=change.asked_by, at=at, work=work)
        if known is not None and _has_less(known, kept):
            work.sessions.close_all(kept.id)
        if known is not None:
            return False
    admit(AdmissionKind.PASSWORD, token_hash, person=change.person, by=by.id, at=at, work=work)
    return True


def _carry_account(change: PersonChange, *, by: Person, at: datetime, work: Work) -> None:
    """Connect the account, or take it away and end what was opened by it."""
    if change.kind is ChangeKind.COMPANY_ACCOUNT:
        issuer, subject = wanted_account(change)
        work.identities.connect(issuer, subject, person=change.person, at=at)
        what, facts = "person.identity", {"issuer": issuer, "asked_by": change.asked_by}
    else:
        work.identities.disconnect(change.person)
        work.sessions.close_all(change.person)
        what, facts = "person.no_identity", {"asked_by": change.asked_by}
    work.journal.record(Entry(what, change.person, by.id, at, facts))


def _has_less(before: Person, after: Person) -> bool:
    """Whether somebody lost something and has to sign in again."""
    lost = not after.active or before.roles - after.roles or before.desks - after.desks
    return bool(lost) or before.mandate != after.mandate


def _ask(
    kind: ChangeKind, form: PersonForm, known: Person | None, *, why: str, by: Person,
    at: datetime, work: Work, wanted: str = "",
) -> PersonChange:  # fmt: skip
    said = why.strip()
    if not said or len(said) > MOST_WHY:
        raise Refusal(say("Say why, in a sentence of at most {most} characters.", most=MOST_WHY))
    if any(c.state is ChangeState.OPEN for c in work.person_changes.of(form.id)):
        raise Conflict(
            say(
                "A change of {person} waits already. Have it confirmed or refused first.",
                person=form.id,
            )
        )
    number = work.counters.next("person_change")
    change = PersonChange(
        id=f"PC-{number:06d}",
        person=form.id,
        kind=kind,
        wanted=wanted or json.dumps(asdict(form), sort_keys=True, ensure_ascii=False),
        base=fingerprint(known),
        why=said,
        asked_by=by.id,
        asked_at=at,
    )
    work.person_changes.add(change)
    facts = {"change": change.id, "kind": kind.value, "why": said}
    work.journal.record(Entry("person.change_asked", form.id, by.id, at, facts))
    return change


def _decide(
    change: PersonChange, state: ChangeState, *, by: Person, at: datetime, work: Work
) -> PersonChange:
    decided = change.decided(state, by=by.id, at=at)
    work.person_changes.put(decided)
    facts = {"change": change.id, "asked": change.asked_by, "kind": change.kind.value}
    work.journal.record(Entry(f"person.change_{state}", change.person, by.id, at, facts))
    return decided


def _ensure_may(by: Person, person: str) -> None:
    if not permits(by, Permission.CHANGE_PEOPLE):
        raise TakesAnother(say("Only user administrators change people."))
    if by.id == person:
        raise TakesAnother(
            say("Nobody changes their own rights. Two other user administrators can.")
        )


def _known(person: str, work: Work) -> Person | None:
    try:
        return work.people.get(person)
    except NotFound:
        return None
