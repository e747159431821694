"""Check the journal's chain piece by piece, from the first entry to the last."""

from creditflow.domain.journal import GENESIS, seal
from creditflow.ports import Work

PIECE = 10_000


def verify_journal(*, work: Work) -> tuple[int, int | None]:
    """How many entries are intact, and the number of the first that is not (None: all are)."""
    count, previous = 0, GENESIS
    while piece := work.journal.entries(after=count, most=PIECE):
        for sealed in piece:
            expected = seal(sealed.entry, seq=count + 1, previous=previous)
            if sealed != expected:
                return count, count + 1
            count, previous = count + 1, sealed.hash
    return count, None
