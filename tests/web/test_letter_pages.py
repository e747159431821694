"""The pages about letters: verifying and answering for anybody, mending and searching for colleagues."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from creditflow.domain.case import CaseState
from creditflow.domain.letter import LetterState
from creditflow.domain.letter_answer import AnswerKind
from creditflow.domain.notice import Notice
from creditflow.services.answering import answer
from creditflow.services.notifying import notify
from creditflow.web.gate import Crowded, Gate
from tests.makers import a_customer, a_letter
from tests.web.installation import copied, served, visitor

PDF = b"%PDF-1.7\n%figures"
ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def written(app):
    """A letter with proof and link, to a customer without an open case."""
    with app.work() as work:
        case = work.cases.in_states([CaseState.APPLIED])[0]
        work.cases.put(case.moved(CaseState.NOTIFIED, at=app.now()))
        return notify(
            case.customer, Notice.STATEMENTS_WANTED, by="chen.wei", at=app.now(), on=app.today(),
            work=work, press=app.press, sender=app.sender,
        )  # fmt: skip


def link(letter):
    return "/answer/" + letter.facts.proof.answer_url.rpartition("/")[2]


def post(page, letter, files=None, **form):
    return page.http.post(link(letter), data=form, files=files or {}, headers=ORIGIN)


def answers(app, letter):
    with app.reading() as work:
        return work.answers.of(letter.number)


# ------------------------------------------------------------------ is it genuine


def test_anybody_can_make_sure_that_a_letter_is_ours_and_sees_nothing_else(visit, written, app):
    page = visit()
    code = written.facts.proof.code
    ours = page.get(f"/verify?number={written.id.lower()}&code={code.replace('-', '')}").text
    assert "written by us" in ours
    with app.reading() as work:
        customer = work.customers.get(written.customer)
    for secret in (customer.name, customer.id, written.subject, customer.email):
        assert secret not in ours


@pytest.mark.parametrize("wrong", ["AAAA-BBBB-CCCC", "", "é", "x" * 500])
def test_a_wrong_code_is_not_confirmed(visit, written, wrong):
    page = visit().get(f"/verify?number={written.id}&code={wrong}")
    assert "We have not written" in page.text
    assert page.status_code == 200


def test_letters_from_before_there_were_codes_are_not_confirmed(visit, app, written):
    with app.work() as work:
        work.letters.add(
            a_letter(
                "L-000900", case_id=None, customer=written.customer, message_id="<x@y.example>"
            )
        )
    code = app.links.code("L-000900")
    assert "We have not" in visit().get(f"/verify?number=L-000900&code={code}").text


def test_who_tries_too_often_has_to_wait(visit, written):
    page = visit()
    codes = [page.get(f"/verify?number={written.id}&code=A{n}").status_code for n in range(40)]
    assert codes[:30] == [200] * 30
    assert set(codes[30:]) == {429}
    assert "Too many tries" in page.get("/verify?number=1&code=1").text


def test_a_household_with_many_addresses_is_one_place():
    gate, at = Gate(most=2), datetime(2026, 11, 25, tzinfo=UTC)
    for host in ("2001:db8::1", "2001:db8::2"):
        gate.pass_by("verify", host, at)
    with pytest.raises(Crowded):
        gate.pass_by("verify", "2001:db8::3", at)
    gate.pass_by("verify", "2001:db8:0:1::1", at)
    gate.pass_by("answer", "2001:db8::3", at)
    gate.pass_by("verify", "2001:db8::3", at + timedelta(minutes=11))


# ------------------------------------------------------------------ the link in the letter


def test_the_page_behind_the_link_is_in_the_letters_language_and_shows_no_other_data(
    visit, written, app
):
    page = visit().get(link(written))
    assert page.status_code == 200
    language = written.language
    assert f'<html lang="{language}">' in page.text
    with app.reading() as work:
        customer = work.customers.get(written.customer)
    for secret in (customer.name, customer.id, customer.email, "creditflow</a>", "/sign-in"):
        assert secret not in page.text
    assert written.id in page.text


def test_a_customer_acknowledges_once_however_often_it_clicks(visit, written, app):
    page = visit()
    for _ in range(3):
        assert post(page, written, kind="received").status_code == 303
    (given,) = answers(app, written)
    assert given.kind is AnswerKind.RECEIVED
    assert given.done_at is not None
    with app.reading() as work:
        entries = [x.entry.what for x in work.journal.of(written.id)]
    assert entries.count("answer.received") == 1


def test_asking_for_reasons_starts_a_clock(visit, written, app):
    post(visit(), written, kind="reasons", note="为什么?")
    (given,) = answers(app, written)
    assert given.due_on == app.today() + timedelta(days=30)
    page = visit("chen.wei").get("/answers").text
    assert written.id in page
    done = visit("chen.wei")
    shown = done.get(f"/letters/{written.id}").text
    assert "为什么?" in shown
    token = re.search(r'name="token" value="(\w+)"', shown)[1]
    for status in (303, 409):
        reply = done.http.post(
            f"/answers/{given.id}/settled", data={"token": token, "note": "replied"}, headers=ORIGIN
        )
        assert reply.status_code == status
    assert written.id not in visit("chen.wei").get("/answers").text


def test_an_objection_with_a_document_opens_a_case(visit, written, app):
    files = {"file": ("年报 2025.pdf", io.BytesIO(PDF), "application/pdf")}
    assert post(visit(), written, files, kind="objection", note="See our report").status_code == 303
    (given,) = answers(app, written)
    with app.reading() as work:
        case = work.cases.get(given.case_id)
        (upload,) = work.answers.uploads(given.id)
        (entry,) = [x.entry for x in work.journal.of(written.id) if "object" in x.entry.what]
    assert (case.customer, case.occasion.note) == (
        written.customer,
        f"{written.id}: See our report",
    )
    assert (upload.content, upload.media_type) == (PDF, "application/pdf")
    assert upload.sha256 in entry.facts["file_1"]
    found = visit("chen.wei").get(f"/answers/{given.id}/files/1")
    assert found.content == PDF
    assert "attachment" in found.headers["content-disposition"]
    assert found.headers["x-content-type-options"] == "nosniff"
    assert visit("chen.wei").get(f"/answers/{given.id}/files/2").status_code == 404
    file = f"/answers/{given.id}/files/1"
    assert file in visit("chen.wei").get(f"/letters/{written.id}").text
    shown = visit("audit").get(f"/letters/{written.id}").text
    assert "年报 2025.pdf" in shown
    assert file not in shown
    # A second objection while that case is open waits as an answer of its own.
    post(visit(), written, kind="objection", note="And another thing")
    assert answers(app, written)[1].case_id is None


BAD_FILES = [
    ("report.pdf", b"MZ\x90not a pdf", "is not taken"),
    ("run.exe", PDF, "is not taken"),
    ("table.csv", b"a\x00b", "is not taken"),
    ("empty.pdf", b"", "is empty"),
    ("../../etc/passwd", b"root", "passwd"),
]


def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_kept(visit, app, written):
    with app.work() as work:
        english = replace(work.customers.get(written.customer), language="en")
        work.customers.put_all([english])
        letter = notify(
            english.id, Notice.STATEMENTS_WANTED, by="x", at=app.now(), on=app.today(),
            work=work, press=app.press, sender=app.sender,
        )  # fmt: skip
    for name, content, complaint in BAD_FILES:
        files = {"file": (name, io.BytesIO(content), "application/pdf")}
        page = post(visit(), letter, files, kind="documents", note="my <b>note</b>")
        assert page.status_code == 422
        assert complaint in page.text
        assert "my &lt;b&gt;note" in page.text
        assert "/etc/" not in page.text
    assert answers(app, letter) == []


def test_a_large_file_is_refused_at_the_edge(visit, written, app):
    large = b"%PDF-" + b"x" * (app.settings.upload_max_mb * 1_000_000 + 200_000)
    files = {"file": ("a.pdf", io.BytesIO(large), "application/pdf")}
    assert post(visit(), written, files, kind="documents").status_code == 413
    assert answers(app, written) == []


def test_links_that_are_not_ours_or_too_old_show_nothing(visit, written, app):
    page = visit()
    for bad in ("x", link(written)[8:-2], link(written)[8:].replace("L-", "M-")):
        shown = page.get(f"/answer/{bad}")
        assert shown.status_code == 404
        assert "does not belong" in shown.text
    old = app.links.token(written.id, until=app.today() - timedelta(days=1))
    assert "was good until" in page.get(f"/answer/{old}").text
    assert (
        page.http.post(f"/answer/{old}", data={"kind": "received"}, headers=ORIGIN).status_code
        == 404
    )
    assert answers(app, written) == []


def test_another_site_cannot_answer_for_a_customer(visit, written, app):
    page = visit()
    reply = page.http.post(
        link(written), data={"kind": "received"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert reply.status_code == 403
    assert answers(app, written) == []


def test_without_a_public_address_there_is_no_such_page(model, tmp_path, written):
    with copied(model, tmp_path / "closed", customer_url="") as closed, served(closed) as address:
        page = visitor(closed, address, None)
        assert page.get(link(written)).status_code == 404
        assert "We have not" in page.get(f"/verify?number={written.id}&code=x").text
        page.http.close()


def test_answers_have_a_bound(written, app):
    with app.work() as work:
        for n in range(20):
            answer(written, AnswerKind.REASONS, note=str(n), reply_within=30, at=app.now(),
                   on=app.today(), work=work)  # fmt: skip
    with pytest.raises(Exception, match="more than can be taken"), app.work() as work:
        answer(written, AnswerKind.REASONS, note="x", reply_within=30, at=app.now(),
               on=app.today(), work=work)  # fmt: skip


# ------------------------------------------------------------------ for colleagues


def test_letters_are_found_by_number_customer_address_and_kind(visit, written, app):
    page = visit("chen.wei")
    with app.reading() as work:
        customer = work.customers.get(written.customer)
    for words in (written.id, customer.name[2:6], customer.id.lower(), written.recipient[:8]):
        assert written.id in page.get(f"/letters?q={words}").text, words
    assert f'href="/letters/{written.id}"' not in page.get("/letters?q=%25_").text
    assert f'href="/letters/{written.id}"' in page.get("/letters?kind=statements_wanted").text
    assert f'href="/letters/{written.id}"' not in page.get("/letters?kind=held").text


def test_the_pdf_of_a_letter_can_be_kept(visit, written):
    kept = visit("chen.wei").get(f"/letters/{written.id}/print")
    assert kept.content.startswith(b"%PDF-")
    assert kept.headers["content-type"] == "application/pdf"


def test_a_letter_that_did_not_arrive_is_sent_anew_or_handed_over(visit, written, app):
    with app.work() as work:
        work.letters.put(replace(written, state=LetterState.BOUNCED, answer="came back: 5.1.1"))
    page = visit("chen.wei")
    shown = page.get(f"/letters/{written.id}").text
    token = re.search(r'name="token" value="(\w+)"', shown)[1]
    reply = page.http.post(f"/letters/{written.id}/anew", data={"token": token}, headers=ORIGIN)
    assert reply.headers["location"] == f"/letters/{written.id}.1?done=anew"
    assert "已改寄其他地址" in page.get(f"/letters/{written.id}").text
    with app.work() as work:
        second = work.letters.get(f"{written.id}.1")
        work.letters.put(replace(second, state=LetterState.FAILED))
    reply = page.http.post(
        f"/letters/{second.id}/handed-over", data={"token": token, "how": "courier"}, headers=ORIGIN
    )
    assert reply.status_code == 303
    with app.reading() as work:
        assert work.letters.get(second.id).state is LetterState.SENT


def test_an_auditor_mends_nothing(visit, written, app):
    with app.work() as work:
        work.letters.put(replace(written, state=LetterState.FAILED))
    page = visit("audit")
    assert "/anew" not in page.get(f"/letters/{written.id}").text


# ------------------------------------------------------------------ written by hand


def letters_to(app, customer):
    with app.readings() as readings:
        return readings.letters(customer=customer, most=50)


def test_a_letter_is_looked_at_before_it_is_written_and_looking_keeps_nothing(visit, written, app):
    page, customer = visit("chen.wei"), written.customer
    before = letters_to(app, customer)
    assert f"/customers/{customer}/write" in page.get(f"/customers/{customer}").text
    chosen = page.get(f"/customers/{customer}/write?kind=statements_wanted")
    assert "发送此函" in chosen.text
    shown = page.get(f"/customers/{customer}/write/page?kind=statements_wanted")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    with app.reading() as work:
        assert work.customers.get(customer).name in shown.text
    assert letters_to(app, customer) == before
    token = re.search(r'name="token" value="([^"]+)"', chosen.text)[1]
    sent = page.http.post(
        f"/customers/{customer}/write",
        data={"token": token, "kind": "statements_wanted"},
        headers=ORIGIN,
    )
    assert sent.status_code == 303
    (new,) = {x.id for x in letters_to(app, customer)} - {x.id for x in before}
    assert sent.headers["location"] == f"/letters/{new}?done=letter_written"
    with app.reading() as work:
        (entry,) = [x.entry for x in work.journal.of(new) if x.entry.what == "letter.written"]
    assert entry.by == "chen.wei"


def test_a_letter_that_would_say_nothing_is_refused_with_a_sentence(visit, app):
    with app.work() as work:
        work.customers.put_all([a_customer("C-NEW")])
    page = visit("chen.wei")
    refused = page.get("/customers/C-NEW/write?kind=payment_behaviour")
    assert "客户 C-NEW 付款及时" in refused.text
    assert "发送此函" not in refused.text
    token = re.search(r'name="token" value="([^"]+)"', page.get("/customers/C-NEW/write").text)[1]
    again = page.http.post(
        "/customers/C-NEW/write",
        data={"token": token, "kind": "payment_behaviour"},
        headers=ORIGIN,
    )
    assert again.status_code >= 400
    assert "付款及时" in again.text
    assert letters_to(app, "C-NEW") == []
    assert page.get("/customers/C-NEW/write/page?kind=reduced").status_code == 404


def test_who_may_not_mend_letters_may_not_write_any(visit, written):
    page = visit("sales.chen")
    assert page.get(f"/customers/{written.customer}/write").status_code in {403, 404}
