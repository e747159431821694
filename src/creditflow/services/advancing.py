"""Carry a case from state to state: the same steps for the flow, the drain and the reconciler.

The steps stand in one table. Each is safe to repeat: it looks at the state
first and leaves alone what is already further on. So it does not matter who
carries a case, how often, or how often that one dies on the way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from creditflow.approvals.opening import reopen, send_on
from creditflow.domain.calendar import IsWorkingDay
from creditflow.domain.case import Case, CaseState
from creditflow.domain.errors import Problem
from creditflow.domain.journal import Entry
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.ports import Letterpress, Work
from creditflow.services.applying import apply
from creditflow.services.corresponding import write_letter
from creditflow.services.evaluating import evaluate
from creditflow.services.freezing import Sender
from creditflow.services.proposing import propose


@dataclass(frozen=True, slots=True)
class Means:
    """What the steps need besides the transaction: the moment, the calendar, the letterpress.

    `on` is the business date at `at` where the company is.
    """

    at: datetime
    on: date
    works: IsWorkingDay
    press: Letterpress
    sender: Sender


Step = Callable[[str, Means, Work], Case]


def _evaluate(case_id: str, means: Means, work: Work) -> Case:
    return evaluate(case_id, at=means.at, work=work)


def _propose(case_id: str, means: Means, work: Work) -> Case:
    return propose(case_id, at=means.at, work=work)


def _send_on(case_id: str, means: Means, work: Work) -> Case:
    return send_on(case_id, at=means.at, on=means.on, works=means.works, work=work)


def _apply(case_id: str, means: Means, work: Work) -> Case:
    """The limit and the letter about it are kept together, or neither is."""
    applied = apply(case_id, at=means.at, on=means.on, work=work)
    if applied.superseded_by is not None:
        advance(applied.superseded_by, means, work)
    return _write(case_id, means, work) if applied.state is CaseState.APPLIED else applied


def _write(case_id: str, means: Means, work: Work) -> Case:
    write_letter(
        case_id, at=means.at, on=means.on, work=work, press=means.press, sender=means.sender
    )
    return work.cases.get(case_id)


def _reopen(case_id: str, means: Means, work: Work) -> Case:
    return reopen(case_id, at=means.at, on=means.on, works=means.works, work=work)


STEPS: dict[CaseState, Step] = {
    CaseState.DRAFT: _evaluate,
    CaseState.EVALUATED: _propose,
    CaseState.PROPOSED: _send_on,
    CaseState.APPROVED: _apply,
    CaseState.REAPPROVAL_REQUIRED: _reopen,
    CaseState.REJECTED: _write,
    CaseState.APPLIED: _write,
}
"""What to do in each state that a machine may leave; all others wait, or are the end."""


def step(case_id: str, means: Means, work: Work) -> Case:
    """Take the one step that the case's state asks for; the case as it stands then."""
    case = work.cases.get(case_id)
    take = STEPS.get(case.state)
    return take(case_id, means, work) if take else case


def advance(case_id: str, means: Means, work: Work) -> Case:
    """Take steps until the case waits for a person, for the post, or is at its end."""
    case = work.cases.get(case_id)
    while (after := step(case_id, means, work)).state is not case.state:
        case = after
    return after


def stumble(case_id: str, problem: Problem, *, at: datetime, work: Work) -> Case:
    """Put a case aside, visibly, that a step refused; it goes on once the cause is removed."""
    case = work.cases.get(case_id)
    aside = case.moved(
        CaseState.INCIDENT, at=at, incident=problem.sentence, before_incident=case.state
    )
    work.cases.put(aside)
    facts = {"problem": str(problem.sentence), "in": case.state.value}
    work.journal.record(Entry("case.incident", case.id, SYSTEM_ACTOR, at, facts))
    return aside


def take_up(case_id: str, *, by: str, at: datetime, work: Work) -> Case:
    """Let a case go on where it stumbled, after somebody has removed the cause."""
    case = work.cases.get(case_id)
    if case.state is not CaseState.INCIDENT or case.before_incident is None:
        return case
    again = case.moved(case.before_incident, at=at, incident=None, before_incident=None)
    work.cases.put(again)
    work.journal.record(Entry("case.taken_up", case.id, by, at, {"in": again.state.value}))
    return again
