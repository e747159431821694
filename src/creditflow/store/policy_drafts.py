"""Policy drafts in SQL; what was proposed is a record, what became of it moves on."""

from typing import Any

import sqlalchemy as sa

from creditflow.domain.errors import Conflict
from creditflow.domain.policy_draft import MOVES, OPEN, DraftState, PolicyDraft
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode_words, encode_words
from creditflow.store.tables import POLICY_DRAFT
from creditflow.store.transaction import Transaction


class SqlPolicyDrafts:
    """Policies that were proposed."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, draft: str) -> PolicyDraft:
        """One draft; raises NotFound."""
        query = sa.select(POLICY_DRAFT).where(POLICY_DRAFT.c.id == draft)
        missing = say("There is no policy draft {draft}.", draft=draft)
        return _draft(self._transaction.needed(query, missing))

    def open(self) -> PolicyDraft | None:
        """The one draft that is waiting or confirmed."""
        states = sorted(state.value for state in OPEN)
        query = sa.select(POLICY_DRAFT).where(POLICY_DRAFT.c.state.in_(states))
        row = self._transaction.row(query)
        return None if row is None else _draft(row)

    def all(self) -> list[PolicyDraft]:
        """Every draft, the latest first."""
        query = sa.select(POLICY_DRAFT).order_by(
            POLICY_DRAFT.c.proposed_at.desc(), POLICY_DRAFT.c.id.desc()
        )
        return [_draft(row) for row in self._transaction.rows(query)]

    def add(self, draft: PolicyDraft) -> None:
        """Keep a new one; raises Conflict while another one is open."""
        row = {
            "id": draft.id,
            "text": draft.text,
            "sources": encode_words(draft.sources),
            "based_on": draft.based_on,
            "effective_on": draft.effective_on,
            "why": draft.why,
            "proposed_by": draft.proposed_by,
            "proposed_at": draft.proposed_at,
            **_outcome(draft),
        }
        if not self._transaction.insert_new(POLICY_DRAFT, [row]):
            raise Conflict(say("Another draft is open. Reload the page to see it."))

    def put(self, draft: PolicyDraft) -> None:
        """Keep what became of it; raises Conflict where that was decided meanwhile."""
        before = sorted(state.value for state, onward in MOVES.items() if draft.state in onward)
        moved = self._transaction.write(
            sa.update(POLICY_DRAFT)
            .where(POLICY_DRAFT.c.id == draft.id, POLICY_DRAFT.c.state.in_(before))
            .values(_outcome(draft))
        )
        if not moved.rowcount:
            raise Conflict(say("Draft {draft} was decided meanwhile.", draft=draft.id))


def _outcome(draft: PolicyDraft) -> dict[str, object]:
    return {
        "state": draft.state.value,
        "decided_by": draft.decided_by,
        "decided_at": draft.decided_at,
        "comment": draft.comment,
        "version": draft.version,
    }


def _draft(row: sa.Row[Any]) -> PolicyDraft:
    return PolicyDraft(
        id=row.id,
        text=row.text,
        sources=decode_words(row.sources),
        based_on=row.based_on,
        effective_on=row.effective_on,
        why=row.why,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        state=DraftState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        comment=row.comment,
        version=row.version,
    )
