"""Everything the first version keeps, and the triggers that forbid rewriting it."""

import sqlalchemy as sa
from alembic import op

from creditflow.store import triggers, types

revision = "0001"
down_revision = None

RECORDS: dict[str, list[str]] = {
    "policy_version": [],
    "evaluation": [],
    "proposal": [],
    "decision": [],
    "journal": [],
    # An entry of the limit history gets its end when the next one begins.
    "credit_limit": [
        "customer_id",
        "version",
        "state",
        "amount_minor",
        "amount_currency",
        "from_day",
        "terms_days",
        "case_id",
    ],
    # A letter is delivered, but what it says is what was decided to be said.
    "letter": [
        "id",
        "case_id",
        "customer_id",
        "outcome",
        "language",
        "recipient",
        "subject",
        "text",
        "html",
        "message",
        "message_id",
        "sha256",
        "created_at",
    ],
}
"""Tables whose rows are never deleted, and the columns that never change (none named: all)."""


def upgrade() -> None:
    """Create the tables, their triggers and the head of the journal."""
    _customer()
    _invoice()
    _payment()
    _sales_order()
    _statement()
    _rate()
    _hand_in()
    _policy_version()
    _credit_case()
    _evaluation()
    _proposal()
    _review_task()
    _decision()
    _credit_limit()
    _review_run()
    _person()
    _credential()
    _sign_in()
    _letter()
    _promise()
    _journal()
    _journal_head()
    _lease()
    _counter()
    head = sa.table("journal_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.execute(sa.insert(head).values(id=1, seq=0, hash="0" * 64))
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        op.execute(sa.text(triggers.FUNCTION))
    for table, columns in RECORDS.items():
        for statement in triggers.forbid_changes(table, dialect, columns):
            op.execute(statement)


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("origin_file", types.Word, nullable=True),
        sa.Column("origin_name", types.Word, nullable=True),
        sa.Column("origin_row", types.Whole, nullable=True),
        sa.Column("id", types.Word, nullable=False),
        sa.Column("name", types.Word, nullable=False),
        sa.Column("name_en", types.Word, nullable=True),
        sa.Column("currency", types.Currency, nullable=False),
        sa.Column("country", types.Word, nullable=False),
        sa.Column("language", types.Word, nullable=False),
        sa.Column("email", types.Word, nullable=True),
        sa.Column("sector", types.Word, nullable=True),
        sa.Column("region", types.Word, nullable=True),
        sa.Column("group_id", types.Word, nullable=True),
        sa.Column("group_name", types.Word, nullable=True),
        sa.Column("onboarded_on", types.Day(), nullable=True),
        sa.Column("terms_days", types.Whole, nullable=True),
        sa.Column("registration_no", types.Word, nullable=True),
        sa.Column("requested_minor", types.Whole, nullable=True),
        sa.Column("requested_currency", types.Currency, nullable=True),
        sa.Column("owner", types.Word, nullable=True),
        sa.CheckConstraint(
            "(requested_minor IS NULL) = (requested_currency IS NULL)",
            name=op.f("ck_customer_requested_whole"),
        ),
        sa.CheckConstraint(
            "requested_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_customer_requested_bounds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_customer_group_id"), "customer", ["group_id"], unique=False)


def _invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("origin_file", types.Word, nullable=True),
        sa.Column("origin_name", types.Word, nullable=True),
        sa.Column("origin_row", types.Whole, nullable=True),
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("source", types.Word, nullable=False),
        sa.Column("document", types.Word, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("type", types.Word, nullable=False),
        sa.Column("issued_on", types.Day(), nullable=False),
        sa.Column("due_on", types.Day(), nullable=False),
        sa.Column("amount_minor", types.Whole, nullable=False),
        sa.Column("amount_currency", types.Currency, nullable=False),
        sa.Column("disputed", types.Flag(), nullable=False),
        sa.CheckConstraint(
            "amount_minor BETWEEN 0 AND 9000000000000000", name=op.f("ck_invoice_amount_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_invoice_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("source", "document", name=op.f("uq_invoice_source_document")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_invoice_customer_id_issued_on_document"),
        "invoice",
        ["customer_id", "issued_on", "document"],
        unique=False,
    )


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("origin_file", types.Word, nullable=True),
        sa.Column("origin_name", types.Word, nullable=True),
        sa.Column("origin_row", types.Whole, nullable=True),
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("source", types.Word, nullable=False),
        sa.Column("document", types.Word, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("paid_on", types.Day(), nullable=False),
        sa.Column("amount_minor", types.Whole, nullable=False),
        sa.Column("amount_currency", types.Currency, nullable=False),
        sa.Column("invoice", types.Word, nullable=True),
        sa.CheckConstraint(
            "amount_minor BETWEEN 0 AND 9000000000000000", name=op.f("ck_payment_amount_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_payment_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("source", "document", name=op.f("uq_payment_source_document")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_payment_customer_id_paid_on_document"),
        "payment",
        ["customer_id", "paid_on", "document"],
        unique=False,
    )
    op.create_index(
        op.f("ix_payment_source_invoice"), "payment", ["source", "invoice"], unique=False
    )


def _sales_order() -> None:
    op.create_table(
        "sales_order",
        sa.Column("origin_file", types.Word, nullable=True),
        sa.Column("origin_name", types.Word, nullable=True),
        sa.Column("origin_row", types.Whole, nullable=True),
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("source", types.Word, nullable=False),
        sa.Column("document", types.Word, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("ordered_on", types.Day(), nullable=False),
        sa.Column("expected_on", types.Day(), nullable=True),
        sa.Column("amount_minor", types.Whole, nullable=False),
        sa.Column("amount_currency", types.Currency, nullable=False),
        sa.Column("status", types.Word, nullable=False),
        sa.CheckConstraint(
            "amount_minor BETWEEN 0 AND 9000000000000000", name=op.f("ck_sales_order_amount_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_sales_order_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("source", "document", name=op.f("uq_sales_order_source_document")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_sales_order_customer_id_ordered_on_document"),
        "sales_order",
        ["customer_id", "ordered_on", "document"],
        unique=False,
    )


def _statement() -> None:
    op.create_table(
        "statement",
        sa.Column("origin_file", types.Word, nullable=True),
        sa.Column("origin_name", types.Word, nullable=True),
        sa.Column("origin_row", types.Whole, nullable=True),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("period_end", types.Day(), nullable=False),
        sa.Column("source", types.Word, nullable=False),
        sa.Column("months", types.Whole, nullable=False),
        sa.Column("currency", types.Currency, nullable=False),
        sa.Column("audited", types.Flag(), nullable=True),
        sa.Column("revenue_minor", types.Whole, nullable=True),
        sa.Column("cost_of_sales_minor", types.Whole, nullable=True),
        sa.Column("ebit_minor", types.Whole, nullable=True),
        sa.Column("interest_expense_minor", types.Whole, nullable=True),
        sa.Column("net_profit_minor", types.Whole, nullable=True),
        sa.Column("total_assets_minor", types.Whole, nullable=True),
        sa.Column("current_assets_minor", types.Whole, nullable=True),
        sa.Column("cash_minor", types.Whole, nullable=True),
        sa.Column("inventory_minor", types.Whole, nullable=True),
        sa.Column("receivables_minor", types.Whole, nullable=True),
        sa.Column("total_liabilities_minor", types.Whole, nullable=True),
        sa.Column("current_liabilities_minor", types.Whole, nullable=True),
        sa.Column("equity_minor", types.Whole, nullable=True),
        sa.Column("retained_earnings_minor", types.Whole, nullable=True),
        sa.Column("operating_cash_flow_minor", types.Whole, nullable=True),
        sa.CheckConstraint(
            "cash_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_cash_bounds"),
        ),
        sa.CheckConstraint(
            "cost_of_sales_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_cost_of_sales_bounds"),
        ),
        sa.CheckConstraint(
            "current_assets_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_current_assets_bounds"),
        ),
        sa.CheckConstraint(
            "current_liabilities_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_current_liabilities_bounds"),
        ),
        sa.CheckConstraint(
            "ebit_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_ebit_bounds"),
        ),
        sa.CheckConstraint(
            "equity_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_equity_bounds"),
        ),
        sa.CheckConstraint(
            "interest_expense_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_interest_expense_bounds"),
        ),
        sa.CheckConstraint(
            "inventory_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_inventory_bounds"),
        ),
        sa.CheckConstraint(
            "net_profit_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_net_profit_bounds"),
        ),
        sa.CheckConstraint(
            "operating_cash_flow_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_operating_cash_flow_bounds"),
        ),
        sa.CheckConstraint(
            "receivables_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_receivables_bounds"),
        ),
        sa.CheckConstraint(
            "retained_earnings_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_retained_earnings_bounds"),
        ),
        sa.CheckConstraint(
            "revenue_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_revenue_bounds"),
        ),
        sa.CheckConstraint(
            "total_assets_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_total_assets_bounds"),
        ),
        sa.CheckConstraint(
            "total_liabilities_minor BETWEEN -9000000000000000 AND 9000000000000000",
            name=op.f("ck_statement_total_liabilities_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_statement_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("customer_id", "period_end", "source", name=op.f("pk_statement")),
        sqlite_strict=True,
    )


def _rate() -> None:
    op.create_table(
        "rate",
        sa.Column("currency", types.Word, nullable=False),
        sa.Column("on_day", types.Day(), nullable=False),
        sa.Column("per_pivot", types.Word, nullable=False),
        sa.Column("source", types.Word, nullable=False),
        sa.PrimaryKeyConstraint("currency", "on_day", name=op.f("pk_rate")),
        sqlite_strict=True,
    )


def _hand_in() -> None:
    op.create_table(
        "hand_in",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("file_hash", types.Word, nullable=False),
        sa.Column("file_name", types.Word, nullable=False),
        sa.Column("source", types.Word, nullable=False),
        sa.Column("made_by", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("rows_read", types.Whole, nullable=False),
        sa.Column("rows_kept", types.Whole, nullable=False),
        sa.Column("rows_known", types.Whole, nullable=False),
        sa.Column("rows_rejected", types.Whole, nullable=False),
        sa.Column("rejects", types.Bytes, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_in")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_hand_in_file_hash"), "hand_in", ["file_hash"], unique=False)
    op.create_index(op.f("ix_hand_in_made_at"), "hand_in", ["made_at"], unique=False)


def _policy_version() -> None:
    op.create_table(
        "policy_version",
        sa.Column("version", types.Whole, nullable=False),
        sa.Column("text", types.Word, nullable=False),
        sa.Column("sha256", types.Word, nullable=False),
        sa.Column("published_by", types.Word, nullable=False),
        sa.Column("published_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_version")),
        sqlite_strict=True,
    )


def _credit_case() -> None:
    op.create_table(
        "credit_case",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("occasion_key", types.Word, nullable=False),
        sa.Column("kind", types.Word, nullable=False),
        sa.Column("business_date", types.Day(), nullable=False),
        sa.Column("requested_by", types.Word, nullable=True),
        sa.Column("requested_minor", types.Whole, nullable=True),
        sa.Column("requested_currency", types.Currency, nullable=True),
        sa.Column("note", types.Word, nullable=False),
        sa.Column("reference", types.Word, nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("version", types.Whole, nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.Column("round", types.Whole, nullable=False),
        sa.Column("stage", types.Whole, nullable=False),
        sa.Column("desk", types.Word, nullable=True),
        sa.Column("due_on", types.Day(), nullable=True),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("evaluation_id", types.Word, nullable=True),
        sa.Column("proposal_id", types.Word, nullable=True),
        sa.Column("proposal_hash", types.Word, nullable=True),
        sa.Column("base_limit_version", types.Whole, nullable=True),
        sa.Column("letter_id", types.Word, nullable=True),
        sa.Column("run_id", types.Word, nullable=True),
        sa.Column("run_epoch", types.Whole, nullable=False),
        sa.Column("incident", types.Word, nullable=True),
        sa.Column("before_incident", types.Word, nullable=True),
        sa.CheckConstraint(
            "(requested_minor IS NULL) = (requested_currency IS NULL)",
            name=op.f("ck_credit_case_requested_whole"),
        ),
        sa.CheckConstraint(
            "requested_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_credit_case_requested_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_credit_case_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_case")),
        sa.UniqueConstraint("occasion_key", name=op.f("uq_credit_case_occasion_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_credit_case_customer_id_business_date_state"),
        "credit_case",
        ["customer_id", "business_date", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_case_state_opened_at"), "credit_case", ["state", "opened_at"], unique=False
    )
    op.create_index(
        "uq_credit_case_one_unfinished",
        "credit_case",
        ["customer_id"],
        unique=True,
        sqlite_where=sa.text(
            "state NOT IN ('closed', 'expired', 'notified', 'superseded', 'withdrawn')"
        ),
        postgresql_where=sa.text(
            "state NOT IN ('closed', 'expired', 'notified', 'superseded', 'withdrawn')"
        ),
    )


def _evaluation() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("case_id", types.Word, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("grade", types.Word, nullable=False),
        sa.Column("points", types.Word, nullable=False),
        sa.Column("confidence", types.Word, nullable=False),
        sa.Column("body", types.Word, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["credit_case.id"],
            name=op.f("fk_evaluation_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_evaluation_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_evaluation_case_id"), "evaluation", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_evaluation_customer_id_made_at"),
        "evaluation",
        ["customer_id", "made_at"],
        unique=False,
    )


def _proposal() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("case_id", types.Word, nullable=False),
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("evaluation_id", types.Word, nullable=False),
        sa.Column("hash", types.Word, nullable=False),
        sa.Column("grade", types.Word, nullable=False),
        sa.Column("binding", types.Word, nullable=False),
        sa.Column("current_minor", types.Whole, nullable=True),
        sa.Column("current_currency", types.Currency, nullable=True),
        sa.Column("proposed_minor", types.Whole, nullable=False),
        sa.Column("proposed_currency", types.Currency, nullable=False),
        sa.Column("base_minor", types.Whole, nullable=False),
        sa.Column("base_currency", types.Currency, nullable=False),
        sa.Column("exposure_minor", types.Whole, nullable=False),
        sa.Column("exposure_currency", types.Currency, nullable=False),
        sa.Column("body", types.Word, nullable=False),
        sa.CheckConstraint(
            "(current_minor IS NULL) = (current_currency IS NULL)",
            name=op.f("ck_proposal_current_whole"),
        ),
        sa.CheckConstraint(
            "base_minor BETWEEN 0 AND 9000000000000000", name=op.f("ck_proposal_base_bounds")
        ),
        sa.CheckConstraint(
            "current_minor BETWEEN 0 AND 9000000000000000", name=op.f("ck_proposal_current_bounds")
        ),
        sa.CheckConstraint(
            "exposure_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_proposal_exposure_bounds"),
        ),
        sa.CheckConstraint(
            "proposed_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_proposal_proposed_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["credit_case.id"],
            name=op.f("fk_proposal_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_proposal_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_proposal_evaluation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_proposal_case_id"), "proposal", ["case_id"], unique=False)


def _review_task() -> None:
    op.create_table(
        "review_task",
        sa.Column("case_id", types.Word, nullable=False),
        sa.Column("round", types.Whole, nullable=False),
        sa.Column("stage", types.Whole, nullable=False),
        sa.Column("desk", types.Word, nullable=False),
        sa.Column("why", types.Word, nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.Column("due_on", types.Day(), nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("done_by", types.Word, nullable=True),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["credit_case.id"],
            name=op.f("fk_review_task_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("case_id", "round", "stage", name=op.f("pk_review_task")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_review_task_state_desk_due_on"),
        "review_task",
        ["state", "desk", "due_on"],
        unique=False,
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("seq", types.Whole, nullable=False),
        sa.Column("case_id", types.Word, nullable=False),
        sa.Column("round", types.Whole, nullable=False),
        sa.Column("stage", types.Whole, nullable=False),
        sa.Column("verdict", types.Word, nullable=False),
        sa.Column("made_by", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("proposal_hash", types.Word, nullable=False),
        sa.Column("rule", types.Word, nullable=False),
        sa.Column("policy_version", types.Whole, nullable=False),
        sa.Column("limit_minor", types.Whole, nullable=True),
        sa.Column("limit_currency", types.Currency, nullable=True),
        sa.Column("comment", types.Word, nullable=False),
        sa.Column("final", types.Flag(), nullable=False),
        sa.Column("idempotency_key", types.Word, nullable=False),
        sa.CheckConstraint(
            "(limit_minor IS NULL) = (limit_currency IS NULL)", name=op.f("ck_decision_limit_whole")
        ),
        sa.CheckConstraint(
            "limit_minor BETWEEN 0 AND 9000000000000000", name=op.f("ck_decision_limit_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["credit_case.id"],
            name=op.f("fk_decision_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "case_id",
            "round",
            "stage",
            "made_by",
            name=op.f("uq_decision_case_id_round_stage_made_by"),
        ),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_decision_idempotency_key",
        "decision",
        ["idempotency_key"],
        unique=True,
        sqlite_where=sa.text("idempotency_key <> ''"),
        postgresql_where=sa.text("idempotency_key <> ''"),
    )
    op.create_index(
        "uq_decision_one_final",
        "decision",
        ["case_id", "round"],
        unique=True,
        sqlite_where=sa.text("final"),
        postgresql_where=sa.text("final"),
    )


def _credit_limit() -> None:
    op.create_table(
        "credit_limit",
        sa.Column("customer_id", types.Word, nullable=False),
        sa.Column("version", types.Whole, nullable=False),
        sa.Column("state", types.Word, nullable=False),
        sa.Column("amount_minor", types.Whole, nullable=True),
        sa.Column("amount_currency", types.Currency, nullable=True),
        sa.Column("from_day", types.Day(), nullable=False),
        sa.Column("until_day", types.Day(), nullable=True),
        sa.Column("terms_days", types.Whole, nullable=True),
        sa.Column("case_id", types.Word, nullable=True),
        sa.CheckConstraint(
            "(amount_minor IS NULL) = (amount_currency IS NULL)",
            name=op.f("ck_credit_limit_amount_whole"),
        ),
        sa.CheckConstraint(
            "amount_minor BETWEEN 0 AND 9000000000000000",
            name=op.f("ck_credit_limit_amount_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_credit_limit_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("customer_id", "version", name=op.f("pk_credit_limit")),
        sqlite_strict=True,
    )


def _review_run() -> None:
    op.create_table(
        "review_run",
        sa.Column("schedule", types.Word, nullable=False),
        sa.Column("business_date", types.Day(), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "business_date", name=op.f("pk_review_run")),
        sqlite_strict=True,
    )


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("name", types.Word, nullable=False),
        sa.Column("email", types.Word, nullable=False),
        sa.Column("language", types.Word, nullable=False),
        sa.Column("roles", types.Word, nullable=False),
        sa.Column("desks", types.Word, nullable=False),
        sa.Column("mandate_worst_grade", types.Word, nullable=True),
        sa.Column("ceiling_minor", types.Whole, nullable=True),
        sa.Column("ceiling_currency", types.Currency, nullable=True),
        sa.Column("active", types.Flag(), nullable=False),
        sa.CheckConstraint(
            "(ceiling_minor IS NULL) = (ceiling_currency IS NULL)",
            name=op.f("ck_person_ceiling_whole"),
        ),
        sa.CheckConstraint(
            "ceiling_minor BETWEEN 0 AND 9000000000000000", name=op.f("ck_person_ceiling_bounds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sqlite_strict=True,
    )


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("person_id", types.Word, nullable=False),
        sa.Column("password_hash", types.Word, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_credential_person_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_credential")),
        sqlite_strict=True,
    )


def _sign_in() -> None:
    op.create_table(
        "sign_in",
        sa.Column("token_hash", types.Word, nullable=False),
        sa.Column("person_id", types.Word, nullable=False),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_sign_in_person_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"], unique=False)


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("id", types.Word, nullable=False),
        sa.Column("case_id", types.Word, nullable=False),
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
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["credit_case.id"],
            name=op.f("fk_letter_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_letter_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("case_id", name=op.f("uq_letter_case_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_letter_customer_id"), "letter", ["customer_id"], unique=False)
    op.create_index(op.f("ix_letter_state_due_at"), "letter", ["state", "due_at"], unique=False)


def _promise() -> None:
    op.create_table(
        "promise",
        sa.Column("key", types.Word, nullable=False),
        sa.Column("kind", types.Word, nullable=False),
        sa.Column("subject", types.Word, nullable=False),
        sa.Column("detail", types.Word, nullable=False),
        sa.Column("due_at", types.Instant(), nullable=False),
        sa.Column("attempts", types.Whole, nullable=False),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("lease_owner", types.Word, nullable=True),
        sa.Column("problem", types.Word, nullable=True),
        sa.Column("kept_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_promise")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_promise_subject"), "promise", ["subject"], unique=False)
    op.create_index(
        "ix_promise_waiting",
        "promise",
        ["due_at", "key"],
        unique=False,
        sqlite_where=sa.text("kept_at IS NULL"),
        postgresql_where=sa.text("kept_at IS NULL"),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", types.Whole, nullable=False),
        sa.Column("what", types.Word, nullable=False),
        sa.Column("subject", types.Word, nullable=False),
        sa.Column("made_by", types.Word, nullable=False),
        sa.Column("made_at", types.Instant(), nullable=False),
        sa.Column("facts", types.Word, nullable=False),
        sa.Column("previous", types.Word, nullable=False),
        sa.Column("hash", types.Word, nullable=False),
        sa.Column("once_key", types.Word, nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("once_key", name=op.f("uq_journal_once_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_journal_subject_seq"), "journal", ["subject", "seq"], unique=False)


def _journal_head() -> None:
    op.create_table(
        "journal_head",
        sa.Column("id", types.Whole, nullable=False),
        sa.Column("seq", types.Whole, nullable=False),
        sa.Column("hash", types.Word, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_journal_head_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_head")),
        sqlite_strict=True,
    )


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", types.Word, nullable=False),
        sa.Column("owner", types.Word, nullable=False),
        sa.Column("until", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
        sqlite_strict=True,
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", types.Word, nullable=False),
        sa.Column("value", types.Whole, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
        sqlite_strict=True,
    )
