"""Saved views in SQL."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from creditflow.domain.saved_view import SavedView
from creditflow.domain.sentences import say
from creditflow.store.tables import SAVED_VIEW
from creditflow.store.transaction import Transaction


class SqlSavedViews:
    """Lists of the inbox under names, each of one person, some shared with a desk."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, view: str) -> SavedView:
        """One view; raises NotFound."""
        query = sa.select(SAVED_VIEW).where(SAVED_VIEW.c.id == view)
        return _view(self._transaction.needed(query, say("There is no view {view}.", view=view)))

    def of(self, person: str) -> list[SavedView]:
        """A person's own views, the oldest first."""
        return self._found(SAVED_VIEW.c.owner == person)

    def shared_with(self, desks: Collection[str]) -> list[SavedView]:
        """The views that are shared with one of the desks, the oldest first."""
        return self._found(SAVED_VIEW.c.desk.in_(sorted(desks)))

    def put(self, view: SavedView) -> None:
        """Keep it in place of the one with its id."""
        row = {
            "id": view.id,
            "owner": view.owner,
            "name": view.name,
            "query": view.query,
            "desk": view.desk,
            "changed_at": view.at,
        }
        self._transaction.put(SAVED_VIEW, [row])

    def remove(self, view: str) -> None:
        """Forget it, if it is there."""
        self._transaction.write(sa.delete(SAVED_VIEW).where(SAVED_VIEW.c.id == view))

    def _found(self, which: sa.ColumnElement[bool]) -> list[SavedView]:
        query = sa.select(SAVED_VIEW).where(which).order_by(SAVED_VIEW.c.id)
        return [_view(row) for row in self._transaction.rows(query)]


def _view(row: sa.Row[Any]) -> SavedView:
    return SavedView(row.id, row.owner, row.name, row.query, row.changed_at, row.desk)
