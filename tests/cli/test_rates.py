"""Exchange rates at the terminal: fetched, listed, loaded and corrected."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from pwdlib import PasswordHash

from creditflow.cli import rates
from creditflow.cli.installing import prepare
from creditflow.domain.people import Role
from creditflow.domain.rates import Rate
from creditflow.services.exchanging import NoCorrection
from creditflow.settings import Settings
from creditflow.sources.ecb_feed import HttpRates
from tests.makers import a_customer, a_person
from tests.sources.bank import Bank, document, serving


@pytest.fixture
def app(tmp_path: Path, monkeypatch):
    made = prepare(Settings(data_dir=tmp_path, company_name="T", letter_pdf="never"))
    with made.work() as work:
        work.people.put(a_person("gao", roles=frozenset({Role.DATA_STEWARD})))
        work.credentials.set_password_hash("gao", PasswordHash.recommended().hash("secret"))
        work.customers.put_all([a_customer(currency="USD")])
    monkeypatch.setattr("creditflow.cli.installing.existing", lambda: made)
    monkeypatch.setattr("creditflow.cli.installing.prepare", lambda _: made)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "secret")
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")
    yield made
    made.close()


def test_what_is_new_is_printed_and_what_differs_ends_with_status_one(app, monkeypatch, capsys):
    today = app.today()
    bank = Bank((200, document((today, {"USD": "1.15", "CNY": "7.81"}))))
    with serving(bank) as url:
        monkeypatch.setattr(type(app), "rate_feed", HttpRates(url, timeout=5, pauses=()))
        rates.fetch()
        assert f"{today}  1 EUR = 1.15 USD  (ECB)" in capsys.readouterr().out
        rates.fetch()
        assert "0 rates are new, 2 were known." in capsys.readouterr().out
        bank.answers = [(200, document((today, {"USD": "1.16"})))]
        with pytest.raises(typer.Exit):
            rates.fetch()
        assert "1.15" in capsys.readouterr().err


def test_the_list_has_source_age_and_state(app, capsys):
    with app.work() as work:
        on = app.today() - timedelta(9)
        work.rates.add([Rate("USD", on, Decimal("1.1"), "own")])
    rates.list_()
    told = capsys.readouterr().out
    assert "old, still used" in told
    assert "missing" in told  # yuan, the policy's currency


def test_the_history_is_loaded_without_a_network_and_changes_no_rate_that_stands(app, capsys):
    day = datetime.fromisoformat("2013-10-01")
    with app.work() as work:
        work.rates.add([Rate("USD", day.date(), Decimal(9), "own")])
    with pytest.raises(typer.Exit):
        rates.load(since=day, until=datetime.fromisoformat("2013-10-03"), file=None)
    with app.reading() as work:
        known = {(r.currency, r.on.day): r.per_pivot for r in work.rates.all().listed()}
    assert known["USD", 1] == 9
    assert known["USD", 2] != 9
    assert "stayed out" in capsys.readouterr().err


def test_a_correction_takes_a_person_and_a_reason(app, capsys):
    day = datetime.combine(app.today(), datetime.min.time())
    rates.correct("usd", day, "1.12", as_="gao", why="Read from the bank's page.")
    assert "- → 1.12" in capsys.readouterr().out
    with pytest.raises(NoCorrection):
        rates.correct("usd", day, "1.12", as_="gao", why="Read from the bank's page.")
