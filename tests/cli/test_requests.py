"""`creditflow requests`: ask for a limit as somebody, see where requests are, take one back."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from creditflow.bootstrap import App
from creditflow.domain.case import CaseState
from creditflow.domain.people import Role
from creditflow.settings import read_settings
from tests.cli.typed import enter, install, typing
from tests.makers import a_person

SALES = a_person("wang", roles=frozenset({Role.SALES}), desks=frozenset(), mandate=None)
OTHER = a_person("chen", roles=frozenset({Role.SALES}), desks=frozenset(), mandate=None)
CUSTOMER = "C00001"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """An installation with a small book and two people of sales."""
    folder = tmp_path_factory.mktemp("requests")
    with pytest.MonkeyPatch.context() as sitting:
        enter(folder, sitting)
        install(folder, SALES, OTHER, customers=3, until=date(2026, 3, 2)).close()
    (folder / "contract.pdf").write_bytes(b"%PDF-1.7 the contract")
    (folder / "virus.exe").write_bytes(b"MZ")
    return folder


@pytest.fixture
def requests(folder, monkeypatch, capsys):
    enter(folder, monkeypatch)
    typed = typing(monkeypatch, capsys)
    return lambda *words, **said: typed("requests", *words, **said)


def season():
    with App(read_settings()).reading() as work:
        currency = work.customers.get(CUSTOMER).currency
    today = App(read_settings()).today()
    return currency, [
        *("--kind", "temporary", "--from", (today + timedelta(7)).isoformat()),
        *("--until", (today + timedelta(97)).isoformat(), "--reason", "For the season."),
    ]


def test_one_asks_sees_it_and_takes_it_back(requests, folder):
    currency, words = season()
    status, said = requests(
        "ask", CUSTOMER, "250,000", *words, "--as", "wang", "--file", "contract.pdf"
    )
    assert status == 0
    case = said.split()[1]
    assert said == f"Case {case} is being evaluated.\n"
    with App(read_settings()).reading() as work:
        kept = work.cases.get(case)
        assert [f.file_name for f in work.attachments.of(case)] == ["contract.pdf"]
        assert work.journal.of(case)[0].entry.by == "wang"
    assert kept.occasion.on_top is not None

    status, said = requests("list", "--by", "wang")
    assert status == 0
    assert f"Temporary limit + {currency}" in said.replace("\u00a0", " ")
    assert case not in requests("list", "--by", "chen")[1]

    status, said = requests("withdraw", case, "--as", "chen")
    assert (status, "Only the person who asked" in said) == (1, True)
    assert requests("withdraw", case, "--as", "wang") == (0, f"Case {case} is withdrawn.\n")
    with App(read_settings()).reading() as work:
        assert work.cases.get(case).state is CaseState.WITHDRAWN


def test_all_that_cannot_be_read_is_told_at_once(requests):
    status, said = requests(
        "ask", CUSTOMER, "12,34", "--kind", "eternal", "--from", "soon", "--until", "31/12/26",
        "--uses", "x", "--reason", "Why.", "--as", "wang", "--file", "virus.exe",
    )  # fmt: skip
    assert status == 1
    assert len(said.strip().splitlines()) == 6


def test_without_the_password_nothing_is_asked(requests):
    _, words = season()
    status, said = requests("ask", CUSTOMER, "250000", *words, "--as", "wang", password="another")
    assert status == 1
    assert "Case" not in said
