"""The journal in SQL: gap-free, chained by hash, sealed at the end of the transaction.

Entries wait until the transaction is about to commit, or until it reads them;
then the one head row is locked and they are sealed and written in one go. So
entries of two transactions never mix and never share a number, and nobody
holds the head while doing other work.
"""

from dataclasses import replace
from datetime import UTC
from typing import Any

import sqlalchemy as sa

from creditflow.domain.journal import Entry, SealedEntry, seal
from creditflow.store.encoding import decode_words, encode_words
from creditflow.store.tables import JOURNAL, JOURNAL_HEAD
from creditflow.store.transaction import Transaction, Values


class BrokenJournal(Exception):
    """The journal's head row is gone: somebody has tampered with the database."""


class SqlJournal:
    """The journal, chained by hash."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._waiting: list[tuple[Entry, str | None]] = []
        transaction.before_commit(self._write)

    def record(self, entry: Entry) -> None:
        """Append an entry."""
        self._append(entry, None)

    def record_once(self, key: str, entry: Entry) -> bool:
        """Append it unless this key was used before; whether it was appended."""
        # From here on nobody else can use the key until this transaction ends.
        self._lock_head()
        query = sa.select(JOURNAL.c.seq).where(JOURNAL.c.once_key == key)
        is_waiting = any(waiting == key for _, waiting in self._waiting)
        if is_waiting or self._transaction.row(query) is not None:
            return False
        self._append(entry, key)
        return True

    def of(self, subject: str) -> list[SealedEntry]:
        """Entries about one subject, oldest first."""
        return self._read(sa.select(JOURNAL).where(JOURNAL.c.subject == subject))

    def entries(self, *, after: int = 0, most: int = 10_000) -> list[SealedEntry]:
        """The chain in order, for verifying it piece by piece."""
        return self._read(sa.select(JOURNAL).where(JOURNAL.c.seq > after).limit(most))

    def last(self) -> int:
        """The number of the latest entry; zero where there is none."""
        self._write()
        row = self._transaction.row(sa.select(JOURNAL_HEAD.c.seq))
        return 0 if row is None else int(row.seq)

    def _append(self, entry: Entry, once_key: str | None) -> None:
        if not self._transaction.writes:
            raise TypeError("this work was opened for reading and records nothing")
        # Moments come back from the database in UTC, and the hash is over their text.
        self._waiting.append((replace(entry, at=entry.at.astimezone(UTC)), once_key))

    def _lock_head(self) -> tuple[int, str]:
        row = self._transaction.locked(sa.select(JOURNAL_HEAD))
        if row is None:
            raise BrokenJournal("the head of the journal is missing")
        return row.seq, row.hash

    def _write(self) -> None:
        if not self._waiting:
            return
        seq, previous = self._lock_head()
        rows: list[Values] = []
        for entry, once_key in self._waiting:
            sealed = seal(entry, seq=seq + 1, previous=previous)
            seq, previous = sealed.seq, sealed.hash
            rows.append(_row(sealed, once_key))
        self._transaction.insert(JOURNAL, rows)
        self._transaction.write(sa.update(JOURNAL_HEAD).values(seq=seq, hash=previous))
        self._waiting.clear()

    def _read(self, query: sa.Select[Any]) -> list[SealedEntry]:
        self._write()
        return [sealed_entry(row) for row in self._transaction.rows(query.order_by(JOURNAL.c.seq))]


def sealed_entry(row: sa.Row[Any]) -> SealedEntry:
    """The entry of a row, exactly as it was sealed unless somebody has changed it."""
    entry = Entry(row.what, row.subject, row.made_by, row.made_at, decode_words(row.facts))
    return SealedEntry(row.seq, entry, row.previous, row.hash)


def _row(sealed: SealedEntry, once_key: str | None) -> Values:
    entry = sealed.entry
    return {
        "seq": sealed.seq,
        "what": entry.what,
        "subject": entry.subject,
        "made_by": entry.by,
        "made_at": entry.at,
        "facts": encode_words(entry.facts),
        "previous": sealed.previous,
        "hash": sealed.hash,
        "once_key": once_key,
    }
