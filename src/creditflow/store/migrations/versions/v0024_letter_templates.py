"""Wordings of letters that somebody proposes and somebody else confirms; letters know theirs.

Letters that were written before are those of the files: edition 0. Customers may want
their letters by post; so far all of them had them as mail.
"""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0024"
down_revision = "0023"

PROPOSED = [
    *("id", "about", "language", "text", "based_on", "effective_on", "why"),
    *("proposed_by", "proposed_at"),
]
"""What never changes once it was proposed."""

LETTER = [
    *("id", "case_id", "customer_id", "outcome", "language", "recipient", "subject", "text"),
    *("html", "message", "message_id", "sha256", "created_at"),
    *("copy_no", "facts", "pdf_sha256", "edition"),
]
"""What never changes of a letter."""


def upgrade() -> None:
    """Create the table with what keeps its record, and number the editions of letters."""
    dialect = op.get_context().dialect.name
    _letter_template()
    for statement in triggers.forbid_changes("letter_template", dialect, PROPOSED):
        op.execute(statement)
    on, events = (" ON letter", ["truncate"]) if dialect == "postgresql" else ("", [])
    for event in ("update", "delete", *events):
        op.execute(f"DROP TRIGGER letter_no_{event}{on}")
    op.add_column("letter", sa.Column("edition", types.Whole, nullable=False, server_default="0"))
    for statement in triggers.forbid_changes("letter", dialect, LETTER):
        op.execute(statement)
    op.add_column(
        "customer", sa.Column("letters_by", types.Word, nullable=False, server_default="email")
    )


def _letter_template() -> None:
    op.create_table(
        "letter_template",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("about", types.Word, nullable=False),
        sa.Column("language", types.Word, nullable=False),
        sa.Column("text", types.Word, nullable=True),
        sa.Column("based_on", types.Whole, nullable=False),
        sa.Column("effective_on", types.Day(), nullable=False),
        sa.Column("why", types.Word, nullable=False),
        sa.Column("proposed_by", types.Word, nullable=False),
        sa.Column("proposed_at", types.Instant(), nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("decided_by", types.Word, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.Column("comment", types.Word, nullable=False),
        sa.Column("edition", types.Whole, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint("edition", name=op.f("uq_letter_template_edition")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_letter_template_about_language"), "letter_template", ["about", "language"]
    )
    still_open = sa.text("state IN ('confirmed', 'waiting')")
    op.create_index(
        "uq_letter_template_one_open",
        "letter_template",
        ["about", "language"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
