"""Deliver letters: none is lost silently, none is sent twice by itself.

    pending ─ claim ─▶ claimed ─ RCPT accepted ─▶ in_data ─ 250 ─▶ sent
       ▲                  │                          │
       └── 4xx, no reply ─┴──── 4xx ─────────────────┤── 5xx ──▶ failed
                                                     └ no reply ▶ uncertain

Every arrow is a commit of its own. Before a letter's data leaves, `in_data` is
committed; so whoever finds a letter in `claimed` knows that it has not left,
and whoever finds one in `in_data` knows that nobody can know. Exactly-once
mail does not exist (RFC 1047): what is ambiguous is held for a person.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from creditflow.domain.case import CaseState
from creditflow.domain.errors import Conflict, Unavailable
from creditflow.domain.journal import Entry
from creditflow.domain.letter import Letter, LetterState
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.sentences import say
from creditflow.ports import Delivery, Handed, Post, Work
from creditflow.services.carrying import carry

LEASE = timedelta(minutes=20)
"""How long one relay may take over a letter. Longer than all timeouts of the post together."""

MARGIN = timedelta(minutes=14)
"""What must be left of the lease when the data begins to leave: it alone may take so long."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)
"""Mail servers are tried for four to five days (RFC 5321, 4.5.4.1), then the letter has failed."""

TRIES_TO_SETTLE = 3

OpenWork = Callable[[], AbstractContextManager[Work]]
"""Opens a transaction that commits when its block is left well."""


class Resolution(StrEnum):
    """What a person says about a letter whose fate is uncertain."""

    CONFIRM = "confirm"
    RESEND = "resend"


def deliver_one(
    *,
    work: OpenWork,
    post: Post,
    owner: str,
    at: Callable[[], datetime],
    letter: str | None = None,
) -> Letter | None:
    """Deliver that letter, or the next one that is due; None where there is none to deliver.

    `owner` names this relay and must be its own. Returns the letter as it
    stands afterwards. Safe to run in several places at once.
    """
    claimed, message = _claim(work, owner, at(), letter)
    if claimed is None:
        return None
    handed = carry(
        post,
        message,
        recipient=claimed.recipient or "",
        enter=lambda: _enter_data(claimed, work, at()),
    )
    return _now(claimed, work) if handed is None else _settle(claimed, handed, work, at)


def recover_lapsed(*, work: Work, at: datetime) -> list[Letter]:
    """Take letters from relays that died: claimed ones go back, in_data ones are uncertain."""
    recovered = []
    for letter in work.letters.lapsed(at):
        if letter.state is LetterState.CLAIMED:
            after = replace(letter, state=LetterState.PENDING, due_at=at, lease_until=None)
        else:
            after = replace(letter, state=LetterState.UNCERTAIN, due_at=None, lease_until=None)
            _journal("letter.uncertain", after, SYSTEM_ACTOR, at, work, problem=_DIED)
        work.letters.put(after)
        recovered.append(after)
    return recovered


def resolve_uncertain(
    letter_id: str, *, verdict: Resolution, by: str, at: datetime, work: Work
) -> Letter:
    """Say what became of an uncertain letter: it arrived, or a marked copy shall go out.

    The copy bears `X-Resend` and a Message-ID of its own, so that a customer
    who gets both can see it. Raises Conflict where the letter is not uncertain
    (any more).
    """
    letter = work.letters.get(letter_id)
    if letter.state is not LetterState.UNCERTAIN:
        raise Conflict(
            say(
                "Letter {letter} is {state}, not uncertain: there is nothing to resolve.",
                letter=letter.id,
                state=letter.state.value,
            )
        )
    if verdict is Resolution.CONFIRM:
        after = replace(letter, state=LetterState.SENT, sent_at=at, due_at=None)
        work.letters.put(after)
        _journal("letter.confirmed", after, by, at, work)
        customer_told(after, at, work)
        return after
    after = replace(letter, state=LetterState.PENDING, due_at=at)
    work.letters.put(after)
    _journal(_RESEND, after, by, at, work)
    return after


def try_again(letter_id: str, *, by: str, at: datetime, work: Work) -> Letter:
    """Send a failed letter once more, after somebody has removed the cause.

    Nothing of it has ever arrived, so it goes out as it is. Raises Conflict
    where it has not failed.
    """
    letter = work.letters.get(letter_id)
    if letter.state is not LetterState.FAILED:
        raise Conflict(
            say(
                "Letter {letter} is {state}; only a failed letter is tried again.",
                letter=letter.id,
                state=letter.state.value,
            )
        )
    after = replace(letter, state=LetterState.PENDING, due_at=at)
    work.letters.put(after)
    _journal("letter.tried_again", after, by, at, work)
    return after


def marked_copy(message: bytes, number: int) -> bytes:
    """The message as its copy `number` (from 1): same letter, a Message-ID of its own."""
    head, gap, body = message.partition(b"\r\n\r\n")
    lines = []
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() != b"message-id":
            lines.append(line)
            continue
        original = value.strip()
        local, at_sign, domain = original.partition(b"@")
        lines.append(b"Message-ID: %s.copy%d%s%s" % (local, number, at_sign, domain))
        lines.append(b"X-Resend: %d; original=%s" % (number, original))
    return b"\r\n".join(lines) + gap + body


def wait_before(letter_id: str, attempts: int) -> timedelta:
    """How long a letter rests after so many attempts: doubling, capped, spread by its id."""
    doubled = FIRST_WAIT * (1 << min(max(attempts - 1, 0), 16))
    spread = hashlib.sha256(f"{letter_id}:{attempts}".encode()).digest()[0]
    return min(doubled, LONGEST_WAIT) * (1 + spread / 1024)


_RESEND = "letter.resend"
_DIED = "the relay died after the data had begun to leave"


def _claim(
    work: OpenWork, owner: str, at: datetime, letter: str | None
) -> tuple[Letter | None, bytes]:
    """Take a letter under a lease, and the bytes that shall leave for it."""
    with work() as claiming:
        claimed = claiming.letters.claim(owner=owner, at=at, until=at + LEASE, letter=letter)
        if claimed is None:
            return None, b""
        if claimed.attempts == 1:
            return claimed, claimed.message  # nobody can have asked for a copy of it yet
        entries = claiming.journal.of(claimed.subject_of_record)
    copies = sum(
        x.entry.what == _RESEND and x.entry.facts.get("letter") == claimed.id for x in entries
    )
    return claimed, marked_copy(claimed.message, copies) if copies else claimed.message


def _enter_data(claimed: Letter, work: OpenWork, at: datetime) -> bool:
    """Commit that the data is about to leave; False where the letter is no longer ours.

    A lease that is nearly over counts as lost, so that nobody takes the letter
    up while this relay still sends it.
    """
    if claimed.lease_until is None or claimed.lease_until - at < MARGIN:
        return False
    try:
        with work() as entering:
            entering.letters.put(replace(claimed, state=LetterState.IN_DATA))
    except Conflict:
        return False
    return True


def _settle(claimed: Letter, handed: Handed, work: OpenWork, at: Callable[[], datetime]) -> Letter:
    """Commit what became of it; again, where others were in the way just then.

    If this is lost the letter becomes uncertain, although it is not: worth some tries.
    """
    for left in reversed(range(TRIES_TO_SETTLE)):
        try:
            with work() as settling:
                return _outcome(claimed, handed, at(), settling)
        except (Conflict, Unavailable):
            if not left:
                raise
    raise AssertionError("the last try either returned or raised")


def _outcome(claimed: Letter, handed: Handed, at: datetime, work: Work) -> Letter:
    kept = work.letters.get(claimed.id)
    if (kept.lease_owner, kept.attempts) != (claimed.lease_owner, claimed.attempts):
        return kept  # another relay has it now: what it finds out counts
    if kept.state not in {LetterState.CLAIMED, LetterState.IN_DATA, LetterState.UNCERTAIN}:
        return kept
    freed = replace(kept, answer=handed.answer, lease_until=None, due_at=None)
    after, what = _verdict(freed, handed.delivery, at)
    work.letters.put(after)
    _journal(what, after, SYSTEM_ACTOR, at, work, answer=handed.answer)
    if after.state is LetterState.SENT:
        customer_told(after, at, work)
    return after


def _verdict(letter: Letter, delivery: Delivery, at: datetime) -> tuple[Letter, str]:
    """The letter after that answer, and what the journal calls it."""
    if delivery is Delivery.ACCEPTED:
        return replace(letter, state=LetterState.SENT, sent_at=at), "letter.sent"
    if delivery is Delivery.REFUSED:
        return replace(letter, state=LetterState.FAILED), "letter.failed"
    if delivery is Delivery.UNKNOWN:
        return replace(letter, state=LetterState.UNCERTAIN), "letter.uncertain"
    if at - letter.created_at >= GIVE_UP_AFTER:
        return replace(letter, state=LetterState.FAILED), "letter.given_up"
    due = at + wait_before(letter.id, letter.attempts)
    return replace(letter, state=LetterState.PENDING, due_at=due), "letter.deferred"


def customer_told(letter: Letter, at: datetime, work: Work) -> None:
    """The letter has reached the customer: its case is at its end, unless it stumbled meanwhile."""
    if letter.case_id is None or (letter.copy and letter.facts is None):
        return  # a copy for a further recipient: it is the other one that tells the customer
    case = work.cases.get(letter.case_id)
    if case.state in {CaseState.APPLIED, CaseState.REJECTED}:
        work.cases.put(case.moved(CaseState.NOTIFIED, at=at))
        facts = {"letter": letter.id}
        work.journal.record(Entry("case.notified", case.id, SYSTEM_ACTOR, at, facts))


def _journal(what: str, letter: Letter, by: str, at: datetime, work: Work, **facts: str) -> None:
    told = {"letter": letter.id, "attempt": str(letter.attempts), **facts}
    work.journal.record(Entry(what, letter.subject_of_record, by, at, told))


def _now(letter: Letter, work: OpenWork) -> Letter:
    with work() as reading:
        return reading.letters.get(letter.id)
