"""The rows behind ports.Work; nothing outside the store ever sees one."""

from creditflow.store.tables.access import (
    ADMISSION,
    API_KEY,
    FAILED_TRY,
    IDENTITY,
    PERSON_CHANGE,
    RECOVERY_CODE,
    SECOND_FACTOR,
)
from creditflow.store.tables.attachments import ATTACHMENT, CONTENT
from creditflow.store.tables.backing import COVER, GUARANTEE
from creditflow.store.tables.base import METADATA
from creditflow.store.tables.delegations import DELEGATION
from creditflow.store.tables.discussing import COMMENT, REFERRAL
from creditflow.store.tables.facts import (
    CUSTOMER,
    FIGURES,
    HAND_IN,
    INVOICE,
    OBSERVATION,
    ORDER,
    PAYMENT,
    RATE,
    STATEMENT,
)
from creditflow.store.tables.grouping import (
    COMPANY_GROUP,
    GROUP_LIMIT,
    GROUP_LIMIT_CHANGE,
    MEMBERSHIP,
)
from creditflow.store.tables.judging import (
    CASE,
    DECISION,
    EVALUATION,
    LIMIT,
    POLICY,
    PRECEDENT,
    PROPOSAL,
    REVIEW_RUN,
    REVIEW_TASK,
    UNFINISHED,
)
from creditflow.store.tables.letter_templates import LETTER_TEMPLATE
from creditflow.store.tables.limits import ADDED_LIMIT, COUNTED_LIMIT, LIMIT_ENDING, LIMIT_SUM
from creditflow.store.tables.messaging import BOOKMARK, HOOK, MAIL_CHOICE, MESSAGE
from creditflow.store.tables.models import MODEL
from creditflow.store.tables.planning import PAYMENT_PLAN
from creditflow.store.tables.policy_drafts import POLICY_DRAFT
from creditflow.store.tables.portfolio import PORTFOLIO_EVALUATION
from creditflow.store.tables.saved_views import SAVED_VIEW
from creditflow.store.tables.telling import (
    COUNTER,
    CREDENTIAL,
    JOURNAL,
    JOURNAL_HEAD,
    LEASE,
    LETTER,
    LETTER_ANSWER,
    LETTER_UPLOAD,
    MAIL_DOMAIN,
    PERSON,
    PROMISE,
    SIGN_IN,
)
from creditflow.store.tables.watching import RETROSPECT

__all__ = [
    "ADDED_LIMIT",
    "ADMISSION",
    "API_KEY",
    "ATTACHMENT",
    "BOOKMARK",
    "CASE",
    "COMMENT",
    "COMPANY_GROUP",
    "CONTENT",
    "COUNTED_LIMIT",
    "COUNTER",
    "COVER",
    "CREDENTIAL",
    "CUSTOMER",
    "DECISION",
    "DELEGATION",
    "EVALUATION",
    "FAILED_TRY",
    "FIGURES",
    "GROUP_LIMIT",
    "GROUP_LIMIT_CHANGE",
    "GUARANTEE",
    "HAND_IN",
    "HOOK",
    "IDENTITY",
    "INVOICE",
    "JOURNAL",
    "JOURNAL_HEAD",
    "LEASE",
    "LETTER",
    "LETTER_ANSWER",
    "LETTER_TEMPLATE",
    "LETTER_UPLOAD",
    "LIMIT",
    "LIMIT_ENDING",
    "LIMIT_SUM",
    "MAIL_CHOICE",
    "MAIL_DOMAIN",
    "MEMBERSHIP",
    "MESSAGE",
    "METADATA",
    "MODEL",
    "OBSERVATION",
    "ORDER",
    "PAYMENT",
    "PAYMENT_PLAN",
    "PERSON",
    "PERSON_CHANGE",
    "POLICY",
    "POLICY_DRAFT",
    "PORTFOLIO_EVALUATION",
    "PRECEDENT",
    "PROMISE",
    "PROPOSAL",
    "RATE",
    "RECOVERY_CODE",
    "REFERRAL",
    "RETROSPECT",
    "REVIEW_RUN",
    "REVIEW_TASK",
    "SAVED_VIEW",
    "SECOND_FACTOR",
    "SIGN_IN",
    "STATEMENT",
    "UNFINISHED",
]
