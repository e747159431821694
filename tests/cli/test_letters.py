"""Letters at the terminal: who has one written says so with a password, and every one is checked."""

import json
import sqlite3
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
import typer
from pwdlib import PasswordHash

from creditflow.cli import letters
from creditflow.cli.examining import backlog
from creditflow.cli.examining.finding import State
from creditflow.cli.installing import prepare
from creditflow.domain.errors import Refusal
from creditflow.domain.letter_answer import AnswerKind
from creditflow.domain.notice import Notice
from creditflow.domain.policy_reading import canonical
from creditflow.messengers.notices import Notices
from creditflow.post.rendering import Press
from creditflow.services.answering import answer
from creditflow.services.notifying import NothingToTell
from creditflow.settings import Settings
from creditflow.sources.policy_files import shipped_policy_text
from tests.makers import ACME, a_customer, a_limit, a_person


@pytest.fixture
def app(tmp_path: Path, monkeypatch):
    settings = Settings(
        data_dir=tmp_path, company_name="T", sender_name="T", sender_address="t@t.example",
        letter_pdf="never",
    )  # fmt: skip
    made = prepare(settings)
    with made.work() as work:
        work.people.put(a_person("chen.wei"))
        work.credentials.set_password_hash("chen.wei", PasswordHash.recommended().hash("secret"))
        work.customers.put_all([a_customer(email="a@x.example; b@x.example")])
    monkeypatch.setattr("creditflow.cli.installing.existing", lambda: made)
    yield made
    made.close()


def write(monkeypatch, password, kind="statements_wanted", *, show=False):
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: password)
    letters.write(kind, ACME, as_="chen.wei", show=show)


def kept(app):
    with app.readings() as readings:
        return readings.letter_ids()


def test_who_has_a_letter_written_gives_a_password(app, monkeypatch, capsys):
    with pytest.raises(Refusal, match="The name or the password is not right"):
        write(monkeypatch, "wrong")
    assert kept(app) == []
    write(monkeypatch, "secret")
    assert "L-000001 to a@x.example" in capsys.readouterr().out
    assert kept(app) == ["L-000001", "L-000001.1"]
    with app.reading() as work:
        (entry,) = [x.entry for x in work.journal.of("L-000001")]
    assert (entry.what, entry.by) == ("letter.written", "chen.wei")


def test_the_day_of_a_reply_is_told_before_it_is_over(app, monkeypatch, capsys):
    letters.answers()
    assert capsys.readouterr().out == "0 answers.\n"
    write(monkeypatch, "secret")
    with app.work() as work:
        letter, on = work.letters.get("L-000001"), app.today()
        for kind in (AnswerKind.REASONS, AnswerKind.RECEIVED):
            answer(letter, kind, reply_within=30, at=app.now(), on=on, work=work)
    letters.answers()
    due_on = on + timedelta(days=30)
    assert f"asks for reasons in writing  {due_on}\n1 answers." in capsys.readouterr().out
    with app.readings() as readings:
        owed = readings.answers_waiting()
    told = {
        days: [
            (x.state, "L-000001" in str(x.what))
            for x in backlog.replies(owed, due_on + timedelta(days))
        ]
        for days in (-6, -5, 0, 1)
    }
    near, late = [(State.WARNING, True)], [(State.PROBLEM, True)]
    assert told == {-6: [], -5: near, 0: near, 1: late}


def test_owners_who_get_no_copies_are_told(app):
    with app.work() as work:
        work.people.put(a_person("left", active=False))
        owners = ("chen.wei", "left", "wang li", None)
        work.customers.put_all(
            [a_customer(f"C90{n}", owner=owner) for n, owner in enumerate(owners)]
        )
    with app.readings() as readings:
        unknown = readings.owners_without_copies()
    (told,) = backlog.owners(unknown)
    assert str(told.what).endswith("nobody here (3): left, sales.wang, wang li")
    assert list(backlog.owners([])) == []


def test_a_letter_that_is_only_shown_leaves_nothing_behind(app, monkeypatch, capsys):
    with pytest.raises(typer.Exit):
        write(monkeypatch, None, show=True)
    assert a_customer().name in capsys.readouterr().out
    assert kept(app) == []


def test_a_letter_without_an_occasion_is_refused(app, monkeypatch):
    with pytest.raises(NothingToTell):
        write(monkeypatch, "secret", "held")
    with pytest.raises(Refusal, match="Choose one of: held, limit_ends"):
        write(monkeypatch, "secret", "plan_broken")
    assert kept(app) == []


def test_every_letter_is_set_again_and_compared(app, monkeypatch, capsys):
    write(monkeypatch, "secret")
    capsys.readouterr()
    letters.check()
    assert capsys.readouterr().out == "2 letters.\n"
    # Settings that are newer than the letter are no fault of its bytes.
    app.press = Press(replace(app.sender, address="other@t.example"))
    letters.check()
    assert "L-000001 would be set otherwise today" in capsys.readouterr().out


def test_bytes_that_are_not_what_they_were_are_found(app, monkeypatch, capsys):
    """The negative control: somebody with the database in hand changes one letter."""
    write(monkeypatch, "secret")
    with sqlite3.connect(app.settings.data_dir / "creditflow.db") as database:
        database.execute("DROP TRIGGER letter_no_update")
        database.execute("UPDATE letter SET message = x'00' WHERE id = 'L-000001.1'")
    database.close()
    with pytest.raises(typer.Exit) as left:
        letters.check()
    assert left.value.exit_code == 1
    assert capsys.readouterr().err.startswith("L-000001.1 are not what they were")


def test_the_clock_writes_what_letters_due_has_shown(app, capsys):
    letters.due()
    assert "no rules" in capsys.readouterr().out
    assert Notices(app).write() == 0
    with app.work() as work:
        documents = json.loads(shipped_policy_text())
        documents["policy"]["notices"] = {"limit_ends": {"before_days": 30}}
        work.policies.publish(canonical(documents), by="chen.wei", at=app.now())
        end = app.today() + timedelta(days=20)
        work.limits.add(a_limit(from_=app.today() - timedelta(days=9), until=end), replacing=0)
    app.settings = app.settings.model_copy(update={"review_time": time(0, 0)})
    app.__dict__["works"] = lambda day: True
    letters.due()
    shown = capsys.readouterr().out
    assert ACME in shown
    assert "End of the limit" in shown
    assert kept(app) == []
    assert Notices(app).write() == 1
    assert Notices(app).write() == 0
    (name,) = {x.partition(".")[0] for x in kept(app)}
    with app.reading() as work:
        assert work.letters.get(name).outcome is Notice.LIMIT_ENDS
    letters.due()
    assert "0 letters" in capsys.readouterr().out
