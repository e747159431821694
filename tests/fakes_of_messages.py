"""The part of the fake store that is about messages; see tests.fakes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.hook import LIVE, Hook
from creditflow.domain.message import Channel, MailChoice, Message, MessageState
from creditflow.domain.sentences import say

UNDER_WAY = (MessageState.CLAIMED, MessageState.IN_DATA)


class FakeMessages:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.messages

    def add(self, messages: Sequence[Message]) -> int:
        before = len(self._kept)
        for message in messages:
            self._kept.setdefault(message.key, message)
        return len(self._kept) - before

    def get(self, key: str) -> Message:
        if key not in self._kept:
            raise NotFound(say("There is no message {key}.", key=key))
        return self._kept[key]

    def put(self, message: Message) -> None:
        kept = self.get(message.key)
        held = (kept.lease_owner, kept.attempts) == (message.lease_owner, message.attempts)
        under_way = kept.state in UNDER_WAY
        if (under_way and not held) or (message.state is MessageState.IN_DATA and not under_way):
            raise Conflict(say("Message {key} is {state} meanwhile.", key=kept.key,
                               state=kept.state.value))  # fmt: skip
        told = ("channel", "to", "about", "subject", "facts", "made_at")
        same = {name: getattr(kept, name) for name in told}
        self._kept[message.key] = replace(message, **same)

    def claim(
        self, channel: Channel, *, owner: str, at: datetime, until: datetime
    ) -> Message | None:
        due = [
            m
            for m in self._kept.values()
            if m.channel is channel
            and m.state is MessageState.PENDING
            and m.due_at is not None
            and m.due_at <= at
        ]
        if not due:
            return None
        first = min(due, key=lambda m: (m.due_at, m.key))
        claimed = replace(
            first,
            state=MessageState.CLAIMED,
            lease_owner=owner,
            lease_until=until,
            attempts=first.attempts + 1,
        )
        self._kept[first.key] = claimed
        return claimed

    def lapsed(self, at: datetime) -> list[Message]:
        late = [
            m
            for m in self._kept.values()
            if m.state in UNDER_WAY and m.lease_until is not None and m.lease_until <= at
        ]
        return sorted(late, key=lambda m: (m.made_at, m.key))

    def latest(
        self, *, state: MessageState | None = None, to: str | None = None, most: int = 200
    ) -> list[Message]:
        found = sorted(
            (m for m in self._kept.values() if state in (None, m.state) and to in (None, m.to)),
            key=lambda m: m.key,
        )
        return sorted(found, key=lambda m: m.made_at, reverse=True)[:most]

    def made_since(self, channel: Channel, since: datetime) -> Mapping[str, int]:
        made = (m for m in self._kept.values() if m.channel is channel and m.made_at >= since)
        return dict(Counter(m.to for m in made))


class FakeHooks:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.hooks

    def get(self, hook: str) -> Hook:
        if hook not in self._kept:
            raise NotFound(say("There is no hook {hook}.", hook=hook))
        return self._kept[hook]

    def all(self) -> list[Hook]:
        return sorted(self._kept.values(), key=lambda h: (h.asked_at, h.id), reverse=True)

    def add(self, hook: Hook) -> None:
        self._kept[hook.id] = hook

    def put(self, hook: Hook) -> None:
        same = (h for h in self._kept.values() if h.name == hook.name and h.id != hook.id)
        if hook.state in LIVE and any(h.state in LIVE for h in same):
            raise Conflict(say("There is a hook {name} already.", name=hook.name))
        fixed = ("name", "kind", "host", "events", "language", "why", "asked_by", "asked_at")
        kept = {name: getattr(self._kept[hook.id], name) for name in fixed}
        self._kept[hook.id] = replace(hook, **kept)


class FakeMailChoices:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.mail_choices

    def all(self) -> Mapping[str, MailChoice]:
        return dict(self._kept)

    def set(self, person: str, choice: MailChoice) -> None:
        self._kept[person] = choice


class FakeBookmarks:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.bookmarks

    def of(self, reader: str) -> int | None:
        return self._kept.get(reader)

    def move(self, reader: str, to: int, *, since: int | None) -> bool:
        if self._kept.get(reader) != since:
            return False
        self._kept[reader] = to
        return True
