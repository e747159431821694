"""Rows of messages to colleagues and other programs, and of who has read the journal how far."""

from datetime import datetime

import sqlalchemy as sa

from creditflow.store.tables.base import Row, args, instant, refers, table, whole, word


class MessageRow(Row, table=True):
    """A message and its delivery; what it says never changes."""

    __tablename__ = "message"
    __table_args__ = args(
        # As of letters: the first of it is the next to leave.
        sa.Index(None, "channel", "state", "due_at", "key"),
        sa.Index(None, "made_at"),
    )
    key: str = word(key=True)
    channel: str = word()
    receiver: str = word()
    about: str = word()
    subject: str = word()
    facts: str = word()
    made_at: datetime = instant()
    state: str = word()
    attempts: int = whole()
    due_at: datetime | None = instant()
    lease_until: datetime | None = instant()
    lease_owner: str | None = word()
    sent_at: datetime | None = instant()
    answer: str = word()


class HookRow(Row, table=True):
    """A hook; its address and secrets are sealed."""

    __tablename__ = "hook"
    __table_args__ = args(
        sa.Index(
            "uq_hook_name",
            "name",
            unique=True,
            sqlite_where=sa.text("state IN ('on', 'off', 'stopped')"),
            postgresql_where=sa.text("state IN ('on', 'off', 'stopped')"),
        ),
    )
    id: str = word(key=True)
    name: str = word()
    kind: str = word()
    host: str = word()
    url: str = word()
    events: str = word()
    language: str = word()
    secret: str = word()
    why: str = word()
    asked_by: str = word()
    asked_at: datetime = instant()
    replaces: str | None = word()
    state: str = word()
    decided_by: str | None = word()
    decided_at: datetime | None = instant()
    former_secret: str = word()
    former_until: datetime | None = instant()
    failing_since: datetime | None = instant()


class MailChoiceRow(Row, table=True):
    """Which mails a person wants."""

    __tablename__ = "mail_choice"
    __table_args__ = args(refers("person_id", "person.id"))
    person_id: str = word(key=True)
    choice: str = word()


class BookmarkRow(Row, table=True):
    """How far a reader of the journal has read."""

    __tablename__ = "bookmark"
    __table_args__ = args()
    reader: str = word(key=True)
    seq: int = whole()


MESSAGE = table(MessageRow)
HOOK = table(HookRow)
MAIL_CHOICE = table(MailChoiceRow)
BOOKMARK = table(BookmarkRow)
