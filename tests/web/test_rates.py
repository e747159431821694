"""Exchange rates in the browser: read by everybody, fetched and corrected by who hands in files."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from creditflow.domain.rates import SHELF_LIFE, Rate
from creditflow.sources.ecb_feed import HttpRates
from tests.sources.bank import Bank, document, serving


def post(person, path, **fields):
    token = re.search(r'name="token" value="([^"]+)"', person.get("/rates").text)[1]
    return person.http.post(path, data={"token": token, **fields})


@pytest.fixture
def today(app):
    return app.today()


def put(app, *rates):
    with app.work() as work:
        work.rates.put_all([Rate(code, on, Decimal(value), "own") for code, on, value in rates])


def test_a_rate_is_shown_with_source_age_and_a_line_with_words(app, visit, today):
    put(app, ("KRW", today - timedelta(30), "1500"), ("KRW", today, "1600.5"))
    page = visit("chen.wei").get("/rates").text
    assert "1,600.5" in page
    assert re.search(r'<svg class="rate"[^>]*role="img" aria-label="[^"]*1,500[^"]*1,600.5', page)


def test_an_old_rate_is_told_on_the_page_and_in_health_and_a_fresh_one_is_not(app, visit, today):
    put(app, ("KRW", today, "1500"))
    before = visit().get("/health/ready").json()["stale_rates"]
    assert "KRW" not in before
    put(app, ("CHF", today - timedelta(20), "0.93"), ("GBP", today - SHELF_LIFE * 2, "0.87"))
    assert visit().get("/health/ready").json()["stale_rates"] == sorted([*before, "CHF", "GBP"])
    page = visit("chen.wei").get("/rates").text
    assert "CREDITFLOW_RATES_TIME" in page
    assert "过旧，不再使用" in page


def test_the_bank_is_asked_on_a_click_and_another_value_is_told(app, visit, today, monkeypatch):
    steward, bank = visit("chen.wei"), Bank((200, document((today, {"KRW": "1500"}))))
    put(app, ("KRW", today, "1400"), ("SEK", today - timedelta(1), "10.9"))
    with serving(bank) as url:
        monkeypatch.setattr(type(app), "rate_feed", HttpRates(url, timeout=5, pauses=()))
        told = post(steward, "/rates/fetch").text
        assert "1400" in told
        assert "1500" in told
        bank.answers = [(200, document((today, {"SEK": "11.2"})))]
        assert "done=rates_fetched" in str(post(steward, "/rates/fetch").headers["location"])
        bank.answers = [(500, b"")]
        assert post(steward, "/rates/fetch").status_code == 503
    page = steward.get("/rates").text
    assert "500" in page.partition("</h1>")[2]
    with app.reading() as work:
        known = {(r.currency, r.on): str(r.per_pivot) for r in work.rates.all().listed()}
    assert known["KRW", today] == "1400"
    assert known["SEK", today] == "11.2"


def test_a_rate_is_corrected_with_a_reason_and_every_mistake_is_told(app, visit, today):
    steward = visit("chen.wei")
    put(app, ("KRW", today, "1400"))
    wrong = post(steward, "/rates/correct", currency="EUR", on="x", rate="a", why="b")
    assert wrong.status_code == 422
    assert wrong.text.count("<p>") >= 4
    right = {"currency": "KRW", "on": today.isoformat(), "rate": "1500.25", "why": "Misread twice."}
    assert "done=rate_corrected" in post(steward, "/rates/correct", **right).headers["location"]
    page = steward.get("/rates").text
    assert "Misread twice." in page
    assert "1,500.25" in page
    assert "1400 (own) → 1500.25" in page


def test_who_hands_in_nothing_sees_no_form_and_a_forged_one_is_refused(visit):
    approver = visit("robert.klein")
    assert "/rates/correct" not in approver.get("/rates").text
    assert post(approver, "/rates/fetch").status_code == 403
