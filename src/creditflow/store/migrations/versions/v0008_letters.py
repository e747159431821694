"""Letters without a case, to several recipients, with their facts; answers; a pace per domain."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0008"
down_revision = "0007"

RECORDS: dict[str, list[str]] = {
    "letter": [
        *("id", "case_id", "customer_id", "outcome", "language", "recipient", "subject", "text"),
        *("html", "message", "message_id", "sha256", "created_at"),
        *("copy_no", "facts", "pdf_sha256"),
    ],
    # An answer is taken care of; what the customer wrote and sent stays.
    "letter_answer": ["id", "letter_id", "kind", "note", "made_at", "due_on"],
    "letter_upload": [],
}
"""Tables whose rows are never deleted, and the columns that never change (none named: all)."""

OLD = (
    *("id", "case_id", "customer_id", "outcome", "language", "recipient", "subject", "text"),
    *("html", "message", "message_id", "sha256", "created_at", "state", "attempts", "due_at"),
    *("lease_until", "lease_owner", "sent_at", "answer"),
)


def upgrade() -> None:
    """Widen letters, then add what is new, with the triggers of both."""
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        _letter_altered()
    else:
        _letter_made_anew()
    _letter_answer()
    _letter_upload()
    _mail_domain()
    for table, columns in RECORDS.items():
        for statement in triggers.forbid_changes(table, dialect, columns):
            op.execute(statement)


def _letter_altered() -> None:
    for event in ("update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER letter_no_{event} ON letter")
    op.alter_column("letter", "case_id", nullable=True)
    op.drop_constraint("uq_letter_case_id", "letter", type_="unique")
    op.add_column("letter", sa.Column("copy_no", types.Whole, nullable=False, server_default="0"))
    op.add_column("letter", sa.Column("facts", types.Word, nullable=True))
    op.add_column("letter", sa.Column("pdf_sha256", types.Word, nullable=False, server_default=""))
    op.alter_column("letter", "copy_no", server_default=None)
    op.alter_column("letter", "pdf_sha256", server_default=None)
    op.create_unique_constraint(op.f("uq_letter_case_id_copy_no"), "letter", ["case_id", "copy_no"])


def _letter_made_anew() -> None:
    """SQLite changes no constraint of a table that is there."""
    op.create_table(
        "letter_anew",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("case_id", types.Word, nullable=True),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("outcome", types.Word, nullable=False),
        sa.Column("language", types.Word, nullable=False),
        sa.Column("recipient", types.Word, nullable=True),
        sa.Column("subject", types.Word, nullable=False),
        sa.Column("text", types.Word, nullable=False),
        sa.Column("html", types.Word, nullable=False),
        sa.Column("message", types.Bytes, nullable=False),
        sa.Column("message_id", types.Word, nullable=False),
        sa.Column("sha256", types.Word, nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("attempts", types.Whole, nullable=False),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("lease_owner", types.Word, nullable=True),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.Column("answer", types.Word, nullable=False),
        sa.Column("copy_no", types.Whole, nullable=False),
        sa.Column("facts", types.Word, nullable=True),
        sa.Column("pdf_sha256", types.Word, nullable=False),
        _refers("letter", "case_id", "credit_case.id"),
        _refers("letter", "customer_id", "customer.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("case_id", "copy_no", name=op.f("uq_letter_case_id_copy_no")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
        sqlite_strict=True,
    )
    columns = ", ".join(OLD)
    op.execute(
        f"INSERT INTO letter_anew ({columns}, copy_no, facts, pdf_sha256)"  # noqa: S608 - names from above
        f" SELECT {columns}, 0, NULL, '' FROM letter"
    )
    op.drop_table("letter")
    op.rename_table("letter_anew", "letter")
    op.create_index(op.f("ix_letter_customer_id"), "letter", ["customer_id"], unique=False)
    op.create_index(op.f("ix_letter_state_due_at"), "letter", ["state", "due_at"], unique=False)


def _letter_answer() -> None:
    op.create_table(
        "letter_answer",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("letter_id", types.Word, nullable=False),
        sa.Column("kind", types.Word, nullable=False),
        sa.Column("note", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("due_on", types.Day(), nullable=True),
        sa.Column("case_id", types.Word, nullable=True),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.Column("done_by", types.Word, nullable=True),
        sa.Column("done_note", types.Word, nullable=False),
        _refers("letter_answer", "letter_id", "letter.id"),
        _refers("letter_answer", "case_id", "credit_case.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_answer")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_letter_answer_letter_id"), "letter_answer", ["letter_id"])


def _letter_upload() -> None:
    op.create_table(
        "letter_upload",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("answer_id", types.Word, nullable=False),
        sa.Column("file_name", types.Word, nullable=False),
        sa.Column("media_type", types.Word, nullable=False),
        sa.Column("sha256", types.Word, nullable=False),
        sa.Column("content", types.Bytes, nullable=False),
        _refers("letter_upload", "answer_id", "letter_answer.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_upload")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_letter_upload_answer_id"), "letter_upload", ["answer_id"])


def _mail_domain() -> None:
    op.create_table(
        "mail_domain",
        sa.Column("name", types.Word, nullable=False),
        sa.Column("free_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_domain")),
        sqlite_strict=True,
    )


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [target],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )
