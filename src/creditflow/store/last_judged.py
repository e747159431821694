"""What customers were last judged on, in SQL: a few queries for many, and only what is needed read.

Bodies are canonical JSON with their keys in order, so that the one part of it
that is asked for can be found without reading the rest.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from creditflow.domain.added_limits import AddedLimit
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.limits import Limit
from creditflow.domain.money import Money
from creditflow.domain.proposal import LimitMethod
from creditflow.domain.signals import SignalValue
from creditflow.ports import LastEvidence, LastProposal
from creditflow.store.added_limits import added_of
from creditflow.store.customers import customer_of
from creditflow.store.records import limit_of
from creditflow.store.tables import ADDED_LIMIT, CASE, CUSTOMER, EVALUATION, LIMIT, PROPOSAL
from creditflow.store.transaction import Transaction

_EVIDENCE, _PD, _ON = '"evidence":', '"pd":"', '"on":"'
_read = json.JSONDecoder().raw_decode


class SqlLastJudged:
    """ports.LastJudged over one open transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def evidence(
        self, customers: Sequence[CustomerId], *, names: Collection[str] | None = None
    ) -> list[LastEvidence]:
        """What they were judged on, by id; no other signals than these, where they are given."""
        limits, latest = self._limits(customers), self._latest(customers)
        added = self._added(customers)
        amount = (PROPOSAL.c.exposure_minor, PROPOSAL.c.exposure_currency)
        owed = {
            row.id: Money(row.exposure_minor, row.exposure_currency)
            for row in self._proposed(latest, *amount)
        }
        rooms = self._rooms(latest)
        found = []
        for customer, case, body in latest:
            on = _day(body)
            found.append(
                LastEvidence(
                    customer=customer,
                    limits=tuple(limits.get(customer.id, ())),
                    on=on,
                    signals=_signals(body, on.isoformat(), names),
                    exposure=owed.get(case, Money.zero(customer.currency)),
                    room=rooms.get(case),
                    added=tuple(added.get(customer.id, ())),
                )
            )
        return found

    def proposals(self, customers: Sequence[CustomerId]) -> list[LastProposal]:
        """What base limit was proposed for them, by id; left out are those without a proposal."""
        limits, latest = self._limits(customers), self._latest(customers, of_base=True)
        bodies = self._proposed(latest, PROPOSAL.c.body)
        proposed = {row.id: json.loads(row.body) for row in bodies}
        return [
            LastProposal(
                customer=customer,
                limit=limits[customer.id][-1] if customer.id in limits else None,
                pd=_pd(body),
                amounts=_amounts(proposal["candidates"]),
                proposed=Money(*proposal["proposed"]),
                terms_days=int(proposal["terms_days"]),
            )
            for customer, case, body in latest
            if (proposal := proposed.get(case)) is not None
        ]

    def _latest(
        self, customers: Sequence[CustomerId], *, of_base: bool = False
    ) -> list[tuple[Customer, str, str]]:
        """Customer, case and body of everybody's latest evaluation (for its base limit), by id."""
        head = sa.select(EVALUATION.c.id, EVALUATION.c.customer_id, EVALUATION.c.made_at)
        if of_base:
            cases = head.join(CASE, CASE.c.id == EVALUATION.c.case_id)
            head = cases.where(CASE.c.on_top.is_(None))
        latest: dict[str, tuple[Any, str]] = {}
        for row in self._transaction.chosen(head, EVALUATION.c.customer_id, customers):
            latest[row.customer_id] = max(
                latest.get(row.customer_id, (row.made_at, row.id)), (row.made_at, row.id)
            )
        query = sa.select(EVALUATION.c.customer_id, EVALUATION.c.case_id, EVALUATION.c.body)
        ids = [evaluation for _, evaluation in latest.values()]
        bodies = {
            row.customer_id: (row.case_id, row.body)
            for row in self._transaction.chosen(query, EVALUATION.c.id, ids)
        }
        masters = self._transaction.chosen(sa.select(CUSTOMER), CUSTOMER.c.id, bodies)
        known = sorted(masters, key=lambda master: str(master.id))
        return [(customer_of(row), *bodies[row.id]) for row in known]

    def _proposed(
        self, latest: Sequence[tuple[Customer, str, str]], *columns: sa.Column[Any]
    ) -> Iterator[sa.Row[Any]]:
        """The case's id and these columns of the proposal that stands on it."""
        query = sa.select(CASE.c.id, *columns).join(PROPOSAL, PROPOSAL.c.id == CASE.c.proposal_id)
        return self._transaction.chosen(query, CASE.c.id, [case for _, case, _ in latest])

    def _rooms(self, latest: Sequence[tuple[Customer, str, str]]) -> dict[str, Money]:
        """What a group left, by case; only of those who belong to one is the proposal read."""
        grouped = [known for known in latest if known[0].group is not None]
        found = {}
        for row in self._proposed(grouped, PROPOSAL.c.body):
            amounts = _amounts(json.loads(row.body)["candidates"])
            if LimitMethod.GROUP in amounts:
                found[row.id] = amounts[LimitMethod.GROUP]
        return found

    def _limits(self, customers: Sequence[CustomerId]) -> dict[str, list[Limit]]:
        """Everybody's limit history, oldest first."""
        limits: dict[str, list[Limit]] = {}
        for row in self._transaction.chosen(sa.select(LIMIT), LIMIT.c.customer_id, customers):
            limits.setdefault(row.customer_id, []).append(limit_of(row))
        for history in limits.values():
            history.sort(key=lambda limit: limit.version)
        return limits

    def _added(self, customers: Sequence[CustomerId]) -> dict[str, list[AddedLimit]]:
        """Everybody's credit on top, in the order in which it was recorded."""
        added: dict[str, list[AddedLimit]] = {}
        query = sa.select(ADDED_LIMIT)
        for row in self._transaction.chosen(query, ADDED_LIMIT.c.customer_id, customers):
            added.setdefault(row.customer_id, []).append(added_of(row))
        for entries in added.values():
            entries.sort(key=lambda entry: (entry.recorded_at, entry.id, entry.version))
        return added


def _day(body: str) -> date:
    start = body.rindex(_ON) + len(_ON)
    return date.fromisoformat(body[start : start + 10])


def _pd(body: str) -> Decimal:
    """The last one in the body: those of models stand before it."""
    start = body.rindex(_PD) + len(_PD)
    return Decimal(body[start : body.index('"', start)])


def _signals(body: str, on: str, names: Collection[str] | None) -> dict[str, SignalValue]:
    """By name; None where unknown, or no longer to be used on that day."""
    evidence, _ = _read(body, body.index(_EVIDENCE) + len(_EVIDENCE))
    kept = evidence if isinstance(evidence, list) else evidence["signals"]
    return {
        signal["name"]: _value(signal["value"])
        if signal["stale_after"] is None or on <= signal["stale_after"]
        else None
        for signal in kept
        if names is None or signal["name"] in names
    }


def _value(plain: Any) -> SignalValue:  # noqa: ANN401 - what JSON has
    if plain is None or isinstance(plain, str):
        return plain
    number = Decimal(plain["Decimal"])
    return number if number.is_finite() else None


def _amounts(candidates: Sequence[Mapping[str, Any]]) -> dict[LimitMethod, Money]:
    return {
        LimitMethod(each["method"]): Money(*each["amount"])
        for each in candidates
        if each["amount"] is not None
    }
