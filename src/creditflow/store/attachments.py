"""Attachments and the bytes behind them in SQL; the same bytes are kept once."""

from typing import Any

import sqlalchemy as sa

from creditflow.domain.attachment import Attachment
from creditflow.domain.errors import Conflict
from creditflow.domain.sentences import say
from creditflow.store.tables import ATTACHMENT, CONTENT
from creditflow.store.transaction import Transaction


class SqlAttachments:
    """Files that were put to cases and comments; append-only."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, attachment: str) -> Attachment:
        """One attachment; raises NotFound."""
        query = sa.select(ATTACHMENT).where(ATTACHMENT.c.id == attachment)
        missing = say("There is no file {file}.", file=attachment)
        return _attachment(self._transaction.needed(query, missing))

    def of(self, subject: str) -> list[Attachment]:
        """The files that were put to the subject, oldest first."""
        query = sa.select(ATTACHMENT).where(ATTACHMENT.c.subject == subject)
        ordered = query.order_by(ATTACHMENT.c.made_at, ATTACHMENT.c.id)
        return [_attachment(row) for row in self._transaction.rows(ordered)]

    def content(self, sha256: str) -> bytes:
        """The bytes with that hash; raises NotFound."""
        query = sa.select(CONTENT.c.content).where(CONTENT.c.sha256 == sha256)
        missing = say("There are no bytes with the hash {sha256}.", sha256=sha256)
        return bytes(self._transaction.needed(query, missing).content)

    def add(self, attachment: Attachment, content: bytes) -> None:
        """Keep a new one; raises Conflict where its id is taken."""
        row = {
            "id": attachment.id,
            "subject": attachment.subject,
            "file_name": attachment.file_name,
            "media_type": attachment.media_type,
            "size": attachment.size,
            "sha256": attachment.sha256,
            "made_by": attachment.by,
            "made_at": attachment.at,
        }
        self._transaction.insert_new(CONTENT, [{"sha256": attachment.sha256, "content": content}])
        if not self._transaction.insert_new(ATTACHMENT, [row]):
            raise Conflict(say("File {file} is there already.", file=attachment.id))


def _attachment(row: sa.Row[Any]) -> Attachment:
    return Attachment(
        id=row.id,
        subject=row.subject,
        file_name=row.file_name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        by=row.made_by,
        at=row.made_at,
    )
