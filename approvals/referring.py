"""Ask another person's opinion on a waiting case; the case stays where it is.

Who is asked answers with a comment, and gains nothing else: whoever may not
decide the case may not after having been asked.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from creditflow.approvals.entitling import awaiting, ensure_in_time, entitled
from creditflow.domain.case import Case
from creditflow.domain.discussion import Comment, Referral
from creditflow.domain.errors import Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work

MOST_QUESTION = 2_000
"""The longest question that is kept, in characters."""

MOST_OPEN = 10
"""Questions that may be open on one case."""


class CannotRefer(Refusal):
    """What was asked for is no question to somebody who could answer it."""


def refer(
    case_id: str, to: str, *, question: str, by: Person, at: datetime, on: date, work: Work
) -> Referral:
    """Ask somebody; raises CannotRefer with everything that is wrong at once.

    Only who may decide the case asks, also while somebody else has it.
    """
    board = awaiting(work.cases.get(case_id), work)
    ensure_in_time(board.case, at)
    entitled(by, board, work.policies.current(), on=on, work=work)
    asked, question = work.people.get(to), question.strip()
    if problems := [*_problems(board.case, asked, question, by, work)]:
        raise CannotRefer(problems[0], details=problems)
    referral = Referral(
        id=f"RF-{work.counters.next('referral'):06d}",
        case_id=case_id,
        round=board.case.round,
        asked=asked.id,
        asked_by=by.id,
        asked_at=at,
        question=question,
    )
    work.cases.put(board.case.noted(at=at))
    work.discussions.add_referral(referral)
    facts = {"referral": referral.id, "to": asked.id, "comment": question}
    work.journal.record(Entry("case.referred", case_id, by.id, at, facts))
    return referral


def unanswered(
    referrals: Sequence[Referral], comments: Sequence[Comment], *, round_: int
) -> list[Referral]:
    """The questions of that round that nobody has answered yet, oldest first."""
    answered = {comment.answers for comment in comments}
    return [r for r in referrals if r.round == round_ and r.id not in answered]


def _problems(
    case: Case, asked: Person, question: str, by: Person, work: Work
) -> Iterator[Sentence]:
    if asked.id == by.id:
        yield say("You know your own opinion. Ask somebody else.")
    elif not permits(asked, Permission.COMMENT):
        yield say("{who} cannot write on cases. Ask somebody with another role.", who=asked.name)
    if not question:
        yield say("Say what you want to know.")
    if len(question) > MOST_QUESTION:
        yield say(
            "The question has {length} characters; {most} are kept. Shorten it.",
            length=len(question),
            most=MOST_QUESTION,
        )
    said = work.discussions
    still = unanswered(said.referrals(case.id), said.comments(case.id), round_=case.round)
    if any(referral.asked == asked.id for referral in still):
        yield say("{who} was asked already and has not answered yet.", who=asked.name)
    if len(still) >= MOST_OPEN:
        yield say(
            "{count} questions on this case are open. Wait for an answer first.", count=len(still)
        )
