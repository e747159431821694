"""What a verdict from a list is held against: for the cases of one page, in two queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from creditflow.approvals.at_once import Line
from creditflow.approvals.board import seen_after, standing_after
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Decision
from creditflow.domain.money import Money
from creditflow.store.decisions import decision_of
from creditflow.store.tables import CASE, DECISION, JOURNAL_HEAD, PROPOSAL
from creditflow.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Standing:
    """A waiting case as a list shows it now, and the amount that is asked about."""

    line: Line
    amount: Money


def standings(cases: Collection[str], transaction: Transaction) -> dict[str, Standing]:
    """The same as the board says of a single case, of those among them that wait."""
    if not cases:
        return {}
    head = transaction.row(sa.select(JOURNAL_HEAD.c.seq))
    after = 0 if head is None else int(head.seq)
    said = _said(cases, transaction)
    query = (
        sa.select(
            CASE.c.id,
            CASE.c.version,
            PROPOSAL.c.id.label("proposal"),
            PROPOSAL.c.hash,
            PROPOSAL.c.proposed_minor,
            PROPOSAL.c.proposed_currency,
        )
        .join(PROPOSAL, PROPOSAL.c.id == CASE.c.proposal_id)
        .where(CASE.c.id.in_(sorted(cases)), CASE.c.state == CaseState.AWAITING.value)
    )
    return {
        row.id: Standing(
            Line(row.id, row.version, row.proposal, seen_after(row.hash, said[row.id]), after),
            standing_after(Money(row.proposed_minor, row.proposed_currency), said[row.id]),
        )
        for row in transaction.rows(query)
    }


def _said(cases: Collection[str], transaction: Transaction) -> dict[str, list[Decision]]:
    """What was decided on each in its present round."""
    query = (
        sa.select(DECISION)
        .join(CASE, sa.and_(CASE.c.id == DECISION.c.case_id, CASE.c.round == DECISION.c.round))
        .where(CASE.c.id.in_(sorted(cases)))
        .order_by(DECISION.c.seq)
    )
    found: dict[str, list[Decision]] = defaultdict(list)
    for row in transaction.rows(query):
        found[row.case_id].append(decision_of(row))
    return found
