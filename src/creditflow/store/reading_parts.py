"""Which waiting cases somebody has a part in, and so may not decide: what the inbox leaves out."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from creditflow.domain.case import CaseState
from creditflow.store.tables import CASE, CUSTOMER, DECISION, HAND_IN, STATEMENT
from creditflow.store.transaction import Transaction


def cases_with_a_part_of(person: str, transaction: Transaction) -> frozenset[str]:
    """Waiting cases that the person asked for, edited, decided in part, owns or rests on.

    The same as approvals.impartiality and the board say of a single case.
    """
    return frozenset(row.id for row in transaction.rows(parts_of([person], transaction).select()))


def parts_of(people: Collection[str], transaction: Transaction) -> sa.Subquery:
    """The ids of waiting cases in which any of these people has a part.

    What hangs on a person (accounts, agreements, files) is found once, by an
    index; each waiting case is then looked up in what was found.
    """
    names = sorted(people)
    # Under a name of its own: a part is never that of the row of the query around it.
    case = CASE.alias()
    has: list[sa.ColumnElement[bool]] = [
        case.c.requested_by.in_(names),
        case.c.edited_by.in_(names),
        case.c.customer_id.in_(sa.select(CUSTOMER.c.id).where(CUSTOMER.c.owner.in_(names))),
        sa.tuple_(case.c.id, case.c.round).in_(_spoken(names)),
    ]
    if files := _first_handed_in_by(names, transaction):
        has.append(_rests_on(files, case))
    query = sa.select(case.c.id).where(case.c.state == CaseState.AWAITING.value, sa.or_(*has))
    return query.subquery("parts")


def _spoken(names: Collection[str]) -> sa.CompoundSelect[Any]:
    """Cases and rounds in which one of them agreed, or was stood in for.

    A case that still waits has no final decision in its round.
    """
    not_final = sa.text("NOT decision.final")
    return sa.union_all(
        *(
            sa.select(DECISION.c.case_id, DECISION.c.round).where(not_final, who.in_(names))
            for who in (DECISION.c.made_by, DECISION.c.on_behalf_of)
        )
    )


def _first_handed_in_by(names: Collection[str], transaction: Transaction) -> list[str]:
    """Files that one of them gave first: whoever gave a known file again brought nothing."""
    earlier = HAND_IN.alias()
    first = (
        sa.select(sa.func.min(earlier.c.made_at))
        .where(earlier.c.file_hash == HAND_IN.c.file_hash)
        .correlate(HAND_IN)
        .scalar_subquery()
    )
    query = sa.select(HAND_IN.c.file_hash).where(
        HAND_IN.c.made_by.in_(names), HAND_IN.c.made_at == first
    )
    return sorted({row.file_hash for row in transaction.rows(query)})


def _rests_on(files: Collection[str], case: sa.FromClause) -> sa.Exists:
    """Whether the customer's latest statement came in one of the files."""
    other = STATEMENT.alias()
    latest = (
        sa.select(sa.func.max(other.c.period_end))
        .where(
            other.c.customer_id == case.c.customer_id, other.c.period_end <= case.c.business_date
        )
        .correlate(case)
        .scalar_subquery()
    )
    return (
        sa.exists()
        .where(
            STATEMENT.c.customer_id == case.c.customer_id,
            STATEMENT.c.period_end == latest,
            STATEMENT.c.origin_file.in_(files),
        )
        .correlate(case)
    )
