"""Decide a case from a list, as it stood there: one of many, each in a transaction of its own.

Whoever decides from a list has read one line of a case. So a list approves what
is ordinary only: what has a knock-out criterion has to be opened first.
"""

from datetime import date, datetime

from creditflow.approvals.deciding import decide
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.errors import Refusal
from creditflow.domain.people import Person
from creditflow.domain.sentences import say
from creditflow.ports import Work

MOST_AT_ONCE = 50
"""How many cases are decided with one form: as many as a page shows."""


class LookFirst(Refusal):
    """The case is nothing to be decided without opening it."""


def decide_from_list(
    case_id: str, verdict: Verdict, *, by: Person, key: str, at: datetime, on: date, work: Work
) -> Decision:
    """Record a verdict on a case as the list showed it; raises what `decide` raises, and LookFirst.

    The verdict carries the hash of what the list showed, and is held against it
    like one from the case's own page.
    """
    if verdict.say is Say.APPROVE_WITH_CHANGE:
        raise LookFirst(say("Another amount is approved on the case's own page. Open the case."))
    if verdict.say is Say.APPROVE and work.decisions.by_key(key) is None:
        _ensure_ordinary(case_id, work)
    return decide(case_id, verdict, by=by, key=key, at=at, on=on, work=work)


def _ensure_ordinary(case_id: str, work: Work) -> None:
    case = work.cases.get(case_id)
    if case.evaluation_id is None:
        return
    knock_outs = work.evaluations.get(case.evaluation_id).knock_outs
    if knock_outs:
        raise LookFirst(
            say("There is a knock-out criterion. Open the case and decide it on its own page.")
        )
