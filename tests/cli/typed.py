"""Commands as a person types them in an installation of its own, with a password where it is asked."""

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import typer
from pwdlib import PasswordHash

from creditflow.bootstrap import App, installed
from creditflow.cli import run
from creditflow.cli.installing import prepare
from creditflow.domain.people import Person
from creditflow.settings import read_settings
from creditflow.sources.generated import write_portfolio

KINDS = ("rates", "customers", "invoices", "payments", "orders", "statements")
PASSWORD = "the right words"
Typed = Callable[..., tuple[int, str]]


def enter(folder: Path, sitting: pytest.MonkeyPatch) -> None:
    """Let the settings be those of an installation in that folder and of no other."""
    for name in list(os.environ):
        if name.startswith("CREDITFLOW_"):
            sitting.delenv(name)
    sitting.chdir(folder)
    for name, value in (
        ("DATA_DIR", str(folder)),
        ("COMPANY_NAME", "Test Trading"),
        ("SENDER_NAME", "Credit"),
        ("SENDER_ADDRESS", "credit@test.example"),
    ):
        sitting.setenv(f"CREDITFLOW_{name}", value)
    sitting.setenv("LANG", "C.UTF-8")


def install(folder: Path, *people: Person, customers: int, until: date) -> App:
    """An installation with a generated book; these people know PASSWORD. Enter it first."""
    app = prepare(read_settings())
    files = write_portfolio(folder / "generated", customers=customers, until=until)
    for kind in KINDS:
        path: Path = getattr(files, kind)
        app.hand_in(path.read_bytes(), path.name, kinds=[kind], by="test")
    with app.work() as work:
        for person in people:
            work.people.put(person)
            work.credentials.set_password_hash(person.id, PasswordHash.recommended().hash(PASSWORD))
    return app


def typing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """A function that runs `creditflow …` and gives exit status and what was printed."""
    monkeypatch.setenv("COLUMNS", "200")

    def typed(*words: str, password: str = PASSWORD) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["creditflow", *words])
        monkeypatch.setattr(typer, "prompt", lambda *_, **__: password)
        installed.cache_clear()
        try:
            status = run()
        finally:
            installed().close()
            installed.cache_clear()
        said = capsys.readouterr()
        return status, said.out + said.err

    return typed
