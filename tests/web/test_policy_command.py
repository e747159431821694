"""`creditflow policy publish`: whoever knows the password hands a draft in, nobody else."""

import sys
from dataclasses import replace

import pytest
import typer

from creditflow.cli import installing, run
from creditflow.sources.policy_files import shipped_policy_documents
from creditflow.web.session import Passwords
from tests.web.test_policy import LOWER, draft_of

SECRET = "a long enough secret"


@pytest.fixture
def folder(tmp_path):
    for name, text in (shipped_policy_documents() | {"policy.yaml": LOWER}).items():
        (tmp_path / "my-policy").mkdir(exist_ok=True)
        (tmp_path / "my-policy" / name).write_text(text)
    return tmp_path / "my-policy"


@pytest.fixture
def said(app, folder, monkeypatch, capsys):
    """What the command says to somebody who types that password, and its exit status."""
    monkeypatch.setattr(installing, "installed", lambda: app)
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")
    with app.work() as work:
        work.credentials.set_password_hash("sun.yue", Passwords().hash(SECRET))

    def call(password, name="sun.yue"):
        words = ["publish", str(folder), "--why", "One name should weigh less.", "--as", name]
        monkeypatch.setattr(sys, "argv", ["creditflow", "policy", *words])
        monkeypatch.setattr(typer, "prompt", lambda *_, **__: password)
        status = run()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_a_draft_is_handed_in_by_whoever_knows_the_password(app, said):
    status, out, err = said(SECRET)

    assert (status, err) == (0, "")
    assert draft_of(app).id in out
    assert draft_of(app).proposed_by == "sun.yue"


@pytest.mark.parametrize(
    ("name", "active"), [("sun.yue", True), ("nobody", True), ("sun.yue", False)]
)
def test_a_wrong_name_or_password_or_one_who_has_left_is_told_nothing_more(app, said, name, active):
    if not active:
        with app.work() as work:
            work.people.put(replace(work.people.get(name), active=False))

    status, _, err = said(SECRET if not active else "something else", name)

    assert status == 1
    assert "The name or the password is not right." in err
    with app.reading() as work:
        assert work.policy_drafts.all() == []


def test_who_guesses_has_to_wait(said):
    tries = [said(f"guess {n}")[2] for n in range(5)]

    assert "Too many wrong tries." in tries[-1]
