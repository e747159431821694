"""Signing in at a real identity provider: believed with every proof, and refused without any one."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from tests.web.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.web.installation import copied, hidden_fields, served, visitor


@pytest.fixture(scope="module")
def running():
    with IdentityProvider().running() as provider:
        yield provider


@pytest.fixture
def provider(running):
    running.bend, running.sign_with, running.subject = {}, "own", "sub-1"
    return running


@pytest.fixture
def place(provider, model, tmp_path):
    given = {
        "oidc_issuer": provider.issuer,
        "oidc_own_id": CLIENT,
        "oidc_own_secret": SECRET,
        "oidc_name": "Feishu",
        "base_url": "http://127.0.0.1:1",
        "second_factor_roles": "approver",
    }
    with copied(model, tmp_path / "company", **given) as app, served(app) as address:
        with app.work() as work:
            work.identities.connect(provider.issuer, "sub-1", person="emma.miller", at=app.now())
        opened = []

        def come(person=None):
            opened.append(visitor(app, address, person))
            return opened[-1]

        yield app, come
        for one in opened:
            one.http.close()


def linked(somebody):
    """Where the button in one's account leads."""
    return re.search(r'href="(/account/company[^"]*)"', somebody.get("/account").text)[1]


def travel(place, path="/sign-in/company?next=/customers", person=None):
    """Go to the provider and come back, as a browser does."""
    _, come = place
    somebody = come(person)
    if path == "/account/company":
        path = linked(somebody)
    away = somebody.get(path)
    assert away.status_code == 303
    back = urlsplit(httpx.get(away.headers["location"], trust_env=False).headers["location"])
    assert back.path == "/sign-in/company/back"
    return somebody, f"{back.path}?{back.query}"


def test_who_is_connected_is_let_in_and_the_provider_answers_for_the_second_factor(place):
    somebody, back = travel(place)

    answer = somebody.get(back)

    assert answer.headers["location"] == "/customers"
    assert "Emma Miller" in somebody.get("/customers").text
    assert "Feishu" in place[1]().get("/sign-in").text
    with place[0].reading() as work:
        assert work.sessions.of("emma.miller")[0].method == "oidc"


@pytest.mark.parametrize(
    ("bend", "sign_with"),
    [
        ({"aud": "another"}, "own"),
        ({"aud": None}, "own"),
        ({"aud": [CLIENT, "another"]}, "own"),
        ({"azp": "another"}, "own"),
        ({"iss": "https://evil.example"}, "own"),
        ({"nonce": "another"}, "own"),
        ({"nonce": None}, "own"),
        ({"exp": 1}, "own"),
        ({"exp": None}, "own"),
        ({"iat": 9_999_999_999}, "own"),
        ({"sub": None}, "own"),
        ({}, "other"),
        ({}, "shared secret"),
        ({}, "nothing"),
    ],
    ids=str,
)
def test_a_token_that_proves_nothing_lets_nobody_in(place, provider, bend, sign_with):
    provider.bend, provider.sign_with = bend, sign_with
    somebody, back = travel(place)

    assert somebody.get(back).status_code == 401
    assert somebody.get("/customers").status_code == 303


def test_only_the_browser_that_went_there_comes_back_and_only_once(place):
    somebody, back = travel(place)
    stranger = place[1]()
    assert stranger.get(back).status_code == 401
    other, other_back = travel(place)
    assert somebody.get(other_back).status_code == 401, "another journey's answer"
    assert other.get(other_back).status_code == 303
    assert other.get(other_back).status_code == 401, "the journey is over"
    assert somebody.get(back.replace("iss=http", "iss=https")).status_code == 401
    assert somebody.get(back).status_code == 303


def test_a_subject_that_nobody_connected_and_one_who_left_are_not_let_in(place, provider):
    provider.subject = "sub-2"
    somebody, back = travel(place)
    answer = somebody.get(back)
    assert answer.status_code == 401
    assert "connected to nobody here" in answer.text
    provider.subject = "sub-1"
    with place[0].work() as work:
        work.people.put(replace(work.people.get("emma.miller"), active=False))
    somebody, back = travel(place)
    assert somebody.get(back).status_code == 401


def test_an_account_is_connected_by_who_is_signed_in_and_belongs_to_one_person(place, provider):
    provider.subject = "sub-3"
    sales, back = travel(place, "/account/company", "sales.chen")
    assert sales.get(back).headers["location"] == "/account?done=connected"
    again, back = travel(place)
    again.get(back)
    assert "sales.chen" in again.get("/account").text
    auditor, back = travel(place, "/account/company", "audit")
    assert auditor.get(back).status_code == 409


def test_no_other_site_and_nobody_else_connects_an_account(place, provider):
    provider.subject = "sub-4"
    app, come = place
    sales = come("sales.chen")
    for path in ("/account/company", "/account/company?token=guessed"):
        assert sales.get(path).status_code == 403
    gone, back = travel(place, "/account/company", "sales.chen")
    with app.work() as work:
        work.sessions.close_all("sales.chen")
    assert gone.get(back).headers["location"].startswith("/sign-in")
    other, back = travel(place, "/account/company", "sales.chen")
    other.http.cookies.set("creditflow", come("audit").http.cookies["creditflow"],
                           domain="127.0.0.1")  # fmt: skip
    assert other.get(back).status_code == 401
    with app.reading() as work:
        assert work.identities.person_of(provider.issuer, "sub-4") is None


def test_without_a_provider_there_is_no_such_way_and_a_dead_one_is_told(model, tmp_path, visit):
    assert visit().get("/sign-in/company").status_code == 404
    dead = {"oidc_issuer": "http://127.0.0.1:9", "oidc_own_id": "x"}
    open_http = {"oidc_issuer": "http://login.example.com", "oidc_own_id": "x"}
    for given, status in ((dead, 503), (open_http, 401)):
        with copied(model, tmp_path / f"p{status}", **given) as app, served(app) as address:
            somebody = visitor(app, address)
            assert somebody.get("/sign-in/company").status_code == status
            somebody.http.close()


def test_an_administrator_connects_somebody_and_another_confirms(place, provider):
    app, come = place
    admin, wu = come("admin"), come("wu.min")
    page = "/people/id/robert.klein"
    form = {"token": hidden_fields(admin.get(page).text, "/people/changes")["token"],
            "id": "robert.klein", "why": "Has an account.", "kind": "company_account"}  # fmt: skip
    assert admin.http.post("/people/changes", data=form).status_code == 422, "no subject"

    change = admin.http.post("/people/changes", data={**form, "subject": "sub-rk"})
    change = change.headers["location"].partition("?")[0]
    assert "sub-rk" in wu.get(change).text
    wu.post(change, change, say="confirm")

    assert "sub-rk" in admin.get(page).text
    provider.subject = "sub-rk"
    somebody, back = travel(place)
    assert somebody.get(back).status_code == 303
    with app.reading() as work:
        assert work.identities.person_of(provider.issuer, "sub-rk") == "robert.klein"
        assert work.sessions.of("robert.klein")
