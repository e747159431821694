"""Rows of saved views."""

from datetime import datetime

import sqlalchemy as sa

from creditflow.store.tables.base import Row, args, instant, refers, table, word


class SavedViewRow(Row, table=True):
    """A list of the inbox under a name that one person gave it; no record, so it may go again."""

    __tablename__ = "saved_view"
    __table_args__ = args(
        refers("owner", "person.id"), sa.Index(None, "owner"), sa.Index(None, "desk")
    )
    id: str = word(key=True)
    owner: str = word()
    name: str = word()
    query: str = word()
    desk: str | None = word()
    changed_at: datetime = instant()


SAVED_VIEW = table(SavedViewRow)
