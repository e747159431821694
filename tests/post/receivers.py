"""A real HTTP server that receives hooks as their makers document, and verifies what is signed."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

WINDOW = 300
"""Seconds by which the time of a signed webhook may differ (Standard Webhooks)."""


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self):
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers each path as its messenger would; `verdicts` override, in turn."""

    secrets: dict[str, str] = field(default_factory=dict)
    now: float = 0.0
    requests: list[Received] = field(default_factory=list)
    verdicts: list[tuple[int, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    address: str = ""
    pause: float = 0.0

    def answer(self, request: Received) -> tuple[int, str]:
        self.requests.append(request)
        if self.pause:
            time.sleep(self.pause)
        if self.verdicts:
            return self.verdicts.pop(0)
        kind = urlsplit(request.path).path.strip("/")
        return getattr(self, f"_{kind}")(request)

    def _webhook(self, request: Received) -> tuple[int, str]:
        """As Standard Webhooks says: constant time, any of the signatures, within five minutes."""
        identity, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        key = base64.b64decode(self.secrets["webhook"].removeprefix("whsec_"))
        signed = f"{identity}.{stamp}.".encode() + request.body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        given = [s.partition(",")[2] for s in request.headers["webhook-signature"].split()]
        if not any(hmac.compare_digest(expected, one) for one in given):
            return 401, "bad signature"
        if abs(self.now - int(stamp)) > WINDOW:
            return 401, "too old"
        known = identity in self.seen
        self.seen.add(identity)
        return 200, "known already" if known else "ok"

    def _wecom(self, request: Received) -> tuple[int, str]:
        said = request.said
        fine = said["msgtype"] == "markdown" and len(said["markdown"]["content"].encode()) <= 4096
        return 200, json.dumps({"errcode": 0 if fine else 40008, "errmsg": "ok" if fine else "no"})

    def _dingtalk(self, request: Received) -> tuple[int, str]:
        """Key: the secret; text: milliseconds, a line feed, the secret; within an hour."""
        query = parse_qs(urlsplit(request.path).query)
        secret, stamp = self.secrets["dingtalk"], query.get("timestamp", ["0"])[0]
        digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        fresh = abs(self.now * 1000 - int(stamp)) <= 3_600_000
        if query.get("sign") != [base64.b64encode(digest).decode()] or not fresh:
            return 200, json.dumps({"errcode": 310000, "errmsg": "sign not match"})
        card = request.said["actionCard"]
        fine = request.said["msgtype"] == "actionCard" and card["title"] and card["singleURL"]
        return 200, json.dumps({"errcode": 0 if fine else 40035, "errmsg": "ok"})

    def _feishu(self, request: Received) -> tuple[int, str]:
        """Key: seconds, a line feed, the secret; nothing is signed; within an hour."""
        said = request.said
        key = f"{said.get('timestamp')}\n{self.secrets['feishu']}".encode()
        expected = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        fresh = abs(self.now - int(said.get("timestamp", 0))) <= 3600
        if said.get("sign") != expected or not fresh:
            return 200, json.dumps({"code": 19021, "msg": "sign match fail"})
        fine = said["msg_type"] == "interactive" and said["card"]["elements"]
        return 200, json.dumps({"code": 0 if fine else 9499, "msg": "success", "data": {}})

    def _slack(self, request: Received) -> tuple[int, str]:
        said = request.said
        kinds = [block["type"] for block in said["blocks"]]
        fine = said["text"] and kinds[0] == "section" and kinds[-1] == "actions"
        return (200, "ok") if fine else (400, "invalid_blocks")

    def _teams(self, request: Received) -> tuple[int, str]:
        (attachment,) = request.said["attachments"]
        card = attachment["content"]
        fine = (
            request.said["type"] == "message"
            and attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
            and card["type"] == "AdaptiveCard"
            and card["body"]
        )
        return (202, "") if fine else (400, "bad card")


@contextmanager
def receiving(receiver: Receiver, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Serve on a free port of this machine, with TLS where there is a certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, text = receiver.answer(Received(self.path, headers, body))
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    scheme = "https" if tls else "http"
    receiver.address = f"{scheme}://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
