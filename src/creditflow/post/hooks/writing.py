"""Write what a hook is told as the request that its kind expects, and read the answer.

Each kind is two functions: one makes a request of a telling, one says whether the
answer means that it was taken. Formats are those that the makers of the messengers
document; each is checked by tests against a receiver that verifies as documented.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from creditflow.domain.hook import HookKind, OpenHook, Telling
from creditflow.ports import Delivery

TOO_FAST = frozenset({429, 45009, 130101, 410100, 11232})
"""Codes by which a server (HTTP, WeCom, DingTalk, Feishu) asks for patience."""

WECOM_BYTES = 4_000
"""WeCom takes 4,096 bytes of Markdown."""

SECRET_MARK = "whsec_"  # noqa: S105 - how Standard Webhooks begins every secret

_PLAIN = str.maketrans("<>[]`*_#|~\\", "＜＞［］'＊＿＃｜～＼")
"""What Markdown would read as markup, in signs that look alike and are none."""


@dataclass(frozen=True, slots=True)
class HookRequest:
    """An HTTP POST: where to, the body, and headers besides the usual ones."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What came back: the status, the first part of the body."""

    status: int
    body: str


Write = Callable[[OpenHook, Telling, datetime], HookRequest]


def write(hook: OpenHook, telling: Telling, at: datetime) -> HookRequest:
    """The request by which a hook of that kind is told."""
    return _KINDS[hook.kind](hook, telling, at)


def verdict(kind: HookKind, answer: HookAnswer) -> Delivery:
    """Whether the answer means that the message was taken.

    Robots of messengers answer 200 also where they refuse, and say so in the body.
    """
    if answer.status in {408, 425, 429} or answer.status >= 500:  # noqa: PLR2004 - HTTP's own
        return Delivery.LATER
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's own
        return Delivery.REFUSED
    codes = _CODES.get(kind)
    if codes is None:
        return Delivery.ACCEPTED
    code = _code(answer.body, codes)
    if code == 0:
        return Delivery.ACCEPTED
    return Delivery.LATER if code in TOO_FAST or code is None else Delivery.REFUSED


def _code(body: str, names: tuple[str, ...]) -> int | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    known = [said.get(name) for name in names] if isinstance(said, dict) else []
    return next((code for code in known if isinstance(code, int)), None)


# ------------------------------------------------------------------ a program of one's own


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature of Standard Webhooks: HMAC-SHA-256 over `id.timestamp.body`, in base 64."""
    key = base64.b64decode(secret.removeprefix(SECRET_MARK))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _webhook(hook: OpenHook, telling: Telling, at: datetime) -> HookRequest:
    said = {
        "id": telling.id,
        "type": telling.event.value,
        "timestamp": telling.at.isoformat(),
        "data": {**dict(telling.facts), "link": telling.link},
    }
    body, stamp = _json(said), str(int(at.timestamp()))
    signatures = (signature(secret, telling.id, stamp, body) for secret in hook.secrets)
    return HookRequest(
        hook.url,
        body,
        {
            "webhook-id": telling.id,
            "webhook-timestamp": stamp,
            "webhook-signature": " ".join(signatures),
        },
    )


# ------------------------------------------------------------------ robots of messengers


def _wecom(hook: OpenHook, telling: Telling, at: datetime) -> HookRequest:  # noqa: ARG001 - all alike
    lines = [f"### {_plain(telling.title)}"]
    lines += [f"> {_plain(x.label)}：{_plain(x.text)}" for x in telling.lines]
    text = _cut("\n".join(lines), WECOM_BYTES - len(telling.link.encode()) - 64)
    content = f"{text}\n[{telling.open}]({telling.link})"
    return HookRequest(hook.url, _json({"msgtype": "markdown", "markdown": {"content": content}}))


def _dingtalk(hook: OpenHook, telling: Telling, at: datetime) -> HookRequest:
    lines = [f"### {_plain(telling.title)}"]
    lines += [f"- {_plain(x.label)}：{_plain(x.text)}" for x in telling.lines]
    card = {
        "title": _plain(telling.title),
        "text": "\n".join(lines),
        "singleTitle": telling.open,
        "singleURL": telling.link,
    }
    url = hook.url
    for secret in hook.secrets[:1]:
        stamp = str(int(at.timestamp() * 1000))
        digest = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)
        sign = quote_plus(base64.b64encode(digest))
        url += f"{'&' if '?' in url else '?'}timestamp={stamp}&sign={sign}"
    return HookRequest(url, _json({"msgtype": "actionCard", "actionCard": card}))


def _feishu(hook: OpenHook, telling: Telling, at: datetime) -> HookRequest:
    fields = [
        {"is_short": True, "text": {"tag": "plain_text", "content": f"{x.label}：{x.text}"}}
        for x in telling.lines
    ]
    button = {
        "tag": "button",
        "text": {"tag": "plain_text", "content": telling.open},
        "url": telling.link,
        "type": "primary",
    }
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": telling.title}},
        "elements": [{"tag": "div", "fields": fields}, {"tag": "action", "actions": [button]}],
    }
    said: dict[str, Any] = {"msg_type": "interactive", "card": card}
    for secret in hook.secrets[:1]:
        stamp = str(int(at.timestamp()))
        # Here the string is the key, and nothing is signed with it.
        digest = hmac.digest(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)
        said |= {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}
    return HookRequest(hook.url, _json(said))


def _slack(hook: OpenHook, telling: Telling, at: datetime) -> HookRequest:  # noqa: ARG001 - all alike
    title = _for_slack(telling.title)
    fields = [
        {"type": "mrkdwn", "text": f"*{_for_slack(x.label)}*\n{_for_slack(x.text)}"}
        for x in telling.lines
    ]
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": telling.open},
        "url": telling.link,
    }
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{title}*"}},
        *([{"type": "section", "fields": fields[:10]}] if fields else []),
        {"type": "actions", "elements": [button]},
    ]
    return HookRequest(hook.url, _json({"text": title, "blocks": blocks}))


def _teams(hook: OpenHook, telling: Telling, at: datetime) -> HookRequest:  # noqa: ARG001 - all alike
    title = {"type": "TextBlock", "text": _plain(telling.title), "weight": "Bolder", "wrap": True}
    facts = {
        "type": "FactSet",
        "facts": [{"title": _plain(x.label), "value": _plain(x.text)} for x in telling.lines],
    }
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, facts],
        "actions": [{"type": "Action.OpenUrl", "title": telling.open, "url": telling.link}],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return HookRequest(hook.url, _json({"type": "message", "attachments": [attachment]}))


def _plain(text: str) -> str:
    """The text on one line, with nothing in it that is markup."""
    return " ".join(text.translate(_PLAIN).split())


def _for_slack(text: str) -> str:
    """The three signs that Slack wants escaped, after those that would be markup."""
    escaped = _plain(text.replace("<", "‹").replace(">", "›"))
    return escaped.replace("&", "&amp;")


def _cut(text: str, most: int) -> str:
    """No more bytes than that, and no half letter."""
    return text.encode()[:most].decode("utf-8", "ignore")


def _json(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


_KINDS: Mapping[HookKind, Write] = {
    HookKind.WEBHOOK: _webhook,
    HookKind.WECOM: _wecom,
    HookKind.DINGTALK: _dingtalk,
    HookKind.FEISHU: _feishu,
    HookKind.SLACK: _slack,
    HookKind.TEAMS: _teams,
}
_CODES: Mapping[HookKind, tuple[str, ...]] = {
    HookKind.WECOM: ("errcode",),
    HookKind.DINGTALK: ("errcode",),
    HookKind.FEISHU: ("code", "StatusCode"),
}
