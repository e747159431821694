"""Send to hooks over HTTP: one request, no redirects, a short patience, a small answer."""

import ssl
import time
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlunsplit

import httpx

from creditflow.domain.errors import Problem, Unavailable
from creditflow.domain.hook import OpenHook, Telling
from creditflow.ports import Delivery, Handed
from creditflow.post.hooks.addresses import Addresses
from creditflow.post.hooks.writing import HookAnswer, HookRequest, verdict, write

PATIENCE_SECONDS = 10.0
MOST_ANSWER = 4_096
"""Bytes of the answer that are read, and characters of it that are kept."""

KEPT_ANSWER = 300
AGENT = "creditflow"


@dataclass(frozen=True, slots=True)
class HttpHookPost:
    """Tells hooks. `addresses` says which may be told; `trust` has the system's certificates."""

    addresses: Addresses
    patience: float = PATIENCE_SECONDS
    trust: ssl.SSLContext | None = field(default=None)

    def tell(self, hook: OpenHook, telling: Telling, *, at: datetime) -> Handed:
        """Send one message; UNKNOWN where it left and no answer came back."""
        request = write(hook, telling, at)
        try:
            answer = self._post(request)
        except Unavailable as trouble:
            return Handed(Delivery.LATER, str(trouble))
        except Problem as forbidden:
            return Handed(Delivery.REFUSED, str(forbidden))
        except (httpx.ConnectError, httpx.ConnectTimeout) as trouble:
            return Handed(Delivery.LATER, f"{type(trouble).__name__}: {trouble}"[:KEPT_ANSWER])
        except httpx.HTTPError as trouble:
            return Handed(Delivery.UNKNOWN, f"{type(trouble).__name__}: {trouble}"[:KEPT_ANSWER])
        said = " ".join(f"{answer.status} {answer.body}".split())
        return Handed(verdict(hook.kind, answer), said[:KEPT_ANSWER])

    def _post(self, request: HookRequest) -> HookAnswer:
        place, number = self.addresses.place(request.url)
        host = place.hostname or ""
        port = f":{place.port}" if place.port else ""
        literal = f"[{number}]" if ":" in number else number
        to = urlunsplit((place.scheme, literal + port, place.path or "/", place.query, ""))
        headers = {
            "Host": place.netloc,
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": AGENT,
            "Accept-Encoding": "identity",
            **request.headers,
        }
        with (
            httpx.Client(
                timeout=self.patience,
                trust_env=False,
                follow_redirects=False,
                verify=self.trust or ssl.create_default_context(),
            ) as http,
            # The certificate is checked against the name, though the number is connected to.
            http.stream(
                "POST", to, content=request.body, headers=headers, extensions={"sni_hostname": host}
            ) as answer,
        ):
            return HookAnswer(answer.status_code, _beginning(answer))


def _beginning(answer: httpx.Response) -> str:
    read, begun = b"", time.monotonic()
    for part in answer.iter_raw():
        read += part
        if len(read) >= MOST_ANSWER or time.monotonic() - begun > PATIENCE_SECONDS:
            break
    return read[:MOST_ANSWER].decode("utf-8", "replace")
