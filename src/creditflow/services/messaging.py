"""Deliver messages: none is lost silently, no mail is sent twice by itself.

    pending ─ claim ─▶ claimed ─ accepted ─▶ sent
       ▲                  │
       └── try later ─────┤── refused ──▶ failed ── a person ──▶ pending
                          ├ no reply ──▶ uncertain (mail: it may have arrived)
                          └ nothing to say any more ──▶ overtaken

A mail passes `in_data` on its way, as letters do. What a message says is set only
when its turn has come, from what is true then: who decided quickly gets no mail
about it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from creditflow.domain.errors import Conflict, Problem, Refusal, Unavailable
from creditflow.domain.journal import Entry
from creditflow.domain.message import IN_TROUBLE, Channel, MailChoice, Message, MessageState
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.sentences import say
from creditflow.ports import Delivery, Handed, Post, Work
from creditflow.services.carrying import carry
from creditflow.services.relaying import LEASE, MARGIN, wait_before

MOST_ATTEMPTS = 12
"""So many tries take some twenty hours; the next morning's digest says what a mail would."""

TRIES_TO_SETTLE = 3

OpenWork = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as it leaves: to which address, and its bytes."""

    recipient: str
    message: bytes


Write = Callable[[Message], Written | None]
"""Sets a mail from what is true now; None where it has nothing to say any more."""


def deliver_mail(
    *, work: OpenWork, post: Post, write: Write, owner: str, at: Callable[[], datetime]
) -> Message | None:
    """Deliver the next mail that is due; how it stands then, None where none is due.

    `owner` names this relay and must be its own. Safe to run in several places at once.
    """
    claimed = claim(Channel.MAIL, work=work, owner=owner, at=at())
    if claimed is None:
        return None
    try:
        written = write(claimed)
    except Problem as problem:
        return settle(claimed, Handed(Delivery.REFUSED, str(problem)), work=work, at=at)
    if written is None:
        return _overtaken(claimed, work)
    handed = carry(
        post,
        written.message,
        recipient=written.recipient,
        enter=lambda: _enter_data(claimed, work, at()),
    )
    if handed is None:
        with work() as reading:
            return reading.messages.get(claimed.key)
    return settle(claimed, handed, work=work, at=at)


def claim(channel: Channel, *, work: OpenWork, owner: str, at: datetime) -> Message | None:
    """Take the next message of that channel under a lease."""
    with work() as claiming:
        return claiming.messages.claim(channel, owner=owner, at=at, until=at + LEASE)


def settle(
    claimed: Message, handed: Handed, *, work: OpenWork, at: Callable[[], datetime],
    most_attempts: int = MOST_ATTEMPTS,
) -> Message:  # fmt: skip
    """Commit what became of it; again, where others were in the way just then."""
    for left in reversed(range(TRIES_TO_SETTLE)):
        try:
            with work() as settling:
                return _outcome(claimed, handed, at(), most_attempts, settling)
        except (Conflict, Unavailable):
            if not left:
                raise
    raise AssertionError("the last try either returned or raised")


def recover_lapsed(*, work: Work, at: datetime) -> list[Message]:
    """Take messages from relays that died: claimed ones go back, in_data ones are uncertain."""
    recovered = []
    for message in work.messages.lapsed(at):
        if message.state is MessageState.CLAIMED:
            after = replace(message, state=MessageState.PENDING, due_at=at, lease_until=None)
        else:
            after = replace(message, state=MessageState.UNCERTAIN, due_at=None, lease_until=None)
            _journal(after, SYSTEM_ACTOR, at, work)
        work.messages.put(after)
        recovered.append(after)
    return recovered


def send_again(key: str, *, by: str, at: datetime, work: Work) -> Message:
    """Send a message once more that failed or may not have arrived; raises Conflict for others."""
    message = work.messages.get(key)
    if message.state not in IN_TROUBLE:
        raise Conflict(
            say(
                "Message {key} is {state}; only one that failed or is uncertain is sent again.",
                key=message.key,
                state=message.state.value,
            )
        )
    facts = {"message": message.key, "about": message.about, "of": message.subject}
    after = replace(message, state=MessageState.PENDING, due_at=at, attempts=0)
    work.messages.put(after)
    work.journal.record(Entry("message.again", message.to, by, at, facts))
    return after


def choose_mails(person: Person, choice: str, *, at: datetime, work: Work) -> MailChoice:
    """Keep which mails a person wants; raises Refusal where there is no such choice."""
    if choice not in set(MailChoice):
        raise Refusal(say("Choose one of {choices}.", choices=", ".join(MailChoice)))
    chosen = MailChoice(choice)
    work.mail_choices.set(person.id, chosen)
    facts = {"choice": chosen.value}
    work.journal.record(Entry("person.mails", person.id, person.id, at, facts))
    return chosen


def _enter_data(claimed: Message, work: OpenWork, at: datetime) -> bool:
    """Commit that the data is about to leave; False where the mail is no longer ours."""
    if claimed.lease_until is None or claimed.lease_until - at < MARGIN:
        return False
    try:
        with work() as entering:
            entering.messages.put(replace(claimed, state=MessageState.IN_DATA))
    except Conflict:
        return False
    return True


def _overtaken(claimed: Message, work: OpenWork) -> Message:
    """Nothing was told, so nothing is journaled; the message says so itself."""
    after = replace(claimed, state=MessageState.OVERTAKEN, due_at=None, lease_until=None)
    with work() as noting:
        noting.messages.put(after)
    return after


def _outcome(
    claimed: Message, handed: Handed, at: datetime, most_attempts: int, work: Work
) -> Message:
    kept = work.messages.get(claimed.key)
    if (kept.lease_owner, kept.attempts) != (claimed.lease_owner, claimed.attempts):
        return kept  # another relay has it now: what it finds out counts
    freed = replace(kept, answer=handed.answer, lease_until=None, due_at=None)
    after = _verdict(freed, handed.delivery, at, most_attempts)
    work.messages.put(after)
    if after.state is not MessageState.PENDING:
        _journal(after, SYSTEM_ACTOR, at, work)
    return after


def _verdict(message: Message, delivery: Delivery, at: datetime, most_attempts: int) -> Message:
    if delivery is Delivery.ACCEPTED:
        return replace(message, state=MessageState.SENT, sent_at=at)
    if delivery is Delivery.UNKNOWN:
        return replace(message, state=MessageState.UNCERTAIN)
    if delivery is Delivery.REFUSED or message.attempts >= most_attempts:
        return replace(message, state=MessageState.FAILED)
    due = at + wait_before(message.key, message.attempts)
    return replace(message, state=MessageState.PENDING, due_at=due)


def _journal(message: Message, by: str, at: datetime, work: Work) -> None:
    facts = {
        "message": message.key,
        "about": message.about,
        "of": message.subject,
        "answer": message.answer,
    }
    what = f"message.{message.state}"
    work.journal.record(Entry(what, message.to, by, at, facts))
