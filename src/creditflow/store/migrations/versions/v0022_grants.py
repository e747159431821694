"""A decision keeps what it changed; stuck cases and cases like another one are found by an index.

Empty columns of a decision mean as it was proposed, which is so for all earlier ones.
What people decided is kept once more by segment, direction, grade and amount,
in the order in which cases like another one are asked for.
"""

import json

import sqlalchemy as sa
from alembic import op

from creditflow.store import types

revision = "0022"
down_revision = "0021"

CHUNK = 1_000


def upgrade() -> None:
    """Add the columns and the index; create the table and fill it with what was decided."""
    op.add_column("decision", sa.Column("terms_days", types.Whole, nullable=True))
    op.add_column("decision", sa.Column("until_day", types.Day(), nullable=True))
    op.add_column("decision", sa.Column("conditions", types.Word, nullable=True))
    stuck = sa.text("what = 'case.nobody_may_decide'")
    op.create_index(
        "ix_journal_stuck", "journal", ["subject"], sqlite_where=stuck, postgresql_where=stuck
    )
    op.create_table(
        "precedent",
        sa.Column("case_id", types.Word, nullable=False),
        sa.Column("round", types.Whole, nullable=False),
        sa.Column("segment", types.Word, nullable=False),
        sa.Column("direction", types.Word, nullable=False),
        sa.Column("grade", types.Word, nullable=False),
        sa.Column("base_minor", types.Whole, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_precedent")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["credit_case.id"],
            name=op.f("fk_precedent_case_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_precedent_like",
        "precedent",
        ["segment", "direction", "grade", "base_minor", "case_id", "round"],
    )
    _fill()


def _fill() -> None:
    decision = _table("decision", "seq case_id round verdict made_by proposal_hash final")
    names = "case_id hash evaluation_id grade base_minor current_minor proposed_minor"
    proposal, evaluation = _table("proposal", names), _table("evaluation", "id body")
    precedent = _table("precedent", "case_id round segment direction grade base_minor")
    connection = op.get_bind()
    query = (
        sa.select(decision.c.seq, decision.c.case_id, decision.c.round, proposal.c.grade,
                  proposal.c.base_minor, proposal.c.current_minor, proposal.c.proposed_minor,
                  evaluation.c.body)
        .join(proposal, sa.and_(proposal.c.case_id == decision.c.case_id,
                                proposal.c.hash == decision.c.proposal_hash))
        .join(evaluation, evaluation.c.id == proposal.c.evaluation_id)
        .where(sa.text("decision.final"), decision.c.made_by != "policy",
               decision.c.verdict != "return")
        .order_by(decision.c.seq)
        .limit(CHUNK)
    )  # fmt: skip
    latest: dict[str, dict[str, object]] = {}
    after = 0
    while rows := connection.execute(query.where(decision.c.seq > after)).all():
        for row in rows:
            latest[row.case_id] = {
                "case_id": row.case_id,
                "round": row.round,
                "segment": json.loads(row.body)["segment"],
                "direction": _direction(row.current_minor or 0, row.proposed_minor),
                "grade": row.grade,
                "base_minor": row.base_minor,
            }
        after = rows[-1].seq
    found = list(latest.values())
    for start in range(0, len(found), CHUNK):
        connection.execute(sa.insert(precedent), found[start : start + CHUNK])


def _direction(current: int, proposed: int) -> str:
    if not current:
        return "first"
    if proposed == current:
        return "same"
    return "raise" if proposed > current else "cut"


def _table(name: str, columns: str) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns.split()))
