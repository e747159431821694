"""Call every code by the name that people use for it; English here, Chinese in the catalogue."""

from collections.abc import Mapping
from enum import StrEnum

from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say
from creditflow.domain.letter import LetterState
from creditflow.domain.limits import LimitState
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import Role
from creditflow.domain.policy_draft import DraftState
from creditflow.domain.proposal import LimitMethod, Outcome
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Dimension


def word(text: str) -> str:
    """Mark a text for translators; it is looked up where it is shown."""
    return text


CASE_STATES: Mapping[str, str] = {
    CaseState.DRAFT: word("being evaluated"),
    CaseState.EVALUATED: word("evaluated"),
    CaseState.PROPOSED: word("proposed"),
    CaseState.AWAITING: word("waiting for a decision"),
    CaseState.RETURNED: word("returned"),
    CaseState.APPROVED: word("approved"),
    CaseState.REJECTED: word("rejected"),
    CaseState.EXPIRED: word("expired"),
    CaseState.WITHDRAWN: word("withdrawn"),
    CaseState.APPLIED: word("in force"),
    CaseState.NOTIFIED: word("customer told"),
    CaseState.CLOSED: word("closed"),
    CaseState.SUPERSEDED: word("superseded"),
    CaseState.REAPPROVAL_REQUIRED: word("to be approved again"),
    CaseState.INCIDENT: word("held by an incident"),
}
OCCASIONS: Mapping[str, str] = {
    OccasionKind.NEW: word("New customer"),
    OccasionKind.PERIODIC: word("Periodic review"),
    OccasionKind.SIGNAL: word("Early warning"),
    OccasionKind.REQUEST: word("Request"),
}
VERDICTS: Mapping[str, str] = {
    Say.APPROVE: word("approved"),
    Say.APPROVE_WITH_CHANGE: word("approved with another amount"),
    Say.RETURN: word("returned"),
    Say.REJECT: word("rejected"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.APPROVED: word("First limit"),
    Outcome.RAISED: word("Raise"),
    Outcome.REDUCED: word("Reduction"),
    Outcome.UNCHANGED: word("Unchanged"),
    Outcome.DECLINED: word("No open credit"),
}
SECTORS: Mapping[str, str] = {
    "machinery": word("Machinery"),
    "electronics": word("Electronics"),
    "chemicals": word("Chemicals"),
    "textiles": word("Textiles"),
    "food": word("Food"),
    "construction": word("Construction"),
    "automotive": word("Automotive"),
    "pharma": word("Pharmaceuticals"),
    "retail": word("Retail"),
    "logistics": word("Logistics"),
}
"""Sectors of the shipped policy; a company's own sector is shown as it calls it."""

METHODS: Mapping[str, str] = {
    LimitMethod.NEED: word("Need"),
    LimitMethod.CAPACITY: word("Capacity"),
    LimitMethod.APPETITE: word("Risk appetite"),
    LimitMethod.CAP: word("Cap per customer"),
    LimitMethod.REQUESTED: word("Requested"),
    LimitMethod.CURRENT: word("Current limit"),
    LimitMethod.KNOCK_OUT: word("Knock-out"),
    LimitMethod.RAISED: word("Raised by an approver"),
}
BINDING: Mapping[str, str] = {
    LimitMethod.NEED: word("What the customer needs sets the limit."),
    LimitMethod.CAPACITY: word("What the customer can carry sets the limit."),
    LimitMethod.APPETITE: word("Our risk appetite for this grade sets the limit."),
    LimitMethod.CAP: word("Our cap for any one customer sets the limit."),
    LimitMethod.REQUESTED: word("What was asked for sets the limit."),
    LimitMethod.CURRENT: word("The current limit is kept: the change would be too small."),
    LimitMethod.KNOCK_OUT: word("A knock-out criterion sets the limit."),
    LimitMethod.RAISED: word("An approver wants more than was proposed; others decide it."),
}
DRAFT_STATES: Mapping[str, str] = {
    DraftState.WAITING: word("waiting for a second person"),
    DraftState.CONFIRMED: word("confirmed, waits for its day"),
    DraftState.PUBLISHED: word("published"),
    DraftState.REFUSED: word("refused"),
    DraftState.WITHDRAWN: word("withdrawn"),
    DraftState.OVERTAKEN: word("overtaken"),
}
LIMIT_STATES: Mapping[str, str] = {
    LimitState.NONE_SET: word("no limit set"),
    LimitState.ZERO: word("zero: no open credit"),
    LimitState.AMOUNT: word("limit"),
    LimitState.UNLIMITED: word("unlimited"),
}
LETTER_STATES: Mapping[str, str] = {
    LetterState.PENDING: word("waiting to be sent"),
    LetterState.CLAIMED: word("being sent"),
    LetterState.IN_DATA: word("being handed over"),
    LetterState.SENT: word("sent"),
    LetterState.FAILED: word("refused by the mail server"),
    LetterState.UNCERTAIN: word("uncertain whether it was sent"),
    LetterState.BOUNCED: word("came back"),
    LetterState.NO_ADDRESS: word("held: no usable address"),
}
ROLES: Mapping[str, str] = {
    Role.VIEWER: word("viewer"),
    Role.ANALYST: word("analyst"),
    Role.APPROVER: word("approver"),
    Role.SALES: word("sales"),
    Role.DATA_STEWARD: word("data steward"),
    Role.ADMIN: word("administrator"),
    Role.AUDITOR: word("auditor"),
    Role.POLICY_ADMIN: word("policy administrator"),
}
DIMENSIONS: Mapping[str, str] = {
    Dimension.CREDIT_HISTORY: word("Credit history"),
    Dimension.FINANCIAL_CONDITION: word("Financial condition"),
    Dimension.OPERATIONS: word("Operations"),
    Dimension.PROSPECTS: word("Prospects"),
}
SEGMENTS: Mapping[str, str] = {
    Segment.NEW: word("judged as a new customer"),
    Segment.EXISTING: word("judged as an existing customer"),
}
BUCKETS: Mapping[str, str] = {
    "not_due": word("not due"),
    "1-30": word("1–30 days late"),
    "31-60": word("31–60 days late"),
    "61-90": word("61–90 days late"),
    "90+": word("over 90 days late"),
}
KINDS: Mapping[str, str] = {
    "customers": word("Customers"),
    "invoices": word("Invoices and credit notes"),
    "payments": word("Payments"),
    "orders": word("Orders"),
    "statements": word("Financial statements"),
    "rates": word("Exchange rates"),
    "all": word("Everything that the file holds"),
}

_TABLES: Mapping[type[StrEnum], Mapping[str, str]] = {
    CaseState: CASE_STATES,
    OccasionKind: OCCASIONS,
    Say: VERDICTS,
    Outcome: OUTCOMES,
    LimitMethod: METHODS,
    LimitState: LIMIT_STATES,
    LetterState: LETTER_STATES,
    DraftState: DRAFT_STATES,
    Role: ROLES,
    Dimension: DIMENSIONS,
    Segment: SEGMENTS,
}
_FACTS: Mapping[str, Mapping[str, str]] = {
    "state": {**CASE_STATES, **LETTER_STATES},
    "to": CASE_STATES,
    "verdict": VERDICTS,
}
"""Facts of sentences that are codes, by the name they have there."""


def name_of(code: StrEnum) -> str:
    """The English name of a code, to be translated where it is shown."""
    return _TABLES[type(code)][code]


def named_fact(name: str, fact: str) -> str:
    """The English name of a code in a sentence; any other fact stays as it is."""
    return _FACTS.get(name, {}).get(fact, fact)
