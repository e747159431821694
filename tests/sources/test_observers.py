"""A provider over real HTTP: what it says is read, and whatever goes wrong is Unavailable."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from creditflow.domain.errors import Unavailable
from creditflow.sources.observers import HttpObserver, NoObserver
from tests.makers import TODAY, a_customer, an_observation

FINE = {
    "signal": "bureau_standing", "observed_on": "2026-02-10", "value": "AA", "scale": "letters",
    "provider": "Example Bureau", "valid_until": "2026-08-10",
}  # fmt: skip


@contextmanager
def provider(body: bytes, status: int = 200, *, wait: float = 0) -> Iterator[tuple[str, list]]:
    """A server that answers everything in that way, and what it was asked."""
    asked: list = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((parse_qs(urlsplit(self.path).query), self.headers["Authorization"]))
            time.sleep(wait)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/observations", asked
    finally:
        server.shutdown()
        server.server_close()


def said(*rows: object) -> bytes:
    return json.dumps({"observations": rows}).encode()


def observe(url: str, *, timeout: float = 5):
    observer = HttpObserver(url, "secret-token", timeout=timeout)
    try:
        return observer.observe(a_customer(registration_no="91330200"), on=TODAY)
    finally:
        observer.close()


def test_nobody_is_asked_by_default():
    assert NoObserver().observe(a_customer(), on=TODAY) == []


def test_what_the_provider_says_becomes_observations():
    with provider(said(FINE, {**FINE, "signal": "insolvency", "value": False, "scale": None})) as (
        url, asked,
    ):  # fmt: skip
        grade, insolvency = observe(url)
    assert grade == an_observation(valid_until=grade.valid_until, source="127.0.0.1")
    assert (insolvency.value, insolvency.scale) == ("no", None)
    [(question, token)] = asked
    assert (question["customer"], question["on"]) == (["C001"], ["2026-03-02"])
    assert question["registration_no"] == ["91330200"]
    assert token == "Bearer secret-token"


def test_a_customer_whom_the_provider_does_not_know_is_no_failure():
    with provider(b"", 404) as (url, _):
        assert observe(url) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (said(FINE), 500), (said(FINE), 302), (said(FINE), 401), (b"<html>", 200), (b"", 200),
        (b"[]", 200), (b'{"observations": 1}', 200), (said(1), 200),
        (said({**FINE, "signal": "gossip"}), 200), (said({**FINE, "observed_on": "soon"}), 200),
        (said({**FINE, "value": None}), 200), (said({**FINE, "value": "a\u202eb"}), 200),
        (said(*[FINE] * 201), 200), (b" " * 1_100_000 + said(FINE), 200), (b"[" * 100_000, 200),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_unavailable_and_says_who(body, status):
    with provider(body, status) as (url, _), pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        observe(url)


def test_a_provider_that_takes_too_long_is_unavailable():
    with provider(said(FINE), wait=1) as (url, _), pytest.raises(Unavailable, match="Timeout"):
        observe(url, timeout=0.1)


def test_a_provider_that_is_not_there_is_unavailable():
    with pytest.raises(Unavailable, match="ConnectError"):
        observe("http://127.0.0.1:9/observations")


def test_the_token_is_never_told():
    with provider(b"", 500) as (url, _), pytest.raises(Unavailable) as no:
        observe(url)
    assert "secret-token" not in str(no.value)
