"""The outside things: the letterpress, the post, what comes back, observers, runs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from creditflow.domain.customer import Customer
from creditflow.domain.letter import Addressed, Rendered
from creditflow.domain.letter_template import AS_IN_FILES, Edition
from creditflow.domain.observation import Observation
from creditflow.domain.rates import Rate


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
        edition: Edition = AS_IN_FILES,
    ) -> Rendered:
        """Subject, text, HTML, PDF and the whole message; raises Refusal where a fact is missing.

        `also` are further recipients, `copied` get it for their information;
        `edition` is how the templates are worded.
        """
        ...

    def readdressed(self, message: bytes, *, message_id: str) -> bytes:
        """The same message under another Message-ID, for a further recipient."""
        ...


class Seals(Protocol):
    """Seals what must not lie in the clear where it is kept."""

    def seal(self, secret: str, *, of: str) -> str:
        """The secret so that only this installation opens it, and only as that thing's."""
        ...

    def open(self, sealed: str, *, of: str) -> str:
        """The secret; raises Unavailable where the key is missing, another one, or the thing is."""
        ...

    def is_fresh(self, sealed: str) -> bool:
        """Whether it is sealed, and with the newest key."""
        ...


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

    def each(self) -> Iterator[bytes]:
        """The unread messages, one after the other; raises Unavailable."""
        ...


class Observer(Protocol):
    """Asks a register, a bureau or another provider what it knows of a customer."""

    def observe(self, customer: Customer, *, on: date) -> list[Observation]:
        """What it says on that day; nothing where it knows nothing. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class RateFile:
    """A file of exchange rates as it was fetched: from where, with which hash, up to which day."""

    host: str
    sha256: str
    newest: date
    rates: tuple[Rate, ...]


class RateFeed(Protocol):
    """Fetches exchange rates from whoever publishes them."""

    def fetch(self, *, on: date) -> RateFile:
        """The file of that day, or of the latest day before it; raises Unavailable."""
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
