"""Let another case take the place of one that is not applied yet: what it rested on has moved."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from creditflow.domain.case import Case, CaseState, TaskState
from creditflow.domain.errors import Conflict
from creditflow.domain.journal import Entry
from creditflow.domain.moving import Ground
from creditflow.domain.people import SYSTEM_ACTOR
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work


def supersede(
    case_id: str,
    why: Mapping[Ground, Sentence],
    *,
    at: datetime,
    on: date,
    work: Work,
    stands: CaseState = CaseState.AWAITING,
) -> Case | None:
    """End a case that waits and open its successor as a draft of `on`; None where it does not.

    `stands` is the state in which it is ended: one that is approved ends only
    on its way into force. Both know of each other. Who asked and what was asked
    for go along, so that whoever asked decides the successor no more than the
    case before.
    """
    case = work.cases.get(case_id)
    if case.state is not stands:
        return None
    number = f"CF-{work.counters.next('case'):06d}"
    ended = case.moved(CaseState.SUPERSEDED, at=at, superseded_by=number)
    work.cases.put(ended)
    for task in work.tasks.of(case.id):
        if task.state in (TaskState.OPEN, TaskState.PLANNED):
            work.tasks.put(replace(task.let_go, state=TaskState.CANCELLED, done_at=at))
    successor = Case(
        id=number,
        customer=case.customer,
        occasion=replace(case.occasion, on=on, reference=f"{case.id}>{case.occasion.reference}"),
        state=CaseState.DRAFT,
        version=1,
        opened_at=at,
        updated_at=at,
        supersedes=case.id,
    )
    if not work.cases.add(successor):
        raise Conflict(say("Case {case} has a successor already. Reload it.", case=case.id))
    because = " ".join(str(sentence) for sentence in why.values())
    facts = {"case": number, "moved": ", ".join(why), "why": because}
    work.journal.record(Entry("case.superseded_by", case.id, SYSTEM_ACTOR, at, facts))
    facts = {"occasion": case.occasion.kind.value, "on": on.isoformat(), "case": case.id}
    work.journal.record(Entry("case.continues", number, SYSTEM_ACTOR, at, facts))
    return successor
