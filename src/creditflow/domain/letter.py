"""Letter: what a customer is told in writing, its frozen bytes, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from creditflow.domain.customer import CustomerId, Language
from creditflow.domain.money import Money
from creditflow.domain.proposal import Outcome
from creditflow.domain.sentences import Fact


class LetterState(StrEnum):
    """Where a letter stands on its way.

    `in_data` is committed before the message is handed over, so that a crash
    behind it is told apart from one before it: the former becomes `uncertain`
    and is never sent again by itself.
    """

    PENDING = "pending"
    CLAIMED = "claimed"
    IN_DATA = "in_data"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class DisclosedReason:
    """A reason that a letter may give: its code, and the customer's own facts in it."""

    code: str
    text: str
    advice: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything a letter template may see, and nothing else.

    No score, no grade, no insurer's or bureau's word and no colleague's name
    is in here, so none of them can reach a customer.
    """

    number: str
    outcome: Outcome
    language: Language
    customer_name: str
    customer_id: str
    on: date
    limit: Money | None
    before: Money | None
    from_: date | None
    until: date | None
    terms_days: int | None
    reasons: tuple[DisclosedReason, ...]
    sender_company: str
    sender_name: str
    reply_to: str
    object_by: date


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as it will leave: subject, both parts, and the whole message's bytes."""

    subject: str
    text: str
    html: str
    message: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of one case. `message` never changes once it is kept; `sha256` proves it."""

    id: str
    case_id: str
    customer: CustomerId
    outcome: Outcome
    language: Language
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
