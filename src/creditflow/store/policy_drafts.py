"""Policy drafts in SQL."""

from typing import Any

import sqlalchemy as sa

from creditflow.domain.policy_draft import PolicyDraft
from creditflow.domain.sentences import say
from creditflow.store.drafts import DraftTable, drafted
from creditflow.store.encoding import decode_words, encode_words
from creditflow.store.tables import POLICY_DRAFT
from creditflow.store.transaction import Transaction


class SqlPolicyDrafts:
    """Policies that were proposed."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._drafts = DraftTable(POLICY_DRAFT, transaction)

    def get(self, draft: str) -> PolicyDraft:
        """One draft; raises NotFound."""
        query = sa.select(POLICY_DRAFT).where(POLICY_DRAFT.c.id == draft)
        missing = say("There is no policy draft {draft}.", draft=draft)
        return _draft(self._transaction.needed(query, missing))

    def open(self) -> PolicyDraft | None:
        """The one draft that is waiting or confirmed."""
        query = sa.select(POLICY_DRAFT).where(self._drafts.is_open)
        row = self._transaction.row(query)
        return None if row is None else _draft(row)

    def all(self) -> list[PolicyDraft]:
        """Every draft, the latest first."""
        return [_draft(row) for row in self._transaction.rows(self._drafts.latest_first)]

    def add(self, draft: PolicyDraft) -> None:
        """Keep a new one; raises Conflict while another one is open."""
        self._drafts.add(
            draft, text=draft.text, sources=encode_words(draft.sources), version=draft.version
        )

    def put(self, draft: PolicyDraft) -> None:
        """Keep what became of it; raises Conflict where that was decided meanwhile."""
        self._drafts.put(draft, version=draft.version)


def _draft(row: sa.Row[Any]) -> PolicyDraft:
    return PolicyDraft(
        **drafted(row), text=row.text, sources=decode_words(row.sources), version=row.version
    )
