"""Payment plans at the terminal: offered, listed, shown, accepted, withdrawn."""

from datetime import timedelta
from pathlib import Path

import pytest
import typer
from pwdlib import PasswordHash

from creditflow.cli import plans
from creditflow.cli.installing import prepare
from creditflow.domain.people import Role
from creditflow.messengers.plans import PlanRound
from creditflow.settings import Settings
from tests.makers import ACME, a_customer, a_person, an_invoice, cny


@pytest.fixture
def app(tmp_path: Path, monkeypatch):
    settings = Settings(
        data_dir=tmp_path, company_name="T", sender_name="T", sender_address="t@t.example",
        letter_pdf="never",
    )  # fmt: skip
    made = prepare(settings)
    due = made.today() - timedelta(30)
    with made.work() as work:
        work.people.put(a_person("li.na", roles=frozenset({Role.ANALYST})))
        work.credentials.set_password_hash("li.na", PasswordHash.recommended().hash("secret"))
        work.customers.put_all([a_customer(email="a@x.example")])
        work.ledger.add(invoices=[an_invoice(amount=cny(30_000), issued_on=due, due_on=due)])
    monkeypatch.setattr("creditflow.cli.installing.existing", lambda: made)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "secret")
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")
    yield made
    made.close()


def known(app):
    with app.reading() as work:
        return [plan.id for plan in work.plans.of(ACME)]


def test_it_is_shown_before_it_is_offered(app, capsys):
    plans.offer(ACME, as_="li.na", instalments=3, try_=True)
    assert "Past due in all: CNY 30,000.00" in capsys.readouterr().out
    assert known(app) == []


def test_it_goes_its_way(app, capsys):
    plans.offer(ACME, as_="li.na", instalments=2, try_=False)
    plans.accept("PP-000001", as_="li.na")
    capsys.readouterr()
    plans.list_(all_=False)
    assert "accepted, running" in capsys.readouterr().out
    plans.show("PP-000001")
    told = capsys.readouterr().out
    assert told.count("CNY 15,000.00") == 2
    assert "R-1" in told
    assert PlanRound(app).look() == 0
    plans.withdraw("PP-000001", as_="li.na", why="It was a mistake.")
    capsys.readouterr()
    plans.list_(all_=False)
    assert "PP-000001" not in capsys.readouterr().out
    plans.list_(all_=True)
    assert "PP-000001" in capsys.readouterr().out
