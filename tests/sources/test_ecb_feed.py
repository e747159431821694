"""The bank's file over real HTTP: whole or not at all, and whatever goes wrong is Unavailable."""

import hashlib
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditflow.domain.errors import Unavailable
from creditflow.domain.rates import Rate
from creditflow.sources.ecb_feed import MOST_BYTES, OLDEST, HttpRates, rates_of
from tests.sources.bank import DAY, FINE, Bank, document, serving


def fetch(bank: Bank, *, timeout: float = 5, on: date = DAY, pauses: tuple[float, ...] = ()):
    slept: list[float] = []
    with serving(bank) as url:
        feed = HttpRates(url, timeout=timeout, pauses=pauses, sleep=slept.append)
        return feed.fetch(on=on)


def refusal(bank: Bank, **how) -> str:
    with pytest.raises(Unavailable) as refused:
        fetch(bank, **how)
    told = str(refused.value)
    assert "creditflow rates fetch" in told
    assert "creditflow import rates" in told
    return told


def test_the_banks_file_is_read_whole_with_its_hash_and_its_day():
    file = fetch(Bank((200, FINE)))
    assert file.rates == (
        Rate("USD", DAY, Decimal("1.1592"), "ECB"),
        Rate("CNY", DAY, Decimal("7.8123"), "ECB"),
        Rate("JPY", DAY, Decimal("181.35"), "ECB"),
    )
    assert (file.host, file.newest) == ("127.0.0.1", DAY)
    assert file.sha256 == hashlib.sha256(FINE).hexdigest()


def test_a_file_of_several_days_is_read_too():
    before = DAY - timedelta(1)
    file = fetch(Bank((200, document((DAY, {"CNY": "7.8"}), (before, {"CNY": "7.9"})))))
    assert [(r.on, str(r.per_pivot)) for r in file.rates] == [(DAY, "7.8"), (before, "7.9")]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html><body>Maintenance</body></html>", "not the bank's"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not the bank's"),
        (b"", "not the bank's"),
        (FINE[: len(FINE) // 2], "cut off"),
        (FINE[:-3], "cut off"),
        (FINE.replace(b"7.8123", b"7,8123"), "not the bank's"),
        (FINE.replace(b"7.8123", b"-7.8123"), "not the bank's"),
        (FINE.replace(b"7.8123", b"NaN"), "not the bank's"),
        (FINE.replace(b"rate='7.8123'", b""), "not the bank's"),
        (FINE.replace(b"CNY", b"cny"), "not the bank's"),
        (FINE.replace(b"CNY", b"EUR"), "not the bank's"),
        (FINE.replace(b"2026-11-24", b"24.11.2026"), "not the bank's"),
        (FINE.replace(b"JPY", b"CNY"), "two for one currency"),
        (document(), "no rate"),
        (FINE.replace(b"<gesmes:Env", b"<!DOCTYPE x [<!ENTITY a 'b'>]><gesmes:Env"), "not the"),
        (FINE + b" " * MOST_BYTES, f"more than {MOST_BYTES:,} bytes"),
    ],
)  # fmt: skip
def test_what_is_not_the_banks_file_is_refused_whole(body, why):
    assert why in refusal(Bank((200, body)))


def test_the_same_checks_let_a_file_of_just_that_size_pass():
    """Control: it is the size and the content that were refused, not the way they came."""
    assert len(fetch(Bank((200, FINE + b" " * (MOST_BYTES - len(FINE))))).rates) == 3


def test_a_currency_that_is_new_to_us_is_passed_over():
    file = fetch(Bank((200, document((DAY, {"CNY": "7.8", "XYZ": "3"})))))
    assert [rate.currency for rate in file.rates] == ["CNY"]


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_an_error_is_told_with_its_status(status):
    assert f"status {status}" in refusal(Bank((status, FINE)))


def test_a_redirect_in_a_circle_ends():
    assert "TooManyRedirects" in refusal(Bank((302, b"")))


def test_a_bank_that_hangs_is_left():
    begun = time.monotonic()
    assert "Timeout" in refusal(Bank((200, FINE), wait=1), timeout=0.2)
    assert time.monotonic() - begun < 0.9


def test_a_bank_that_drips_is_left_and_one_that_is_only_slow_is_not():
    assert "Timeout" in refusal(Bank((200, FINE), drip=True), timeout=0.3)
    assert fetch(Bank((200, FINE), drip=True), timeout=10).rates


def test_nobody_there_is_told():
    with pytest.raises(Unavailable, match="ConnectError"):
        HttpRates("http://127.0.0.1:9/x", timeout=1, pauses=()).fetch(on=DAY)


def test_a_failure_is_tried_again_and_one_answer_is_enough():
    bank = Bank((500, b""), (200, FINE[:-3]), (200, FINE))
    assert len(fetch(bank, pauses=(1.0, 4.0)).rates) == 3
    assert len(bank.asked) == 3


def test_after_the_last_attempt_the_last_reason_is_told():
    bank = Bank((500, b""), (200, b"x"))
    assert "status 500" not in refusal(bank, pauses=(1.0,))
    assert len(bank.asked) == 2


@pytest.mark.parametrize(("shift", "why"), [(-1, "still to come"), (OLDEST.days + 1, "latest")])
def test_a_file_of_the_wrong_day_is_refused(shift, why):
    assert why in refusal(Bank((200, FINE)), on=DAY + timedelta(shift))


@pytest.mark.parametrize("shift", [0, 1, OLDEST.days])
def test_a_file_of_a_day_before_is_taken(shift):
    """Control: the bank rests on weekends and holidays."""
    assert fetch(Bank((200, FINE)), on=DAY + timedelta(shift)).newest == DAY


def test_a_proxy_of_the_environment_is_asked(monkeypatch):
    bank = Bank((200, FINE))
    with serving(bank) as url:
        monkeypatch.setenv("HTTP_PROXY", url.rpartition("/")[0])
        feed = HttpRates("http://bank.invalid/daily.xml", timeout=5, pauses=())
        assert feed.fetch(on=DAY).host == "bank.invalid"
    assert bank.asked == ["http://bank.invalid/daily.xml"]


@given(st.integers(0, len(FINE) - 1))
def test_no_part_of_a_file_passes_for_the_whole(length):
    with pytest.raises((SyntaxError, ValueError)):
        list(rates_of(FINE[:length]))
    assert len(list(rates_of(FINE))) == 3
