"""What never gets in: forms of other sites, forms without their token, and too much at once."""

import httpx
import pytest

from creditflow.web.edges import HEADERS
from tests.web.installation import copied, served, visitor, waiting


def test_every_answer_has_the_strict_headers(visit):
    somebody = visit("everything")
    for path in ("/", "/sign-in", "/no-such-page", "/health/live", "/customers"):
        answer = somebody.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_pages_have_no_inline_script_and_no_inline_style(app, visit):
    somebody = visit("everything")
    case = waiting(app)[0]
    for path in (
        "/",
        f"/cases/{case.case_id}",
        f"/customers/{case.customer_id}",
        "/import",
        "/journal",
    ):
        page = somebody.get(path).text
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert "onclick" not in page, path
        assert page.count("<script") == page.count("<script src=") >= 1, path


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
def test_a_form_of_another_site_does_nothing(app, visit, address, headers):
    somebody = visit("everything")
    case = waiting(app)[0].case_id
    fields = somebody.get(f"/cases/{case}").text

    with httpx.Client(base_url=address, cookies=somebody.http.cookies, trust_env=False) as other:
        answer = other.post(f"/cases/{case}/decision", data=_form(fields, case), headers=headers)

    assert answer.status_code == 403
    assert case in {row.case_id for row in waiting(app)}


def test_the_same_form_of_our_own_page_decides(app, visit):
    somebody = visit("everything")
    case = next(row for row in waiting(app) if row.proposed).case_id
    fields = somebody.get(f"/cases/{case}").text

    answer = somebody.http.post(f"/cases/{case}/decision", data=_form(fields, case))

    assert answer.status_code == 303
    assert case not in {row.case_id for row in waiting(app)}


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_the_token_of_the_session_does_nothing(app, visit, token):
    somebody = visit("everything")
    case = waiting(app)[0].case_id
    fields = {**_form(somebody.get(f"/cases/{case}").text, case), "token": token}

    answer = somebody.http.post(f"/cases/{case}/decision", data=fields)

    assert answer.status_code == 403
    assert "This form is not from this session" in answer.text
    assert case in {row.case_id for row in waiting(app)}


def test_a_token_of_another_session_is_no_good(app, visit):
    mine, theirs = visit("everything"), visit("robert.klein")
    case = waiting(app)[0].case_id
    fields = _form(theirs.get(f"/cases/{case}").text, case)

    assert mine.http.post(f"/cases/{case}/decision", data=fields).status_code == 403


@pytest.mark.parametrize("announced", [True, False])
def test_a_form_that_is_too_large_is_not_read(visit, announced):
    somebody = visit("everything")
    body = b"note=" + b"x" * 70_000
    chunks = iter([body[i : i + 10_000] for i in range(0, len(body), 10_000)])

    answer = somebody.http.post(
        "/cases/CF-000001/again",
        content=body if announced else chunks,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 413


def test_behind_tls_cookies_are_secure_and_browsers_are_told(model, tmp_path):
    secure = copied(model, tmp_path / "tls", base_url="https://credit.example.com")
    with secure as app, served(app) as address:
        somebody = visitor(app, address)
        answer = somebody.get("/sign-in")
        assert "max-age" in answer.headers["strict-transport-security"]
        chosen = somebody.post("/language", language="en", next="/")
        assert "Secure" in chosen.headers["set-cookie"]
        somebody.http.close()


def _form(page, case):
    from tests.web.installation import hidden_fields

    return {**hidden_fields(page, f"/cases/{case}/decision"), "say": "approve"}
