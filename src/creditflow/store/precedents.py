"""Precedents in SQL: kept as people decide, found by an index, the nearest first."""

from functools import cache
from typing import Any

import sqlalchemy as sa

from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Decision, Say
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money
from creditflow.domain.people import POLICY_ACTOR
from creditflow.domain.precedent import Direction, Precedent, direction, distance, neighbours
from creditflow.domain.proposal import Proposal
from creditflow.store.dialects import words_inside
from creditflow.store.tables import CASE, CUSTOMER, DECISION, EVALUATION, PRECEDENT, PROPOSAL
from creditflow.store.transaction import Transaction, money_or_none

MOST = 5
"""So many are shown."""

DECIDED = [
    state.value
    for state in (
        *(CaseState.APPROVED, CaseState.APPLIED, CaseState.NOTIFIED),
        *(CaseState.CLOSED, CaseState.REJECTED),
    )
]


def keep_precedent(decision: Decision, transaction: Transaction) -> None:
    """Keep what a person's final decision was about; a later round takes its place."""
    if not decision.final or decision.by == POLICY_ACTOR or decision.say is Say.RETURN:
        return
    words, source = words_inside(EVALUATION.c.body, ("segment",), transaction.dialect)
    query = (
        sa.select(
            PROPOSAL.c.case_id,
            sa.literal(decision.round),
            words["segment"],
            _direction(),
            PROPOSAL.c.grade,
            PROPOSAL.c.base_minor,
        )
        .select_from(source)
        .join(PROPOSAL, PROPOSAL.c.evaluation_id == EVALUATION.c.id)
        .join(CASE, CASE.c.proposal_id == PROPOSAL.c.id)
        .where(CASE.c.id == decision.case_id)
    )
    names = ["case_id", "round", "segment", "direction", "grade", "base_minor"]
    insert = transaction.insert_or(PRECEDENT).from_select(names, query)
    latest = {name: insert.excluded[name] for name in names[1:]}
    transaction.write(insert.on_conflict_do_update(index_elements=["case_id"], set_=latest))


def nearest(
    proposal: Proposal, segment: str, transaction: Transaction, *, most: int = MOST
) -> list[Precedent]:
    """The cases that people decided which are nearest to a proposal, the nearest first.

    Of each grade nearby and on either side of the amount only so many are read
    as are shown: further ones of the same grade are further away.
    """
    base = proposal.base_amount
    grades = [grade.value for grade in neighbours(proposal.grade)]
    rows = transaction.rows(
        _nearest(most, len(grades)),
        {
            "segment": segment,
            "direction": direction(proposal.current, proposal.proposed).value,
            "case": proposal.case_id,
            "amount": base.minor,
            "currency": base.currency,
            **{f"grade_{place}": grade for place, grade in enumerate(grades)},
        },
    )
    told = [_precedent(row, proposal) for row in rows]
    return sorted(told, key=lambda p: (p.distance, p.case_id))[:most]


@cache
def _nearest(most: int, grades: int) -> sa.Select[Any]:
    """The question, left open for what is asked about: to put it together costs most of it."""
    sides = [_side(place, most, up=up) for place in range(grades) for up in (True, False)]
    return _told(sa.union_all(*(sa.select(side.subquery()) for side in sides)).subquery())


def _side(place: int, most: int, *, up: bool) -> sa.Select[Any]:
    """Cases of one grade from the amount upwards, or below it; the nearest so many."""
    amount, asked = PRECEDENT.c.base_minor, sa.bindparam("amount", type_=sa.BigInteger)
    return (
        sa.select(PRECEDENT.c.case_id, PRECEDENT.c.round, amount, PRECEDENT.c.grade)
        .join(CASE, CASE.c.id == PRECEDENT.c.case_id)
        .where(
            PRECEDENT.c.segment == sa.bindparam("segment"),
            PRECEDENT.c.direction == sa.bindparam("direction"),
            PRECEDENT.c.case_id != sa.bindparam("case"),
            PRECEDENT.c.grade == sa.bindparam(f"grade_{place}"),
            amount >= asked if up else amount < asked,
            PRECEDENT.c.round == CASE.c.round,
            CASE.c.state.in_(DECIDED),
        )
        .order_by(amount if up else amount.desc())
        .limit(most)
    )


def _told(found: sa.Subquery) -> sa.Select[Any]:
    """With what was decided and by whom it was asked for."""
    return (
        sa.select(
            found.c.case_id,
            found.c.base_minor,
            found.c.grade,
            PROPOSAL.c.proposed_minor,
            PROPOSAL.c.proposed_currency,
            DECISION.c.verdict,
            DECISION.c.limit_minor,
            DECISION.c.limit_currency,
            DECISION.c.comment,
            DECISION.c.made_at,
            CUSTOMER.c.id.label("customer_id"),
            CUSTOMER.c.name,
            CUSTOMER.c.name_en,
        )
        .join(
            DECISION,
            sa.and_(
                DECISION.c.case_id == found.c.case_id,
                DECISION.c.round == found.c.round,
                DECISION.c.final,
            ),
        )
        .join(CASE, CASE.c.id == found.c.case_id)
        .join(PROPOSAL, PROPOSAL.c.id == CASE.c.proposal_id)
        .join(CUSTOMER, CUSTOMER.c.id == CASE.c.customer_id)
        .where(PROPOSAL.c.base_currency == sa.bindparam("currency"))
    )


def _direction() -> sa.ColumnElement[str]:
    """The same as creditflow.domain.precedent.direction says."""
    current, proposed = PROPOSAL.c.current_minor, PROPOSAL.c.proposed_minor
    return sa.case(
        (sa.func.coalesce(current, 0) == 0, Direction.FIRST.value),
        (proposed == current, Direction.SAME.value),
        (proposed > current, Direction.RAISE.value),
        else_=Direction.CUT.value,
    )


def _precedent(row: sa.Row[Any], proposal: Proposal) -> Precedent:
    grade, base = Grade(row.grade), Money(row.base_minor, proposal.base_currency)
    return Precedent(
        case_id=row.case_id,
        customer=CustomerId(row.customer_id),
        customer_name=row.name,
        customer_name_en=row.name_en,
        grade=grade,
        base=base,
        proposed=Money(row.proposed_minor, row.proposed_currency),
        verdict=Say(row.verdict),
        limit=money_or_none(row.limit_minor, row.limit_currency),
        comment=row.comment,
        at=row.made_at,
        distance=distance(proposal.grade, proposal.base_amount, grade, base),
    )
