"""Changes of people that take two user administrators, in SQL."""

from typing import Any

import sqlalchemy as sa

from creditflow.domain.access import ChangeKind, PersonChange
from creditflow.domain.change import ChangeState
from creditflow.domain.errors import Conflict
from creditflow.domain.sentences import say
from creditflow.store.tables import PERSON_CHANGE
from creditflow.store.transaction import Transaction


class SqlPersonChanges:
    """Changes of people that take two user administrators."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, change: str) -> PersonChange:
        """One change; raises NotFound."""
        query = sa.select(PERSON_CHANGE).where(PERSON_CHANGE.c.id == change)
        missing = say("There is no change {change}.", change=change)
        return _change(self._transaction.needed(query, missing, locked=True))

    def add(self, change: PersonChange) -> None:
        """Keep a new one."""
        row = {
            "id": change.id,
            "person_id": change.person,
            "kind": change.kind.value,
            "wanted": change.wanted,
            "base": change.base,
            "why": change.why,
            "asked_by": change.asked_by,
            "asked_at": change.asked_at,
            "state": change.state.value,
            "decided_by": change.decided_by,
            "decided_at": change.decided_at,
        }
        self._transaction.insert(PERSON_CHANGE, [row])

    def put(self, change: PersonChange) -> None:
        """Keep what was decided about it; raises Conflict where it is not open any more."""
        decided = self._transaction.change(
            PERSON_CHANGE,
            {
                "state": change.state.value,
                "decided_by": change.decided_by,
                "decided_at": change.decided_at,
            },
            where={"id": change.id, "state": ChangeState.OPEN.value},
        )
        if decided != 1:
            raise Conflict(say("Change {change} was decided meanwhile.", change=change.id))

    def open(self) -> list[PersonChange]:
        """All that wait, oldest first."""
        waits = PERSON_CHANGE.c.state == ChangeState.OPEN.value
        query = sa.select(PERSON_CHANGE).where(waits)
        query = query.order_by(PERSON_CHANGE.c.asked_at, PERSON_CHANGE.c.id)
        return [_change(row) for row in self._transaction.rows(query)]

    def of(self, person: str) -> list[PersonChange]:
        """All about a person, latest first."""
        query = sa.select(PERSON_CHANGE).where(PERSON_CHANGE.c.person_id == person)
        query = query.order_by(PERSON_CHANGE.c.asked_at.desc(), PERSON_CHANGE.c.id.desc())
        return [_change(row) for row in self._transaction.rows(query)]


def _change(row: sa.Row[Any]) -> PersonChange:
    return PersonChange(
        id=row.id,
        person=row.person_id,
        kind=ChangeKind(row.kind),
        wanted=row.wanted,
        base=row.base,
        why=row.why,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        state=ChangeState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
