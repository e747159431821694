"""Two administrators let a program be told; what happens reaches it, signed, and stays visible."""

import re
import sys

import pytest
import typer

from creditflow.cli import installing, run
from creditflow.domain.hook import EVENTS, HookState
from creditflow.domain.journal import Entry
from creditflow.domain.message import Channel, MessageState
from creditflow.messengers.hooks import Hooks
from creditflow.web.session import Passwords
from tests.post.receivers import Receiver, receiving
from tests.web.installation import copied, served, visitor, waiting

SECRET = "a long enough secret"


@pytest.fixture
def receiver():
    with receiving(Receiver()) as receiver:
        yield receiver


@pytest.fixture
def app(model, tmp_path):
    with copied(model, tmp_path / "copy", hooks_http=True, hooks_private=True) as app:
        Hooks(app).promise()
        yield app


@pytest.fixture
def address(app):
    with served(app) as address:
        yield address


def proposed(browser, receiver, kind="webhook", **more):
    return browser.post(
        "/hooks", "/hooks", name="erp", kind=kind, url=f"{receiver.address}/{kind}?key=SECRETKEY",
        why="It wants to know.", language="en", event=list(EVENTS), **more,
    )  # fmt: skip


def let_in(visit, receiver, kind="webhook", **more):
    """Propose as one and confirm as another; the secret that was shown, if any."""
    page = proposed(visit("admin"), receiver, kind, **more)
    shown = re.search(r"whsec_[\w+/=]+", page.text)
    confirmed = visit("wu.min").post("/hooks/HK-0001", "/hooks/HK-0001", say="confirm")
    assert confirmed.status_code in (200, 303), confirmed.text
    receiver.secrets["webhook"] = shown[0] if shown else ""
    return receiver.secrets["webhook"]


def happened(app, what="case.opened"):
    row = waiting(app)[0]
    with app.work() as work:
        work.journal.record(Entry(what, row.case_id, "system", app.now(), {"desk": row.desk}))
    return row


def state(app):
    with app.reading() as work:
        return work.hooks.all()[0].state


def test_what_happens_reaches_the_program_and_nothing_secret_is_kept_or_shown(app, visit, receiver):
    page = proposed(visit("admin"), receiver)
    assert page.status_code == 200
    refused = visit("admin").post("/hooks/HK-0001", "/hooks/HK-0001", say="confirm")
    assert refused.status_code == 422
    assert "yourself" in refused.text
    assert state(app) is HookState.PROPOSED

    secret = re.search(r"whsec_[\w+/=]+", page.text)[0]
    receiver.secrets["webhook"] = secret
    visit("wu.min").post("/hooks/HK-0001", "/hooks/HK-0001", say="confirm")
    row = happened(app)
    receiver.now = app.now().timestamp()
    assert Hooks(app).tell() == 1

    (request,) = receiver.requests
    assert request.said["data"]["case"] == row.case_id
    assert request.said["data"]["amount"] == str(row.proposed.major)
    later = visit("admin").get("/hooks/HK-0001").text
    assert "200 ok" in later
    for hidden in (secret, "SECRETKEY"):
        assert hidden not in later
        assert hidden.encode() not in (app.settings.data_dir / "creditflow.db").read_bytes()


def test_a_dead_letter_is_seen_and_sent_again(app, visit, receiver):
    let_in(visit, receiver)
    happened(app)
    receiver.verdicts = [(410, "gone away")]
    receiver.now = app.now().timestamp()
    Hooks(app).tell()
    page = visit("admin").get("/messages?state=failed").text
    assert "gone away" in page
    assert "erp" in page
    with app.reading() as work:
        (dead,) = work.messages.latest(state=MessageState.FAILED)
    assert dead.channel is Channel.HOOK

    visit("admin").post(f"/messages/{dead.key}/again", "/hooks/HK-0001")
    Hooks(app).tell()

    with app.reading() as work:
        assert work.messages.get(dead.key).state is MessageState.SENT


def test_a_new_secret_is_shown_once_and_the_former_still_signs(app, visit, receiver):
    former = let_in(visit, receiver)
    page = visit("admin").post("/hooks/HK-0001", "/hooks/HK-0001", say="renew").text
    fresh = re.search(r"whsec_[\w+/=]+", page)[0]
    receiver.now = app.now().timestamp()

    for secret in (former, fresh):
        assert secret not in visit("admin").get("/hooks/HK-0001").text
        receiver.secrets["webhook"] = secret
        happened(app)
        Hooks(app).tell()
    assert [len(r.headers["webhook-signature"].split()) for r in receiver.requests] == [2, 2]
    with app.reading() as work:
        assert {m.state for m in work.messages.latest(to="HK-0001")} == {MessageState.SENT}


def test_a_test_is_sent_at_once_and_a_switch_holds_at_once(app, visit, receiver):
    receiver.secrets["feishu"] = "feishu-secret"
    let_in(visit, receiver, "feishu", secret="feishu-secret")
    receiver.now = app.now().timestamp()
    tested = visit("admin").post("/hooks/HK-0001", "/hooks/HK-0001", say="test")
    assert tested.status_code in (200, 303)
    assert len(receiver.requests) == 1
    receiver.verdicts = [(500, "out of order")]
    assert "out of order" in visit("admin").post(
        "/hooks/HK-0001", "/hooks/HK-0001", say="test"
    ).text  # fmt: skip

    visit("admin").post("/hooks/HK-0001", "/hooks/HK-0001", say="off")
    happened(app)
    Hooks(app).tell()

    assert len(receiver.requests) == 2
    assert state(app) is HookState.OFF


def test_nothing_leaves_before_the_second_person(app, visit, receiver):
    proposed(visit("admin"), receiver)
    happened(app)
    Hooks(app).tell()
    page = visit("admin").post("/hooks/HK-0001", None, say="test", token="")
    assert page.status_code in (403, 409, 422)

    assert receiver.requests == []


def test_a_form_with_mistakes_tells_all_of_them_and_keeps_what_was_typed(visit):
    page = visit("admin").post("/hooks", "/hooks", name="My Hook", kind="slack", url="ftp://x",
                               why="", language="en")  # fmt: skip

    assert page.status_code == 422
    for said in ("The name has other characters", "Choose events", "Say why", "begins with"):
        assert said in page.text
    assert 'value="My Hook"' in page.text


@pytest.mark.parametrize(("person", "status"), [("li.na", 403), (None, 303)])
def test_nobody_else_sees_hooks(visit, person, status):
    assert visit(person).get("/hooks").status_code == status


def test_without_leave_nothing_within_our_walls_is_proposed(model, tmp_path):
    with copied(model, tmp_path / "strict") as app, served(app) as address:
        browser = visitor(app, address, "admin")
        page = browser.post("/hooks", "/hooks", name="in", kind="slack", why="x", language="en",
                            url="https://169.254.169.254/latest", event="case.opened")  # fmt: skip
        assert page.status_code == 422
        assert "network of one" in page.text
        browser.http.close()


# ------------------------------------------------------------------ at the terminal


@pytest.fixture
def said(app, monkeypatch, capsys):
    """What a command says, and its exit status; `typed` are the answers to its questions."""
    monkeypatch.setattr(installing, "installed", lambda: app)
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "200")
    with app.work() as work:
        for name in ("admin", "wu.min"):
            work.credentials.set_password_hash(name, Passwords().hash(SECRET))

    def call(*words, typed=()):
        answers = iter([SECRET, *typed])
        monkeypatch.setattr(sys, "argv", ["creditflow", *words])
        monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(answers))
        status = run()
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return call


def test_the_whole_way_at_the_terminal(app, said, receiver):
    url = f"{receiver.address}/dingtalk?access_token=t"
    receiver.secrets["dingtalk"] = "SECd"
    status, out = said("hooks", "propose", "group", "--kind", "dingtalk", "--why", "For the desk.",
                       "--as", "admin", typed=[url, "SECd"])  # fmt: skip
    assert (status, "HK-0001 waits" in out) == (0, True), out
    assert said("hooks", "test", "group")[0] == 1
    status, out = said("hooks", "confirm", "HK-0001", "--as", "admin")
    assert status == 1
    assert "yourself" in out
    assert said("hooks", "confirm", "HK-0001", "--as", "wu.min")[0] == 0
    receiver.now = app.now().timestamp()

    status, out = said("hooks", "test", "group")

    assert (status, "was taken" in out) == (0, True), out
    assert "dingtalk" in said("hooks", "list")[1]
    assert "off" in said("hooks", "switch", "group", "off", "--as", "admin")[1]
    happened(app)
    Hooks(app).tell()
    receiver.verdicts = [(200, '{"errcode":310000,"errmsg":"sign not match"}')]
    status, out = said("hooks", "test", "group")
    assert (status, "sign not match" in out) == (1, True)
    assert said("messages", "list")[0] == 0
