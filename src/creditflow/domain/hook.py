"""Hook: another program, or a chat group, that is told of events; two people let it in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from creditflow.domain.customer import Language


class HookKind(StrEnum):
    """Who is told, and so how: a program of one's own, or the group robot of a messenger."""

    WEBHOOK = "webhook"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    SLACK = "slack"
    TEAMS = "teams"


SIGNED = frozenset({HookKind.WEBHOOK, HookKind.DINGTALK, HookKind.FEISHU})
"""Kinds whose messages carry a signature; the others know us by their address alone."""


class HookEvent(StrEnum):
    """What a hook can be told of. `TEST` is only sent when somebody asks for it."""

    CASE_OPENED = "case.opened"
    CASE_DECIDED = "case.decided"
    CASE_ESCALATED = "case.escalated"
    CASE_STUCK = "case.stuck"
    LETTER_TROUBLED = "letter.troubled"
    LIMIT_APPLIED = "limit.applied"
    LIMIT_GRANTED = "limit.granted"
    LIMIT_ENDED = "limit.ended"
    TEST = "test"


EVENTS = tuple(event for event in HookEvent if event is not HookEvent.TEST)


class HookState(StrEnum):
    """Whether a hook is told: `stopped` by creditflow after a long failure, `off` by a person."""

    PROPOSED = "proposed"
    ON = "on"
    OFF = "off"
    STOPPED = "stopped"
    ENDED = "ended"


LIVE = frozenset({HookState.ON, HookState.OFF, HookState.STOPPED})
"""States in which a hook holds its name."""

FORMER_LASTS = timedelta(hours=24)
"""So long messages are signed with the former secret as well, after a new one was made."""

STOPPED_AFTER = timedelta(hours=24)
"""A hook that has failed for so long, without one success, is not told any more."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook as it was proposed; what it is never changes, only whether it is told.

    `url` and the secrets are sealed; `host` is what people see of the address.
    `replaces` is the hook whose place it takes once it is confirmed.
    """

    id: str
    name: str
    kind: HookKind
    host: str
    url: str
    events: frozenset[HookEvent]
    language: Language
    secret: str
    why: str
    asked_by: str
    asked_at: datetime
    replaces: str | None = None
    state: HookState = HookState.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    former_secret: str = ""
    former_until: datetime | None = None
    failing_since: datetime | None = None

    def is_told(self, event: HookEvent, at: datetime) -> bool:
        """Whether it is told of an event of that moment: none from before it was let in."""
        let_in = self.decided_at is not None and at >= self.decided_at
        return self.state is HookState.ON and let_in and event in self.events


@dataclass(frozen=True, slots=True)
class OpenHook:
    """A hook with its address and secrets in the clear, the newest first, to be told something."""

    kind: HookKind
    url: str
    secrets: tuple[str, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a hook is told: what it is, and its text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What a hook is told: `facts` for programs, `title` and `lines` for people.

    `id` is the same for every attempt, so that a receiver knows a repetition.
    """

    id: str
    event: HookEvent
    at: datetime
    title: str
    lines: tuple[Line, ...]
    facts: tuple[tuple[str, str], ...]
    link: str
    open: str
