"""Rows of judging and deciding: policies, evaluations, proposals, cases, decisions, limits.

An evaluation and a proposal are kept whole, as canonical JSON in `body`, next to
the columns that queries need; both are written together and never change.
"""

from datetime import date, datetime

import sqlalchemy as sa

from creditflow.domain.case import FINISHED
from creditflow.store.tables.base import (
    Row,
    args,
    bounds,
    code,
    day,
    flag,
    instant,
    refers,
    table,
    whole,
    whole_or_none,
    word,
)

UNFINISHED = "state NOT IN ({})".format(
    ", ".join(f"'{state}'" for state in sorted(state.value for state in FINISHED))
)
"""The SQL condition of a case that is still on its way."""


def _unique_where(name: str, *columns: str, where: str) -> sa.Index:
    return _index_where(name, *columns, where=where, unique=True)


def _index_where(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    condition = sa.text(where)
    return sa.Index(
        name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


class PolicyRow(Row, table=True):
    """A published policy as it was published; append-only."""

    __tablename__ = "policy_version"
    __table_args__ = args()
    version: int = whole(key=True)
    text: str = word()
    sha256: str = word()
    published_by: str = word()
    published_at: datetime = instant()


class EvaluationRow(Row, table=True):
    """An evaluation; append-only."""

    __tablename__ = "evaluation"
    __table_args__ = args(
        sa.Index(None, "customer_id", "made_at"),
        sa.Index(None, "case_id"),
        refers("customer_id", "customer.id"),
        refers("case_id", "credit_case.id"),
    )
    id: str = word(key=True)
    case_id: str = word()
    customer_id: str = word()
    made_at: datetime = instant()
    grade: str = word()
    points: str = word()
    confidence: str = word()
    body: str = word()


class ProposalRow(Row, table=True):
    """A proposal; append-only. `hash` is the one that decisions are bound to.

    `stake_minor` is what is at stake, in the base currency; lists sort by it.
    """

    __tablename__ = "proposal"
    __table_args__ = args(
        *bounds("current", "proposed", "base", "exposure"),
        *whole_or_none("current"),
        sa.Index(None, "case_id"),
        refers("customer_id", "customer.id"),
        refers("case_id", "credit_case.id"),
        refers("evaluation_id", "evaluation.id"),
    )
    id: str = word(key=True)
    case_id: str = word()
    customer_id: str = word()
    evaluation_id: str = word()
    hash: str = word()
    grade: str = word()
    binding: str = word()
    current_minor: int | None = whole()
    current_currency: str | None = code()
    proposed_minor: int = whole()
    proposed_currency: str = code()
    base_minor: int = whole()
    base_currency: str = code()
    exposure_minor: int = whole()
    exposure_currency: str = code()
    stake_minor: int = whole()
    body: str = word()


class CaseRow(Row, table=True):
    """A case. `occasion_key` is the key of the occasion that opened it and never changes."""

    __tablename__ = "credit_case"
    __table_args__ = args(
        sa.UniqueConstraint("occasion_key"),
        _unique_where("uq_credit_case_one_unfinished", "customer_id", where=UNFINISHED),
        sa.Index(None, "customer_id", "business_date", "state"),
        sa.Index(None, "state", "opened_at"),
        # All that a list of waiting cases asks of a case, so that it reads the index alone.
        sa.Index(
            "ix_credit_case_waiting",
            *("state", "desk", "due_on", "id", "proposal_id", "customer_id", "kind", "opened_at"),
            *("requested_by", "edited_by", "round", "business_date"),
        ),
        sa.Index(None, "updated_at", "state"),
        _index_where(
            "ix_credit_case_requested_by",
            "requested_by",
            "updated_at",
            where="requested_by IS NOT NULL",
        ),
        refers("customer_id", "customer.id"),
        *bounds("requested"),
        *whole_or_none("requested"),
    )
    id: str = word(key=True)
    customer_id: str = word()
    occasion_key: str = word()
    kind: str = word()
    business_date: date = day()
    requested_by: str | None = word()
    requested_minor: int | None = whole()
    requested_currency: str | None = code()
    note: str = word()
    reference: str = word()
    on_top: str | None = word()
    state: str = word()
    version: int = whole()
    opened_at: datetime = instant()
    updated_at: datetime = instant()
    round: int = whole()
    stage: int = whole()
    desk: str | None = word()
    due_on: date | None = day()
    expires_at: datetime | None = instant()
    evaluation_id: str | None = word()
    proposal_id: str | None = word()
    proposal_hash: str | None = word()
    base_limit_version: int | None = whole()
    letter_id: str | None = word()
    run_id: str | None = word()
    run_epoch: int = whole()
    incident: str | None = word()
    before_incident: str | None = word()
    edited_by: str | None = word()
    supersedes: str | None = word()
    superseded_by: str | None = word()


class ReviewTaskRow(Row, table=True):
    """A review task: one stage of one round of a case."""

    __tablename__ = "review_task"
    __table_args__ = args(
        sa.Index(None, "state", "desk", "due_on"),
        _index_where("ix_review_task_held_by", "held_by", where="held_by IS NOT NULL"),
        refers("case_id", "credit_case.id"),
    )
    case_id: str = word(key=True)
    round: int = whole(key=True)
    stage: int = whole(key=True)
    desk: str = word()
    why: str = word()
    opened_at: datetime = instant()
    due_on: date = day()
    state: str = word()
    done_by: str | None = word()
    done_at: datetime | None = instant()
    needed: int = whole()
    rule: str = word()
    held_by: str | None = word()
    held_until: datetime | None = instant()


class DecisionRow(Row, table=True):
    """A decision; append-only, one final one per case and round."""

    __tablename__ = "decision"
    __table_args__ = args(
        sa.UniqueConstraint("case_id", "round", "stage", "made_by"),
        _unique_where("uq_decision_one_final", "case_id", "round", where="final"),
        _unique_where(
            "uq_decision_idempotency_key", "idempotency_key", where="idempotency_key <> ''"
        ),
        _index_where("ix_decision_agreed_by", "made_by", where="NOT final"),
        _index_where("ix_decision_agreed_for", "on_behalf_of", where="NOT final"),
        refers("case_id", "credit_case.id"),
        *bounds("limit"),
        *whole_or_none("limit"),
    )
    seq: int | None = whole(key=True)
    case_id: str = word()
    round: int = whole()
    stage: int = whole()
    verdict: str = word()
    made_by: str = word()
    made_at: datetime = instant()
    proposal_hash: str = word()
    rule: str = word()
    policy_version: int = whole()
    limit_minor: int | None = whole()
    limit_currency: str | None = code()
    comment: str = word()
    final: bool = flag()
    idempotency_key: str = word()
    on_behalf_of: str | None = word()
    seen: str = word()
    carried_from: str = word()
    terms_days: int | None = whole()
    until_day: date | None = day()
    conditions: str | None = word()


class PrecedentRow(Row, table=True):
    """What a person's decision was about, so that later cases find it; follows from other rows."""

    __tablename__ = "precedent"
    __table_args__ = args(
        # Everything that is asked of it, in the order in which it is asked.
        sa.Index(
            "ix_precedent_like",
            *("segment", "direction", "grade", "base_minor", "case_id", "round"),
        ),
        refers("case_id", "credit_case.id"),
    )
    case_id: str = word(key=True)
    round: int = whole()
    segment: str = word()
    direction: str = word()
    grade: str = word()
    base_minor: int = whole()


class LimitRow(Row, table=True):
    """An entry of the limit history; append-only."""

    __tablename__ = "credit_limit"
    __table_args__ = args(
        *bounds("amount"), *whole_or_none("amount"), refers("customer_id", "customer.id")
    )
    customer_id: str = word(key=True)
    version: int = whole(key=True)
    state: str = word()
    amount_minor: int | None = whole()
    amount_currency: str | None = code()
    from_day: date = day()
    until_day: date | None = day()
    terms_days: int | None = whole()
    case_id: str | None = word()
    review_on: date | None = day()
    recorded_at: datetime = instant()
    open_minor: int | None = whole()


class ReviewRunRow(Row, table=True):
    """That the periodic run of a schedule and a business date has begun."""

    __tablename__ = "review_run"
    __table_args__ = args()
    schedule: str = word(key=True)
    business_date: date = day(key=True)


POLICY = table(PolicyRow)
EVALUATION = table(EvaluationRow)
PROPOSAL = table(ProposalRow)
CASE = table(CaseRow)
REVIEW_TASK = table(ReviewTaskRow)
DECISION = table(DecisionRow)
PRECEDENT = table(PrecedentRow)
LIMIT = table(LimitRow)
REVIEW_RUN = table(ReviewRunRow)
