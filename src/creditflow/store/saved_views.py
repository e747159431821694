"""Saved views in SQL."""

import sqlalchemy as sa

from creditflow.domain.saved_view import SavedView
from creditflow.store.tables import SAVED_VIEW
from creditflow.store.transaction import Transaction


class SqlSavedViews:
    """Lists of the inbox under names, each of one person."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, person: str) -> list[SavedView]:
        """A person's views by name."""
        query = sa.select(SAVED_VIEW).where(SAVED_VIEW.c.person_id == person)
        return [
            SavedView(row.person_id, row.name, row.query, row.made_at)
            for row in sorted(self._transaction.rows(query), key=lambda row: row.name)
        ]

    def put(self, view: SavedView) -> None:
        """Keep it in place of one of the same name."""
        row = {"person_id": view.person, "name": view.name, "query": view.query, "made_at": view.at}
        self._transaction.put(SAVED_VIEW, [row])

    def remove(self, person: str, name: str) -> None:
        """Forget it, if it is there."""
        own = sa.and_(SAVED_VIEW.c.person_id == person, SAVED_VIEW.c.name == name)
        self._transaction.write(sa.delete(SAVED_VIEW).where(own))
