"""Each thing that can be wrong with an installation is found, with its remedy; a sound one is not."""

import io
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.console import Console

from creditflow.cli.doctor import show, summary
from creditflow.cli.examining import backlog, feeds, keeping, machine, neighbours
from creditflow.cli.examining.finding import Finding, State, fine, problem
from creditflow.domain.case import CaseState
from creditflow.domain.hook import HookState
from creditflow.domain.letter import LetterState
from creditflow.domain.message import Channel, Message, MessageState
from creditflow.domain.people import Role
from creditflow.domain.sentences import say
from creditflow.post.mailbox import Mailbox
from creditflow.post.signing import Key
from creditflow.runs.server import basic
from creditflow.settings import Settings
from creditflow.settings.post import signing_key
from tests.approvals.desks import waiting
from tests.databases import sqlite_database, sqlite_url
from tests.fakes import FakeWork
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_hook,
    a_letter,
    a_payment,
    a_person,
    a_policy,
    a_promise,
    an_entry,
    an_invoice,
)
from tests.orchestration import RunningPrefect, free_port, prefect_server  # noqa: F401


@pytest.fixture(autouse=True)
def _away_from_every_installation(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("CREDITFLOW_"):
            monkeypatch.delenv(name)


def worst(findings: list[Finding]) -> State:
    order = [State.OK, State.WARNING, State.PROBLEM]
    return max((finding.state for finding in findings), key=order.index)


def said(findings: list[Finding]) -> str:
    return "\n".join(f"{f.what} -> {f.remedy}" for f in findings)


# ---------------------------------------------------------------------- the machine


def test_a_sound_machine_has_no_problem():
    assert worst(list(machine.machine(Settings()))) is not State.PROBLEM


def test_an_old_python_is_found():
    assert machine.python((3, 10)).state is State.PROBLEM
    assert machine.python((3, 11)).state is State.OK


def test_a_link_that_arrived_as_a_text_file_is_found(tmp_path):
    for name in machine.DRAWERS:
        (tmp_path / name).mkdir()
    assert machine.drawers(tmp_path).state is State.OK

    (tmp_path / "flows").rmdir()
    (tmp_path / "flows").write_text("../../flows")

    found = machine.drawers(tmp_path)
    assert found.state is State.PROBLEM
    assert "core.symlinks=true" in str(found.remedy)


def test_a_fastapi_with_which_prefect_does_not_start_is_found():
    assert machine.pair("3.8.8", "0.165.0").state is State.PROBLEM
    assert machine.pair("3.8.8", "0.150.2").state is State.OK


@pytest.mark.parametrize(
    ("free", "state"), [(0.1, State.PROBLEM), (0.5, State.WARNING), (5, State.OK)]
)
def test_a_disk_without_room_is_found(monkeypatch, tmp_path, free, state):
    usage = type("Usage", (), {"free": free * 1e9})
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: usage)

    assert machine.disk(tmp_path / "not" / "there" / "yet").state is state


def test_a_name_that_sets_nothing_is_found(monkeypatch):
    assert list(machine.spelling()) == []

    monkeypatch.setenv("CREDITFLOW_SMPT_HOST", "x")

    assert "CREDITFLOW_SMTP_HOST" in said(list(machine.spelling()))


def test_passwords_that_travel_in_clear_are_found():
    open_ = Settings(web_host="0.0.0.0")
    behind_a_proxy = Settings(web_host="0.0.0.0", base_url="https://credit.example.com")

    assert worst(list(machine.safe_address(open_))) is State.WARNING
    assert list(machine.safe_address(behind_a_proxy)) == []
    assert list(machine.safe_address(Settings())) == []


def test_passwords_that_others_can_read_are_found(tmp_path):
    file = tmp_path / "env"
    file.write_text("CREDITFLOW_SMTP_PASSWORD=x")
    settings = Settings(smtp_password="x")

    file.chmod(0o644)
    assert worst(list(machine.private_env_file(settings, file))) is State.WARNING
    assert list(machine.private_env_file(Settings(), file)) == []

    file.chmod(0o600)
    assert list(machine.private_env_file(settings, file)) == []


# ---------------------------------------------------------------------- what is kept


def test_a_database_that_is_up_to_date_is_fine(tmp_path):
    found = keeping.database(Settings(database_url=sqlite_url(tmp_path)))

    assert found.state is State.OK, str(found.what)


def test_a_database_that_is_not_there_is_found_and_not_made(tmp_path):
    found = keeping.database(Settings(data_dir=tmp_path))

    assert found.state is State.PROBLEM
    assert not (tmp_path / "creditflow.db").exists()


def test_an_old_schema_is_found(tmp_path):
    file = tmp_path / "creditflow.db"
    sqlite3.connect(file).close()
    file.touch()

    found = keeping.database(Settings(data_dir=tmp_path))

    assert found.state is State.PROBLEM
    assert "backup" in str(found.remedy)


def test_a_file_that_is_no_database_is_found(tmp_path):
    (tmp_path / "creditflow.db").write_text("Dear diary, " * 100)

    assert keeping.database(Settings(data_dir=tmp_path)).state is State.PROBLEM


def test_a_database_server_that_is_away_is_found():
    url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing"
    pytest.importorskip("psycopg")

    assert keeping.database(Settings(database_url=url)).state is State.PROBLEM


def test_a_journal_that_was_changed_is_found(tmp_path):
    with sqlite_database(tmp_path) as database:
        with database.work() as work:
            for number in range(3):
                work.journal.record(an_entry(f"case.opened.{number}"))
        with database.reading() as work:
            assert keeping.journal(work).state is State.OK

        forged = sqlite3.connect(tmp_path / "creditflow.db")
        for (name,) in forged.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            forged.execute(f'DROP TRIGGER "{name}"')
        table = forged.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'journal%' AND type = 'table'"
        ).fetchone()[0]
        forged.execute(f"UPDATE {table} SET what = 'nothing.happened' WHERE seq = 2")
        forged.commit()
        forged.close()

        with database.reading() as work:
            found = keeping.journal(work)
    assert found.state is State.PROBLEM
    assert "Entry 2" in str(found.what)


def test_nobody_who_can_sign_in_is_found():
    work = FakeWork(a_policy())
    person = a_person()
    work.people.put(person)

    assert worst(list(keeping.people(work, a_policy()))) is State.PROBLEM

    work.credentials.set_password_hash(person.id, "hash")
    assert "can sign in: 1" in said(list(keeping.people(work, a_policy())))


def test_a_desk_without_anybody_is_found():
    policy = a_policy()
    work = FakeWork(policy)
    everywhere = replace(
        a_person(),
        desks=frozenset(desk.id for desk in policy.desks),
        roles=frozenset({Role.APPROVER}),
    )
    work.people.put(everywhere)
    work.credentials.set_password_hash(everywhere.id, "hash")
    assert worst(list(keeping.people(work, policy))) is State.OK

    work.people.put(replace(everywhere, desks=frozenset({policy.desks[0].id})))

    found = list(keeping.people(work, policy))
    assert worst(found) is State.WARNING
    assert policy.desks[-1].id in said(found)


def test_a_policy_that_is_not_published_is_found(tmp_path):
    with sqlite_database(tmp_path) as database, database.reading() as work:
        found = list(keeping.kept(work))

    assert worst(found) is State.PROBLEM
    assert "publishes the shipped policy" in said(found)


# ---------------------------------------------------------------------- the backlog


def test_a_source_whose_documents_ended_is_told():
    work = FakeWork(a_policy())
    work.customers.put_all([a_customer()])
    work.ledger.add(invoices=[an_invoice()], payments=[a_payment()])  # paid on 20 February
    (fresh,) = feeds.ledgers(work, TODAY)
    (stale,) = feeds.ledgers(work, TODAY + timedelta(days=60))

    assert (fresh.state, stale.state) == (State.OK, State.WARNING)
    assert "source own" in str(stale.what)
    assert list(feeds.ledgers(FakeWork(a_policy()), TODAY)) == []


def test_an_empty_backlog_is_fine():
    assert worst(list(backlog.backlog(FakeWork(a_policy()), NOW))) is State.OK


@pytest.mark.parametrize(
    "state",
    [LetterState.UNCERTAIN, LetterState.FAILED, LetterState.BOUNCED, LetterState.NO_ADDRESS],
)
def test_a_letter_that_needs_somebody_is_found(state):
    work = FakeWork(a_policy())
    work.letters.add(a_letter(state=state))

    found = list(backlog.letters(work, NOW))

    assert worst(found) is State.WARNING
    assert "CASE-1" in said(found)


def test_a_letter_that_nobody_delivers_is_found():
    work = FakeWork(a_policy())
    letter = a_letter(state=LetterState.PENDING)
    work.letters.add(letter)

    early = list(backlog.letters(work, letter.created_at + timedelta(minutes=5)))
    late = list(backlog.letters(work, letter.created_at + timedelta(hours=2)))

    assert worst(early) is State.OK
    assert worst(late) is State.PROBLEM


def test_a_letter_that_waits_for_the_morning_is_no_problem_and_one_that_is_tried_in_vain_is():
    work = FakeWork(a_policy())
    letter = a_letter(state=LetterState.PENDING)
    night = letter.created_at + timedelta(hours=2)
    waiting = replace(letter, due_at=letter.created_at + timedelta(hours=12))
    work.letters.add(waiting)

    assert worst(list(backlog.letters(work, night))) is State.OK
    assert worst(list(backlog.letters(work, night + timedelta(hours=12)))) is State.PROBLEM

    work.letters.put(replace(waiting, attempts=5))
    assert worst(list(backlog.letters(work, night))) is State.PROBLEM


def test_a_case_that_nothing_moves_is_found():
    work = FakeWork(a_policy())
    case = a_case(state=CaseState.APPROVED)
    work.cases.add(case)

    assert backlog.cases(work, case.updated_at + timedelta(minutes=1)).state is State.OK
    found = backlog.cases(work, case.updated_at + timedelta(hours=1))

    assert found.state is State.PROBLEM
    assert case.id in str(found.what)


def test_a_case_that_was_put_aside_is_found_with_its_reason():
    work = FakeWork(a_policy())
    work.cases.add(a_case(state=CaseState.INCIDENT, incident=say("There is no rate for EUR.")))

    assert "There is no rate for EUR." in said(list(backlog.incidents(work)))


def test_an_outbox_that_nobody_empties_is_found(monkeypatch):
    monkeypatch.setattr(backlog, "MANY_PROMISES", 2)
    work = FakeWork(a_policy())
    work.outbox.add(a_promise("nudge:1"))
    assert backlog.outbox(work).state is State.OK

    work.outbox.add(a_promise("nudge:2"))

    assert backlog.outbox(work).state is State.WARNING


# ---------------------------------------------------------------------- neighbours


def test_an_unnamed_sender_is_found():
    named = Settings(company_name="A", sender_name="B", sender_address="c@example.com")

    assert neighbours.sender(Settings()).state is State.PROBLEM
    assert neighbours.sender(named).state is State.OK


def test_a_mail_server_that_answers_is_fine(tmp_path):
    with Mailbox(tmp_path) as mailbox:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=mailbox.port)

        assert neighbours.mail_server(settings).state is State.OK
    assert list(tmp_path.iterdir()) == []


def test_a_mail_server_that_is_away_is_found():
    settings = Settings(smtp_host="127.0.0.1", smtp_port=free_port())

    found = neighbours.mail_server(settings)

    assert found.state is State.PROBLEM
    assert "CREDITFLOW_SMTP_PORT" in str(found.remedy)


def test_a_mail_server_without_the_encryption_that_is_demanded_is_found(tmp_path):
    with Mailbox(tmp_path) as mailbox:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="starttls")

        assert neighbours.mail_server(settings).state is State.PROBLEM


def test_a_prefect_that_is_not_running_is_a_warning_while_it_is_ours():
    ours = list(neighbours.prefect(Settings(prefect_port=free_port())))
    theirs = list(
        neighbours.prefect(Settings(prefect_api_url=f"http://127.0.0.1:{free_port()}/api"))
    )

    assert worst(ours) is State.WARNING
    assert worst(theirs) is State.PROBLEM


@contextmanager
def open_prefect() -> Iterator[str]:
    """A server that lets everybody in, as Prefect does unless it is told otherwise."""

    class Open(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(b'"3.8.8"')

        do_OPTIONS = do_GET  # noqa: N815 - http.server looks for this name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Open)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_prefect_that_lets_everybody_in_is_found():
    with open_prefect() as url:
        found = list(neighbours.prefect(Settings(prefect_api_url=url)))

    assert [finding.state for finding in found] == [State.OK, State.WARNING, State.WARNING]


@pytest.mark.orchestrated
def test_our_own_prefect_lets_only_us_in(prefect_server: RunningPrefect):  # noqa: F811
    ours = Settings(prefect_api_url=prefect_server.url, prefect_auth=prefect_server.auth)
    wrong = Settings(prefect_api_url=prefect_server.url, prefect_auth="creditflow:wrong")

    found = list(neighbours.prefect(ours))
    assert [finding.state for finding in found] == [State.OK] * 3, said(found)
    assert worst(list(neighbours.prefect(wrong))) is State.PROBLEM
    assert basic(prefect_server.auth) not in said(found)


# ---------------------------------------------------------------------- saying it


def test_a_finding_is_shown_with_its_remedy_below():
    out = io.StringIO()
    console = Console(file=out, width=40, color_system=None)

    show(fine(say("All [bold]good[/bold].")), console)
    show(
        problem(say("It is broken, and this line is longer than the window."), say("Mend it.")),
        console,
    )

    assert out.getvalue().splitlines() == [
        " ✓ All [bold]good[/bold].",
        " ✗ It is broken, and this line is longer than the window.",
        "   → Mend it.",
    ]


def test_the_summary_counts():
    assert summary([fine(say("A"))]) == "All is well."
    assert summary([fine(say("A")), problem(say("B"), say("C"))]) == "Problems: 1. Warnings: 0."


def test_examining_leaves_no_trace(tmp_path):
    before = sorted(Path(tmp_path).rglob("*"))

    keeping.database(Settings(data_dir=tmp_path / "var"))
    list(machine.machine(Settings(data_dir=tmp_path / "var")))

    assert sorted(Path(tmp_path).rglob("*")) == before


def test_a_case_that_nobody_may_decide_is_a_problem_and_one_that_somebody_may_is_none():
    scene = waiting()
    assert list(backlog.orphans(scene.work)) == []
    scene.work.people.put(replace(scene.person, mandate=None))
    (found,) = backlog.orphans(scene.work)
    assert found.state is State.PROBLEM
    assert "CASE-1" in str(found.what)


def test_messages_that_failed_lately_and_stopped_hooks_are_found():
    work = FakeWork(a_policy())
    made = Message("hook.1", Channel.HOOK, "HK-0001", "case.opened", "CASE-1", NOW, None)
    work.messages.add([replace(made, state=MessageState.FAILED)])
    work.hooks.add(a_hook(state=HookState.STOPPED))

    found = list(backlog.messages(work, NOW + timedelta(days=1)))

    assert [f.state for f in found] == [State.WARNING, State.WARNING]
    assert "erp.example" in said(found)
    late = list(backlog.messages(work, NOW + timedelta(days=8)))
    assert [f.state for f in late] == [State.WARNING], "what failed long ago is history"


def test_the_key_that_letters_are_signed_with_is_looked_at(tmp_path, monkeypatch):
    pytest.importorskip("dkim")
    assert list(neighbours.signing(Settings())) == []
    file = tmp_path / "dkim.pem"
    how = {"dkim_key_file": file, "dkim_selector": "letters", "sender_address": "a@x.example"}
    (found,) = neighbours.signing(Settings(**how))
    assert found.state is State.PROBLEM
    made = rsa.generate_private_key(65537, 2048)
    file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = signing_key(Settings(**how))
    for published, state in (
        (None, State.WARNING), ("v=DKIM1; p=other", State.WARNING), (key.record, State.OK),
    ):  # fmt: skip
        monkeypatch.setattr(Key, "published", lambda _self, said=published: said)
        (found,) = neighbours.signing(Settings(**how))
        assert found.state is state
        assert "letters._domainkey.x.example" in str(found.what)
