"""Write on a case: a comment, an answer to whoever asked, files with either."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from creditflow.approvals.referring import unanswered
from creditflow.domain.case import Case
from creditflow.domain.discussion import Comment
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.received_file import ReceivedFile
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.attaching import MOST_FILES, attach, too_many

MOST_TEXT = 4_000
"""The longest comment that is kept, in characters."""

TWICE = timedelta(minutes=5)
"""The same words of the same person within that time are one click that came twice."""


class CannotComment(Refusal):
    """There is nothing to keep, or too much."""


class Closed(Conflict):
    """The case has come to its end, and what was said about it with it."""


def comment(
    case_id: str,
    text: str,
    *,
    by: Person,
    at: datetime,
    work: Work,
    files: Sequence[ReceivedFile] = (),
    refused: Sequence[Sentence] = (),
) -> Comment:
    """Keep what somebody writes; it answers the oldest question that waits for this person.

    What was written is a record and never changes. It moves the case nowhere.
    `refused` is what stands against further files that came along. Raises Closed,
    or CannotComment with everything that is wrong at once.
    """
    case, text = work.cases.get(case_id), text.strip()
    _ensure_open(case)
    # A file that was refused is a file: whoever chose one has not forgotten to.
    problems = [*refused, *_problems(text, by, files, is_empty=not (text or files or refused))]
    if problems:
        raise CannotComment(problems[0], details=problems)
    said = work.discussions.comments(case.id)
    if said and (said[-1].by, said[-1].text) == (by.id, text) and at - said[-1].at < TWICE:
        attach(said[-1].id, files, by=by.id, at=at, work=work, record=case.id)
        return said[-1]
    open_ = unanswered(work.discussions.referrals(case.id), said, round_=case.round)
    asked = next((referral for referral in open_ if referral.asked == by.id), None)
    made = Comment(
        id=f"CM-{work.counters.next('comment'):06d}",
        case_id=case.id,
        by=by.id,
        at=at,
        text=text,
        answers=asked.id if asked else None,
    )
    work.discussions.add_comment(made)
    facts = {"id": made.id, "comment": text, "referral": made.answers or ""}
    what = "case.answered" if asked else "case.commented"
    work.journal.record(Entry(what, case.id, by.id, at, facts))
    attach(made.id, files, by=by.id, at=at, work=work, record=case.id)
    return made


def _ensure_open(case: Case) -> None:
    if case.is_finished:
        raise Closed(
            say(
                "Case {case} is {state}, and nothing more is written on it. Write on the"
                " customer's next case.",
                case=case.id,
                state=case.state.value,
            )
        )


def _problems(
    text: str, by: Person, files: Sequence[ReceivedFile], *, is_empty: bool
) -> Iterator[Sentence]:
    if not permits(by, Permission.COMMENT):
        yield say("Your role does not let you write on cases.")
    if is_empty:
        yield say("Write something, or choose a file.")
    if len(text) > MOST_TEXT:
        yield say(
            "The comment has {length} characters; {most} are kept. Shorten it.",
            length=len(text),
            most=MOST_TEXT,
        )
    if (count := len({(file.sha256, file.name) for file in files})) > MOST_FILES:
        yield too_many(count)
