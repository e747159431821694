"""What is told and promised: letters, answers, the outbox, the journal, and who leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from creditflow.domain.attachment import Attachment
from creditflow.domain.customer import CustomerId
from creditflow.domain.discussion import Comment, Referral
from creditflow.domain.journal import Entry, SealedEntry
from creditflow.domain.letter import LastTold, Letter, LetterState, Told
from creditflow.domain.letter_answer import Answer, Upload


class Letters(Protocol):
    """Letters and their delivery; claims are leases."""

    def get(self, letter: str) -> Letter:
        """One letter; raises NotFound."""
        ...

    def of_case(self, case: str) -> Letter | None:
        """The case's letter to its first recipient."""
        ...

    def numbered(self, number: str) -> list[Letter]:
        """All letters of that number, the first recipient's first; empty where there is none."""
        ...

    def last_told(self, customer: CustomerId) -> Mapping[Told, LastTold]:
        """When the customer was last written to, by what the letter was about."""
        ...

    def by_message_id(self, message_id: str) -> Letter | None:
        """The letter that left under that Message-ID, to tell what came back."""
        ...

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

    def get(self, answer: str) -> Answer:
        """One answer; raises NotFound."""
        ...

    def of(self, letter: str) -> list[Answer]:
        """All answers to the letter, oldest first."""
        ...

    def waiting(self) -> list[Answer]:
        """Those that nobody has seen to, oldest first."""
        ...

    def uploads(self, answer: str) -> list[Upload]:
        """The files that came with it."""
        ...

    def add(self, answer: Answer, *, uploads: Sequence[Upload] = ()) -> None:
        """Keep a new one with its files."""
        ...

    def put(self, answer: Answer) -> None:
        """Keep what became of it."""
        ...


class Attachments(Protocol):
    """Files that were put to cases and comments; append-only, the same bytes kept once."""

    def get(self, attachment: str) -> Attachment:
        """One attachment; raises NotFound."""
        ...

    def of(self, subject: str) -> list[Attachment]:
        """The files that were put to the subject, oldest first."""
        ...

    def content(self, sha256: str) -> bytes:
        """The bytes with that hash; raises NotFound."""
        ...

    def add(self, attachment: Attachment, content: bytes) -> None:
        """Keep a new one; raises Conflict where its id is taken."""
        ...


class Discussions(Protocol):
    """What people write on cases, and whom they ask; append-only."""

    def comments(self, case: str) -> list[Comment]:
        """What was written on the case, oldest first."""
        ...

    def referrals(self, case: str) -> list[Referral]:
        """Who was asked about the case, oldest first."""
        ...

    def add_comment(self, comment: Comment) -> None:
        """Keep a new one; raises Conflict where its referral is answered already."""
        ...

    def add_referral(self, referral: Referral) -> None:
        """Keep a new one; raises Conflict where its id is taken."""
        ...


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

    def last(self) -> int:
        """The number of the latest entry; zero where there is none."""
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
