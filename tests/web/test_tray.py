"""Letters by post in the browser: preferred on the customer's page, printed and posted from a tray."""

import io
import re
import zipfile
from dataclasses import replace
from functools import partial

import pytest

from creditflow.domain.customer import CustomerId, LetterWay
from creditflow.domain.letter import LetterState
from creditflow.domain.notice import Notice
from creditflow.services.notifying import notify
from creditflow.web.language import speech
from creditflow.web.letter_outcomes import outcome_said


@pytest.fixture
def customer(app):
    with app.readings() as readings:
        return readings.customers()[0].customer_id


def prefer(person, customer, **fields):
    path = f"/customers/{customer}"
    return person.post(f"{path}/letters", path, **{"language": "en", "letters_by": "post"} | fields)


def write(app, customer):
    with app.work() as work:
        return notify(
            CustomerId(customer), Notice.STATEMENTS_WANTED, by="li", at=app.now(), on=app.today(),
            work=work, press=app.press, sender=app.sender,
        )  # fmt: skip


def do(person, wanted, *letters, **fields):
    token = re.search(r'name="token" value="([^"]+)"', person.get("/tray").text)[1]
    data = {"token": token, "say": wanted, "letter": list(letters), **fields}
    return person.http.post("/tray", data=data)


def test_a_customer_gets_its_letters_by_post_from_then_on(app, visit, customer):
    li, wang = visit("chen.wei"), visit("everything")
    assert prefer(li, customer).status_code == 303
    with app.reading() as work:
        known = work.customers.get(customer)
        assert (known.language, known.letters_by) == ("en", LetterWay.POST)
        assert work.journal.of(customer)[-1].entry.what == "customer.letters"
    shown = li.get(f"/customers/{customer}").text
    assert '<option value="post" selected>' in shown
    assert '<option value="en" selected>' in shown

    letter = write(app, customer)
    assert letter.state is LetterState.TO_PRINT
    assert letter.language == "en"
    assert 'href="/tray"' in li.get("/letters").text
    assert letter.id in li.get("/tray").text

    assert do(li, "take", letter.id).status_code == 303
    assert do(wang, "take", letter.id).status_code == 409
    packed = zipfile.ZipFile(io.BytesIO(li.get("/tray/letters.zip").content))
    assert packed.namelist() == [f"{letter.number}.pdf"]
    assert packed.read(f"{letter.number}.pdf").startswith(b"%PDF")
    assert wang.get("/tray/letters.zip").status_code == 404

    assert do(li, "posted", letter.id, how="SF1234").status_code == 303
    assert do(li, "posted", letter.id).status_code == 409
    page = li.get(f"/letters/{letter.id}").text
    assert "SF1234" in page
    with app.reading() as work:
        assert work.letters.get(letter.id).state is LetterState.SENT
    assert letter.id not in li.get("/tray").text


def test_what_nobody_knows_is_not_taken_and_others_may_not(app, visit, customer):
    li = visit("chen.wei")
    assert prefer(li, customer, letters_by="pigeon").status_code == 404
    assert prefer(li, customer, language="xx").status_code == 404
    with app.reading() as work:
        assert work.customers.get(customer).letters_by is LetterWay.EMAIL
    write(app, customer)
    prefer(li, customer)
    write(app, customer)
    assert do(li, "take").status_code == 422
    assert do(li, "burn", "x").status_code == 404
    assert do(li, "back", "L-404").status_code == 404
    assert visit("sales.chen").get("/tray").status_code == 403
    assert visit("sales.chen").http.post("/tray").status_code in {403, 422}


def test_what_was_taken_is_put_back(app, visit, customer):
    li = visit("chen.wei")
    prefer(li, customer)
    letter = write(app, customer)
    do(li, "take", letter.id)
    assert do(li, "back", letter.id).status_code == 303
    with app.reading() as work:
        kept = work.letters.get(letter.id)
    assert (kept.state, kept.lease_owner) == (LetterState.TO_PRINT, None)


def test_what_became_of_a_letter_is_told_in_the_readers_language(app, visit, customer):
    li = visit("chen.wei")
    with app.work() as work:
        work.customers.put_all([replace(work.customers.get(customer), email="nobody")])
    letter = write(app, customer)
    path = f"/letters/{letter.id}"
    assert "不是邮箱地址：nobody" in li.get(path).text
    li.post(f"{path}/handed-over", path, how="SF 1234")
    assert "已打印递交：SF 1234" in li.get(path).text

    said = partial(outcome_said, speech=speech("zh-CN"))
    posted_, back = said("posted: SF 9"), said("came back: 5.1.1 550 no such user")
    assert (posted_, back) == ("已邮寄：SF 9", "被退回：5.1.1 550 no such user")
    assert said("end of data: 451 try later") == "end of data: 451 try later"
