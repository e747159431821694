"""Take back letters that a mail server could not deliver, and give them another way.

A report changes only a letter that has left. What it says is the sender's word
alone, so it moves nothing but the letter, and a person sees to it.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from creditflow.domain.bounce import Bounce
from creditflow.domain.errors import Conflict
from creditflow.domain.journal import Entry
from creditflow.domain.letter import Letter, LetterState
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.sentences import say
from creditflow.ports import Letterpress, Work
from creditflow.services.addressing import usable_address, usable_addresses
from creditflow.services.freezing import Sender, freeze_anew
from creditflow.services.relaying import customer_told

GONE_OUT = frozenset({LetterState.SENT, LetterState.UNCERTAIN})
"""States in which a letter can come back."""

STRANDED = frozenset({LetterState.NO_ADDRESS, LetterState.FAILED, LetterState.BOUNCED})
"""States in which a letter needs another way."""


def take_back(bounce: Bounce, *, at: datetime, work: Work) -> Letter | None:
    """Note what a report says; the letter it is about, None where it is none of ours."""
    letter = _letter_of(bounce, work)
    if letter is None:
        return None
    facts = {"letter": letter.id, "status": bounce.status, "why": bounce.why}
    if not bounce.for_good or letter.state not in GONE_OUT:
        what = "letter.late" if not bounce.for_good else "letter.bounce_ignored"
        key = f"{what}:{letter.id}:{bounce.status}:{letter.attempts}"
        entry = Entry(what, letter.subject_of_record, SYSTEM_ACTOR, at, facts)
        work.journal.record_once(key, entry)
        return letter
    answer = f"came back: {bounce.status} {bounce.why}".strip()
    after = replace(letter, state=LetterState.BOUNCED, answer=answer, due_at=None)
    work.letters.put(after)
    entry = Entry("letter.bounced", letter.subject_of_record, SYSTEM_ACTOR, at, facts)
    work.journal.record(entry)
    return after


def take_all_back(
    bounces: Iterable[Bounce],
    *,
    work: Callable[[], AbstractContextManager[Work]],
    at: Callable[[], datetime],
) -> int:
    """Take back what each report is about, in a transaction of its own; how many letters it was."""
    found = 0
    for bounce in bounces:
        with work() as taking:
            letter = take_back(bounce, at=at(), work=taking)
        found += letter is not None and letter.state is LetterState.BOUNCED
    return found


def send_anew(
    letter_id: str,
    *,
    by: str,
    at: datetime,
    work: Work,
    press: Letterpress,
    sender: Sender,
) -> Letter:
    """Send a stranded letter to the address that the customer has now, under its own number.

    The words are set again from the facts as they were; only the address is
    new, and none that has the letter already. Raises Conflict where there is
    nothing to send or no such address yet.
    """
    old = work.letters.get(letter_id)
    first = work.letters.get(old.number)
    recipient = _still_without(old, work)
    if old.state not in STRANDED or first.facts is None:
        raise Conflict(
            say(
                "Letter {letter} is {state}; only one that did not arrive is sent anew.",
                letter=old.id,
                state=old.state.value,
            )
        )
    if recipient is None:
        raise Conflict(
            say(
                "Customer {customer} has no usable mail address left for this letter."
                " Complete its data, or hand the letter over in print.",
                customer=old.customer,
            )
        )
    anew = freeze_anew(
        old, first.facts, recipient=recipient, at=at, work=work, press=press, sender=sender
    )
    work.letters.put(replace(old, state=LetterState.REPLACED, answer=f"sent anew as {anew.id}"))
    _journal("letter.sent_anew", old, by, at, work, anew=anew.id, recipient=recipient)
    return anew


def hand_over(letter_id: str, *, by: str, at: datetime, how: str, work: Work) -> Letter:
    """Note that a stranded letter reached the customer in print. Raises Conflict for others."""
    letter = work.letters.get(letter_id)
    if letter.state not in STRANDED:
        raise Conflict(
            say(
                "Letter {letter} is {state}; only one that did not arrive is handed over in print.",
                letter=letter.id,
                state=letter.state.value,
            )
        )
    how = " ".join(how.split())[:200]
    after = replace(
        letter, state=LetterState.SENT, sent_at=at, answer=f"handed over in print: {how}"
    )
    work.letters.put(after)
    _journal("letter.handed_over", letter, by, at, work, how=how)
    customer_told(after, at, work)
    return after


def _still_without(old: Letter, work: Work) -> str | None:
    """The customer's first address that no other letter of that number has gone to."""
    others = {
        x.recipient
        for x in work.letters.numbered(old.number)
        if x.id != old.id and x.state not in STRANDED | {LetterState.REPLACED}
    }
    known = usable_addresses(work.customers.get(old.customer).email)
    return next((x for x in known if x not in others), None)


def _letter_of(bounce: Bounce, work: Work) -> Letter | None:
    """By Message-ID, which only that copy bears; else by number and recipient."""
    if bounce.message_id and (found := work.letters.by_message_id(bounce.message_id)):
        return found
    if not bounce.number or not bounce.recipient:
        return None
    wanted = usable_address(bounce.recipient)
    case = work.letters.numbered(bounce.number)
    return next((x for x in case if x.recipient == wanted), None)


def _journal(what: str, letter: Letter, by: str, at: datetime, work: Work, **facts: str) -> None:
    told = {"letter": letter.id, **facts}
    work.journal.record(Entry(what, letter.subject_of_record, by, at, told))
