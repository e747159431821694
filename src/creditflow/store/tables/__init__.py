"""The rows behind ports.Work; nothing outside the store ever sees one."""

from creditflow.store.tables.base import METADATA
from creditflow.store.tables.facts import (
    CUSTOMER,
    FIGURES,
    HAND_IN,
    INVOICE,
    ORDER,
    PAYMENT,
    RATE,
    STATEMENT,
)
from creditflow.store.tables.judging import (
    CASE,
    DECISION,
    EVALUATION,
    LIMIT,
    POLICY,
    PROPOSAL,
    REVIEW_RUN,
    REVIEW_TASK,
    UNFINISHED,
)
from creditflow.store.tables.policy_drafts import POLICY_DRAFT
from creditflow.store.tables.portfolio import PORTFOLIO_EVALUATION
from creditflow.store.tables.telling import (
    COUNTER,
    CREDENTIAL,
    JOURNAL,
    JOURNAL_HEAD,
    LEASE,
    LETTER,
    PERSON,
    PROMISE,
    SIGN_IN,
)

__all__ = [
    "CASE",
    "COUNTER",
    "CREDENTIAL",
    "CUSTOMER",
    "DECISION",
    "EVALUATION",
    "FIGURES",
    "HAND_IN",
    "INVOICE",
    "JOURNAL",
    "JOURNAL_HEAD",
    "LEASE",
    "LETTER",
    "LIMIT",
    "METADATA",
    "ORDER",
    "PAYMENT",
    "PERSON",
    "POLICY",
    "POLICY_DRAFT",
    "PORTFOLIO_EVALUATION",
    "PROMISE",
    "PROPOSAL",
    "RATE",
    "REVIEW_RUN",
    "REVIEW_TASK",
    "SIGN_IN",
    "STATEMENT",
    "UNFINISHED",
]
