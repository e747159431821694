"""What is at stake stands on the proposal, and lists of cases read an index instead of rows."""

import json
import math
from collections.abc import Iterator
from fractions import Fraction

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0018"
down_revision = "0017"

CHUNK = 1_000
MAX_MINOR = 9_000_000_000_000_000


def upgrade() -> None:
    """Add the column, fill it for what was proposed before, and make the indices."""
    for statement in _without_triggers():
        op.execute(statement)
    op.add_column(
        "proposal", sa.Column("stake_minor", types.Whole, nullable=False, server_default="0")
    )
    _fill()
    for statement in triggers.forbid_changes("proposal", _dialect()):
        op.execute(statement)
    op.create_index(
        "ix_credit_case_waiting",
        "credit_case",
        [
            *("state", "desk", "due_on", "id", "proposal_id", "customer_id", "kind", "opened_at"),
            *("requested_by", "edited_by", "round", "business_date"),
        ],
    )
    op.create_index(op.f("ix_credit_case_updated_at_state"), "credit_case", ["updated_at", "state"])
    asked = sa.text("requested_by IS NOT NULL")
    op.create_index(
        "ix_credit_case_requested_by",
        "credit_case",
        ["requested_by", "updated_at"],
        sqlite_where=asked,
        postgresql_where=asked,
    )
    open_ = sa.text("NOT final")
    for name, column in (("agreed_by", "made_by"), ("agreed_for", "on_behalf_of")):
        op.create_index(
            f"ix_decision_{name}",
            "decision",
            [column],
            sqlite_where=open_,
            postgresql_where=open_,
        )
    held = sa.text("held_by IS NOT NULL")
    op.create_index(
        "ix_review_task_held_by",
        "review_task",
        ["held_by"],
        sqlite_where=held,
        postgresql_where=held,
    )
    op.create_index(op.f("ix_customer_owner"), "customer", ["owner"])


def _dialect() -> str:
    return op.get_context().dialect.name


def _without_triggers() -> Iterator[str]:
    """For the moment of filling the column; the same transaction puts them back."""
    on = " ON proposal" if _dialect() == "postgresql" else ""
    names = ("no_update", "no_delete", *(("no_truncate",) if on else ()))
    yield from (f"DROP TRIGGER proposal_{name}{on}" for name in names)


def _fill() -> None:
    """The larger of both limits in the base currency, rounded up as the proposal itself does."""
    columns = ("id", "base_minor", "current_minor", "proposed_minor", "body")
    proposal = sa.table("proposal", *map(sa.column, (*columns, "stake_minor")))
    connection = op.get_bind()
    connection.execute(sa.update(proposal).values(stake_minor=proposal.c.base_minor))
    cuts = sa.select(*(proposal.c[name] for name in ("id", "current_minor", "body"))).where(
        proposal.c.current_minor > proposal.c.proposed_minor
    )
    after = ""
    while rows := connection.execute(
        cuts.where(proposal.c.id > after).order_by(proposal.c.id).limit(CHUNK)
    ).all():
        for row in rows:
            factor = Fraction(json.loads(row.body)["base_factor"])
            stake = min(MAX_MINOR, math.ceil(row.current_minor * factor))
            of = sa.update(proposal).where(proposal.c.id == row.id)
            connection.execute(of.values(stake_minor=stake))
        after = rows[-1].id
