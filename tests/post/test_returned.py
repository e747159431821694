"""The mailbox for what comes back, against a real IMAP server (pymap)."""

import imaplib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditflow.domain.errors import Unavailable
from creditflow.post.bounces import bounces
from creditflow.post.returned import ImapReturns
from tests.orchestration import free_port
from tests.post.test_bounces import report

PYMAP = Path(sys.executable).with_name("pymap")


@pytest.fixture(scope="module")
def imap_port() -> Iterator[int]:
    port = free_port()
    server = subprocess.Popen(
        [PYMAP, "--no-service", "admin", "--no-service", "managesieve", "--host", "127.0.0.1",
         "--port", str(port), "--no-tls", "dict"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(100):
            try:
                imaplib.IMAP4("127.0.0.1", port, timeout=2).logout()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def returns(port, **changes):
    given = {"username": "demouser", "password": "demopass", **changes}
    return ImapReturns("127.0.0.1", port, "none", **given)


def put(port, *messages):
    with imaplib.IMAP4("127.0.0.1", port) as box:
        box.login("demouser", "demopass")
        for message in messages:
            box.append("INBOX", "", "", message.replace(b"\n", b"\r\n"))


def test_what_came_back_is_read_once_and_kept(imap_port):
    box = returns(imap_port)
    list(box.each())
    put(imap_port, report("opensmtpd"), b"Subject: holiday\n\naway\n", report("delayed"))
    read = list(box.each())
    assert [[b.for_good for b in bounces(x)] for x in read] == [[True], [], [False]]
    assert list(box.each()) == []
    with imaplib.IMAP4("127.0.0.1", imap_port) as look:
        look.login("demouser", "demopass")
        assert int(look.select("INBOX")[1][0]) >= 3


def test_who_stumbles_over_a_message_reads_it_again(imap_port):
    box = returns(imap_port)
    list(box.each())
    put(imap_port, report("postfix"))
    reading = box.each()
    next(reading)
    reading.close()
    (again,) = box.each()
    assert bounces(again)


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"folder": "Nowhere"}])
def test_a_mailbox_that_cannot_be_read_says_what_to_check(imap_port, wrong):
    with pytest.raises(Unavailable, match="CREDITFLOW_IMAP_HOST"):
        list(returns(imap_port, **wrong).each())


def test_nobody_there_is_unavailable_too():
    with pytest.raises(Unavailable):
        list(returns(free_port()).each())


def test_without_encryption_where_it_is_demanded_no_password_is_sent(imap_port):
    secured = ImapReturns("127.0.0.1", imap_port, "starttls", "demouser", "demopass")
    with pytest.raises(Unavailable):
        list(secured.each())
