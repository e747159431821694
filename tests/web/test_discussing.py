"""People around a case: taking it on, giving it away, asking each other, comments with files."""

import hashlib
import re

import pytest

from creditflow.approvals.holding import CLAIM_LASTS, claim
from creditflow.domain.case import CaseState
from tests.web.installation import hidden_fields, waiting

PDF = b"%PDF-1.7\nan order of the customer"


@pytest.fixture
def case(app):
    """A case that waits with an amount above zero."""
    return next(row for row in waiting(app) if row.proposed)


def page_of(case):
    return f"/cases/{case.case_id}"


def write(somebody, case, text, *files):
    fields = hidden_fields(somebody.get(page_of(case)).text, f"/comments/{case.case_id}")
    sent = [("files", (name, content, "application/x-whatever")) for name, content in files]
    return somebody.http.post(
        f"/comments/{case.case_id}", data={**fields, "text": text}, files=sent or None
    )


def test_whoever_takes_it_on_is_named_to_the_others_who_cannot_decide_meanwhile(app, visit, case):
    with app.work() as work:
        robert = work.people.get("robert.klein")
        claim(case.case_id, by=robert, at=app.now(), on=app.today(), work=work)
    other = visit("everything")

    page = other.get(page_of(case)).text

    assert "Robert Klein has this case until" in page
    assert 'name="say"' not in page
    given = other.post(
        f"{page_of(case)}/reassign", page_of(case), to="everything", why="He is ill."
    )
    assert given.headers["location"].endswith("done=reassigned")
    page = other.get(page_of(case)).text
    assert "You have this case until" in page
    assert 'name="say"' in page
    assert "Given to Every Role" in page
    assert other.post(f"{page_of(case)}/release", page_of(case)).status_code == 303
    assert other.post(f"{page_of(case)}/claim", page_of(case)).status_code == 303


def test_what_is_refused_is_said_in_full_and_what_was_typed_is_kept(visit, case):
    somebody = visit("everything")

    answer = somebody.post(f"{page_of(case)}/reassign", page_of(case), to="chen.wei", why="")

    assert answer.status_code == 422
    assert "may not decide this case" in answer.text
    assert "Say in a sentence why" in answer.text
    answer = somebody.post(f"{page_of(case)}/refer", page_of(case), to="everything",
                           question="Is that so?")  # fmt: skip
    assert answer.status_code == 422
    assert "Is that so?" in answer.text


def test_a_question_is_asked_seen_and_answered_and_the_case_waits_on(app, visit, case):
    somebody, sales = visit("everything"), visit("chen.wei")
    asked = somebody.post(f"{page_of(case)}/refer", page_of(case), to="chen.wei",
                          question="Is the order real?")  # fmt: skip
    assert asked.headers["location"].endswith("done=referred")

    page = sales.get(page_of(case)).text
    assert "Every Role 请您发表意见" in page or "Every Role asks for your opinion" in page
    assert write(sales, case, "Yes, signed last week.").status_code == 303

    page = somebody.get(page_of(case)).text
    assert "Yes, signed last week." in page
    assert "not answered yet" not in page
    with app.reading() as work:
        assert work.cases.get(case.case_id).state is CaseState.AWAITING
        assert work.decisions.of(case.case_id) == []


def test_a_file_comes_back_byte_for_byte_and_only_as_a_download(app, visit, case):
    somebody = visit("everything")
    assert write(somebody, case, "", ("order <b>.pdf", PDF)).status_code == 303
    page = somebody.get(page_of(case)).text
    assert "order &lt;b&gt;.pdf" in page
    assert hashlib.sha256(PDF).hexdigest()[:12] in page
    with app.reading() as work:
        (comment,) = work.discussions.comments(case.case_id)
        (file,) = work.attachments.of(comment.id)

    answer = somebody.get(f"/attachments/{file.id}")

    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    assert "default-src" in answer.headers["content-security-policy"]
    assert visit().get(f"/attachments/{file.id}").status_code == 303


@pytest.mark.parametrize(
    "sent",
    [
        ("macro.exe", b"MZ", "is not taken"),
        ("page.pdf", b"<html><script>alert(1)</script>", "is not taken"),
        ("empty.pdf", b"", "is empty"),
        ("large.pdf", b"%PDF-" + b"x" * 1_000_000, "larger than 1 MB"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_with_its_comment(
    app, visit, case, sent, monkeypatch
):
    name, content, why = sent
    monkeypatch.setitem(app.settings.__dict__, "upload_max_mb", 1)
    answer = write(visit("everything"), case, "See the file.", (name, content))

    assert answer.status_code == 422
    assert why in answer.text
    assert "See the file." in answer.text
    with app.reading() as work:
        assert work.discussions.comments(case.case_id) == []


def test_what_people_write_is_shown_as_text(visit, case):
    somebody = visit("everything")
    write(somebody, case, "<script>alert(1)</script>")

    page = somebody.get(page_of(case)).text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def listed(somebody, name):
    return re.findall(r'<a class="name" href="/cases/([^"]+)"', somebody.get(f"/?list={name}").text)


def test_what_somebody_has_is_in_nobody_elses_list_and_named_to_the_others(app, visit, case):
    robert, other = visit("robert.klein"), visit("everything")
    assert case.case_id in listed(other, "mine")

    robert.post(f"{page_of(case)}/claim", page_of(case))

    assert case.case_id in listed(robert, "mine")
    assert case.case_id not in listed(other, "mine")
    assert case.case_id in listed(other, "others")
    assert "with Robert Klein" in other.get("/?list=others").text
    later = app.now() + CLAIM_LASTS
    app.__dict__["now"] = lambda: later
    assert case.case_id in listed(visit("everything"), "mine")


def test_who_is_asked_finds_the_case_until_it_is_answered(visit, case):
    robert, sales = visit("robert.klein"), visit("chen.wei")
    assert listed(sales, "asked") == []
    robert.post(f"{page_of(case)}/refer", page_of(case), to="chen.wei", question="Is it real?")

    assert listed(sales, "asked") == [case.case_id]
    assert "your question is open" in robert.get("/?list=mine").text

    write(sales, case, "It is.")

    assert listed(sales, "asked") == []
    assert "your question is open" not in robert.get("/?list=mine").text
