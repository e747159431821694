"""Rows of what people write on cases, and of whom they ask; append-only."""

from datetime import datetime

import sqlalchemy as sa

from creditflow.store.tables.base import Row, args, instant, refers, table, whole, word


class ReferralRow(Row, table=True):
    """That somebody was asked for an opinion."""

    __tablename__ = "referral"
    __table_args__ = args(
        sa.Index(None, "case_id"), sa.Index(None, "asked"), refers("case_id", "credit_case.id")
    )
    id: str = word(key=True)
    case_id: str = word()
    round: int = whole()
    asked: str = word()
    asked_by: str = word()
    asked_at: datetime = instant()
    question: str = word()


class CommentRow(Row, table=True):
    """What somebody wrote on a case; one answer per referral."""

    __tablename__ = "case_comment"
    __table_args__ = args(
        sa.Index(None, "case_id"),
        sa.UniqueConstraint("answers"),
        refers("case_id", "credit_case.id"),
        refers("answers", "referral.id"),
    )
    id: str = word(key=True)
    case_id: str = word()
    made_by: str = word()
    made_at: datetime = instant()
    text: str = word()
    answers: str | None = word()


REFERRAL = table(ReferralRow)
COMMENT = table(CommentRow)
