"""`creditflow templates`: two people word a letter from files, and every mistake has its line."""

import re
import sys

import pytest
import typer

from creditflow.cli import installing, run
from creditflow.web.session import Passwords
from tests.web.test_templates import RELEASED, draft_of, file_of, worded

SECRET = "a long enough secret"


@pytest.fixture
def call(app, monkeypatch, capsys):
    """What the command says, and its exit status."""
    monkeypatch.setattr(installing, "installed", lambda: app)
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: SECRET)
    with app.work() as work:
        for person in ("sun.yue", "hans.weber"):
            work.credentials.set_password_hash(person, Passwords().hash(SECRET))

    def called(*words):
        monkeypatch.setattr(sys, "argv", ["creditflow", "templates", *map(str, words)])
        try:
            status = run()
        except SystemExit as left:
            status = int(left.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return called


@pytest.fixture
def file(app, tmp_path):
    path = tmp_path / RELEASED.file
    path.write_text(worded(app), encoding="utf-8")
    return path


def test_a_wording_goes_from_a_file_to_an_edition_and_back(app, call, file):
    assert call("show", RELEASED)[1] == file_of(app)
    status, out, _ = call("diff", file)
    assert status == 1
    assert re.search(r"^\+.*衷心感谢", out, re.MULTILINE)
    assert call("check", file)[:2] == (0, "The wordings are sound.\n")

    _, out, err = call("publish", file, "--why", "Said more kindly.", "--as", "sun.yue")
    draft = draft_of(app)
    assert draft.id in out, err
    assert call("publish", draft.id, "--as", "sun.yue")[0] == 1
    assert "Edition 1 is in force" in call("publish", draft.id, "--as", "hans.weber")[1]
    assert call("show", RELEASED)[1] == worded(app)
    assert call("show", RELEASED, "--file")[1] == call("show", RELEASED, "--edition", 0)[1]
    assert call("diff", file)[:2] == (0, "Nothing differs.\n")
    assert "edition 1" in call("list")[1]

    call("publish", RELEASED, "--back", "--why", "The old one was fine.", "--as", "hans.weber")
    assert call("publish", draft_of(app).id, "--as", "sun.yue")[0] == 0
    assert call("show", RELEASED)[1] == file_of(app)


def test_every_mistake_of_all_files_is_told_with_its_line(app, call, file, tmp_path):
    file.write_text(worded(app) + "{{ score }}\n请 call 我司。\n", encoding="utf-8")
    other = tmp_path / "held.en.md.j2"
    other.write_text("Title\n\n{{ limit|money }}\n", encoding="utf-8")

    status, _, err = call("check", file, other)

    last = worded(app).count("\n")
    assert status == 1
    for place in (f"{file.name}:{last + 1}:", f"{file.name}:{last + 2}:", f"{other.name}:3:"):
        assert place in err
    assert "Problems: 3." in err
    status, _, err = call("publish", file, "--why", "x", "--as", "sun.yue")
    assert status == 1
    assert f"Line {last + 1}" in err
    assert call("publish", tmp_path / "absent.en.md.j2", "--as", "sun.yue")[0] == 1
