"""Rows of attachments, and of the bytes behind them by their hash; append-only."""

from datetime import datetime

import sqlalchemy as sa

from creditflow.store.tables.base import Row, args, data, instant, refers, table, whole, word


class ContentRow(Row, table=True):
    """Bytes under their SHA-256, once however many attachments they stand behind."""

    __tablename__ = "content"
    __table_args__ = args()
    sha256: str = word(key=True)
    content: bytes = data()


class AttachmentRow(Row, table=True):
    """That somebody put a file to a subject."""

    __tablename__ = "attachment"
    __table_args__ = args(sa.Index(None, "subject"), refers("sha256", "content.sha256"))
    id: str = word(key=True)
    subject: str = word()
    file_name: str = word()
    media_type: str = word()
    size: int = whole()
    sha256: str = word()
    made_by: str = word()
    made_at: datetime = instant()


CONTENT = table(ContentRow)
ATTACHMENT = table(AttachmentRow)
