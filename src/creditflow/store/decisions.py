"""Decisions in SQL: kept once, never changed, at most one final one per case and round."""

import json
from typing import Any

import sqlalchemy as sa

from creditflow.domain.decision import Decision, Say
from creditflow.domain.errors import Conflict
from creditflow.domain.granting import Condition
from creditflow.domain.sentences import say
from creditflow.store.encoding import canonical
from creditflow.store.precedents import keep_precedent
from creditflow.store.tables import DECISION
from creditflow.store.transaction import Transaction, money_or_none, parts


class SqlDecisions:
    """Decisions; append-only, at most one final one per case and round."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, case: str) -> list[Decision]:
        """All decisions on the case, oldest first."""
        query = sa.select(DECISION).where(DECISION.c.case_id == case).order_by(DECISION.c.seq)
        return [decision_of(row) for row in self._transaction.rows(query)]

    def add(self, decision: Decision) -> None:
        """Keep a new one; raises Conflict where the round has a final one already.

        The same where its key was used, and where this person has spoken at this stage.
        """
        if self._transaction.insert_new(DECISION, [_decision_row(decision)]):
            keep_precedent(decision, self._transaction)
            return
        clashing = sa.or_(
            sa.and_(DECISION.c.case_id == decision.case_id, DECISION.c.round == decision.round),
            sa.and_(
                DECISION.c.idempotency_key == decision.idempotency_key,
                DECISION.c.idempotency_key != "",
            ),
        )
        query = sa.select(DECISION).where(clashing).order_by(DECISION.c.seq.desc())
        row = self._transaction.row(query)
        if row is None:  # Only a race on PostgreSQL ends here, with the other one rolled back.
            raise Conflict(say("Somebody else decides this case right now. Try again."))
        raise Conflict(
            say(
                "{who} decided this already, at {when}: {verdict}.",
                who=row.made_by,
                when=row.made_at,
                verdict=row.verdict,
            )
        )

    def by_key(self, idempotency_key: str) -> Decision | None:
        """The decision that was made with this key; an empty key finds none."""
        if not idempotency_key:
            return None
        query = sa.select(DECISION).where(DECISION.c.idempotency_key == idempotency_key)
        row = self._transaction.row(query)
        return None if row is None else decision_of(row)


def decision_of(row: sa.Row[Any]) -> Decision:
    """A decision as its row has it."""
    return Decision(
        case_id=row.case_id,
        stage=row.stage,
        say=Say(row.verdict),
        by=row.made_by,
        at=row.made_at,
        proposal_hash=row.proposal_hash,
        rule=row.rule,
        policy_version=row.policy_version,
        limit=money_or_none(row.limit_minor, row.limit_currency),
        comment=row.comment,
        final=row.final,
        round=row.round,
        idempotency_key=row.idempotency_key,
        on_behalf_of=row.on_behalf_of,
        seen=row.seen,
        carried_from=row.carried_from,
        terms_days=row.terms_days,
        until=row.until_day,
        conditions=_conditions(row.conditions),
    )


def _decision_row(decision: Decision) -> dict[str, object]:
    return {
        "case_id": decision.case_id,
        "round": decision.round,
        "stage": decision.stage,
        "verdict": decision.say.value,
        "made_by": decision.by,
        "made_at": decision.at,
        "proposal_hash": decision.proposal_hash,
        "rule": decision.rule,
        "policy_version": decision.policy_version,
        **parts("limit", decision.limit),
        "comment": decision.comment,
        "final": decision.final,
        "idempotency_key": decision.idempotency_key,
        "on_behalf_of": decision.on_behalf_of,
        "seen": decision.seen,
        "carried_from": decision.carried_from,
        "terms_days": decision.terms_days,
        "until_day": decision.until,
        "conditions": None
        if decision.conditions is None
        else canonical([[one.code, one.text] for one in decision.conditions]),
    }


def _conditions(text: str | None) -> tuple[Condition, ...] | None:
    return None if text is None else tuple(Condition(*one) for one in json.loads(text))
