"""Policies, evaluations, proposals and the limit history in SQL; nothing here is rewritten."""

import hashlib
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from creditflow.domain.caps import Granted
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.limits import Limit, LimitState, ensure_behind
from creditflow.domain.money import Money
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode, encode
from creditflow.store.granted import SqlGranted
from creditflow.store.tables import EVALUATION, LIMIT, POLICY, PROPOSAL
from creditflow.store.transaction import Transaction, money_or_none, parts


class PolicyShelf:
    """Policies that were read before; the same text under the same number is made once."""

    def __init__(self, from_json: Callable[[str, int], Policy]) -> None:
        self._from_json = from_json
        self._made: dict[tuple[int, str], Policy] = {}

    def policy(self, version: int, sha256: str, text: Callable[[], str]) -> Policy:
        """The policy of that version, made from its text where it is new here."""
        if (version, sha256) not in self._made:
            self._made[version, sha256] = self._from_json(text(), version)
        return self._made[version, sha256]


class SqlPolicies:
    """Published policies, as the text that was published."""

    def __init__(self, transaction: Transaction, shelf: PolicyShelf) -> None:
        self._transaction = transaction
        self._shelf = shelf

    def current(self) -> Policy:
        """The version in force; raises NotFound before the first was published."""
        query = sa.select(POLICY.c.version, POLICY.c.sha256).order_by(POLICY.c.version.desc())
        return self._policy(query.limit(1), 0)

    def version(self, number: int) -> Policy:
        """An earlier version, for replaying what was judged by it; raises NotFound."""
        query = sa.select(POLICY.c.version, POLICY.c.sha256).where(POLICY.c.version == number)
        return self._policy(query, number)

    def text(self, number: int) -> str:
        """The canonical JSON of a version; raises NotFound."""
        query = sa.select(POLICY.c.text).where(POLICY.c.version == number)
        missing = say("There is no policy version {number}.", number=number)
        return str(self._transaction.needed(query, missing).text)

    def publish(self, text: str, *, by: str, at: datetime) -> int:
        """Publish a policy as the version in force, unless its very text is; its number."""
        latest = sa.select(POLICY.c.version, POLICY.c.sha256).order_by(POLICY.c.version.desc())
        current = self._transaction.locked(latest.limit(1))
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if current is not None and current.sha256 == sha256:
            return int(current.version)
        number = 1 if current is None else int(current.version) + 1
        self._shelf.policy(number, sha256, lambda: text)
        row = {
            "version": number,
            "text": text,
            "sha256": sha256,
            "published_by": by,
            "published_at": at,
        }
        if not self._transaction.insert_new(POLICY, [row]):
            raise Conflict(
                say("Somebody else has just published policy {version}.", version=number)
            )
        return number

    def _policy(self, query: sa.Select[Any], number: int) -> Policy:
        if number:
            missing = say("There is no policy version {number}.", number=number)
        else:
            missing = say("No policy was published yet.")
        row = self._transaction.needed(query, missing)
        return self._shelf.policy(row.version, row.sha256, lambda: self.text(row.version))


class SqlEvaluations:
    """Evaluations; append-only."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, evaluation: str) -> Evaluation:
        """One evaluation; raises NotFound."""
        query = sa.select(EVALUATION.c.body).where(EVALUATION.c.id == evaluation)
        missing = say("There is no evaluation {evaluation}.", evaluation=evaluation)
        return decode(self._transaction.needed(query, missing).body, Evaluation)

    def latest(self, customer: CustomerId) -> Evaluation | None:
        """The customer's latest one."""
        query = (
            sa.select(EVALUATION.c.body)
            .where(EVALUATION.c.customer_id == customer)
            .order_by(EVALUATION.c.made_at.desc(), EVALUATION.c.id.desc())
            .limit(1)
        )
        row = self._transaction.row(query)
        return None if row is None else decode(row.body, Evaluation)

    def recent(self, most: int) -> list[Evaluation]:
        """The latest ones of whomever, at most so many, newest first."""
        newest = (EVALUATION.c.made_at.desc(), EVALUATION.c.id.desc())
        query = sa.select(EVALUATION.c.body).order_by(*newest).limit(most)
        return [decode(row.body, Evaluation) for row in self._transaction.rows(query)]

    def ids(self) -> list[str]:
        """All evaluations, oldest first."""
        query = sa.select(EVALUATION.c.id).order_by(EVALUATION.c.made_at, EVALUATION.c.id)
        return [row.id for row in self._transaction.rows(query)]

    def listed(self, evaluation: str) -> dict[str, str]:
        """Grade, points and confidence of one as lists show them; raises NotFound."""
        columns = (EVALUATION.c.grade, EVALUATION.c.points, EVALUATION.c.confidence)
        query = sa.select(*columns).where(EVALUATION.c.id == evaluation)
        missing = say("There is no evaluation {evaluation}.", evaluation=evaluation)
        row = self._transaction.needed(query, missing)
        return {"grade": row.grade, "points": row.points, "confidence": row.confidence}

    def add(self, evaluation: Evaluation) -> None:
        """Keep a new one; raises Conflict where its id is taken."""
        row = {
            "id": evaluation.id,
            "case_id": evaluation.case_id,
            "customer_id": evaluation.customer,
            "made_at": evaluation.at,
            "grade": evaluation.grade.value,
            "points": str(evaluation.points),
            "confidence": str(evaluation.confidence),
            "body": encode(evaluation),
        }
        if not self._transaction.insert_new(EVALUATION, [row]):
            raise Conflict(say("Evaluation {id} is there already.", id=evaluation.id))


class SqlProposals:
    """Proposals; append-only."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, proposal: str) -> Proposal:
        """One proposal; raises NotFound."""
        query = sa.select(PROPOSAL.c.body).where(PROPOSAL.c.id == proposal)
        missing = say("There is no proposal {proposal}.", proposal=proposal)
        return decode(self._transaction.needed(query, missing).body, Proposal)

    def of_case(self, case: str) -> list[Proposal]:
        """All proposals of a case, by id."""
        query = sa.select(PROPOSAL.c.body).where(PROPOSAL.c.case_id == case)
        rows = self._transaction.rows(query.order_by(PROPOSAL.c.id))
        return [decode(row.body, Proposal) for row in rows]

    def listed(self, proposal: str) -> dict[str, str]:
        """Hash, grade, binding method and amount as lists show them; raises NotFound."""
        c = PROPOSAL.c
        columns = (c.hash, c.grade, c.binding, c.proposed_minor, c.proposed_currency)
        missing = say("There is no proposal {proposal}.", proposal=proposal)
        row = self._transaction.needed(sa.select(*columns).where(c.id == proposal), missing)
        amount = Money(row.proposed_minor, row.proposed_currency)
        return {
            "hash": row.hash,
            "grade": row.grade,
            "binding": row.binding,
            "proposed": str(amount),
        }

    def add(self, proposal: Proposal) -> None:
        """Keep a new one; raises Conflict where its id is taken."""
        row = {
            "id": proposal.id,
            "case_id": proposal.case_id,
            "customer_id": proposal.customer,
            "evaluation_id": proposal.evaluation_id,
            "hash": proposal.hash,
            "grade": proposal.grade.value,
            "binding": proposal.binding.value,
            **parts("current", proposal.current),
            **parts("proposed", proposal.proposed),
            **parts("base", proposal.base_amount),
            **parts("exposure", proposal.exposure),
            "stake_minor": proposal.at_stake.minor,
            "body": encode(proposal),
        }
        if not self._transaction.insert_new(PROPOSAL, [row]):
            raise Conflict(say("Proposal {id} is there already.", id=proposal.id))


class SqlLimits:
    """Limit history; append-only."""

    def __init__(self, transaction: Transaction, granted: SqlGranted) -> None:
        self._transaction = transaction
        self._granted = granted

    def current(self, customer: CustomerId) -> Limit | None:
        """The entry with the highest version; None where none was ever set."""
        query = sa.select(LIMIT).where(LIMIT.c.customer_id == customer)
        row = self._transaction.row(query.order_by(LIMIT.c.version.desc()).limit(1))
        return None if row is None else limit_of(row)

    def history(self, customer: CustomerId) -> list[Limit]:
        """All entries, oldest first."""
        query = sa.select(LIMIT).where(LIMIT.c.customer_id == customer)
        return [limit_of(row) for row in self._transaction.rows(query.order_by(LIMIT.c.version))]

    def granted(
        self, parts: Collection[tuple[Scope, str]], *, on: date, alone: bool = False
    ) -> list[Granted]:
        """What the current limits of everybody in any of these parts come to on that day.

        Limits that have ended are left out. With `alone` nobody else can put a
        limit into force until this transaction ends.
        """
        return self._granted.of(parts, on=on, alone=alone)

    def add(self, limit: Limit, *, replacing: int) -> None:
        """Compare and swap: add the entry behind version `replacing` (0 for the first).

        Raises Conflict where the highest version is another one.
        """
        before = self.current(limit.customer)
        ensure_behind(limit, before, replacing)
        there = 0 if before is None else before.version
        if there != replacing or not self._transaction.insert_new(LIMIT, [_limit_row(limit)]):
            raise Conflict(
                say(
                    "The limit of {customer} has changed meanwhile: it is at version {there},"
                    " not at {expected}.",
                    customer=limit.customer,
                    there=there if there != replacing else there + 1,
                    expected=replacing,
                )
            )
        self._granted.touched([limit.customer])


def limit_of(row: sa.Row[Any]) -> Limit:
    """The entry of a limit history that the row keeps."""
    return Limit(
        customer=CustomerId(row.customer_id),
        version=row.version,
        state=LimitState(row.state),
        amount=money_or_none(row.amount_minor, row.amount_currency),
        from_=row.from_day,
        until=row.until_day,
        terms_days=row.terms_days,
        case_id=row.case_id,
        review_on=row.review_on,
        recorded_at=row.recorded_at,
        open=None if row.open_minor is None else Money(row.open_minor, row.amount_currency),
    )


def _limit_row(limit: Limit) -> dict[str, object]:
    return {
        "customer_id": limit.customer,
        "version": limit.version,
        "state": limit.state.value,
        **parts("amount", limit.amount),
        "from_day": limit.from_,
        "until_day": limit.until,
        "terms_days": limit.terms_days,
        "case_id": limit.case_id,
        "review_on": limit.review_on,
        "recorded_at": limit.recorded_at,
        "open_minor": None if limit.open is None else limit.open.minor,
    }
