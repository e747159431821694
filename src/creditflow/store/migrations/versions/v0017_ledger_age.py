"""The newest document of a source is found without reading all of them."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Order the documents of a source by day."""
    op.create_index(op.f("ix_invoice_source_issued_on"), "invoice", ["source", "issued_on"])
    op.create_index(op.f("ix_payment_source_paid_on"), "payment", ["source", "paid_on"])
