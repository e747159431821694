"""The clock fetches rates once a day, again every hour where that failed, and says so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from creditflow.domain.errors import Unavailable
from creditflow.messengers.rates import RateRound
from creditflow.sources import ecb_feed
from tests.flows.in_memory import InMemoryApp
from tests.makers import a_customer
from tests.sources.bank import DAY, FINE, Bank, serving

HOUR = timedelta(hours=1)
DUE = datetime(DAY.year, DAY.month, DAY.day, 15, 0, tzinfo=UTC)
"""Twenty-three o'clock in Shanghai."""


@pytest.fixture
def bank() -> Bank:
    return Bank((200, FINE))


@pytest.fixture
def app(tmp_path, bank, monkeypatch) -> Iterator[InMemoryApp]:
    with serving(bank) as url:
        app = InMemoryApp(tmp_path, rates_url=url, rates_time="23:00")
        monkeypatch.setattr(
            ecb_feed.HttpRates.__init__, "__kwdefaults__",
            {**ecb_feed.HttpRates.__init__.__kwdefaults__, "pauses": ()},
        )  # fmt: skip
        with app.work() as work:
            work.customers.put_all([a_customer(currency="CNY")])
        app.at = DUE
        yield app


def beat(app: InMemoryApp, at: datetime):
    app.at = at
    return RateRound(app).fetch()


def told(app: InMemoryApp) -> list[str]:
    with app.reading() as work:
        return [sealed.entry.what for sealed in work.journal.of("rates")]


def test_rates_come_once_a_day_from_their_time_on(app, bank):
    assert beat(app, DUE - timedelta(seconds=1)) is None
    assert [rate.currency for rate in beat(app, DUE).new] == ["CNY"]
    for minutes in (5, 30, 59):
        assert beat(app, DUE + timedelta(minutes=minutes)) is None
    assert len(bank.asked) == 1
    beat(app, DUE + 24 * HOUR)
    assert len(bank.asked) == 2


def test_two_clocks_fetch_once(app, bank, tmp_path):
    assert beat(app, DUE)
    other = InMemoryApp(tmp_path, rates_url=app.settings.rates_url, rates_time="23:00")
    other.memory = app.memory
    assert beat(other, DUE + timedelta(seconds=1)) is None
    assert len(bank.asked) == 1


def test_a_failure_is_in_the_journal_once_and_tried_again_after_an_hour(app, bank):
    bank.answers = [(500, b""), (500, b""), (200, FINE)]
    app.settings.__dict__["rates_time"] = DUE.time().replace(hour=20)
    start = DUE - 3 * HOUR
    with pytest.raises(Unavailable):
        beat(app, start)
    assert beat(app, start + timedelta(minutes=30)) is None
    with pytest.raises(Unavailable):
        beat(app, start + HOUR)
    assert told(app) == ["rates.not_fetched"]
    assert beat(app, start + 2 * HOUR).new
    assert told(app) == ["rates.not_fetched", "rates.fetched"]
    assert len(bank.asked) == 3


def test_without_a_time_nobody_fetches(app, bank):
    app.settings.__dict__["rates_time"] = None
    assert beat(app, DUE) is None
    assert bank.asked == []
