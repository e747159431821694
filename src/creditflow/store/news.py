"""What open pages have to be told of: which cases have moved, and which sessions still hold."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from creditflow.store.tables import JOURNAL, PERSON, SIGN_IN
from creditflow.store.transaction import Transaction

ARRIVALS = ("case.opened", "case.next_stage", "case.escalated", "case.released")
"""The entries by which a case comes into somebody's list."""


def moved_cases(transaction: Transaction, *, after: int, until: int, most: int) -> dict[str, bool]:
    """So many of the cases that the journal has entries about, behind the one and up to the other.

    Each with whether it came to a desk thereby. An entry of a case is one whose
    code begins with `case.`; its subject is the case.
    """
    between = (JOURNAL.c.seq > after, JOURNAL.c.seq <= until)
    query = sa.select(JOURNAL.c.subject).where(*between, JOURNAL.c.what.startswith("case."))
    moved = [row.subject for row in transaction.rows(query.distinct().limit(most))]
    came = sa.select(JOURNAL.c.subject).where(
        *between, JOURNAL.c.what.in_(ARRIVALS), JOURNAL.c.subject.in_(moved)
    )
    arrived = {row.subject for row in transaction.rows(came)} if moved else set()
    return {case: case in arrived for case in sorted(moved)}


def sessions_that_hold(
    transaction: Transaction, hashes: Collection[str], *, at: datetime
) -> frozenset[str]:
    """Which of these sessions neither ended nor ran out, and are of somebody who is active."""
    query = (
        sa.select(SIGN_IN.c.token_hash)
        .join(PERSON, PERSON.c.id == SIGN_IN.c.person_id)
        .where(
            SIGN_IN.c.token_hash.in_(sorted(hashes)),
            SIGN_IN.c.expires_at > at,
            PERSON.c.active,
        )
    )
    return frozenset(row.token_hash for row in transaction.rows(query))
