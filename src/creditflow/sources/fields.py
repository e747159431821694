"""The fields of every kind of row: which there are, what they hold, which must be there."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from creditflow.domain.covers import GuaranteeKind
from creditflow.domain.hand_in import Kind
from creditflow.domain.observation import OBSERVABLE


class Holds(StrEnum):
    """What a field holds; decides what a column mapping may say about it."""

    ID = "id"
    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CODE = "code"


_STATEMENT_FIGURES = (
    "revenue", "cost_of_sales", "ebit", "interest_expense", "net_profit", "total_assets",
    "current_assets", "cash", "inventory", "receivables", "total_liabilities",
    "current_liabilities", "equity", "retained_earnings", "operating_cash_flow",
)  # fmt: skip

MAY_BE_NEGATIVE = frozenset(
    {"ebit", "interest_expense", "net_profit", "equity", "retained_earnings", "operating_cash_flow"}
)
"""Figures of a statement that have a meaning below zero."""

H = Holds
FIELDS: Mapping[Kind, Mapping[str, Holds]] = MappingProxyType(
    {
        Kind.GROUPS: {
            "id": H.ID, "name": H.TEXT, "name_en": H.TEXT, "parent": H.ID,
            "limit": H.MONEY, "currency": H.CODE, "from": H.DATE,
        },
        Kind.CUSTOMERS: {
            "customer": H.ID, "name": H.TEXT, "name_en": H.TEXT, "country": H.CODE,
            "currency": H.CODE, "language": H.CODE, "email": H.TEXT, "sector": H.TEXT,
            "region": H.TEXT, "group": H.ID, "group_name": H.TEXT, "onboarded_on": H.DATE,
            "terms_days": H.NUMBER, "registration_no": H.ID, "requested_limit": H.MONEY,
            "current_limit": H.MONEY, "current_limit_from": H.DATE, "owner": H.TEXT,
            "letters_by": H.CODE, "legal_entity": H.ID,
        },
        Kind.INVOICES: {
            "customer": H.ID, "document": H.ID, "type": H.CHOICE, "issued_on": H.DATE,
            "due_on": H.DATE, "amount": H.MONEY, "currency": H.CODE, "disputed": H.YES_NO,
            "disputed_on": H.DATE, "dispute_settled_on": H.DATE,
            "project": H.TEXT,
        },
        Kind.PAYMENTS: {
            "customer": H.ID, "document": H.ID, "paid_on": H.DATE, "amount": H.MONEY,
            "currency": H.CODE, "invoice": H.ID,
        },
        Kind.ORDERS: {
            "customer": H.ID, "document": H.ID, "ordered_on": H.DATE, "expected_on": H.DATE,
            "amount": H.MONEY, "currency": H.CODE, "status": H.CHOICE, "closed_on": H.DATE,
            "project": H.TEXT,
        },
        Kind.STATEMENTS: {
            "customer": H.ID, "period_end": H.DATE, "months": H.NUMBER, "currency": H.CODE,
            "audited": H.YES_NO, **dict.fromkeys(_STATEMENT_FIGURES, H.MONEY),
        },
        Kind.RATES: {
            "date": H.DATE, "currency": H.CODE, "base": H.CODE, "rate": H.NUMBER,
            "source": H.TEXT,
        },
        Kind.SIGNALS: {
            "customer": H.ID, "sector": H.TEXT, "country": H.CODE, "signal": H.CHOICE,
            "observed_on": H.DATE, "value": H.TEXT, "scale": H.TEXT, "provider": H.TEXT,
            "valid_until": H.DATE,
        },
        Kind.COVERS: {
            "customer": H.ID, "insurer": H.TEXT, "policy_no": H.ID, "amount": H.MONEY,
            "currency": H.CODE, "insured_percent": H.NUMBER, "from": H.DATE, "until": H.DATE,
        },
        Kind.GUARANTEES: {
            "customer": H.ID, "kind": H.CHOICE, "guarantor": H.TEXT, "guarantee_no": H.ID,
            "amount": H.MONEY, "currency": H.CODE, "from": H.DATE, "until": H.DATE,
        },
    }
)  # fmt: skip
"""What each field of each kind holds."""

REQUIRED: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.GROUPS: frozenset({"id", "name"}),
        Kind.CUSTOMERS: frozenset({"customer", "name", "country", "currency", "language"}),
        Kind.INVOICES: frozenset(
            {"customer", "document", "issued_on", "due_on", "amount", "currency"}
        ),
        Kind.PAYMENTS: frozenset({"customer", "document", "paid_on", "amount", "currency"}),
        Kind.ORDERS: frozenset(
            {"customer", "document", "ordered_on", "amount", "currency", "status"}
        ),
        Kind.STATEMENTS: frozenset({"customer", "period_end", "months", "currency"}),
        Kind.RATES: frozenset({"date", "currency", "base", "rate", "source"}),
        Kind.SIGNALS: frozenset({"signal", "observed_on", "value", "provider"}),
        Kind.COVERS: frozenset(
            {"customer", "insurer", "policy_no", "amount", "currency", "insured_percent", "from"}
        ),
        Kind.GUARANTEES: frozenset(
            {"customer", "kind", "guarantor", "guarantee_no", "amount", "currency", "from"}
        ),
    }
)
"""Fields without which a row is of no use."""

FIGURES = _STATEMENT_FIGURES
"""The amounts of a statement."""

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "type": ("invoice", "credit_note"),
        "status": ("open", "delivered", "cancelled"),
        "signal": tuple(OBSERVABLE),
        "kind": tuple(kind.value for kind in GuaranteeKind),
    }
)
"""The words that a field of choices knows."""

OPTIONS: Mapping[str, tuple[tuple[Kind, ...], tuple[str, ...]]] = MappingProxyType(
    {
        # Several rows of one file may speak of the same customer: refuse, or take the first.
        "repeated": ((Kind.CUSTOMERS,), ("refuse", "first")),
        # A customer who is known already: replace what is known, or leave it alone.
        "known": ((Kind.CUSTOMERS,), ("replace", "keep")),
        # A negative invoice: refuse it, or take it for a credit note.
        "negative_amount": ((Kind.INVOICES,), ("refuse", "credit_note")),
        # An invoice that was due before it was issued: refuse it, or keep it with a warning.
        "due_before_issued": ((Kind.INVOICES,), ("refuse", "warn")),
    }
)
"""What a mapping may decide for a kind: for which kinds, and what; the first is the default."""
