"""Rows of policies that were proposed; what was proposed never changes."""

from datetime import date, datetime

import sqlalchemy as sa

from creditflow.domain.draft import OPEN
from creditflow.store.tables.base import Row, args, day, instant, table, whole, word

STILL_OPEN = "state IN ({})".format(", ".join(f"'{state}'" for state in sorted(OPEN)))
"""The SQL condition of a draft that somebody still has to decide, or whose day has not come."""


class PolicyDraftRow(Row, table=True):
    """A policy draft; at most one that is based on the version in force is open at a time."""

    __tablename__ = "policy_draft"
    __table_args__ = args(
        sa.Index(
            "uq_policy_draft_one_open",
            "based_on",
            unique=True,
            sqlite_where=sa.text(STILL_OPEN),
            postgresql_where=sa.text(STILL_OPEN),
        ),
    )
    id: str = word(key=True)
    text: str = word()
    sources: str = word()
    based_on: int = whole()
    effective_on: date = day()
    why: str = word()
    proposed_by: str = word()
    proposed_at: datetime = instant()
    state: str = word()
    decided_by: str | None = word()
    decided_at: datetime | None = instant()
    comment: str = word()
    version: int | None = whole()


POLICY_DRAFT = table(PolicyDraftRow)
