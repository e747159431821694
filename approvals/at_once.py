"""Decide a case from a list, as it stood there: one of many, each in a transaction of its own.

Whoever decides from a list has read one line of a case. So the line has to be
as it was, and a list approves what is ordinary only: what meets a knock-out
criterion has to be opened first. All else is said by `decide`, as of any verdict.
"""

from dataclasses import dataclass
from datetime import date, datetime

from creditflow.approvals.deciding import decide
from creditflow.approvals.entitling import awaiting
from creditflow.domain.case import Case, CaseState
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.errors import Conflict, Refusal
from creditflow.domain.journal import SealedEntry
from creditflow.domain.people import Person
from creditflow.domain.sentences import say
from creditflow.ports import Work

MOST_AT_ONCE = 50
"""How many cases are decided with one form: as many as a page shows."""


class LookFirst(Refusal):
    """The case is nothing to be decided without opening it."""


class MovedOn(Conflict):
    """Something was done with the case since the list was shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a list showed it: its version, the hash of what stood on it, and the journal's end.

    `proposal` is the proposal that was shown, for telling what changed since.
    """

    case_id: str
    version: int
    proposal: str
    seen: str
    after: int


def decide_from_list(
    line: Line,
    said: Say,
    *,
    comment: str,
    by: Person,
    key: str,
    at: datetime,
    on: date,
    work: Work,
) -> Decision:
    """Record a verdict on a case as the list showed it.

    Raises what `decide` raises, MovedOn where others did something with the
    case since, and LookFirst where it takes more than a line to decide it.
    """
    if said is Say.APPROVE_WITH_CHANGE:
        raise LookFirst(say("Another amount is approved on the case's own page. Open the case."))
    if work.decisions.by_key(key) is None:
        case = work.cases.get(line.case_id)
        _ensure_as_shown(case, line, by, work)
        if said is Say.APPROVE:
            _ensure_ordinary(case, work)
    verdict = Verdict(said, line.seen, comment=comment)
    return decide(line.case_id, verdict, by=by, key=key, at=at, on=on, work=work)


def news_since(line: Line, *, by: Person, work: Work) -> list[SealedEntry]:
    """What others did with the case since the list was shown; what one did oneself is no news."""
    entries = work.journal.of(line.case_id)
    return [one for one in entries if one.seq > line.after and one.entry.by != by.id]


def _ensure_as_shown(case: Case, line: Line, by: Person, work: Work) -> None:
    """A version that rose for bookkeeping alone, without an entry in the journal, is no news."""
    if case.state is not CaseState.AWAITING or case.version == line.version:
        return
    if awaiting(case, work).seen == line.seen and news_since(line, by=by, work=work):
        raise MovedOn(
            say(
                "Others did something with this case since the list was shown."
                " See what it was, then repeat your decision."
            )
        )


def _ensure_ordinary(case: Case, work: Work) -> None:
    if case.evaluation_id is None or case.state is not CaseState.AWAITING:
        return
    if work.evaluations.get(case.evaluation_id).knock_outs:
        raise LookFirst(
            say("There is a knock-out criterion. Open the case and decide it on its own page.")
        )
