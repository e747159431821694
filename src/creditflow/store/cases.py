"""Cases and review tasks in SQL; every change of a case is a compare-and-swap."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from creditflow.domain.added_limits import OnTop
from creditflow.domain.case import Case, CaseState, ReviewTask, TaskState
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.sentences import Sentence, say
from creditflow.store.encoding import decode, encode
from creditflow.store.tables import CASE, REVIEW_TASK, UNFINISHED
from creditflow.store.transaction import Transaction, money_or_none, parts


class SqlCases:
    """Cases, with a version that is compared whenever one is kept."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, case: str) -> Case:
        """One case; raises NotFound. While this transaction writes, nobody else changes it."""
        query = sa.select(CASE).where(CASE.c.id == case)
        missing = say("There is no case {case}.", case=case)
        return _case(self._transaction.needed(query, missing, locked=True))

    def add(self, case: Case) -> bool:
        """Keep a new case; False, and nothing kept, if its occasion's key has one already.

        Raises Conflict where the customer has another case that is not finished.
        """
        row = {
            "id": case.id,
            "customer_id": case.customer,
            "occasion_key": case.occasion.key,
            "opened_at": case.opened_at,
            **_changing(case),
        }
        if self._transaction.insert_new(CASE, [row]):
            return True
        if self.of_occasion(case.occasion.key) is not None:
            return False
        other = self.open_of(case.customer)
        raise Conflict(
            say(
                "Customer {customer} has an open case already: {case}.",
                customer=case.customer,
                case=case.id if other is None else other.id,
            )
        )

    def put(self, case: Case) -> None:
        """Keep a changed case; raises Conflict unless the kept version is exactly one below."""
        kept = {"id": case.id, "version": case.version - 1}
        if self._transaction.change(CASE, _changing(case), where=kept) == 1:
            return
        if self._transaction.row(sa.select(CASE.c.id).where(CASE.c.id == case.id)) is None:
            raise NotFound(say("There is no case {case}.", case=case.id))
        raise Conflict(say("Case {case} has changed meanwhile. Reload it.", case=case.id))

    def open_of(self, customer: CustomerId) -> Case | None:
        """The customer's case that is not finished, if there is one."""
        query = sa.select(CASE).where(CASE.c.customer_id == customer, sa.text(UNFINISHED))
        return self._one(query)

    def of_occasion(self, key: str) -> Case | None:
        """The case that this occasion opened, whatever became of it."""
        return self._one(sa.select(CASE).where(CASE.c.occasion_key == key))

    def in_states(
        self, states: Collection[CaseState], *, untouched_since: datetime | None = None
    ) -> list[Case]:
        """Cases in one of the states, oldest first, optionally only those at rest since then."""
        query = sa.select(CASE).where(CASE.c.state.in_([state.value for state in states]))
        if untouched_since is not None:
            query = query.where(CASE.c.updated_at <= untouched_since)
        query = query.order_by(CASE.c.opened_at, CASE.c.id)
        return [_case(row) for row in self._transaction.rows(query)]

    def last_reviewed(self) -> dict[CustomerId, date]:
        """The business date of each customer's latest case about its base limit, not withdrawn."""
        query = (
            sa.select(CASE.c.customer_id, sa.func.max(CASE.c.business_date).label("on_day"))
            .where(CASE.c.state != CaseState.WITHDRAWN.value, CASE.c.on_top.is_(None))
            .group_by(CASE.c.customer_id)
        )
        return {CustomerId(r.customer_id): r.on_day for r in self._transaction.rows(query)}

    def _one(self, query: sa.Select[Any]) -> Case | None:
        row = self._transaction.locked(query)
        return None if row is None else _case(row)


class SqlReviewTasks:
    """Review tasks, one per round and stage of a case."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, case: str) -> list[ReviewTask]:
        """All tasks of the case, in order."""
        query = (
            sa.select(REVIEW_TASK)
            .where(REVIEW_TASK.c.case_id == case)
            .order_by(REVIEW_TASK.c.round, REVIEW_TASK.c.stage)
        )
        return [_task(row) for row in self._transaction.rows(query)]

    def add(self, task: ReviewTask) -> None:
        """Keep a new one; raises Conflict where the round has one at that stage."""
        if not self._transaction.insert_new(REVIEW_TASK, [_task_row(task)]):
            raise Conflict(say("Case {case} has this review task already.", case=task.case_id))

    def put(self, task: ReviewTask) -> None:
        """Keep a changed one; raises NotFound where it was never added."""
        own = {"case_id": task.case_id, "round": task.round, "stage": task.stage}
        if self._transaction.change(REVIEW_TASK, _task_row(task), where=own) != 1:
            raise NotFound(say("Case {case} has no such review task.", case=task.case_id))


def _case(row: sa.Row[Any]) -> Case:
    occasion = Occasion(
        kind=OccasionKind(row.kind),
        customer=CustomerId(row.customer_id),
        on=row.business_date,
        requested_by=row.requested_by,
        requested_limit=money_or_none(row.requested_minor, row.requested_currency),
        note=row.note,
        reference=row.reference,
        on_top=None if row.on_top is None else decode(row.on_top, OnTop),
    )
    return Case(
        id=row.id,
        customer=occasion.customer,
        occasion=occasion,
        state=CaseState(row.state),
        version=row.version,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        round=row.round,
        stage=row.stage,
        desk=row.desk,
        due_on=row.due_on,
        expires_at=row.expires_at,
        evaluation_id=row.evaluation_id,
        proposal_id=row.proposal_id,
        proposal_hash=row.proposal_hash,
        base_limit_version=row.base_limit_version,
        letter_id=row.letter_id,
        run_id=row.run_id,
        run_epoch=row.run_epoch,
        incident=None if row.incident is None else decode(row.incident, Sentence),
        before_incident=None if row.before_incident is None else CaseState(row.before_incident),
        edited_by=row.edited_by,
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
    )


_AS_THEY_ARE = (
    *("version", "updated_at", "round", "stage", "desk", "due_on", "expires_at"),
    *("evaluation_id", "proposal_id", "proposal_hash", "base_limit_version", "letter_id"),
    *("run_id", "run_epoch", "edited_by", "supersedes", "superseded_by"),
)


def _changing(case: Case) -> dict[str, object]:
    """The columns of a case that may change; its customer and its first occasion never do."""
    return {
        "kind": case.occasion.kind.value,
        "business_date": case.occasion.on,
        "requested_by": case.occasion.requested_by,
        **parts("requested", case.occasion.requested_limit),
        "note": case.occasion.note,
        "reference": case.occasion.reference,
        "on_top": None if case.occasion.on_top is None else encode(case.occasion.on_top),
        "state": case.state.value,
        **{name: getattr(case, name) for name in _AS_THEY_ARE},
        "incident": None if case.incident is None else encode(case.incident),
        "before_incident": None if case.before_incident is None else case.before_incident.value,
    }


def _task(row: sa.Row[Any]) -> ReviewTask:
    return ReviewTask(
        case_id=row.case_id,
        round=row.round,
        stage=row.stage,
        desk=row.desk,
        why=decode(row.why, Sentence),
        opened_at=row.opened_at,
        due_on=row.due_on,
        state=TaskState(row.state),
        done_by=row.done_by,
        done_at=row.done_at,
        needed=row.needed,
        rule=row.rule,
        held_by=row.held_by,
        held_until=row.held_until,
    )


def _task_row(task: ReviewTask) -> dict[str, object]:
    return {
        "case_id": task.case_id,
        "round": task.round,
        "stage": task.stage,
        "desk": task.desk,
        "why": encode(task.why),
        "opened_at": task.opened_at,
        "due_on": task.due_on,
        "state": task.state.value,
        "done_by": task.done_by,
        "done_at": task.done_at,
        "needed": task.needed,
        "rule": task.rule,
        "held_by": task.held_by,
        "held_until": task.held_until,
    }
