"""Letter: what a customer is told in writing, its frozen bytes, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from creditflow.domain.customer import CustomerId
from creditflow.domain.money import Money
from creditflow.domain.notice import Notice
from creditflow.domain.proposal import Outcome
from creditflow.domain.sentences import Fact


class LetterState(StrEnum):
    """Where a letter stands on its way.

    `in_data` is committed before the message is handed over, so that a crash
    behind it is told apart from one before it: the former becomes `uncertain`
    and is never sent again by itself. `replaced` is one that did not arrive
    and was sent anew to another address. One that goes by post is `to_print`
    until a person takes it to print it, and `printed` until it is posted (`sent`).
    """

    PENDING = "pending"
    CLAIMED = "claimed"
    IN_DATA = "in_data"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"
    NO_ADDRESS = "no_address"
    REPLACED = "replaced"
    TO_PRINT = "to_print"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True)
class DisclosedReason:
    """A reason that a letter may give: its code, and the customer's own facts in it."""

    code: str
    text: str
    advice: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class LastTold:
    """The last letter of a kind to a customer: its number, and when it was written."""

    number: str
    at: datetime


Told = Outcome | Notice
"""What a letter is about; it names the template as well."""


def told(code: str) -> Told:
    """The outcome or notice of that code."""
    return Outcome(code) if code in set(Outcome) else Notice(code)


@dataclass(frozen=True, slots=True)
class Proof:
    """How a reader makes sure that a letter is ours, and where the customer can answer.

    The code belongs to the letter's number alone. The link to answer stops
    working after `answer_until`.
    """

    code: str
    verify_url: str
    answer_url: str
    answer_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """What every letter says, whatever it is about.

    No score, no grade, no insurer's or bureau's word and no colleague's name
    is in any letter's facts, so none of them can reach a customer. `language`
    is one for which there are templates.
    """

    number: str
    language: str
    customer_name: str
    customer_id: str
    on: date
    sender_company: str
    sender_name: str
    reply_to: str
    object_by: date
    proof: Proof | None = None

    @property
    def about(self) -> Told:
        """What the letter is about."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts(Addressed):
    """Everything the letter about a decided limit may say, and nothing else."""

    outcome: Outcome
    limit: Money | None
    before: Money | None
    from_: date | None
    until: date | None
    terms_days: int | None
    reasons: tuple[DisclosedReason, ...]
    conditions: tuple[str, ...] = ()

    @property
    def about(self) -> Told:
        """The outcome."""
        return self.outcome


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as it will leave: subject, both parts, and the whole message's bytes.

    `pdf` is the attachment's bytes; None where letters go without one.
    """

    subject: str
    text: str
    html: str
    message: bytes
    pdf: bytes | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one recipient. `message` never changes once it is kept; `sha256` proves it.

    `case_id` is None where no case made it necessary. Further recipients have
    letters of their own, numbered by `copy`, so that each has its own fate.
    `due_at` is from when on it may leave; every pending one has it.
    `facts` is what the letter was set from, and `edition` how its templates were
    worded: set again, they give the same bytes; copies have no facts of their own.
    """

    id: str
    case_id: str | None
    customer: CustomerId
    outcome: Told
    language: str
    recipient: str | None
    subject: str
    text: str
    html: str
    message: bytes
    message_id: str
    sha256: str
    created_at: datetime
    state: LetterState = LetterState.PENDING
    attempts: int = 0
    due_at: datetime | None = None
    lease_until: datetime | None = None
    lease_owner: str | None = None
    sent_at: datetime | None = None
    answer: str = ""
    copy: int = 0
    facts: Addressed | None = None
    pdf_sha256: str = ""
    edition: int = 0

    @property
    def number(self) -> str:
        """The number that the customer reads; all copies bear the same."""
        return self.id.partition(".")[0]

    @property
    def subject_of_record(self) -> str:
        """What the journal files it under: its case, or else itself."""
        return self.case_id or self.number
