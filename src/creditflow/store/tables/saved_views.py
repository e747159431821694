"""Rows of saved views."""

from datetime import datetime

from creditflow.store.tables.base import Row, args, instant, refers, table, word


class SavedViewRow(Row, table=True):
    """A list of the inbox under a name that one person gave it."""

    __tablename__ = "saved_view"
    __table_args__ = args(refers("person_id", "person.id"))
    person_id: str = word(key=True)
    name: str = word(key=True)
    query: str = word()
    made_at: datetime = instant()


SAVED_VIEW = table(SavedViewRow)
