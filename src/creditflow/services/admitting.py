"""Admit people: first passwords and new ones, second factors, and the first two administrators.

Secrets arrive as hashes, apart from what one-time codes are computed from: that is sealed.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from creditflow.domain.access import Admission, AdmissionKind, SecondFactor
from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.one_time_codes import hash_of_recovery, step_of_code
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.sentences import say
from creditflow.ports import Seals, Work
from creditflow.services.staffing import PersonForm, put_person

LASTS = {
    AdmissionKind.FIRST_RUN: timedelta(hours=24),
    AdmissionKind.PASSWORD: timedelta(days=3),
    AdmissionKind.SECOND_STEP: timedelta(minutes=5),
}
LONGEST_PASSWORD = 1_000


class NotAdmitted(Refusal):
    """The one-time link is used up, too old, or never was."""


class WeakPassword(Refusal):
    """The password can be guessed."""


class WrongCode(Refusal):
    """The one-time code is not right, or was used before."""


def admit(
    kind: AdmissionKind, token_hash: str, *, person: str | None, by: str, at: datetime, work: Work
) -> Admission:
    """Make a one-time admission; earlier ones of the kind admit no more."""
    admission = Admission(token_hash, kind, person, by, at, at + LASTS[kind])
    work.admissions.add(admission)
    if kind is not AdmissionKind.SECOND_STEP:
        subject = person or "first_run"
        work.journal.record(Entry(f"admission.{kind}", subject, by, at, {}))
    return admission


def admitted(token_hash: str, kind: AdmissionKind, *, at: datetime, work: Work) -> Admission:
    """The admission that a token gives, still unused; raises NotAdmitted."""
    found = work.admissions.get(token_hash)
    if found is None or found.kind is not kind or not found.is_open(at):
        raise NotAdmitted(say("This link was used before, or its time is over. Ask for a new one."))
    return found


def use_up(token_hash: str, *, at: datetime, work: Work) -> None:
    """Use an admission; raises NotAdmitted where somebody was quicker."""
    if not work.admissions.use(token_hash, at=at):
        raise NotAdmitted(say("This link was used before, or its time is over. Ask for a new one."))


def ensure_strong(password: str, *, least: int, never: Collection[str] = ()) -> None:
    """Refuse what is too short, far too long, or one of the person's own names."""
    if len(password) < least:
        raise WeakPassword(
            say(
                "The password has {length} characters; take at least {least}. A sentence is good.",
                length=len(password),
                least=least,
            )
        )
    if len(password) > LONGEST_PASSWORD:
        raise WeakPassword(say("Take at most {most} characters.", most=LONGEST_PASSWORD))
    plain = password.strip().casefold()
    if plain in {name.casefold() for name in never} or len(set(plain)) < 5:  # noqa: PLR2004 - aaaa
        raise WeakPassword(say("This password is too easy to guess. Take a sentence of your own."))


def keep_password(person: Person, password_hash: str, *, at: datetime, work: Work) -> None:
    """Keep a person's new password and end all their sessions."""
    work.credentials.set_password_hash(person.id, password_hash)
    work.sessions.close_all(person.id)
    work.journal.record(Entry("person.password", person.id, person.id, at, {}))


# ------------------------------------------------------------------ the first two administrators


def nobody_yet(work: Work) -> bool:
    """Whether the installation has no people at all."""
    return not work.people.all()


def found_installation(
    token_hash: str,
    first: PersonForm,
    second: PersonForm,
    *,
    password_hash: str,
    second_token_hash: str,
    at: datetime,
    work: Work,
) -> Person:
    """Keep the first two user administrators: one is admitted now, the other by a link.

    Two, because every later change of people takes two.
    """
    admitted(token_hash, AdmissionKind.FIRST_RUN, at=at, work=work)
    if not nobody_yet(work):
        raise NotAdmitted(say("There are people already. Sign in, or ask one of them."))
    if first.id == second.id:
        raise NotAdmitted(say("Name two people: every later change takes both."))
    use_up(token_hash, at=at, work=work)
    person = put_person(first, by=SYSTEM_ACTOR, at=at, work=work)
    other = put_person(second, by=person.id, at=at, work=work)
    keep_password(person, password_hash, at=at, work=work)
    admit(AdmissionKind.PASSWORD, second_token_hash, person=other.id, by=person.id, at=at,
          work=work)  # fmt: skip
    return person


# ------------------------------------------------------------------ second factors


def has_factor(person: Person, work: Work) -> bool:
    """Whether signing in asks the person for a code."""
    factor = work.factors.of(person.id)
    return factor is not None and factor.confirmed_at is not None


def begin_factor(person: Person, secret: str, *, seals: Seals, work: Work) -> None:
    """Keep a secret that counts once a code of it came in; a confirmed one is not replaced."""
    if has_factor(person, work):
        raise Refusal(say("You have a second factor. Remove it first, with one of its codes."))
    work.factors.put(SecondFactor(person.id, seals.seal(secret, of=factor_of(person.id))))


def factor_of(person: str) -> str:
    """What a second factor's secret is sealed as: one person's opens nobody else's account."""
    return f"second factor of {person}"


def confirm_factor(
    person: Person, code: str, recovery: Collection[str], *, at: datetime, seals: Seals, work: Work
) -> None:
    """Let the factor count from now on; `recovery` are codes in clear, of which hashes are kept."""
    factor = work.factors.of(person.id)
    if factor is None:
        raise NotFound(say("There is no second factor to confirm. Begin again."))
    step = step_of_code(_secret(factor, seals), code, at)
    if step is None:
        raise WrongCode(say("This code is not right. Wait for the next one and try again."))
    work.factors.put(replace(factor, confirmed_at=at, last_step=step))
    work.factors.set_recovery(person.id, frozenset(map(hash_of_recovery, recovery)))
    work.journal.record(Entry("person.second_factor", person.id, person.id, at, {}))


def ensure_code(person: Person, code: str, *, at: datetime, seals: Seals, work: Work) -> None:
    """Take a one-time or a recovery code, each once; raises WrongCode.

    A recovery code needs no key, so it helps where the key of the secrets is lost.
    """
    factor = work.factors.of(person.id)
    if factor is not None and factor.confirmed_at is not None:
        if work.factors.take_recovery(person.id, hash_of_recovery(code)):
            facts = {"left": str(work.factors.recovery_left(person.id))}
            work.journal.record(Entry("person.recovery_code", person.id, person.id, at, facts))
            return
        step = step_of_code(_secret(factor, seals), code, at)
        if step is not None and work.factors.take_step(person.id, step):
            return
    raise WrongCode(say("This code is not right. Wait for the next one and try again."))


def _secret(factor: SecondFactor, seals: Seals) -> str:
    return seals.open(factor.secret, of=factor_of(factor.person))


def drop_factor(person: str, *, by: str, at: datetime, work: Work) -> None:
    """Forget a second factor and its recovery codes."""
    work.factors.drop(person)
    work.journal.record(Entry("person.no_second_factor", person, by, at, {}))
