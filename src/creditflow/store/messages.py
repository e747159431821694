"""Messages, mail choices and bookmarks in SQL: each taking is one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from creditflow.domain.errors import Conflict
from creditflow.domain.message import Channel, MailChoice, Message, MessageState
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode_words, encode_words
from creditflow.store.tables import BOOKMARK, MAIL_CHOICE, MESSAGE
from creditflow.store.transaction import Transaction

UNDER_WAY = (MessageState.CLAIMED.value, MessageState.IN_DATA.value)


class SqlMessages:
    """Messages and their delivery."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, messages: Sequence[Message]) -> int:
        """Promise them; the same key again changes nothing. How many were new."""
        rows = [
            {
                "key": message.key,
                "channel": message.channel.value,
                "receiver": message.to,
                "about": message.about,
                "subject": message.subject,
                "facts": encode_words(message.facts),
                "made_at": message.made_at,
                **_delivery(message),
            }
            for message in messages
        ]
        # One by one: how many rows a batch met is not counted alike everywhere.
        return sum(self._transaction.insert_new(MESSAGE, [row]) for row in rows)

    def get(self, key: str) -> Message:
        """One message; raises NotFound."""
        query = sa.select(MESSAGE).where(MESSAGE.c.key == key)
        missing = say("There is no message {key}.", key=key)
        return _message(self._transaction.needed(query, missing))

    def put(self, message: Message) -> None:
        """Keep how far it has come; what it says never changes.

        Raises Conflict where it leaves a claim that the same owner does not hold
        any more in the same attempt.
        """
        kept = self.get(message.key)
        held = (kept.lease_owner, kept.attempts)
        is_lost = kept.state.value in UNDER_WAY and held != (
            message.lease_owner,
            message.attempts,
        )
        if is_lost or (message.state is MessageState.IN_DATA and kept.state.value not in UNDER_WAY):
            raise Conflict(
                say("Message {key} is {state} meanwhile.", key=kept.key, state=kept.state.value)
            )
        self._transaction.change(MESSAGE, _delivery(message), where={"key": message.key})

    def claim(
        self, channel: Channel, *, owner: str, at: datetime, until: datetime
    ) -> Message | None:
        """Take one that is pending and due under a lease, the longest due first; None if none is.

        It comes back claimed, with this attempt counted in `attempts`.
        """
        first = (
            sa.select(MESSAGE.c.key)
            .where(
                MESSAGE.c.channel == channel.value,
                MESSAGE.c.state == MessageState.PENDING.value,
                MESSAGE.c.due_at <= at,
            )
            .order_by(MESSAGE.c.due_at, MESSAGE.c.key)
            .limit(1)
        )
        taken = self._transaction.written(
            sa.update(MESSAGE)
            .where(MESSAGE.c.key == first.with_for_update(skip_locked=True).scalar_subquery())
            .values(
                state=MessageState.CLAIMED.value,
                lease_owner=owner,
                lease_until=until,
                attempts=MESSAGE.c.attempts + 1,
            )
            .returning(*MESSAGE.c)
        )
        return None if taken is None else _message(taken)

    def lapsed(self, at: datetime) -> list[Message]:
        """Claimed or in_data ones whose lease has run out."""
        query = sa.select(MESSAGE).where(
            MESSAGE.c.state.in_(UNDER_WAY), MESSAGE.c.lease_until <= at
        )
        rows = self._transaction.rows(query.order_by(MESSAGE.c.made_at, MESSAGE.c.key))
        return [_message(row) for row in rows]

    def latest(
        self, *, state: MessageState | None = None, to: str | None = None, most: int = 200
    ) -> list[Message]:
        """The latest first, optionally those in one state or to one receiver alone."""
        query = sa.select(MESSAGE)
        if state is not None:
            query = query.where(MESSAGE.c.state == state.value)
        if to is not None:
            query = query.where(MESSAGE.c.receiver == to)
        query = query.order_by(MESSAGE.c.made_at.desc(), MESSAGE.c.key).limit(most)
        return [_message(row) for row in self._transaction.rows(query)]

    def made_since(self, channel: Channel, since: datetime) -> Mapping[str, int]:
        """How many were promised since then, by receiver."""
        query = (
            sa.select(MESSAGE.c.receiver, sa.func.count().label("number"))
            .where(MESSAGE.c.channel == channel.value, MESSAGE.c.made_at >= since)
            .group_by(MESSAGE.c.receiver)
        )
        return {row.receiver: int(row.number) for row in self._transaction.rows(query)}


class SqlMailChoices:
    """Which mails each person wants."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def all(self) -> Mapping[str, MailChoice]:
        """What was chosen, by sign-in name; whoever chose nothing is absent."""
        rows = self._transaction.rows(sa.select(MAIL_CHOICE))
        return {row.person_id: MailChoice(row.choice) for row in rows}

    def set(self, person: str, choice: MailChoice) -> None:
        """Keep a person's choice in place of an earlier one."""
        row = {"person_id": person, "choice": choice.value}
        self._transaction.put(MAIL_CHOICE, [row])


class SqlBookmarks:
    """How far each reader of the journal has read."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, reader: str) -> int | None:
        """The number of the last entry that was read; None where the reader is new."""
        row = self._transaction.row(sa.select(BOOKMARK).where(BOOKMARK.c.reader == reader))
        return None if row is None else int(row.seq)

    def move(self, reader: str, to: int, *, since: int | None) -> bool:
        """Move on from `since` (None: for the first time); False where somebody else did."""
        if since is None:
            return self._transaction.insert_new(BOOKMARK, [{"reader": reader, "seq": to}]) == 1
        where = {"reader": reader, "seq": since}
        return self._transaction.change(BOOKMARK, {"seq": to}, where=where) == 1


def _message(row: sa.Row[Any]) -> Message:
    return Message(
        key=row.key,
        channel=Channel(row.channel),
        to=row.receiver,
        about=row.about,
        subject=row.subject,
        made_at=row.made_at,
        due_at=row.due_at,
        facts=decode_words(row.facts),
        state=MessageState(row.state),
        attempts=row.attempts,
        lease_until=row.lease_until,
        lease_owner=row.lease_owner,
        sent_at=row.sent_at,
        answer=row.answer,
    )


def _delivery(message: Message) -> dict[str, object]:
    return {
        "state": message.state.value,
        "attempts": message.attempts,
        "due_at": message.due_at,
        "lease_until": message.lease_until,
        "lease_owner": message.lease_owner,
        "sent_at": message.sent_at,
        "answer": message.answer,
    }
