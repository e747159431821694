"""Comments and referrals in SQL; append-only, and no referral is answered twice."""

from typing import Any

import sqlalchemy as sa

from creditflow.domain.discussion import Comment, Referral
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.sentences import say
from creditflow.store.tables import COMMENT, REFERRAL
from creditflow.store.transaction import Transaction


class SqlDiscussions:
    """What people write on cases, and whom they ask."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def comments(self, case: str) -> list[Comment]:
        """What was written on the case, oldest first."""
        query = sa.select(COMMENT).where(COMMENT.c.case_id == case)
        ordered = query.order_by(COMMENT.c.made_at, COMMENT.c.id)
        return [_comment(row) for row in self._transaction.rows(ordered)]

    def referrals(self, case: str) -> list[Referral]:
        """Who was asked about the case, oldest first."""
        query = sa.select(REFERRAL).where(REFERRAL.c.case_id == case)
        ordered = query.order_by(REFERRAL.c.asked_at, REFERRAL.c.id)
        return [_referral(row) for row in self._transaction.rows(ordered)]

    def add_comment(self, comment: Comment) -> None:
        """Keep a new one; raises Conflict where its id is taken or its referral is answered."""
        row = {
            "id": comment.id,
            "case_id": comment.case_id,
            "made_by": comment.by,
            "made_at": comment.at,
            "text": comment.text,
            "answers": comment.answers,
        }
        if comment.answers is not None and not self._is_referral(comment.answers):
            raise NotFound(say("There is no referral {referral}.", referral=comment.answers))
        if not self._transaction.insert_new(COMMENT, [row]):
            raise Conflict(say("This was answered already. Reload the case."))

    def add_referral(self, referral: Referral) -> None:
        """Keep a new one; raises Conflict where its id is taken."""
        row = {
            "id": referral.id,
            "case_id": referral.case_id,
            "round": referral.round,
            "asked": referral.asked,
            "asked_by": referral.asked_by,
            "asked_at": referral.asked_at,
            "question": referral.question,
        }
        if not self._transaction.insert_new(REFERRAL, [row]):
            raise Conflict(say("Referral {referral} is there already.", referral=referral.id))

    def _is_referral(self, referral: str) -> bool:
        query = sa.select(REFERRAL.c.id).where(REFERRAL.c.id == referral)
        return self._transaction.row(query) is not None


def _comment(row: sa.Row[Any]) -> Comment:
    return Comment(
        id=row.id,
        case_id=row.case_id,
        by=row.made_by,
        at=row.made_at,
        text=row.text,
        answers=row.answers,
    )


def _referral(row: sa.Row[Any]) -> Referral:
    return Referral(
        id=row.id,
        case_id=row.case_id,
        round=row.round,
        asked=row.asked,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        question=row.question,
    )
