"""What the core asks of the outside; each thing here has a real implementation and a fake one.

`Work` is one transaction with all its repositories. Use cases receive it and
cannot commit: only the edges do. Everything that reads for a decision reads
through the same transaction that keeps it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from creditflow.access import (
    Admissions,
    ApiKeys,
    Credentials,
    Factors,
    FailedTries,
    Identities,
    PersonChanges,
    Sessions,
)
from creditflow.domain.case import Case, CaseState, ReviewTask
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.decision import Decision
from creditflow.domain.delegation import Delegation
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.journal import Entry, SealedEntry
from creditflow.domain.ledger import Invoice, Ledger, Order, Payment, Statement
from creditflow.domain.letter import Addressed, Letter, LetterState, Rendered
from creditflow.domain.letter_answer import Answer, Upload
from creditflow.domain.limits import Limit
from creditflow.domain.model_registry import RegisteredModel
from creditflow.domain.observation import Key as ObservationKey
from creditflow.domain.observation import Observation
from creditflow.domain.people import Person
from creditflow.domain.policy import Policy
from creditflow.domain.policy_draft import PolicyDraft
from creditflow.domain.proposal import Proposal
from creditflow.domain.rates import Rate, Rates

# ------------------------------------------------------------------ master data and ledger


class Customers(Protocol):
    """Customer master data."""

    def get(self, customer: CustomerId) -> Customer:
        """The customer; raises NotFound."""
        ...

    def known(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that exist."""
        ...

    def put_all(self, customers: Sequence[Customer]) -> None:
        """Add customers, or replace what was known of them."""
        ...

    def ids(self) -> list[CustomerId]:
        """All customers, by id."""
        ...


class Ledgers(Protocol):
    """Documents of all customers; one is known by its source and its number."""

    def of(self, customer: CustomerId) -> Ledger:
        """One customer's account, documents in order of date and number."""
        ...

    def existing_invoices(self, source: str, documents: Collection[str]) -> dict[str, Invoice]:
        """Invoices and credit notes that are already there, by document number."""
        ...

    def existing_payments(self, source: str, documents: Collection[str]) -> dict[str, Payment]:
        """Payments that are already there, by document number."""
        ...

    def existing_orders(self, source: str, documents: Collection[str]) -> dict[str, Order]:
        """Orders that are already there, by document number."""
        ...

    def paid_on(self, source: str, documents: Collection[str]) -> dict[str, list[Payment]]:
        """Payments that name one of these invoices, by invoice number."""
        ...

    def add(
        self,
        *,
        invoices: Sequence[Invoice] = (),
        payments: Sequence[Payment] = (),
        orders: Sequence[Order] = (),
    ) -> None:
        """Add documents that are not there yet."""
        ...

    def put_orders(self, orders: Sequence[Order]) -> None:
        """Replace orders that are there: their status moves on."""
        ...


class Statements(Protocol):
    """Financial statements."""

    def of(self, customer: CustomerId) -> list[Statement]:
        """One customer's statements, latest period first."""
        ...

    def put_all(self, statements: Sequence[Statement]) -> None:
        """Add statements, or replace the one of the same customer, period and source."""
        ...


class Observations(Protocol):
    """What others have observed of customers, sectors and countries; append-only."""

    def of(self, customer: Customer) -> list[Observation]:
        """What was said of the customer, of its sector and of its country, by key.

        Of what was said twice under one key, only the later word.
        """
        ...

    def latest(self, subjects: Collection[str]) -> dict[ObservationKey, Observation]:
        """The latest word under each key about these subjects."""
        ...

    def add(self, observations: Sequence[Observation]) -> None:
        """Keep them; what was said before under the same key stays, and counts no longer."""
        ...


class RateTable(Protocol):
    """Exchange rates."""

    def all(self) -> Rates:
        """All rates known."""
        ...

    def put_all(self, rates: Sequence[Rate]) -> None:
        """Add rates, or replace the one of the same currency and day."""
        ...


@dataclass(frozen=True, slots=True)
class HandInRecord:
    """That a file was handed in: who, when, what came of it."""

    id: str
    file_hash: str
    file_name: str
    source: str
    by: str
    at: datetime
    rows_read: int
    rows_kept: int
    rows_known: int
    rows_rejected: int
    rejects: bytes


class HandIns(Protocol):
    """Files that were handed in."""

    def of_file(self, file_hash: str) -> HandInRecord | None:
        """The hand-in of a file with these bytes, if it was handed in before."""
        ...

    def get(self, hand_in: str) -> HandInRecord:
        """One hand-in; raises NotFound."""
        ...

    def put(self, record: HandInRecord) -> None:
        """Keep a record."""
        ...


# ------------------------------------------------------------------ judging and deciding


class Policies(Protocol):
    """Published policies. A version never changes once it is there."""

    def current(self) -> Policy:
        """The version in force; raises NotFound before the first was published."""
        ...

    def version(self, number: int) -> Policy:
        """An earlier version, for replaying what was judged by it; raises NotFound."""
        ...

    def text(self, number: int) -> str:
        """The canonical JSON of a version; raises NotFound."""
        ...

    def publish(self, text: str, *, by: str, at: datetime) -> int:
        """Publish a policy (its canonical JSON) as the version in force; the version's number.

        The very text that is in force already publishes nothing new.
        """
        ...


class PolicyDrafts(Protocol):
    """Policies that were proposed; what was proposed never changes, only what became of it."""

    def get(self, draft: str) -> PolicyDraft:
        """One draft; raises NotFound."""
        ...

    def open(self) -> PolicyDraft | None:
        """The one draft that is waiting or confirmed."""
        ...

    def all(self) -> list[PolicyDraft]:
        """Every draft, the latest first."""
        ...

    def add(self, draft: PolicyDraft) -> None:
        """Keep a new one; raises Conflict while another one is open."""
        ...

    def put(self, draft: PolicyDraft) -> None:
        """Keep what became of it; raises Conflict where that was decided meanwhile."""
        ...


class Models(Protocol):
    """Learned models; what was learned never changes, only what it may do."""

    def get(self, model: str) -> RegisteredModel:
        """One model; raises NotFound."""
        ...

    def all(self) -> list[RegisteredModel]:
        """Every model, the latest first."""
        ...

    def scoring(self) -> list[RegisteredModel]:
        """The champion, if there is one, and all challengers."""
        ...

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        """The texts of the models with these hashes, whatever their state; others are absent."""
        ...

    def add(self, model: RegisteredModel) -> None:
        """Keep a new one; raises Conflict where its id or its very text is there already."""
        ...

    def put(self, model: RegisteredModel) -> None:
        """Keep where it stands now; raises Conflict where that was decided meanwhile.

        Also where it would be a second champion.
        """
        ...


class Evaluations(Protocol):
    """Evaluations; append-only."""

    def get(self, evaluation: str) -> Evaluation:
        """One evaluation; raises NotFound."""
        ...

    def latest(self, customer: CustomerId) -> Evaluation | None:
        """The customer's latest one."""
        ...

    def ids(self) -> list[str]:
        """All evaluations, oldest first."""
        ...

    def listed(self, evaluation: str) -> Mapping[str, str]:
        """Grade, points and confidence of one as lists show them; raises NotFound."""
        ...

    def add(self, evaluation: Evaluation) -> None:
        """Keep a new one."""
        ...


class Proposals(Protocol):
    """Proposals; append-only."""

    def get(self, proposal: str) -> Proposal:
        """One proposal; raises NotFound."""
        ...

    def add(self, proposal: Proposal) -> None:
        """Keep a new one."""
        ...


class Cases(Protocol):
    """Cases, with a version that is compared whenever one is kept."""

    def get(self, case: str) -> Case:
        """One case; raises NotFound."""
        ...

    def add(self, case: Case) -> bool:
        """Keep a new case; False, and nothing kept, if its occasion's key has one already."""
        ...

    def put(self, case: Case) -> None:
        """Keep a changed case; raises Conflict unless the kept version is exactly one below."""
        ...

    def open_of(self, customer: CustomerId) -> Case | None:
        """The customer's case that is not finished, if there is one."""
        ...

    def of_occasion(self, key: str) -> Case | None:
        """The case that this occasion opened."""
        ...

    def in_states(
        self, states: Collection[CaseState], *, untouched_since: datetime | None = None
    ) -> list[Case]:
        """Cases in one of the states, oldest first, optionally only those at rest since then."""
        ...

    def last_reviewed(self) -> dict[CustomerId, date]:
        """The business date of each customer's latest case that was not withdrawn."""
        ...


class ReviewTasks(Protocol):
    """Review tasks, one per round and stage of a case."""

    def of(self, case: str) -> list[ReviewTask]:
        """All tasks of the case, in order."""
        ...

    def add(self, task: ReviewTask) -> None:
        """Keep a new one."""
        ...

    def put(self, task: ReviewTask) -> None:
        """Keep a changed one."""
        ...


class Decisions(Protocol):
    """Decisions; append-only, at most one final one per case and round."""

    def of(self, case: str) -> list[Decision]:
        """All decisions on the case, oldest first."""
        ...

    def add(self, decision: Decision) -> None:
        """Keep a new one; raises Conflict where the round has a final one already."""
        ...

    def by_key(self, idempotency_key: str) -> Decision | None:
        """The decision that was made with this key."""
        ...


class Limits(Protocol):
    """Limit history; entries are only added, an older one only gets its end."""

    def current(self, customer: CustomerId) -> Limit | None:
        """The entry with the highest version; None where none was ever set."""
        ...

    def history(self, customer: CustomerId) -> list[Limit]:
        """All entries, oldest first."""
        ...

    def add(self, limit: Limit, *, replacing: int) -> None:
        """Compare and swap: add the entry behind version `replacing` (0 for the first).

        Ends the entry before it where the new one begins. Raises Conflict where
        the highest version is another one.
        """
        ...


class People(Protocol):
    """People who sign in, and their mandates."""

    def get(self, person: str) -> Person:
        """One person; raises NotFound."""
        ...

    def all(self) -> list[Person]:
        """Everybody, by id."""
        ...

    def put(self, person: Person) -> None:
        """Add a person or replace what was known."""
        ...


class Delegations(Protocol):
    """Who stands in for whom; what was delegated never changes, only its end may come sooner."""

    def get(self, delegation: str) -> Delegation:
        """One delegation; raises NotFound."""
        ...

    def to(self, person: str) -> list[Delegation]:
        """All that were ever made to this person, the oldest first."""
        ...

    def all(self) -> list[Delegation]:
        """Every delegation, the latest first."""
        ...

    def add(self, delegation: Delegation) -> None:
        """Keep a new one."""
        ...

    def put(self, delegation: Delegation) -> None:
        """Keep that it was revoked."""
        ...


# ------------------------------------------------------------------ telling


class Letters(Protocol):
    """Letters and their delivery; claims are leases."""

    def get(self, letter: str) -> Letter:
        """One letter; raises NotFound."""
        ...

    def of_case(self, case: str) -> Letter | None:
        """The case's letter to its first recipient."""
        ...

    def numbered(self, number: str) -> list[Letter]: ...
    def by_message_id(self, message_id: str) -> Letter | None: ...
    def slot(self, domain: str, *, at: datetime, gap: timedelta) -> datetime:
        """Take the first moment from `at` on that is a gap away from the domain's other ones."""
        ...

    def add(self, letter: Letter) -> None:
        """Keep a new one; raises Conflict where the case has that copy already."""
        ...

    def put(self, letter: Letter) -> None:
        """Keep its delivery state; the bytes never change.

        Raises Conflict where it becomes `in_data` and is not claimed any more by
        the same owner in the same attempt, and where a sent one would go back.
        """
        ...

    def claim(
        self, *, owner: str, at: datetime, until: datetime, letter: str | None = None
    ) -> Letter | None:
        """Take one that is pending and due (or that very one) under a lease; None if none is.

        It comes back claimed, with this attempt counted in `attempts`.
        """
        ...

    def lapsed(self, at: datetime) -> list[Letter]:
        """Claimed or in_data ones whose lease has run out."""
        ...

    def in_state(self, state: LetterState) -> list[Letter]:
        """All letters in a state, oldest first."""
        ...


class Answers(Protocol):
    """Answers of customers to letters, and the files with them; what they say is append-only."""

    def get(self, answer: str) -> Answer: ...
    def of(self, letter: str) -> list[Answer]: ...
    def waiting(self) -> list[Answer]: ...
    def uploads(self, answer: str) -> list[Upload]: ...
    def add(self, answer: Answer, *, uploads: Sequence[Upload] = ()) -> None: ...
    def put(self, answer: Answer) -> None: ...


class PromiseKind(StrEnum):
    """What the outbox can promise to do, besides delivering letters."""

    START_RUN = "start_run"
    START_REVIEW = "start_review"
    NUDGE = "nudge"


@dataclass(frozen=True, slots=True)
class Promise:
    """Something to be done outside, kept in the transaction that made it necessary.

    The same `key` is promised once. `subject` is a case id (or the business date of a review);
    `detail` is what
    the kind needs, as plain text.
    """

    key: str
    kind: PromiseKind
    subject: str
    detail: Mapping[str, str]
    due_at: datetime
    attempts: int = 0


class Outbox(Protocol):
    """Promises of this installation."""

    def add(self, promise: Promise) -> None:
        """Promise; the same key again changes nothing."""
        ...

    def claim(
        self, *, owner: str, at: datetime, until: datetime, subject: str | None = None
    ) -> Promise | None:
        """Take one that is due under a lease, the longest due first; None if none is.

        One whose lease ran out is free again. It comes back with this attempt
        counted in `attempts`.
        """
        ...

    def kept(self, key: str, *, at: datetime) -> None:
        """It was done."""
        ...

    def again(self, key: str, *, due_at: datetime, problem: str) -> None:
        """It failed this time; try again later."""
        ...

    def waiting(self) -> int:
        """How many are not done."""
        ...


class Journal(Protocol):
    """The journal, chained by hash."""

    def record(self, entry: Entry) -> None:
        """Append an entry."""
        ...

    def record_once(self, key: str, entry: Entry) -> bool:
        """Append it unless this key was used before; whether it was appended."""
        ...

    def of(self, subject: str) -> list[SealedEntry]:
        """Entries about one subject, oldest first."""
        ...

    def entries(self, *, after: int = 0, most: int = 10_000) -> list[SealedEntry]:
        """The chain in order, for verifying it piece by piece."""
        ...


class Leases(Protocol):
    """Who leads: one holder per name until the lease runs out."""

    def take(self, name: str, *, owner: str, at: datetime, until: datetime) -> bool:
        """Take or renew the lease; False while somebody else holds it."""
        ...


class Counters(Protocol):
    """Numbers for people to quote: CF-000123."""

    def next(self, name: str) -> int:
        """The next number, without a gap as far as transactions commit."""
        ...


class ReviewRuns(Protocol):
    """Periodic runs that have begun: one per schedule and business date, whoever fires it."""

    def claim_period(self, schedule: str, on: date) -> bool:
        """Take the run of that business date; False where it was taken before."""
        ...


class Work(Protocol):
    """One transaction and all its repositories. It has no commit: the edge has."""

    @property
    def customers(self) -> Customers: ...
    @property
    def ledger(self) -> Ledgers: ...
    @property
    def statements(self) -> Statements: ...
    @property
    def observations(self) -> Observations: ...
    @property
    def rates(self) -> RateTable: ...
    @property
    def hand_ins(self) -> HandIns: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def policy_drafts(self) -> PolicyDrafts: ...
    @property
    def models(self) -> Models: ...
    @property
    def evaluations(self) -> Evaluations: ...
    @property
    def proposals(self) -> Proposals: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def tasks(self) -> ReviewTasks: ...
    @property
    def decisions(self) -> Decisions: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def people(self) -> People: ...
    @property
    def delegations(self) -> Delegations: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def counters(self) -> Counters: ...
    @property
    def review_runs(self) -> ReviewRuns: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def admissions(self) -> Admissions: ...
    @property
    def factors(self) -> Factors: ...
    @property
    def failed_tries(self) -> FailedTries: ...
    @property
    def identities(self) -> Identities: ...
    @property
    def person_changes(self) -> PersonChanges: ...
    @property
    def api_keys(self) -> ApiKeys: ...


# ------------------------------------------------------------------ outside things


class Letterpress(Protocol):
    """Turns a letter's facts into what will leave; pure, so it may run inside a transaction."""

    def render(
        self,
        facts: Addressed,
        *,
        recipient: str | None,
        message_id: str,
        at: datetime,
        also: Sequence[str] = (),
        copied: Sequence[str] = (),
    ) -> Rendered:
        """Subject, text, HTML, PDF and the whole message; raises Refusal where a fact is missing.

        `also` are further recipients, `copied` get it for their information.
        """
        ...

    def readdressed(self, message: bytes, *, message_id: str) -> bytes: ...


class Delivery(StrEnum):
    """What became of handing a message over."""

    ACCEPTED = "accepted"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Handed:
    """The outcome of handing over, and the server's answer for the record."""

    delivery: Delivery
    answer: str


class Handover(Protocol):
    """One message on its way: the recipient was accepted, the data not yet sent."""

    def send(self) -> Handed:
        """Send the data. UNKNOWN where the reply was lost: it may have arrived."""
        ...

    def close(self) -> None:
        """Leave, whatever happened."""
        ...


class Post(Protocol):
    """Hands messages to the mail server, in two steps with a commit between them."""

    def approach(self, message: bytes, *, recipient: str) -> Handover | Handed:
        """Connect and name sender and recipient; a Handed where it already ended here."""
        ...


class Returns(Protocol):
    """The mailbox for what comes back: each unread message, marked when the next is asked for."""

    def each(self) -> Iterator[bytes]: ...


class Observer(Protocol):
    """Asks a register, a bureau or another provider what it knows of a customer."""

    def observe(self, customer: Customer, *, on: date) -> list[Observation]:
        """What it says on that day; nothing where it knows nothing. Raises Unavailable."""
        ...


class Runs(Protocol):
    """Starts and looks up Prefect runs by name; decides nothing."""

    def start(
        self,
        deployment: str,
        parameters: Mapping[str, str],
        *,
        key: str,
        tags: Sequence[str] = (),
        name: str | None = None,
    ) -> str:
        """Start a run, once per key; its id. Raises Unavailable."""
        ...

    def nudge(self, run: str) -> None:
        """Resume a suspended run; one that is not suspended is left alone. Raises Unavailable."""
        ...

    def states(self, runs: Iterable[str]) -> dict[str, str]:
        """Prefect's state type by run id; runs that it does not know are absent."""
        ...

    def cancel(self, run: str) -> None:
        """Cancel a run that is of no use any more. Raises Unavailable."""
        ...

    def alive(self) -> bool:
        """Whether Prefect answers."""
        ...
