"""Rows of learned models; what was learned never changes."""

from datetime import datetime

import sqlalchemy as sa

from creditflow.store.tables.base import Row, args, instant, table, word

IS_CHAMPION = "state = 'champion'"
"""The SQL condition of the one model that may have a say."""


class ModelRow(Row, table=True):
    """A learned model as canonical JSON, its validation, and where it stands."""

    __tablename__ = "learned_model"
    __table_args__ = args(
        sa.UniqueConstraint("hash"),
        sa.Index(
            "uq_learned_model_one_champion",
            "state",
            unique=True,
            sqlite_where=sa.text(IS_CHAMPION),
            postgresql_where=sa.text(IS_CHAMPION),
        ),
    )
    id: str = word(key=True)
    text: str = word()
    hash: str = word()
    report: str = word()
    trained_by: str = word()
    trained_at: datetime = instant()
    state: str = word()
    proposed_by: str | None = word()
    proposed_at: datetime | None = instant()
    decided_by: str | None = word()
    decided_at: datetime | None = instant()
    why: str = word()


MODEL = table(ModelRow)
