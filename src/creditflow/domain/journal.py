"""Journal: what happened, one entry per change of state, chained by hash for the auditor."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

GENESIS = "0" * 64
"""What the first entry names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: `what` is a stable code, `facts` are plain text by name.

    `subject` is the id of the case, customer, letter or person it is about.
    """

    what: str
    subject: str
    by: str
    at: datetime
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry in its place: number, hash of its predecessor, and its own hash."""

    seq: int
    entry: Entry
    previous: str
    hash: str


def seal(entry: Entry, *, seq: int, previous: str) -> SealedEntry:
    """Put the entry behind its predecessor."""
    return SealedEntry(seq, entry, previous, _digest(entry, seq, previous))


def first_broken(entries: Iterable[SealedEntry]) -> int | None:
    """The number of the first entry that was changed, removed or moved; None if all is well.

    The entries must come in order and begin with number one.
    """
    previous, expected = GENESIS, 1
    for sealed in entries:
        intact = sealed.seq == expected and sealed.previous == previous
        if not intact or sealed.hash != _digest(sealed.entry, sealed.seq, previous):
            return expected
        previous, expected = sealed.hash, expected + 1
    return None


def _digest(entry: Entry, seq: int, previous: str) -> str:
    body = {
        "seq": seq,
        "previous": previous,
        "what": entry.what,
        "subject": entry.subject,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "facts": dict(entry.facts),
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
