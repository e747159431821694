"""Tell hooks of events: promise what the journal holds, and deliver what is due.

Everything here may be done twice and in several places at once, as with mails.
"""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from creditflow.bootstrap import App
from creditflow.domain.hook import Hook, HookEvent, Telling
from creditflow.domain.message import Message
from creditflow.domain.sentences import Sentence
from creditflow.ports import Handed
from creditflow.post.hooks.addresses import Addresses
from creditflow.post.hooks.wording import telling_of
from creditflow.post.hooks.writing import SECRET_MARK
from creditflow.services.broadcasting import deliver_to_hook, keep_broadcast, plan_broadcast
from creditflow.services.hooking import opened

if TYPE_CHECKING:
    from creditflow.post.hooks.sending import HttpHookPost

BATCH = 200
"""How many messages one beat takes at most."""

SAMPLE = {
    "case": "CF-000000",
    "customer": "C0000",
    "customer_name": "示例客户有限公司",
    "customer_name_en": "Example Customer Ltd.",
    "amount": "500000.00",
    "currency": "CNY",
}
"""What a test tells of: nobody."""

SECRET_BYTES = 32


def fresh_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return SECRET_MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class Hooks:
    """The hooks of one installation."""

    def __init__(self, app: App) -> None:
        self._app = app

    @cached_property
    def addresses(self) -> Addresses:
        """Which addresses may be told anything."""
        s = self._app.settings
        return Addresses(http=s.hooks_http, private=s.hooks_private)

    @cached_property
    def post(self) -> "HttpHookPost":
        """Sends over HTTP."""
        # Pages name hooks; only who tells them loads what sends.
        from creditflow.post.hooks.sending import HttpHookPost  # noqa: PLC0415

        return HttpHookPost(self.addresses)

    def objection(self, url: str) -> Sentence | None:
        """Why that address may not be told anything; None where it may."""
        return self.addresses.objection(url)

    def tell(self) -> int:
        """Promise what is new and deliver what is due; how many messages were dealt with."""
        self.promise()
        done = 0
        while done < BATCH and self.deliver() is not None:
            done += 1
        return done

    def promise(self) -> int:
        """Promise a message for each new event and each hook that is told of it; how many."""
        app, told = self._app, 0
        while True:
            with app.reading() as work:
                plan = plan_broadcast(at=app.now(), work=work)
            if plan is None:
                return told
            messages, since, to = plan
            with app.work() as work:
                told += keep_broadcast(messages, since, to, work=work)

    def deliver(self) -> Message | None:
        """Deliver the next message that is due; None where none is."""
        app = self._app
        return deliver_to_hook(work=app.work, send=self._send, owner=app.name, at=app.now)

    def test(self, hook: Hook) -> Handed:
        """Send a test at once; what became of it."""
        app = self._app
        at = app.now()
        key = f"test.{hook.id}.{int(at.timestamp())}"
        telling = self._telling(hook, key, HookEvent.TEST, SAMPLE, path="/")
        return self.post.tell(opened(hook, at=at, seals=app.seals), telling, at=at)

    def _send(self, hook: Hook, message: Message) -> Handed:
        at, seals = self._app.now(), self._app.seals
        case, letter = message.facts.get("case"), message.facts.get("letter")
        path = f"/letters/{letter}" if letter else f"/cases/{case}" if case else "/"
        event = HookEvent(message.about)
        telling = self._telling(hook, message.key, event, message.facts, path=path)
        return self.post.tell(opened(hook, at=at, seals=seals), telling, at=at)

    def _telling(
        self, hook: Hook, key: str, event: HookEvent, facts: Mapping[str, str], *, path: str
    ) -> Telling:
        app = self._app
        with app.reading() as work:
            desks = work.policies.current().desks
        return telling_of(
            key,
            event,
            facts,
            at=datetime.fromisoformat(facts["at"]) if "at" in facts else app.now(),
            language=hook.language,
            desks={desk.id: desk.title[hook.language] for desk in desks},
            link=app.settings.address + path,
        )
