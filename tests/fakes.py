"""An honest Work in memory: the same answers, refusals and conflicts as the database, but quick.

`FakeWork(a_policy())` is a transaction that is never rolled back, for tests of
one use case. `FakeDatabase` gives several of them over the same data, and a
failed one leaves nothing behind. tests/contracts holds both against SQL.
"""

import copy
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from creditflow.domain.access import (
    Admission,
    ApiKey,
    PersonChange,
    SecondFactor,
    SignIn,
    Tries,
)
from creditflow.domain.added_limits import AddedLimit, ensure_follows, latest
from creditflow.domain.attachment import Attachment
from creditflow.domain.caps import Granted, counts
from creditflow.domain.caps_rule import part_of
from creditflow.domain.case import Case, CaseState, ReviewTask
from creditflow.domain.covers import Cover, Guarantee
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.decision import Decision
from creditflow.domain.delegation import Delegation
from creditflow.domain.discussion import Comment, Referral
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.group_limits import GroupLimit, LimitChange
from creditflow.domain.groups import Group, GroupId, Membership
from creditflow.domain.hook import Hook
from creditflow.domain.journal import GENESIS, Entry, SealedEntry, seal
from creditflow.domain.ledger import Invoice, Ledger, Order, OrderStatus, Payment, Statement
from creditflow.domain.letter import LastTold, Letter, LetterState, Told
from creditflow.domain.letter_answer import Answer, Upload
from creditflow.domain.letter_template import TemplateDraft
from creditflow.domain.limits import Limit, ensure_behind
from creditflow.domain.message import MailChoice, Message
from creditflow.domain.model_registry import MOVES as MODEL_MOVES
from creditflow.domain.model_registry import SCORING, ModelState, RegisteredModel
from creditflow.domain.observation import Key as ObservationKey
from creditflow.domain.observation import Observation
from creditflow.domain.outcomes import Undated
from creditflow.domain.payment_plan import PaymentPlan
from creditflow.domain.people import Person
from creditflow.domain.policy import Policy
from creditflow.domain.policy_draft import PolicyDraft
from creditflow.domain.proposal import Proposal
from creditflow.domain.rates import Rate, Rates
from creditflow.domain.saved_view import SavedView
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import say
from creditflow.ports import HandInRecord, Promise
from tests.fakes_of_access import (
    FakeAdmissions,
    FakeApiKeys,
    FakeFactors,
    FakeFailedTries,
    FakeIdentities,
    FakePersonChanges,
    FakeSessions,
)
from tests.fakes_of_backing import FakeBackings
from tests.fakes_of_drafts import FakePolicyDrafts, FakeTemplates
from tests.fakes_of_groups import FakeGroupLimits, FakeGroups, FakeMemberships
from tests.fakes_of_last_judged import FakeLastJudged
from tests.fakes_of_messages import FakeBookmarks, FakeHooks, FakeMailChoices, FakeMessages
from tests.fakes_of_plans import FakePlans

T = TypeVar("T")
K = TypeVar("K")
Document = TypeVar("Document", Invoice, Payment, Order)


def _found(things: Mapping[K, T], key: K) -> T:
    if key not in things:
        raise NotFound(say("There is no {key}.", key=str(key)))
    return things[key]


@dataclass
class Kept:
    """Everything that was kept, by its keys."""

    customers: dict[CustomerId, Customer] = field(default_factory=dict)
    invoices: dict[tuple[str, str], Invoice] = field(default_factory=dict)
    payments: dict[tuple[str, str], Payment] = field(default_factory=dict)
    orders: dict[tuple[str, str], Order] = field(default_factory=dict)
    statements: dict[tuple[str, date, str], Statement] = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)
    covers: list[tuple[datetime, Cover]] = field(default_factory=list)
    guarantees: list[tuple[datetime, Guarantee]] = field(default_factory=list)
    rates: dict[tuple[str, date], Rate] = field(default_factory=dict)
    hand_ins: dict[str, HandInRecord] = field(default_factory=dict)
    policies: dict[int, Policy] = field(default_factory=dict)
    policy_texts: dict[int, str] = field(default_factory=dict)
    policy_drafts: dict[str, PolicyDraft] = field(default_factory=dict)
    models: dict[str, RegisteredModel] = field(default_factory=dict)
    evaluations: dict[str, Evaluation] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    occasions: dict[str, str] = field(default_factory=dict)
    tasks: dict[tuple[str, int, int], ReviewTask] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    limits: dict[CustomerId, tuple[Limit, ...]] = field(default_factory=dict)
    added_limits: list[AddedLimit] = field(default_factory=list)
    limit_endings: dict[str, tuple[date, datetime]] = field(default_factory=dict)
    groups: dict[GroupId, Group] = field(default_factory=dict)
    plans: dict[str, PaymentPlan] = field(default_factory=dict)
    memberships: dict[CustomerId, tuple[Membership, ...]] = field(default_factory=dict)
    group_limits: dict[GroupId, tuple[GroupLimit, ...]] = field(default_factory=dict)
    group_limit_changes: dict[str, LimitChange] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    delegations: dict[str, Delegation] = field(default_factory=dict)
    saved_views: dict[str, SavedView] = field(default_factory=dict)
    password_hashes: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, SignIn] = field(default_factory=dict)
    admissions: dict[str, Admission] = field(default_factory=dict)
    factors: dict[str, SecondFactor] = field(default_factory=dict)
    recovery_codes: dict[str, frozenset[str]] = field(default_factory=dict)
    failed_tries: dict[str, Tries] = field(default_factory=dict)
    identities: dict[tuple[str, str], str] = field(default_factory=dict)
    person_changes: dict[str, PersonChange] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    templates: dict[str, TemplateDraft] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    uploads: dict[str, tuple[Upload, ...]] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    referrals: dict[str, Referral] = field(default_factory=dict)
    mail_domains: dict[str, datetime] = field(default_factory=dict)
    promises: dict[str, Promise] = field(default_factory=dict)
    promise_leases: dict[str, datetime] = field(default_factory=dict)
    promises_kept: dict[str, datetime] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    journal: list[SealedEntry] = field(default_factory=list)
    once_keys: set[str] = field(default_factory=set)
    leases: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    review_runs: set[tuple[str, date]] = field(default_factory=set)
    messages: dict[str, Message] = field(default_factory=dict)
    hooks: dict[str, Hook] = field(default_factory=dict)
    mail_choices: dict[str, MailChoice] = field(default_factory=dict)
    bookmarks: dict[str, int] = field(default_factory=dict)

    def copied(self) -> "Kept":
        """A copy that shares nothing that changes."""
        return Kept(**{f.name: copy.copy(getattr(self, f.name)) for f in fields(self)})


class FakeCustomers:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.customers

    def get(self, customer: CustomerId) -> Customer:
        return _found(self._kept, customer)

    def known(self, ids: Collection[str]) -> set[str]:
        return {i for i in ids if i in self._kept}

    def put_all(self, customers: Sequence[Customer]) -> None:
        self._kept.update({c.id: c for c in customers})

    def ids(self) -> list[CustomerId]:
        return sorted(self._kept)

    def currencies(self) -> set[str]:
        return {customer.currency for customer in self._kept.values()}


class FakeLedgers:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def of(self, customer: CustomerId) -> Ledger:
        def own(documents: dict[tuple[str, str], Document], day: str) -> tuple[Document, ...]:
            mine = [d for d in documents.values() if d.customer == customer]
            return tuple(sorted(mine, key=lambda d: (getattr(d, day), d.document, d.source)))

        return Ledger(
            customer,
            own(self._kept.invoices, "issued_on"),
            own(self._kept.payments, "paid_on"),
            own(self._kept.orders, "ordered_on"),
        )

    def existing_invoices(self, source: str, documents: Collection[str]) -> dict[str, Invoice]:
        return self._existing(self._kept.invoices, source, documents)

    def existing_payments(self, source: str, documents: Collection[str]) -> dict[str, Payment]:
        return self._existing(self._kept.payments, source, documents)

    def existing_orders(self, source: str, documents: Collection[str]) -> dict[str, Order]:
        return self._existing(self._kept.orders, source, documents)

    def paid_on(self, source: str, documents: Collection[str]) -> dict[str, list[Payment]]:
        wanted = set(documents)
        found: dict[str, list[Payment]] = {}
        for payment in sorted(self._kept.payments.values(), key=lambda p: (p.paid_on, p.document)):
            if payment.source == source and payment.invoice in wanted:
                found.setdefault(payment.invoice, []).append(payment)
        return found

    def currencies(self) -> set[str]:
        kept = (self._kept.invoices, self._kept.payments, self._kept.orders)
        return {document.amount.currency for part in kept for document in part.values()}

    def ends(self) -> dict[str, date]:
        sources = {d.source for d in (*self._kept.invoices.values(), *self._kept.payments.values())}
        ends = {source: self.newest({source}, until=date.max) for source in sources}
        return {source: day for source, day in ends.items() if day is not None}

    def newest(self, sources: Collection[str], *, until: date) -> date | None:
        issued = ((i.source, i.issued_on) for i in self._kept.invoices.values())
        paid = ((p.source, p.paid_on) for p in self._kept.payments.values())
        days = [day for source, day in (*issued, *paid) if source in sources and day <= until]
        return max(days, default=None)

    def add(
        self,
        *,
        invoices: Sequence[Invoice] = (),
        payments: Sequence[Payment] = (),
        orders: Sequence[Order] = (),
    ) -> None:
        self._add(self._kept.invoices, invoices)
        self._add(self._kept.payments, payments)
        self._add(self._kept.orders, orders)

    def put_projects(self, invoices: Sequence[Invoice]) -> None:
        for invoice in invoices:
            key = (invoice.source, invoice.document)
            _found(self._kept.invoices, key)
            known = self._kept.invoices[key]
            self._kept.invoices[key] = replace(known, project=invoice.project)

    def put_orders(self, orders: Sequence[Order]) -> None:
        for order in orders:
            key = (order.source, order.document)
            _found(self._kept.orders, key)
            self._kept.orders[key] = order

    def put_invoices(self, invoices: Sequence[Invoice]) -> None:
        for invoice in invoices:
            key = (invoice.source, invoice.document)
            _found(self._kept.invoices, key)
            self._kept.invoices[key] = invoice

    def undated(self) -> Undated:
        disputes: dict[str, set[bool]] = {}
        for invoice in self._kept.invoices.values():
            of = disputes.setdefault(invoice.source, set())
            if invoice.disputed or invoice.disputed_on is not None:
                of.add(invoice.disputed_on is not None)
        orders: dict[str, set[bool]] = {}
        for order in self._kept.orders.values():
            of = orders.setdefault(order.source, set())
            if order.status is not OrderStatus.OPEN:
                of.add(order.closed_on is not None)
        return Undated(
            frozenset(source for source, dated in disputes.items() if dated != {True}),
            frozenset(source for source, dated in orders.items() if dated != {True}),
        )

    @staticmethod
    def _add(kept: dict[tuple[str, str], Document], documents: Sequence[Document]) -> None:
        for document in documents:
            key = (document.source, document.document)
            if key in kept:
                raise Conflict(
                    say("Document {document} is there already.", document=document.document)
                )
            kept[key] = document

    @staticmethod
    def _existing(
        kept: dict[tuple[str, str], Document], source: str, documents: Collection[str]
    ) -> dict[str, Document]:
        return {d: kept[source, d] for d in documents if (source, d) in kept}


class FakeStatements:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.statements

    def of(self, customer: CustomerId) -> list[Statement]:
        mine = [s for s in self._kept.values() if s.customer == customer]
        mine.sort(key=lambda s: s.source)
        return sorted(mine, key=lambda s: s.period_end, reverse=True)

    def put_all(self, statements: Sequence[Statement]) -> None:
        self._kept.update({(s.customer, s.period_end, s.source): s for s in statements})


class FakeObservations:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.observations

    def of(self, customer: Customer) -> list[Observation]:
        mine = {o.key: o for o in self._kept if o.concerns(customer)}
        return [mine[key] for key in sorted(mine)]

    def latest(self, subjects: Collection[str]) -> dict[ObservationKey, Observation]:
        return {o.key: o for o in self._kept if o.subject in subjects}

    def add(self, observations: Sequence[Observation]) -> None:
        self._kept.extend(observations)


class FakeRates:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.rates

    def all(self) -> Rates:
        return Rates(self._kept.values())

    def add(self, rates: Sequence[Rate]) -> list[Rate]:
        standing = [self._kept[r.currency, r.on] for r in rates if (r.currency, r.on) in self._kept]
        self._kept.update({(r.currency, r.on): r for r in reversed(rates)} | self._kept)
        return standing

    def put_all(self, rates: Sequence[Rate]) -> None:
        self._kept.update({(r.currency, r.on): r for r in rates})


class FakeHandIns:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.hand_ins

    def of_file(self, file_hash: str) -> HandInRecord | None:
        of_file = (h for h in self._kept.values() if h.file_hash == file_hash)
        return min(of_file, key=lambda h: (h.at, h.id), default=None)

    def get(self, hand_in: str) -> HandInRecord:
        return _found(self._kept, hand_in)

    def put(self, record: HandInRecord) -> None:
        self._kept[record.id] = record


class FakePolicies:
    def __init__(self, kept: Kept, from_json: Callable[[str, int], Policy] | None) -> None:
        self._kept = kept
        self._from_json = from_json

    def current(self) -> Policy:
        if not self._kept.policies:
            raise NotFound(say("No policy was published yet."))
        return self._kept.policies[max(self._kept.policies)]

    def version(self, number: int) -> Policy:
        if number not in self._kept.policies:
            raise NotFound(say("There is no policy version {number}.", number=number))
        return self._kept.policies[number]

    def text(self, number: int) -> str:
        if number not in self._kept.policy_texts:
            raise NotFound(say("There is no policy version {number}.", number=number))
        return self._kept.policy_texts[number]

    def publish(self, text: str, *, by: str, at: datetime) -> int:
        number = max(self._kept.policies, default=0)
        if self._kept.policy_texts.get(number) == text:
            return number
        if self._from_json is None:
            raise TypeError("give the FakeWork a policy_from_json to publish text")
        self._kept.policies[number + 1] = self._from_json(text, number + 1)
        self._kept.policy_texts[number + 1] = text
        return number + 1


class FakeModels:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.models

    def get(self, model: str) -> RegisteredModel:
        return _found(self._kept, model)

    def all(self) -> list[RegisteredModel]:
        return sorted(self._kept.values(), key=lambda m: (m.trained_at, m.id), reverse=True)

    def scoring(self) -> list[RegisteredModel]:
        return sorted((m for m in self._kept.values() if m.state in SCORING), key=lambda m: m.id)

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        return {m.hash: m.text for m in self._kept.values() if m.hash in hashes}

    def add(self, model: RegisteredModel) -> None:
        if any(m.id == model.id or m.hash == model.hash for m in self._kept.values()):
            raise Conflict(say("This very model was kept before."))
        self._kept[model.id] = model

    def put(self, model: RegisteredModel) -> None:
        taken = any(m.state is ModelState.CHAMPION for m in self._kept.values())
        if model.state not in MODEL_MOVES[self.get(model.id).state] or (
            taken and model.state is ModelState.CHAMPION
        ):
            raise Conflict(say("Model {model} was decided on meanwhile.", model=model.id))
        self._kept[model.id] = model


class FakeEvaluations:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.evaluations

    def get(self, evaluation: str) -> Evaluation:
        return _found(self._kept, evaluation)

    def latest(self, customer: CustomerId) -> Evaluation | None:
        mine = (e for e in self._kept.values() if e.customer == customer)
        return max(mine, key=lambda e: (e.at, e.id), default=None)

    def recent(self, most: int) -> list[Evaluation]:
        newest = sorted(self._kept.values(), key=lambda e: (e.at, e.id), reverse=True)
        return newest[:most]

    def ids(self) -> list[str]:
        return [e.id for e in sorted(self._kept.values(), key=lambda e: (e.at, e.id))]

    def listed(self, evaluation: str) -> dict[str, str]:
        kept = self.get(evaluation)
        return {
            "grade": kept.grade.value,
            "points": str(kept.points),
            "confidence": str(kept.confidence),
        }

    def add(self, evaluation: Evaluation) -> None:
        if evaluation.id in self._kept:
            raise Conflict(say("Evaluation {id} is there already.", id=evaluation.id))
        self._kept[evaluation.id] = evaluation


class FakeProposals:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.proposals

    def get(self, proposal: str) -> Proposal:
        return _found(self._kept, proposal)

    def of_case(self, case: str) -> list[Proposal]:
        return [kept for _, kept in sorted(self._kept.items()) if kept.case_id == case]

    def listed(self, proposal: str) -> dict[str, str]:
        p = _found(self._kept, proposal)
        return {
            "hash": p.hash,
            "grade": p.grade.value,
            "binding": p.binding.value,
            "proposed": str(p.proposed),
        }

    def add(self, proposal: Proposal) -> None:
        if proposal.id in self._kept:
            raise Conflict(say("Proposal {id} is there already.", id=proposal.id))
        self._kept[proposal.id] = proposal


class FakeCases:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.cases
        self._occasions = kept.occasions

    def get(self, case: str) -> Case:
        return _found(self._kept, case)

    def add(self, case: Case) -> bool:
        if case.occasion.key in self._occasions:
            return False
        if case.id in self._kept or self._other_open(case):
            raise Conflict(
                say(
                    "Customer {customer} has an open case already: {case}.",
                    customer=case.customer,
                    case=case.id,
                )
            )
        self._kept[case.id] = case
        self._occasions[case.occasion.key] = case.id
        return True

    def put(self, case: Case) -> None:
        kept = _found(self._kept, case.id)
        if kept.version != case.version - 1 or self._other_open(case):
            raise Conflict(say("Case {case} has changed meanwhile. Reload it.", case=case.id))
        self._kept[case.id] = case

    def open_of(self, customer: CustomerId) -> Case | None:
        mine = (c for c in self._kept.values() if c.customer == customer and not c.is_finished)
        return next(mine, None)

    def of_occasion(self, key: str) -> Case | None:
        return self._kept[self._occasions[key]] if key in self._occasions else None

    def in_states(
        self, states: Collection[CaseState], *, untouched_since: datetime | None = None
    ) -> list[Case]:
        found = [
            case
            for case in self._kept.values()
            if case.state in states
            and (untouched_since is None or case.updated_at <= untouched_since)
        ]
        return sorted(found, key=lambda c: (c.opened_at, c.id))

    def last_reviewed(self) -> dict[CustomerId, date]:
        latest: dict[CustomerId, date] = {}
        for case in self._kept.values():
            if case.state is not CaseState.WITHDRAWN and case.occasion.on_top is None:
                latest[case.customer] = max(
                    case.occasion.on, latest.get(case.customer, case.occasion.on)
                )
        return latest

    def _other_open(self, case: Case) -> bool:
        other = self.open_of(case.customer)
        return not case.is_finished and other is not None and other.id != case.id


class FakeReviewTasks:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.tasks

    def of(self, case: str) -> list[ReviewTask]:
        mine = (t for t in self._kept.values() if t.case_id == case)
        return sorted(mine, key=lambda t: (t.round, t.stage))

    def add(self, task: ReviewTask) -> None:
        key = (task.case_id, task.round, task.stage)
        if key in self._kept:
            raise Conflict(say("Case {case} has this review task already.", case=task.case_id))
        self._kept[key] = task

    def put(self, task: ReviewTask) -> None:
        key = (task.case_id, task.round, task.stage)
        if key not in self._kept:
            raise NotFound(say("Case {case} has no such review task.", case=task.case_id))
        self._kept[key] = task


class FakeDecisions:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.decisions

    def of(self, case: str) -> list[Decision]:
        return [d for d in self._kept if d.case_id == case]

    def add(self, decision: Decision) -> None:
        for other in self._kept:
            if self._clash(decision, other):
                raise Conflict(
                    say(
                        "{who} decided this already, at {when}: {verdict}.",
                        who=other.by,
                        when=other.at,
                        verdict=other.say.value,
                    )
                )
        self._kept.append(decision)

    def by_key(self, idempotency_key: str) -> Decision | None:
        keyed = (d for d in self._kept if d.idempotency_key == idempotency_key)
        return next(keyed, None) if idempotency_key else None

    @staticmethod
    def _clash(one: Decision, other: Decision) -> bool:
        if one.idempotency_key and one.idempotency_key == other.idempotency_key:
            return True
        if (one.case_id, one.round) != (other.case_id, other.round):
            return False
        return (one.final and other.final) or (one.stage, one.by) == (other.stage, other.by)


class FakeLimits:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.limits
        self._customers = kept.customers

    def granted(
        self, parts: Collection[tuple[Scope, str]], *, on: date, alone: bool = False
    ) -> list[Granted]:
        sums: dict[tuple[Scope, str, str], list[int]] = {}
        for customer, history in self._kept.items():
            who, limit = self._customers[customer], history[-1]
            for scope, part in set(parts) if counts(limit, on) else ():
                if part_of(who, scope) == part:
                    code = limit.amount.currency if limit.amount else who.currency
                    found = sums.setdefault((scope, part, code), [0, 0])
                    found[0] += limit.amount.minor if limit.amount else 0
                    found[1] += limit.amount is None
        return [Granted(*key, *found) for key, found in sums.items()]

    def current(self, customer: CustomerId) -> Limit | None:
        history = self._kept.get(customer, ())
        return history[-1] if history else None

    def history(self, customer: CustomerId) -> list[Limit]:
        return list(self._kept.get(customer, ()))

    def add(self, limit: Limit, *, replacing: int) -> None:
        history = self._kept.get(limit.customer, ())
        ensure_behind(limit, self.current(limit.customer), replacing)
        if len(history) != replacing:
            raise Conflict(
                say(
                    "The limit of {customer} has changed meanwhile: it is at version {there},"
                    " not at {expected}.",
                    customer=limit.customer,
                    there=len(history),
                    expected=replacing,
                )
            )
        self._kept[limit.customer] = (*history, limit)


class FakeAddedLimits:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.added_limits
        self._endings = kept.limit_endings

    def get(self, limit: str) -> AddedLimit:
        return _found({x.id: x for x in latest(self._kept)}, limit)

    def of(self, customer: CustomerId) -> list[AddedLimit]:
        mine = [x for x in self._kept if x.customer == customer]
        return sorted(mine, key=lambda x: (x.recorded_at, x.id, x.version))

    def over(self, on: date) -> list[AddedLimit]:
        found = [x for x in latest(self._kept) if x.until <= on and x.id not in self._endings]
        return sorted(found, key=lambda x: (x.until, x.id))

    def add(self, limit: AddedLimit, *, replacing: int) -> None:
        before = next((x for x in latest(self._kept) if x.id == limit.id), None)
        ensure_follows(limit, before, replacing)
        there = 0 if before is None else before.version
        if limit.id in self._endings or there != replacing:
            raise Conflict(say("Limit {limit} has changed meanwhile. Reload it.", limit=limit.id))
        self._kept.append(limit)

    def end(self, limit: str, *, on: date, at: datetime) -> bool:
        if limit in self._endings:
            return False
        self._endings[limit] = (on, at)
        return True


class FakePeople:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.people

    def get(self, person: str) -> Person:
        return _found(self._kept, person)

    def all(self) -> list[Person]:
        return [self._kept[i] for i in sorted(self._kept)]

    def put(self, person: Person) -> None:
        self._kept[person.id] = person


class FakeSavedViews:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.saved_views

    def get(self, view: str) -> SavedView:
        return _found(self._kept, view)

    def of(self, person: str) -> list[SavedView]:
        return [self._kept[id_] for id_ in sorted(self._kept) if self._kept[id_].owner == person]

    def shared_with(self, desks: Collection[str]) -> list[SavedView]:
        return [self._kept[id_] for id_ in sorted(self._kept) if self._kept[id_].desk in desks]

    def put(self, view: SavedView) -> None:
        self._kept[view.id] = view

    def remove(self, view: str) -> None:
        self._kept.pop(view, None)


class FakeDelegations:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.delegations

    def get(self, delegation: str) -> Delegation:
        return _found(self._kept, delegation)

    def to(self, person: str) -> list[Delegation]:
        made = (d for d in self._kept.values() if d.delegate == person)
        return sorted(made, key=lambda d: (d.made_at, d.id))

    def all(self) -> list[Delegation]:
        return sorted(self._kept.values(), key=lambda d: (d.made_at, d.id), reverse=True)

    def add(self, delegation: Delegation) -> None:
        if delegation.id in self._kept:
            raise Conflict(say("Delegation {id} is there already.", id=delegation.id))
        self._kept[delegation.id] = delegation

    def put(self, delegation: Delegation) -> None:
        self.get(delegation.id)
        self._kept[delegation.id] = delegation


class FakeCredentials:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.password_hashes

    def set_password_hash(self, person: str, password_hash: str) -> None:
        self._kept[person] = password_hash

    def password_hash_of(self, person: str) -> str | None:
        return self._kept.get(person)


_SENT = (LetterState.SENT, LetterState.BOUNCED)
_UNSENT = (
    LetterState.TO_PRINT,
    LetterState.PRINTED,
    LetterState.PENDING,
    LetterState.CLAIMED,
    LetterState.IN_DATA,
)


class FakeLetters:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.letters
        self._slots = kept.mail_domains

    def get(self, letter: str) -> Letter:
        return _found(self._kept, letter)

    def of_case(self, case: str) -> Letter | None:
        return next((x for x in self._kept.values() if (x.case_id, x.copy) == (case, 0)), None)

    def numbered(self, number: str) -> list[Letter]:
        found = [x for x in self._kept.values() if x.id == number or x.id.startswith(f"{number}.")]
        return sorted(found, key=lambda x: x.copy)

    def last_told(self, customer: CustomerId) -> dict[Told, LastTold]:
        theirs = [x for x in self._kept.values() if (x.customer, x.copy) == (customer, 0)]
        ordered = sorted(theirs, key=lambda x: (x.created_at, x.id))
        return {x.outcome: LastTold(x.id, x.created_at) for x in ordered}

    def by_message_id(self, message_id: str) -> Letter | None:
        return next((x for x in self._kept.values() if x.message_id == message_id), None)

    def slot(self, domain: str, *, at: datetime, gap: timedelta) -> datetime:
        slot = max(at, self._slots.get(domain, at))
        self._slots[domain] = slot + gap
        return slot

    def add(self, letter: Letter) -> None:
        for other in self._kept.values():
            of_one_case = letter.case_id is not None and letter.case_id == other.case_id
            if letter.id == other.id or (of_one_case and letter.copy == other.copy):
                raise Conflict(say("Case {case} has a letter already.", case=letter.case_id))
            if letter.message_id == other.message_id:
                raise Conflict(say("{id} is taken.", id=letter.message_id))
        self._kept[letter.id] = letter

    def put(self, letter: Letter) -> None:
        kept = self.get(letter.id)
        claim = (LetterState.CLAIMED, letter.lease_owner, letter.attempts)
        lost = letter.state is LetterState.IN_DATA and claim != (
            kept.state,
            kept.lease_owner,
            kept.attempts,
        )
        if lost or (kept.state in _SENT and letter.state in _UNSENT):
            raise Conflict(
                say("Letter {letter} is {state} meanwhile.", letter=letter.id, state=kept.state)
            )
        self._kept[letter.id] = replace(
            kept,
            state=letter.state,
            attempts=letter.attempts,
            due_at=letter.due_at,
            lease_until=letter.lease_until,
            lease_owner=letter.lease_owner,
            sent_at=letter.sent_at,
            answer=letter.answer,
        )

    def claim(
        self, *, owner: str, at: datetime, until: datetime, letter: str | None = None
    ) -> Letter | None:
        due = [
            x
            for x in self._kept.values()
            if x.state is LetterState.PENDING
            and x.due_at is not None
            and x.due_at <= at
            and letter in (None, x.id)
        ]
        if not due:
            return None
        first = min(due, key=lambda x: (x.due_at, x.created_at, x.id))
        claimed = replace(
            first,
            state=LetterState.CLAIMED,
            lease_owner=owner,
            lease_until=until,
            attempts=first.attempts + 1,
        )
        self._kept[first.id] = claimed
        return claimed

    def lapsed(self, at: datetime) -> list[Letter]:
        found = [
            x
            for x in self._kept.values()
            if x.state in (LetterState.CLAIMED, LetterState.IN_DATA)
            and (x.lease_until is None or x.lease_until <= at)
        ]
        return sorted(found, key=lambda x: (x.created_at, x.id))

    def in_state(self, state: LetterState) -> list[Letter]:
        found = [x for x in self._kept.values() if x.state is state]
        return sorted(found, key=lambda x: (x.created_at, x.id))


class FakeAnswers:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.answers
        self._uploads = kept.uploads

    def get(self, answer: str) -> Answer:
        return _found(self._kept, answer)

    def of(self, letter: str) -> list[Answer]:
        return self._sorted(x for x in self._kept.values() if x.letter_id == letter)

    def waiting(self) -> list[Answer]:
        return self._sorted(x for x in self._kept.values() if x.done_at is None)

    def uploads(self, answer: str) -> list[Upload]:
        return list(self._uploads.get(answer, ()))

    def add(self, answer: Answer, *, uploads: Sequence[Upload] = ()) -> None:
        self._kept[answer.id] = answer
        self._uploads[answer.id] = tuple(sorted(uploads, key=lambda x: x.id))

    def put(self, answer: Answer) -> None:
        done = {"done_at": answer.done_at, "done_by": answer.done_by, "done_note": answer.done_note}
        self._kept[answer.id] = replace(self.get(answer.id), **done)

    def _sorted(self, found: Iterator[Answer]) -> list[Answer]:
        return sorted(found, key=lambda x: (x.at, x.id))


class FakeAttachments:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.attachments
        self._contents = kept.contents

    def get(self, attachment: str) -> Attachment:
        return _found(self._kept, attachment)

    def of(self, subject: str) -> list[Attachment]:
        mine = [x for x in self._kept.values() if x.subject == subject]
        return sorted(mine, key=lambda x: (x.at, x.id))

    def content(self, sha256: str) -> bytes:
        return _found(self._contents, sha256)

    def add(self, attachment: Attachment, content: bytes) -> None:
        if attachment.id in self._kept:
            raise Conflict(say("File {file} is there already.", file=attachment.id))
        self._kept[attachment.id] = attachment
        self._contents.setdefault(attachment.sha256, content)


class FakeDiscussions:
    def __init__(self, kept: Kept) -> None:
        self._comments = kept.comments
        self._referrals = kept.referrals

    def comments(self, case: str) -> list[Comment]:
        mine = [c for c in self._comments.values() if c.case_id == case]
        return sorted(mine, key=lambda c: (c.at, c.id))

    def referrals(self, case: str) -> list[Referral]:
        mine = [r for r in self._referrals.values() if r.case_id == case]
        return sorted(mine, key=lambda r: (r.asked_at, r.id))

    def add_comment(self, comment: Comment) -> None:
        if comment.answers is not None:
            _found(self._referrals, comment.answers)
        answered = {c.answers for c in self._comments.values()} - {None}
        if comment.id in self._comments or comment.answers in answered:
            raise Conflict(say("This was answered already. Reload the case."))
        self._comments[comment.id] = comment

    def add_referral(self, referral: Referral) -> None:
        if referral.id in self._referrals:
            raise Conflict(say("Referral {referral} is there already.", referral=referral.id))
        self._referrals[referral.id] = referral


class FakeOutbox:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def add(self, promise: Promise) -> None:
        self._kept.promises.setdefault(promise.key, promise)

    def claim(
        self, *, owner: str, at: datetime, until: datetime, subject: str | None = None
    ) -> Promise | None:
        due = [
            p
            for p in self._kept.promises.values()
            if p.key not in self._kept.promises_kept
            and p.due_at <= at
            and self._kept.promise_leases.get(p.key, at) <= at
            and subject in (None, p.subject)
        ]
        if not due:
            return None
        first = min(due, key=lambda p: (p.due_at, p.key))
        claimed = replace(first, attempts=first.attempts + 1)
        self._kept.promises[first.key] = claimed
        self._kept.promise_leases[first.key] = until
        return claimed

    def kept(self, key: str, *, at: datetime) -> None:
        _found(self._kept.promises, key)
        self._kept.promise_leases.pop(key, None)
        self._kept.promises_kept[key] = at

    def again(self, key: str, *, due_at: datetime, problem: str) -> None:
        promise = _found(self._kept.promises, key)
        self._kept.promise_leases.pop(key, None)
        if key not in self._kept.promises_kept:
            self._kept.problems[key] = problem
            self._kept.promises[key] = replace(promise, due_at=due_at)

    def waiting(self) -> int:
        return len(self._kept.promises) - len(self._kept.promises_kept)

    def all(self) -> list[Promise]:
        """Every promise ever made, for tests to look at."""
        return list(self._kept.promises.values())


class FakeJournal:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def record(self, entry: Entry) -> None:
        chain = self._kept.journal
        previous = chain[-1].hash if chain else GENESIS
        entry = replace(entry, at=entry.at.astimezone(UTC), facts=dict(entry.facts))
        chain.append(seal(entry, seq=len(chain) + 1, previous=previous))

    def record_once(self, key: str, entry: Entry) -> bool:
        if key in self._kept.once_keys:
            return False
        self._kept.once_keys.add(key)
        self.record(entry)
        return True

    def of(self, subject: str) -> list[SealedEntry]:
        return [s for s in self._kept.journal if s.entry.subject == subject]

    def entries(self, *, after: int = 0, most: int = 10_000) -> list[SealedEntry]:
        return self._kept.journal[after : after + most]

    def last(self) -> int:
        return len(self._kept.journal)


class FakeLeases:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.leases

    def take(self, name: str, *, owner: str, at: datetime, until: datetime) -> bool:
        holder, held_until = self._kept.get(name, (owner, at))
        if holder != owner and held_until > at:
            return False
        self._kept[name] = (owner, until)
        return True


class FakeCounters:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.counters

    def next(self, name: str) -> int:
        self._kept[name] = self._kept.get(name, 0) + 1
        return self._kept[name]


class FakeReviewRuns:
    def __init__(self, kept: Kept) -> None:
        self._kept = kept.review_runs

    def claim_period(self, schedule: str, on: date) -> bool:
        taken = (schedule, on) in self._kept
        self._kept.add((schedule, on))
        return not taken


class FakeWork:
    """One transaction over `kept`; the policies given are published as they are."""

    def __init__(
        self,
        *policies: Policy,
        kept: Kept | None = None,
        policy_from_json: Callable[[str, int], Policy] | None = None,
    ) -> None:
        self.kept = kept or Kept()
        self.kept.policies.update({p.version: p for p in policies})
        self.customers = FakeCustomers(self.kept)
        self.ledger = FakeLedgers(self.kept)
        self.statements = FakeStatements(self.kept)
        self.observations = FakeObservations(self.kept)
        self.backings = FakeBackings(self.kept)
        self.rates = FakeRates(self.kept)
        self.hand_ins = FakeHandIns(self.kept)
        self.policies = FakePolicies(self.kept, policy_from_json)
        self.policy_drafts = FakePolicyDrafts(self.kept)
        self.models = FakeModels(self.kept)
        self.evaluations = FakeEvaluations(self.kept)
        self.proposals = FakeProposals(self.kept)
        self.last_judged = FakeLastJudged(self)
        self.cases = FakeCases(self.kept)
        self.tasks = FakeReviewTasks(self.kept)
        self.decisions = FakeDecisions(self.kept)
        self.limits = FakeLimits(self.kept)
        self.added_limits = FakeAddedLimits(self.kept)
        self.groups = FakeGroups(self.kept)
        self.plans = FakePlans(self.kept)
        self.memberships = FakeMemberships(self.kept)
        self.group_limits = FakeGroupLimits(self.kept)
        self.people = FakePeople(self.kept)
        self.delegations = FakeDelegations(self.kept)
        self.credentials = FakeCredentials(self.kept)
        self.sessions = FakeSessions(self.kept)
        self.admissions = FakeAdmissions(self.kept)
        self.factors = FakeFactors(self.kept)
        self.failed_tries = FakeFailedTries(self.kept)
        self.identities = FakeIdentities(self.kept)
        self.person_changes = FakePersonChanges(self.kept)
        self.api_keys = FakeApiKeys(self.kept)
        self.letters = FakeLetters(self.kept)
        self.templates = FakeTemplates(self.kept)
        self.answers = FakeAnswers(self.kept)
        self.attachments = FakeAttachments(self.kept)
        self.discussions = FakeDiscussions(self.kept)
        self.outbox = FakeOutbox(self.kept)
        self.journal = FakeJournal(self.kept)
        self.leases = FakeLeases(self.kept)
        self.counters = FakeCounters(self.kept)
        self.review_runs = FakeReviewRuns(self.kept)
        self.messages = FakeMessages(self.kept)
        self.hooks = FakeHooks(self.kept)
        self.mail_choices = FakeMailChoices(self.kept)
        self.bookmarks = FakeBookmarks(self.kept)
        self.saved_views = FakeSavedViews(self.kept)


class FakeDatabase:
    """Transactions over the same data: kept when they end well, gone when they do not."""

    def __init__(
        self,
        *policies: Policy,
        policy_from_json: Callable[[str, int], Policy] | None = None,
    ) -> None:
        self._from_json = policy_from_json
        self._kept = FakeWork(*policies).kept

    @contextmanager
    def work(self) -> Iterator[FakeWork]:
        """A transaction that writes."""
        work = FakeWork(kept=self._kept.copied(), policy_from_json=self._from_json)
        yield work
        self._kept = work.kept

    @contextmanager
    def reading(self) -> Iterator[FakeWork]:
        """A transaction whose changes are thrown away."""
        yield FakeWork(kept=self._kept.copied(), policy_from_json=self._from_json)

    def run(self, use_case: Callable[[FakeWork], T], *, attempts: int = 8) -> T:
        """Run the use case in a transaction of its own."""
        del attempts
        with self.work() as work:
            return use_case(work)
