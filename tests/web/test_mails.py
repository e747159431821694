"""Approvers get a mail per task and a digest in the morning; its links open pages and change nothing."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.journal import Entry
from creditflow.domain.message import MailChoice, MessageState
from creditflow.messengers.mails import Mails
from creditflow.ports import Delivery, Handed
from creditflow.post.mailbox import Mailbox, read_mailbox
from tests.web.installation import copied, waiting
from tests.web.test_scanners import everything_in, scanned, session_of

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""


class APost:
    """Keeps what left, or refuses it at the door."""

    def __init__(self):
        self.left, self.refuses = [], False

    def approach(self, message, *, recipient):
        if self.refuses:
            return Handed(Delivery.REFUSED, "RCPT: 550 no such user")
        post = self

        class Way:
            def send(self):
                post.left.append(message_from_bytes(message, policy=default))
                return Handed(Delivery.ACCEPTED, "250 ok")

            def close(self):
                pass

        return Way()


@pytest.fixture
def installed(app, monkeypatch):
    """An installation on a Monday morning, whose mails end in a list; what is known was told."""
    post = APost()
    app.__dict__["post"] = post
    clock = {"now": MONDAY}
    monkeypatch.setattr(type(app), "now", lambda _: clock["now"])
    mails = Mails(app)
    mails.announce()
    yield app, mails, post, clock
    app.__dict__.pop("post")


def opened_anew(app, what="case.opened"):
    """Say in the journal that a waiting case was just laid before its desk."""
    row = waiting(app)[0]
    with app.work() as work:
        work.journal.record(Entry(what, row.case_id, "system", app.now(), {}))
    return row


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_task_is_told_to_those_who_may_decide_it(installed, language):
    app, mails, post, _ = installed
    with app.work() as work:
        for person in work.people.all():
            work.people.put(replace(person, language=language))
    mails.begin_morning()
    row = opened_anew(app)

    mails.tell()

    singles = [m for m in post.left if m["X-Case-Ref"] == row.case_id]
    assert singles
    with app.reading() as work:
        people = {p.email: p for p in work.people.all()}
        case = work.cases.get(row.case_id)
    for mail in singles:
        receiver = people[mail["To"]]
        assert receiver.mandate is not None
        amount = f"{row.proposed.currency} {row.proposed.major:,.2f}"
        name = row.customer_name_en if language == "en" else row.customer_name
        assert amount in mail["Subject"]
        assert name in mail["Subject"]
        assert str(case.due_on.year) in mail["Subject"]
        assert f"{app.settings.address}/cases/{row.case_id}" in text_of(mail)
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["References"]
    with app.readings() as readings:
        grade = readings.inbox_row(row.case_id).grade.value
    for told in (text_of(m) + m["Subject"] for m in singles):
        assert not re.search(rf"(grade|等级)\W*{grade}|score|评分|PD", told, re.IGNORECASE)


def test_a_digest_lists_what_waits_and_comes_once_a_day(installed):
    _, mails, post, clock = installed

    assert mails.begin_morning() > 0
    mails.tell()
    digests = list(post.left)
    mails.tell()

    assert digests
    assert post.left == digests
    for mail in digests:
        assert "/cases/" in text_of(mail)
    clock["now"] = MONDAY + timedelta(days=1)
    mails.tell()
    assert len(post.left) > len(digests)


def test_nothing_leaves_at_night_or_on_a_holiday_and_it_is_not_lost(installed):
    app, mails, post, clock = installed
    mails.tell()
    post.left.clear()
    clock["now"] = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    row = opened_anew(app)
    assert mails.tell() == 0
    clock["now"] = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)  # a Saturday
    assert mails.tell() == 0
    clock["now"] = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)  # New Year
    assert mails.tell() == 0
    assert post.left == []

    clock["now"] = MONDAY + timedelta(days=1)
    assert mails.tell() > 0
    assert any(row.case_id in text_of(mail) for mail in post.left)


def test_without_a_sender_nothing_is_promised_and_nothing_breaks(model, tmp_path):
    with copied(model, tmp_path / "unsent", sender_address="") as app:
        opened_anew(app)
        assert Mails(app).tell() == 0
        with app.reading() as work:
            assert work.messages.latest() == []


def test_what_the_mail_server_refuses_is_shown_and_sent_again_by_an_administrator(installed, visit):
    app, mails, post, _ = installed
    mails.begin_morning()
    post.refuses = True
    opened_anew(app)
    mails.tell()
    with app.reading() as work:
        failed = work.messages.latest(state=MessageState.FAILED)
    assert failed
    page = visit("admin").get("/messages?state=failed").text
    assert "550 no such user" in page

    post.refuses = False
    visit("admin").post(f"/messages/{failed[0].key}/again", "/messages?state=failed")
    mails.tell()

    with app.reading() as work:
        assert work.messages.get(failed[0].key).state is MessageState.SENT
    assert visit("li.na").get("/messages").status_code == 403


def test_everybody_chooses_in_the_own_account(installed, visit):
    app, mails, post, _ = installed
    with app.reading() as work:
        approver = next(p for p in work.people.all() if p.mandate and p.id != "everything")
    browser = visit(approver.id)
    assert 'value="both" selected' in browser.get("/account").text

    answer = browser.post("/account/mails", "/account", choice="none")

    assert answer.status_code in (200, 303)
    with app.reading() as work:
        assert work.mail_choices.all() == {approver.id: MailChoice.NONE}
    mails.tell()
    assert approver.email not in {mail["To"] for mail in post.left}
    assert browser.post("/account/mails", "/account", choice="hourly").status_code == 422


def test_fifty_looks_at_every_link_of_a_mail_change_nothing(installed, address):
    app, mails, post, _ = installed
    mails.begin_morning()
    opened_anew(app)
    mails.tell()
    links = {
        link.partition(app.settings.address)[2]
        for mail in post.left
        for link in re.findall(rf"{re.escape(app.settings.address)}\S*", text_of(mail))
    }
    assert {"/", "/account"} < links
    assert any(link.startswith("/cases/") for link in links)
    case = next(link for link in links if link.startswith("/cases/"))
    for person in (None, "everything"):
        token = session_of(app, person) if person else ""
        before = everything_in(app)
        scanned(address, [case], times=50, token=token)
        scanned(address, sorted(links), times=4, token=token)
        assert everything_in(app) == before


def test_a_real_mail_server_gets_each_mail_once(model, tmp_path, monkeypatch):
    with (
        Mailbox(tmp_path / "mailbox") as mailbox,
        copied(model, tmp_path / "sent", smtp_host="127.0.0.1", smtp_port=mailbox.port) as app,
    ):
        monkeypatch.setattr(type(app), "now", lambda _: MONDAY)
        mails = Mails(app)
        mails.announce()
        mails.begin_morning()
        row = opened_anew(app)
        mails.tell()
        assert mails.tell() == 0
        with app.reading() as work:
            states = [m.state for m in work.messages.latest()]
        app.close()
    got = read_mailbox(tmp_path / "mailbox")

    assert states.count(MessageState.SENT) == len(got) > 1
    assert len({mail.message_id for mail in got}) == len(got)
    assert set(states) <= {MessageState.SENT, MessageState.OVERTAKEN}
    assert any(row.case_id in mail.subject for mail in got)
