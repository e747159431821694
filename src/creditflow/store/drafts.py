"""Drafts in SQL, whatever they draft: the proposal is a record, what became of it moves on."""

from typing import Any

import sqlalchemy as sa

from creditflow.domain.draft import MOVES, OPEN, Draft, DraftState
from creditflow.domain.errors import Conflict
from creditflow.domain.sentences import say
from creditflow.store.transaction import Transaction


class DraftTable:
    """A table of drafts, as far as it is the same for all of them."""

    def __init__(self, table: sa.Table, transaction: Transaction) -> None:
        self._table, self._transaction = table, transaction

    @property
    def is_open(self) -> sa.ColumnElement[bool]:
        """Whether a draft still waits for somebody, or for its day."""
        return self._table.c.state.in_(sorted(state.value for state in OPEN))

    @property
    def latest_first(self) -> sa.Select[Any]:
        """All drafts, the latest first."""
        each = self._table.c
        return sa.select(self._table).order_by(each.proposed_at.desc(), each.id.desc())

    def add(self, draft: Draft, **own: object) -> None:
        """Keep a new one with the columns of its own; raises Conflict while another is open."""
        row = {
            "id": draft.id,
            "based_on": draft.based_on,
            "effective_on": draft.effective_on,
            "why": draft.why,
            "proposed_by": draft.proposed_by,
            "proposed_at": draft.proposed_at,
            **_outcome(draft),
            **own,
        }
        if not self._transaction.insert_new(self._table, [row]):
            raise Conflict(say("Another draft is open. Reload the page to see it."))

    def put(self, draft: Draft, **made: object) -> None:
        """Keep what became of it; raises Conflict where that was decided meanwhile."""
        before = sorted(state.value for state, onward in MOVES.items() if draft.state in onward)
        moved = self._transaction.write(
            sa.update(self._table)
            .where(self._table.c.id == draft.id, self._table.c.state.in_(before))
            .values({**_outcome(draft), **made})
        )
        if not moved.rowcount:
            raise Conflict(say("Draft {draft} was decided meanwhile.", draft=draft.id))


def drafted(row: sa.Row[Any]) -> dict[str, Any]:
    """The fields that every draft has, from its row."""
    return {
        "id": row.id,
        "based_on": row.based_on,
        "effective_on": row.effective_on,
        "why": row.why,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at,
        "state": DraftState(row.state),
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "comment": row.comment,
    }


def _outcome(draft: Draft) -> dict[str, object]:
    return {
        "state": draft.state.value,
        "decided_by": draft.decided_by,
        "decided_at": draft.decided_at,
        "comment": draft.comment,
    }
