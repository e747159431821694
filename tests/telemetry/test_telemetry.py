"""The log keeps one event on one line, names the case, and tells no secret."""

import io
import json
import logging
import threading
from collections.abc import Iterator

import pytest

from creditflow.telemetry import about_case, configure_logging

log = logging.getLogger("creditflow.tests")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(form: str, *, secrets: list[str] | None = None) -> io.StringIO:
    stream = io.StringIO()
    configure_logging("info", form, secrets=secrets or [], stream=stream)
    return stream


def test_a_line_of_json_names_the_case_it_is_about():
    stream = logged("json")

    with about_case("CF-000123"):
        log.info("letter accepted", extra={"letter": "L-1", "attempts": 2})
    log.info("resting")

    inside, outside = map(json.loads, stream.getvalue().splitlines())
    assert inside["case"] == "CF-000123"
    assert inside["event"] == "letter accepted"
    assert (inside["letter"], inside["attempts"]) == ("L-1", "2")
    assert inside["level"] == "info"
    assert "case" not in outside


def test_threads_do_not_mix_up_their_cases():
    stream = logged("json")
    both_inside = threading.Barrier(2)

    def work(case: str) -> None:
        with about_case(case):
            both_inside.wait()
            log.info(case)

    threads = [threading.Thread(target=work, args=(case,)) for case in ("CF-1", "CF-2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert sorted(line["case"] for line in lines) == ["CF-1", "CF-2"]
    assert all(line["case"] == line["event"] for line in lines)


@pytest.mark.parametrize("form", ["console", "json"])
def test_nobodys_name_forges_a_line(form):
    stream = logged(form)

    log.info("imported %s", "ACME\n2026-01-01 error you were hacked\r\x1b[31m\u202eevil\u2028next")

    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()
    assert "\\u001b" in stream.getvalue()


def fail(said: str) -> None:
    raise RuntimeError(said)


SECRETS = {
    "a known one": ("signing in with hunter2-long", "hunter2-long"),
    "in an address": ("postgresql://me:s3cret@db/creditflow fails", "s3cret"),
    "in a header": ("sent Authorization: Basic Y3JlZGl0OmZsb3c=", "Y3JlZGl0OmZsb3c="),
    "a bearer token": ("sent Bearer abcdefgh.ijklmnop", "abcdefgh.ijklmnop"),
}


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize(("said", "secret"), SECRETS.values(), ids=SECRETS)
def test_a_secret_is_never_logged(said, secret, form):
    stream = logged(form, secrets=["hunter2-long"])

    log.info(said)
    log.info("as an argument: %s", said)
    log.info("as an extra", extra={"answer": said})
    try:
        fail(said)
    except RuntimeError:
        log.exception("in a traceback")

    assert secret not in stream.getvalue()
    assert "[hidden]" in stream.getvalue()


def test_what_is_no_secret_stays():
    stream = logged("console", secrets=["", "hunter2-long"])

    log.info("see https://example.com/a:b@c and a basic plan")

    assert "https://example.com/a:b@c and a basic plan" in stream.getvalue()


def test_a_traceback_stays_below_its_line():
    stream = logged("console")

    try:
        fail("nine\nlives")
    except RuntimeError:
        log.exception("it broke")

    first, *rest = stream.getvalue().splitlines()
    assert "it broke" in first
    assert rest
    assert all(line.startswith("    ") for line in rest)


def test_below_the_level_nothing_is_written():
    stream = logged("console")

    log.debug("too quiet")

    assert stream.getvalue() == ""
