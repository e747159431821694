"""Take customers' answers to letters: under a link that is ours, checked, journaled, with a clock.

Whoever holds the link may answer for the letter and see nothing else. An
objection opens a case, so that the decision is looked at anew; a request for
reasons has to be answered within the days that the law gives (in the United
States, 12 CFR 1002.9: 60 days to ask, 30 to answer).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.journal import Entry
from creditflow.domain.letter import Letter
from creditflow.domain.letter_answer import Answer, AnswerKind, Upload
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.received_file import NotTaken
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.linking import Links
from creditflow.services.reviewing import open_case

CUSTOMER_ACTOR = "customer"
"""Who answers; the link does not say which person it is."""

MOST_ANSWERS = 20
"""Answers to one letter; more than that is no correspondence any more."""

MOST_UPLOADS = 10
LONGEST_NOTE = 4_000
OWED = frozenset({AnswerKind.REASONS, AnswerKind.OBJECTION})
"""What we owe a written reply to, by a day."""


def letter_behind(token: str, *, links: Links | None, on: date, work: Work) -> Letter:
    """The letter whose link this is. Raises NotFound for links that are not ours or too old."""
    claim = links.read(token) if links is not None else None
    if claim is None:
        raise NotFound(say("This link does not belong to any letter of ours."))
    number, until = claim
    if on > until:
        raise NotFound(
            say(
                "This link was good until {day}. Please reply to the letter by mail instead.",
                day=until,
            )
        )
    return work.letters.get(number)


def answer(
    letter: Letter,
    kind: AnswerKind,
    *,
    note: str = "",
    uploads: Sequence[Upload] = (),
    reply_within: int,
    at: datetime,
    on: date,
    work: Work,
) -> Answer:
    """Keep an answer to the letter; the same one again changes nothing.

    A reply is owed `reply_within` calendar days where the kind asks for one.
    Raises NotTaken where it says nothing or is one too many.
    """
    note = note.strip()[:LONGEST_NOTE]
    earlier = work.answers.of(letter.number)
    same = next((x for x in earlier if _is_same(x, kind, note, uploads, work)), None)
    if same is not None:
        return same
    _insist(kind, note, uploads, earlier, work)
    made = Answer(
        id=f"A-{work.counters.next('answer'):06d}",
        letter_id=letter.number,
        kind=kind,
        note=note,
        at=at,
        due_on=on + timedelta(days=reply_within) if kind in OWED else None,
    )
    if kind is AnswerKind.OBJECTION:
        made = replace(made, case_id=_review(made, letter, at=at, on=on, work=work))
    if kind is AnswerKind.RECEIVED:
        made = replace(made, done_at=at, done_by=CUSTOMER_ACTOR)
    kept = [replace(x, id=f"{made.id}.{n}") for n, x in enumerate(uploads, start=1)]
    work.answers.add(made, uploads=kept)
    facts = {"letter": letter.number, "answer": made.id}
    if made.due_on:
        facts["due_on"] = made.due_on.isoformat()
    if made.case_id:
        facts["case"] = made.case_id
    facts |= {f"file_{n}": f"{x.file_name} {x.sha256}" for n, x in enumerate(kept, start=1)}
    entry = Entry(f"answer.{kind.value}", letter.subject_of_record, CUSTOMER_ACTOR, at, facts)
    work.journal.record(entry)
    return made


def settle_answer(answer_id: str, *, note: str, by: str, at: datetime, work: Work) -> Answer:
    """Say that an answer was seen to, and how. Raises Conflict where that was said before."""
    found = work.answers.get(answer_id)
    if found.done_at is not None:
        raise Conflict(
            say("Answer {answer} was seen to by {by} already.", answer=found.id, by=found.done_by)
        )
    if not note.strip():
        raise NotTaken(say("Say in a sentence how the answer was seen to."))
    done = replace(found, done_at=at, done_by=by, done_note=note.strip()[:LONGEST_NOTE])
    work.answers.put(done)
    letter = work.letters.get(found.letter_id)
    facts = {"letter": letter.number, "answer": found.id, "note": done.done_note}
    work.journal.record(Entry("answer.settled", letter.subject_of_record, by, at, facts))
    return done


def is_genuine(number: str, code: str, *, links: Links | None, work: Work) -> Letter | None:
    """The letter of that number, where we wrote it and the code is its own; else None."""
    number = number.strip().upper()
    if links is None or not links.is_code(number, code):
        return None
    found = work.letters.numbered(number)
    return found[0] if found and found[0].facts and found[0].facts.proof else None


def _review(made: Answer, letter: Letter, *, at: datetime, on: date, work: Work) -> str | None:
    """The case that looks anew; None while another case of the customer is open."""
    occasion = Occasion(
        OccasionKind.REQUEST,
        letter.customer,
        on,
        note=f"{letter.number}: {made.note}"[:1000],
        reference=made.id,
    )
    case = open_case(occasion, at=at, work=work, run=True)
    return case.id if case else None


def _insist(
    kind: AnswerKind,
    note: str,
    uploads: Sequence[Upload],
    earlier: Sequence[Answer],
    work: Work,
) -> None:
    if kind is AnswerKind.OBJECTION and not note:
        raise NotTaken(say("Please say in a sentence what you object to."))
    if kind is AnswerKind.DOCUMENTS and not uploads:
        raise NotTaken(say("Please choose the file that you want to send."))
    sent = sum(len(work.answers.uploads(x.id)) for x in earlier)
    if len(earlier) >= MOST_ANSWERS or sent + len(uploads) > MOST_UPLOADS:
        raise NotTaken(say("That is more than can be taken here. Please reply by mail."))


def _is_same(
    earlier: Answer, kind: AnswerKind, note: str, uploads: Sequence[Upload], work: Work
) -> bool:
    if (earlier.kind, earlier.note) != (kind, note):
        return False
    return [x.sha256 for x in work.answers.uploads(earlier.id)] == [x.sha256 for x in uploads]
