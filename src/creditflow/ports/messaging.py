"""What telling colleagues and other programs asks of the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from creditflow.domain.hook import Hook
from creditflow.domain.message import Channel, MailChoice, Message, MessageState


class Messages(Protocol):
    """Messages and their delivery; claims are leases."""

    def add(self, messages: Sequence[Message]) -> int:
        """Promise them; the same key again changes nothing. How many were new."""
        ...

    def get(self, key: str) -> Message:
        """One message; raises NotFound."""
        ...

    def put(self, message: Message) -> None:
        """Keep how far it has come; what it says never changes.

        Raises Conflict where it leaves a claim that the same owner does not hold
        any more in the same attempt.
        """
        ...

    def claim(
        self, channel: Channel, *, owner: str, at: datetime, until: datetime
    ) -> Message | None:
        """Take one that is pending and due under a lease, the longest due first; None if none is.

        It comes back claimed, with this attempt counted in `attempts`.
        """
        ...

    def lapsed(self, at: datetime) -> list[Message]:
        """Claimed or in_data ones whose lease has run out."""
        ...

    def latest(
        self, *, state: MessageState | None = None, to: str | None = None, most: int = 200
    ) -> list[Message]:
        """The latest first, optionally those in one state or to one receiver alone."""
        ...

    def made_since(self, channel: Channel, since: datetime) -> Mapping[str, int]:
        """How many were promised since then, by receiver."""
        ...


class Hooks(Protocol):
    """Hooks; what one is never changes, only whether it is told."""

    def get(self, hook: str) -> Hook:
        """One hook; raises NotFound."""
        ...

    def all(self) -> list[Hook]:
        """All hooks, the latest first."""
        ...

    def add(self, hook: Hook) -> None:
        """Keep a new one."""
        ...

    def put(self, hook: Hook) -> None:
        """Keep its state, its secrets, its failure; raises Conflict where its name is taken."""
        ...


class MailChoices(Protocol):
    """Which mails each person wants."""

    def all(self) -> Mapping[str, MailChoice]:
        """What was chosen, by sign-in name; whoever chose nothing is absent."""
        ...

    def set(self, person: str, choice: MailChoice) -> None:
        """Keep a person's choice in place of an earlier one."""
        ...


class Bookmarks(Protocol):
    """How far each reader of the journal has read."""

    def of(self, reader: str) -> int | None:
        """The number of the last entry that was read; None where the reader is new."""
        ...

    def move(self, reader: str, to: int, *, since: int | None) -> bool:
        """Move on from `since` (None: for the first time); False where somebody else did."""
        ...
