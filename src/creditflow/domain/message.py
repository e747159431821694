"""Message: what is told to a colleague by mail or to another program, and how far it has come.

A message carries no authority: nothing in it decides anything, and whoever
follows its link has to sign in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """By which way it leaves."""

    MAIL = "mail"
    HOOK = "hook"


class MessageState(StrEnum):
    """How far it has come.

    `in_data` is committed before the first byte of a mail leaves, so that what is
    found there after a crash is `uncertain` and never sent twice. `overtaken` are
    those that had nothing to say any more when their turn came.
    """

    PENDING = "pending"
    CLAIMED = "claimed"
    IN_DATA = "in_data"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    OVERTAKEN = "overtaken"


IN_TROUBLE = frozenset({MessageState.FAILED, MessageState.UNCERTAIN})
"""States in which somebody may send it once more."""

AT_REST = IN_TROUBLE | {MessageState.SENT, MessageState.OVERTAKEN}
"""States in which nothing happens by itself any more."""


class MailReason(StrEnum):
    """Why somebody is written to about a case: to decide it, or to say what they think of it."""

    NEW = "new"
    ESCALATED = "escalated"
    DUE_SOON = "due_soon"
    GIVEN = "given"
    REFERRED = "referred"
    NEEDS_ADMIN = "needs_admin"
    MANY = "many"
    DIGEST = "digest"


LISTS = frozenset({MailReason.MANY, MailReason.DIGEST})
"""Mails that list what waits, instead of telling of one case."""


class MailChoice(StrEnum):
    """Which mails somebody wants: one per task, the morning digest, both, or none."""

    BOTH = "both"
    EACH = "each"
    DIGEST = "digest"
    NONE = "none"

    @property
    def wants_each(self) -> bool:
        """Whether each task is worth a mail of its own."""
        return self in {MailChoice.BOTH, MailChoice.EACH}

    @property
    def wants_digest(self) -> bool:
        """Whether the morning begins with a digest."""
        return self in {MailChoice.BOTH, MailChoice.DIGEST}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. The same `key` is promised once, whoever promises it and how often.

    `to` is a person's sign-in name or a hook's; `about` a MailReason or the code of
    an event; `subject` the case, the letter or the business date that it concerns.
    """

    key: str
    channel: Channel
    to: str
    about: str
    subject: str
    made_at: datetime
    due_at: datetime | None
    facts: Mapping[str, str] = field(default_factory=dict)
    state: MessageState = MessageState.PENDING
    attempts: int = 0
    lease_until: datetime | None = None
    lease_owner: str | None = None
    sent_at: datetime | None = None
    answer: str = ""
