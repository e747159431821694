"""Say who is written to about a case that waits, once per person, task and reason.

It follows the journal: whatever lays a case before a desk is found there, so no
way of opening a case can forget to announce it. A plan is made by reading alone
and kept in a transaction of its own; making it twice keeps it once.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from creditflow.approvals.board import board_of
from creditflow.approvals.delegating import Acting, acting
from creditflow.approvals.escalating import NOBODY
from creditflow.approvals.impartiality import involved
from creditflow.approvals.mandates import objection_to
from creditflow.approvals.referring import unanswered
from creditflow.domain.calendar import IsWorkingDay, next_working_day
from creditflow.domain.case import Case, CaseState
from creditflow.domain.journal import Entry, SealedEntry
from creditflow.domain.message import Channel, MailChoice, MailReason, Message
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.policy import Policy
from creditflow.ports import Work

READER = "mail"
"""Under which name it has read the journal so far."""

MORNING = "morning"
"""Under which name the last business date is kept whose morning was told of."""

MOST_ENTRIES = 500
"""Entries of the journal that one plan looks at."""

AN_HOUR = timedelta(hours=1)

TELLING: Mapping[str, MailReason] = {
    "case.opened": MailReason.NEW,
    "case.next_stage": MailReason.NEW,
    "case.escalated": MailReason.ESCALATED,
}
"""The entries that lay a case before a desk."""

PERSONAL: Mapping[str, MailReason] = {
    "case.reassigned": MailReason.GIVEN,
    "case.referred": MailReason.REFERRED,
}
"""The entries that name one person, who is told whatever they chose but nothing at all."""

Ways = Mapping[str, Sequence[Acting]]
"""What each person may act as, by sign-in name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Messages to promise, and how far the journal was read for them."""

    messages: tuple[Message, ...]
    since: int | None
    to: int


def plan_news(
    *, at: datetime, on: date, morning: datetime | None, most_each: int, work: Work
) -> Plan | None:
    """Who is to be told of what the journal holds since the last time; None where nothing is new.

    An installation that begins to tell, begins with what comes now. What came
    before the `morning` of a working day is left to that morning's digest, for
    those who want one. Who would get more than `most_each` mails within an hour
    gets one list at the next full hour instead.
    """
    since = work.bookmarks.of(READER)
    if since is None:
        return Plan((), None, work.journal.last())
    entries = work.journal.entries(after=since, most=MOST_ENTRIES)
    if not entries:
        return None
    asked = _laid_before_a_desk(entries)
    found = _singles(asked, morning, at=at, on=on, work=work) if asked else []
    found += _personal(entries, at=at, work=work)
    found += _for_administrators(entries, at=at, work=work)
    return Plan(_few(found, at, most_each, work), since, entries[-1].seq)


def keep_news(plan: Plan, *, work: Work) -> int:
    """Promise what was planned; how many were new. Zero where somebody else was quicker."""
    if not work.bookmarks.move(READER, plan.to, since=plan.since):
        return 0
    return work.messages.add(plan.messages)


def plan_morning(
    *, at: datetime, on: date, works: IsWorkingDay, most_each: int, work: Work
) -> tuple[Message, ...]:
    """The morning's mails: a digest for whoever wants it, else one per task that is due soon."""
    choices, policy, ways = work.mail_choices.all(), work.policies.current(), ways_of_all(on, work)
    digests = [
        _list(MailReason.DIGEST, person, on.isoformat(), on.isoformat(), at, due=at)
        for person in ways
        if _choice(person, choices).wants_digest
    ]
    soon = next_working_day(on, works)
    singles = [
        _single(MailReason.DUE_SOON, case, person, at)
        for case in work.cases.in_states([CaseState.AWAITING])
        if case.due_on is not None and on <= case.due_on <= soon
        for person in deciders(case, ways, policy, work)
        if _choice(person, choices) is MailChoice.EACH
    ]
    return (*digests, *_few(singles, at, most_each, work))


def has_begun(on: date, work: Work) -> bool:
    """Whether the mails of that morning were promised."""
    last = work.bookmarks.of(MORNING)
    return last is not None and last >= on.toordinal()


def keep_morning(messages: Sequence[Message], *, on: date, work: Work) -> int:
    """Promise the morning's mails, once per business date; how many were new."""
    last = work.bookmarks.of(MORNING)
    if has_begun(on, work) or not work.bookmarks.move(MORNING, on.toordinal(), since=last):
        return 0
    return work.messages.add(messages)


def still_to_be_told(message: Message, *, on: date, work: Work) -> Case | None:
    """The case of a single mail, if its receiver may still decide it; else None."""
    case = work.cases.get(message.subject)
    again = _single(MailReason(message.about), case, message.to, message.made_at,
                    as_of=message.facts.get("as_of", ""))  # fmt: skip
    if message.key != again.key:
        return None
    if message.about == MailReason.REFERRED:
        return case if _is_asked(message, case, work) else None
    if message.about == MailReason.NEEDS_ADMIN:
        able = _able(case, ways_of_all(on, work), work.policies.current(), work)
        return case if case.state is CaseState.AWAITING and not able else None
    person = work.people.get(message.to)
    ways = {person.id: acting(person, on=on, work=work)}
    return case if _able(case, ways, work.policies.current(), work) else None


def ways_of_all(on: date, work: Work) -> Ways:
    """What everybody who holds a mandate may act as on that day."""
    return {
        person.id: acting(person, on=on, work=work)
        for person in work.people.all()
        if person.active and person.mandate is not None
    }


def deciders(case: Case, ways: Ways, policy: Policy, work: Work) -> list[str]:
    """Who is told of a case: those of its very desk who may decide it; else those above."""
    able = _able(case, ways, policy, work)
    at_the_desk = [way for way in able if case.desk in way.person.desks]
    return sorted({way.person.id for way in at_the_desk or able})


def _able(case: Case, ways: Ways, policy: Policy, work: Work) -> list[Acting]:
    if case.state is not CaseState.AWAITING or case.proposal_id is None:
        return []
    board = board_of(case, work.proposals.get(case.proposal_id), work)
    barred = involved(case, work)
    return [
        way
        for all_ways in ways.values()
        for way in all_ways
        if objection_to(way, board, policy, involved=barred) is None
    ]


def _laid_before_a_desk(entries: Iterable[SealedEntry]) -> dict[str, Entry]:
    """The cases that were laid before a desk, each with the latest entry that says so."""
    told = (sealed.entry for sealed in entries)
    return {entry.subject: entry for entry in told if entry.what in TELLING}


def _singles(
    asked: Mapping[str, Entry], morning: datetime | None, *, at: datetime, on: date, work: Work
) -> list[Message]:
    choices, policy, ways = work.mail_choices.all(), work.policies.current(), ways_of_all(on, work)
    found = []
    for case_id, entry in asked.items():
        case, in_digest = work.cases.get(case_id), morning is not None and entry.at < morning
        for person in deciders(case, ways, policy, work):
            choice = _choice(person, choices)
            if choice.wants_each and not (choice.wants_digest and in_digest):
                found.append(_single(TELLING[entry.what], case, person, at))
    return found


def _personal(entries: Iterable[SealedEntry], *, at: datetime, work: Work) -> list[Message]:
    choices = work.mail_choices.all()
    named = [s.entry for s in entries if s.entry.what in PERSONAL]
    return [
        _single(PERSONAL[entry.what], work.cases.get(entry.subject), entry.facts["to"], at,
                as_of=entry.facts.get("referral") or entry.facts["until"])
        for entry in named
        if _choice(entry.facts["to"], choices) is not MailChoice.NONE
    ]  # fmt: skip


def _for_administrators(
    entries: Iterable[SealedEntry], *, at: datetime, work: Work
) -> list[Message]:
    """Whoever can give somebody a mandate is told of a case that nobody may decide."""
    stuck = [s.entry.subject for s in entries if s.entry.what == NOBODY]
    choices = work.mail_choices.all()
    return [
        _single(MailReason.NEEDS_ADMIN, work.cases.get(case), person.id, at)
        for case in stuck
        for person in work.people.all()
        if permits(person, Permission.CHANGE_PEOPLE)
        and _choice(person.id, choices) is not MailChoice.NONE
    ]


def _is_asked(message: Message, case: Case, work: Work) -> bool:
    """Whether the question still waits for an answer."""
    said = work.discussions
    if case.state is not CaseState.AWAITING:
        return False
    still = unanswered(said.referrals(case.id), said.comments(case.id), round_=case.round)
    return any(r.id == message.facts.get("as_of") for r in still)


def _few(
    singles: Sequence[Message], at: datetime, most_each: int, work: Work
) -> tuple[Message, ...]:
    """The mails as they are, or one list at the next full hour for whoever would get too many."""
    before = work.messages.made_since(Channel.MAIL, at - AN_HOUR) if singles else {}
    mine: dict[str, list[Message]] = {}
    for message in singles:
        mine.setdefault(message.to, []).append(message)
    full = (at.astimezone(UTC) + AN_HOUR).replace(minute=0, second=0, microsecond=0)
    few: list[Message] = []
    for person, messages in mine.items():
        if len(messages) + before.get(person, 0) > most_each:
            hour = full.strftime("%Y-%m-%dT%H")
            few.append(_list(MailReason.MANY, person, hour, at.date().isoformat(), at, due=full))
        else:
            few.extend(messages)
    return tuple(few)


def _choice(person: str, choices: Mapping[str, MailChoice]) -> MailChoice:
    return choices.get(person, MailChoice.BOTH)


def _single(
    reason: MailReason, case: Case, person: str, at: datetime, *, as_of: str = ""
) -> Message:
    """A mail about one task, once per task and reason; reminded again where its day has moved.

    `as_of` tells questions, and givings of one case to one person, apart.
    """
    task = f"{case.id}:{case.round}:{case.stage}:{case.desk}"
    task += f":{case.due_on}" if reason is MailReason.DUE_SOON else ""
    task += f":{as_of}" if as_of else ""
    made = _mail(f"{reason}:{task}:{person}", reason, person, case.id, at, due=at)
    return replace(made, facts={"as_of": as_of}) if as_of else made


def _list(
    reason: MailReason, person: str, moment: str, subject: str, at: datetime, *, due: datetime
) -> Message:
    return _mail(f"{reason}:{moment}:{person}", reason, person, subject, at, due=due)


def _mail(
    key: str, reason: MailReason, person: str, subject: str, at: datetime, *, due: datetime
) -> Message:
    short = hashlib.sha256(key.encode()).hexdigest()[:24]
    return Message(f"mail.{short}", Channel.MAIL, person, reason.value, subject, at, due)
