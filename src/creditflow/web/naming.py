"""Call every code by the name that people use for it; English here, Chinese in the catalogue."""

from collections.abc import Mapping
from enum import StrEnum

from creditflow.domain.access import ChangeKind, Scope
from creditflow.domain.added_limits import AddedKind, Consumption
from creditflow.domain.case import CaseState
from creditflow.domain.change import ChangeState
from creditflow.domain.decision import Say
from creditflow.domain.draft import DraftState
from creditflow.domain.letter import LetterState
from creditflow.domain.letter_answer import AnswerKind
from creditflow.domain.limits import LimitState
from creditflow.domain.moving import Ground
from creditflow.domain.notice import Notice
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.people import Role
from creditflow.domain.permissions import Permission
from creditflow.domain.proposal import LimitMethod, Outcome
from creditflow.domain.scorecard import Segment
from creditflow.domain.signals import Dimension
from creditflow.domain.terms_rule import TermsBasis


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
    OccasionKind.OPTIMISATION: word("Allocation over all customers"),
    OccasionKind.GROUP: word("Change in its group"),
    OccasionKind.PLAN: word("Broken payment plan"),
    OccasionKind.BACKING: word("Cover or guarantee ended"),
}
ADDED_KINDS: Mapping[str, str] = {
    AddedKind.TEMPORARY: word("Temporary limit"),
    AddedKind.PROJECT: word("Project limit"),
}
WISHES: Mapping[str, str] = {"base": word("Base limit"), **ADDED_KINDS}
CONSUMPTIONS: Mapping[str, str] = {
    Consumption.OWN_ONLY: word("the project limit alone"),
    Consumption.OWN_FIRST: word("the project limit first, then the general limit"),
    Consumption.GENERAL_FIRST: word("the general limit first, then the project limit"),
}
VERDICTS: Mapping[str, str] = {
    Say.APPROVE: word("approved"),
    Say.APPROVE_WITH_CHANGE: word("approved with a change"),
    Say.RETURN: word("returned"),
    Say.REJECT: word("rejected"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.APPROVED: word("First limit"),
    Outcome.RAISED: word("Raise"),
    Outcome.REDUCED: word("Reduction"),
    Outcome.UNCHANGED: word("Unchanged"),
    Outcome.DECLINED: word("No open credit"),
    Notice.TEMPORARY_LIMIT: word("Temporary limit"),
    Notice.PROJECT_LIMIT: word("Project limit"),
    Notice.LIMIT_ENDS: word("End of the limit"),
    Notice.HELD: word("Hold"),
    Notice.RELEASED: word("Release"),
    Notice.STATEMENTS_WANTED: word("Statements wanted"),
    Notice.PAYMENT_BEHAVIOUR: word("Payment behaviour"),
    Notice.PLAN_OFFERED: word("Payment plan offered"),
    Notice.PLAN_BROKEN: word("Payment plan broken"),
    Notice.TERMS_CHANGED: word("Terms changed"),
}
TERMS: Mapping[str, str] = {
    TermsBasis.GRADE: word("The grade's terms"),
    TermsBasis.PRESENT: word("Terms so far"),
    TermsBasis.SECTOR: word("Custom of the sector"),
    TermsBasis.MONEY: word("Cost of money"),
    TermsBasis.LAW: word("Law on payments to small suppliers"),
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
    LimitMethod.GROUP: word("Room in its group"),
    LimitMethod.SECTOR_CAP: word("Cap for the sector"),
    LimitMethod.COUNTRY_CAP: word("Cap for the country"),
    LimitMethod.REGION_CAP: word("Cap for the sales region"),
    LimitMethod.BOOK_CAP: word("Cap for the whole book"),
    LimitMethod.REQUESTED: word("Requested"),
    LimitMethod.CURRENT: word("Current limit"),
    LimitMethod.ALLOCATION: word("Allocation"),
    LimitMethod.KNOCK_OUT: word("Knock-out"),
    LimitMethod.RAISED: word("Raised by an approver"),
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
    LetterState.REPLACED: word("sent anew elsewhere"),
    LetterState.TO_PRINT: word("to be printed and posted"),
    LetterState.PRINTED: word("printed, not yet posted"),
}
ANSWERS: Mapping[str, str] = {
    AnswerKind.RECEIVED: word("confirms receipt"),
    AnswerKind.REASONS: word("asks for reasons in writing"),
    AnswerKind.OBJECTION: word("objects"),
    AnswerKind.DOCUMENTS: word("sends documents"),
}
ROLES: Mapping[str, str] = {
    Role.VIEWER: word("viewer"),
    Role.ANALYST: word("analyst"),
    Role.APPROVER: word("approver"),
    Role.SALES: word("sales"),
    Role.ORDER_DESK: word("order desk"),
    Role.DATA_STEWARD: word("data steward"),
    Role.POLICY_ADMIN: word("policy administrator"),
    Role.USER_ADMIN: word("user administrator"),
    Role.ADMIN: word("administrator"),
    Role.AUDITOR: word("auditor"),
}
PERMISSIONS: Mapping[str, str] = {
    Permission.COME_IN: word("open public pages"),
    Permission.LOOK: word("look at cases, customers and letters"),
    Permission.ASK: word("ask for limits"),
    Permission.COMMENT: word("write on cases"),
    Permission.DECIDE: word("decide cases"),
    Permission.DELEGATE: word("have somebody stand in"),
    Permission.MEND_CASES: word("take up held cases"),
    Permission.MEND_LETTERS: word("mend letters, see to customers' answers and open their files"),
    Permission.PLAN: word("offer payment plans"),
    Permission.HAND_IN: word("hand in files"),
    Permission.READ_JOURNAL: word("read the journal"),
    Permission.READ_POLICY: word("read the policy"),
    Permission.WATCH: word("watch how judgements turn out"),
    Permission.CHANGE_POLICY: word("change the policy, two together"),
    Permission.SEE_PEOPLE: word("see people and their rights"),
    Permission.CHANGE_PEOPLE: word("change people, two together"),
    Permission.MAKE_KEYS: word("make and revoke keys"),
    Permission.SEE_MESSAGES: word("see messages to colleagues and other programs"),
    Permission.CONNECT: word("connect other programs and send messages again"),
    Permission.PROPOSE_GROUP_LIMITS: word("propose limits of groups; an approver confirms them"),
}
GROUNDS: Mapping[str, str] = {
    Ground.GRADE: word("grade"),
    Ground.KNOCK_OUTS: word("knock-out criteria"),
    Ground.POINTS: word("points"),
    Ground.CONFIDENCE: word("known evidence"),
    Ground.AMOUNT: word("proposed amount"),
    Ground.EXPOSURE: word("exposure"),
}
CHANGES: Mapping[str, str] = {
    ChangeKind.PERSON: word("Person, roles or mandate"),
    ChangeKind.NEW_PASSWORD: word("A link for a new password"),
    ChangeKind.NO_SECOND_FACTOR: word("Forget the second factor"),
    ChangeKind.COMPANY_ACCOUNT: word("Connect a company account"),
    ChangeKind.NO_COMPANY_ACCOUNT: word("Take the company account away"),
}
CHANGE_STATES: Mapping[str, str] = {
    ChangeState.OPEN: word("waiting for a second person"),
    ChangeState.CONFIRMED: word("confirmed"),
    ChangeState.REFUSED: word("refused"),
    ChangeState.WITHDRAWN: word("withdrawn"),
}
SCOPES: Mapping[str, str] = {
    Scope.READ: word("read customers, limits and cases"),
    Scope.IMPORT: word("hand in files"),
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
    "groups": word("Groups of companies"),
    "customers": word("Customers"),
    "invoices": word("Invoices and credit notes"),
    "payments": word("Payments"),
    "orders": word("Orders"),
    "statements": word("Financial statements"),
    "rates": word("Exchange rates"),
    "signals": word("External evidence: registers, bureaus, insurers, courts"),
    "covers": word("Covers: insurers' limits on customers"),
    "guarantees": word("Guarantees: what secures customers' debts"),
    "all": word("Everything that the file holds"),
}

FIGURES: Mapping[str, str] = {
    "revenue": word("Revenue"),
    "cost_of_sales": word("Cost of sales"),
    "ebit": word("EBIT"),
    "interest_expense": word("Interest expense"),
    "net_profit": word("Net profit"),
    "total_assets": word("Total assets"),
    "current_assets": word("Current assets"),
    "cash": word("Cash"),
    "inventory": word("Inventory"),
    "receivables": word("Receivables"),
    "total_liabilities": word("Total liabilities"),
    "current_liabilities": word("Current liabilities"),
    "equity": word("Equity"),
    "retained_earnings": word("Retained earnings"),
    "operating_cash_flow": word("Operating cash flow"),
}

_TABLES: Mapping[type[StrEnum], Mapping[str, str]] = {
    CaseState: CASE_STATES,
    OccasionKind: OCCASIONS,
    AddedKind: ADDED_KINDS,
    Consumption: CONSUMPTIONS,
    Say: VERDICTS,
    **dict.fromkeys((Outcome, Notice), OUTCOMES),
    LimitMethod: METHODS,
    TermsBasis: TERMS,
    LimitState: LIMIT_STATES,
    LetterState: LETTER_STATES,
    DraftState: DRAFT_STATES,
    ChangeState: CHANGE_STATES,
    Role: ROLES,
    AnswerKind: ANSWERS,
    Permission: PERMISSIONS,
    Dimension: DIMENSIONS,
    Segment: SEGMENTS,
}
_FACTS: Mapping[str, Mapping[str, str]] = {
    "state": {**CASE_STATES, **LETTER_STATES},
    "to": CASE_STATES,
    "verdict": VERDICTS,
    **dict.fromkeys(("role", "other_role"), ROLES),
    "sector": SECTORS,
    "method": METHODS,
    **dict.fromkeys(("figure", "part", "whole"), FIGURES),
}
"""Facts of sentences that are codes, by the name they have there."""


def name_of(code: StrEnum) -> str:
    """The English name of a code, to be translated where it is shown."""
    return _TABLES[type(code)][code]


def named_fact(name: str, fact: str) -> str:
    """The English name of a code in a sentence; any other fact stays as it is."""
    return _FACTS.get(name, {}).get(fact, fact)
