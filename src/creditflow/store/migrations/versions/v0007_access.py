"""What signing in needs: admissions, second factors, failed tries, identities, changes, keys."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0007"
down_revision = "0006"

ASKED = ["id", "person_id", "kind", "wanted", "base", "why", "asked_by", "asked_at"]
"""What never changes about a change of a person."""


def upgrade() -> None:
    """Create the tables, and say of each session where it was opened."""
    for name in ("address", "browser", "method"):
        op.add_column("sign_in", sa.Column(name, types.Word, nullable=False, server_default=""))
    _admission()
    _second_factor()
    _failed_try()
    _identity()
    _person_change()
    _api_key()


def _admission() -> None:
    op.create_table(
        "admission",
        sa.Column("token_hash", types.Word, nullable=False),
        sa.Column("kind", types.Word, nullable=False),
        sa.Column("person_id", types.Word, nullable=True),
        sa.Column("made_by", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_admission")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_admission_kind_person_id"), "admission", ["kind", "person_id"])


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"],
        ["person.id"],
        name=op.f(f"fk_{table}_person_id"),
        initially="DEFERRED",
        deferrable=True,
    )


def _second_factor() -> None:
    op.create_table(
        "second_factor",
        sa.Column("person_id", types.Word, nullable=False),
        sa.Column("secret", types.Word, nullable=False),
        sa.Column("confirmed_at", types.Instant(), nullable=True),
        sa.Column("last_step", types.Whole, nullable=True),
        _of_person("second_factor"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factor")),
        sqlite_strict=True,
    )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", types.Word, nullable=False),
        sa.Column("code_hash", types.Word, nullable=False),
        _of_person("recovery_code"),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name=op.f("pk_recovery_code")),
        sqlite_strict=True,
    )


def _failed_try() -> None:
    op.create_table(
        "failed_try",
        sa.Column("subject", types.Word, nullable=False),
        sa.Column("failures", types.Whole, nullable=False),
        sa.Column("last_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_failed_try")),
        sqlite_strict=True,
    )


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("issuer", types.Word, nullable=False),
        sa.Column("subject", types.Word, nullable=False),
        sa.Column("person_id", types.Word, nullable=False),
        sa.Column("connected_at", types.Instant(), nullable=False),
        _of_person("identity"),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_identity_person_id"), "identity", ["person_id"])


def _person_change() -> None:
    op.create_table(
        "person_change",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("person_id", types.Word, nullable=False),
        sa.Column("kind", types.Word, nullable=False),
        sa.Column("wanted", types.Word, nullable=False),
        sa.Column("base", types.Word, nullable=False),
        sa.Column("why", types.Word, nullable=False),
        sa.Column("asked_by", types.Word, nullable=False),
        sa.Column("asked_at", types.Instant(), nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("decided_by", types.Word, nullable=True),
        sa.Column("decided_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_change")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_person_change_state"), "person_change", ["state"])
    op.create_index(op.f("ix_person_change_person_id"), "person_change", ["person_id"])
    dialect = op.get_context().dialect.name
    for statement in triggers.forbid_changes("person_change", dialect, ASKED):
        op.execute(statement)


def _api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("name", types.Word, nullable=False),
        sa.Column("secret_hash", types.Word, nullable=False),
        sa.Column("scopes", types.Word, nullable=False),
        sa.Column("made_by", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("last_used_at", types.Instant(), nullable=True),
        sa.Column("revoked_at", types.Instant(), nullable=True),
        sa.Column("revoked_by", types.Word, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sqlite_strict=True,
    )
