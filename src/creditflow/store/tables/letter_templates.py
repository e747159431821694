"""Rows of wordings of letters that were proposed; what was proposed never changes."""

from datetime import date, datetime

import sqlalchemy as sa

from creditflow.store.tables.base import Row, args, day, instant, table, whole, word
from creditflow.store.tables.policy_drafts import STILL_OPEN


class LetterTemplateRow(Row, table=True):
    """A wording; at most one of a template is open, and each publication has a number."""

    __tablename__ = "letter_template"
    __table_args__ = args(
        sa.UniqueConstraint("edition"),
        sa.Index(None, "about", "language"),
        sa.Index(
            "uq_letter_template_one_open",
            "about",
            "language",
            unique=True,
            sqlite_where=sa.text(STILL_OPEN),
            postgresql_where=sa.text(STILL_OPEN),
        ),
    )
    id: str = word(key=True)
    about: str = word()
    language: str = word()
    text: str | None = word()
    based_on: int = whole()
    effective_on: date = day()
    why: str = word()
    proposed_by: str = word()
    proposed_at: datetime = instant()
    state: str = word()
    decided_by: str | None = word()
    decided_at: datetime | None = instant()
    comment: str = word()
    edition: int | None = whole()


LETTER_TEMPLATE = table(LetterTemplateRow)
