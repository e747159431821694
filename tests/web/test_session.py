"""Signing in: cookies, guesses, and where one goes afterwards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from creditflow.cli.policies import known
from creditflow.services.guarding import BY_NAME, Hasty
from creditflow.web.session import (
    NotSignedIn,
    Passwords,
    SignInDesk,
    cookie_name,
    hash_of,
    local_path,
)
from tests.web.installation import served, visitor

PASSWORD = "correct horse battery staple"


@pytest.fixture
def with_password(app):
    from pwdlib import PasswordHash

    with app.work() as work:
        work.credentials.set_password_hash("emma.miller", PasswordHash.recommended().hash(PASSWORD))


def sign_in(somebody, name="emma.miller", password=PASSWORD, **more):
    return somebody.post("/sign-in", name=name, password=password, **more)


def test_the_right_password_opens_a_session_of_which_only_a_hash_is_kept(app, visit, with_password):
    somebody = visit()

    answer = sign_in(somebody, next="/customers?q=a")

    assert answer.headers["location"] == "/customers?q=a"
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    token = somebody.http.cookies["creditflow"]
    assert len(token) >= 43
    database = (app.settings.data_dir / "creditflow.db").read_bytes()
    wal = app.settings.data_dir / "creditflow.db-wal"
    stored = database + (wal.read_bytes() if wal.exists() else b"")
    assert token.encode() not in stored
    assert hash_of(token).encode() in stored
    assert "Emma Miller" in somebody.get("/").text


@pytest.mark.parametrize(
    ("name", "password"), [("emma.miller", "wrong"), ("nobody.at.all", PASSWORD), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_are_told_apart_by_nobody(
    visit, with_password, name, password
):
    answer = sign_in(visit(), name, password)

    assert answer.status_code == 401
    assert "The name or the password is not right." in answer.text
    assert "set-cookie" not in answer.headers


def test_at_the_machine_a_password_is_asked_as_it_is_here(app, with_password):
    assert known(app, "emma.miller", PASSWORD).id == "emma.miller"
    for _ in range(BY_NAME.free):
        with pytest.raises(NotSignedIn):
            known(app, "emma.miller", "wrong")
    with pytest.raises(Hasty):
        known(app, "emma.miller", PASSWORD)


def test_somebody_who_left_does_not_get_in(app, visit, with_password):
    with app.work() as work:
        work.people.put(replace(work.people.get("emma.miller"), active=False))

    assert sign_in(visit()).status_code == 401


def test_a_session_of_somebody_who_left_is_over(app, visit):
    somebody = visit("emma.miller")
    assert somebody.get("/").status_code == 200
    with app.work() as work:
        work.people.put(replace(work.people.get("emma.miller"), active=False))

    assert somebody.get("/").status_code == 303


def test_an_expired_session_is_over(app, visit):
    somebody = visit("emma.miller")
    token = somebody.http.cookies["creditflow"]
    with app.work() as work:
        past = app.now() - timedelta(hours=2)
        work.sessions.open_session(hash_of(token), person="emma.miller", at=past,
                                   expires=past + timedelta(hours=1))  # fmt: skip

    assert somebody.get("/").status_code == 303


def test_signing_out_ends_the_session_on_the_server(visit):
    somebody = visit("emma.miller")
    token = somebody.http.cookies["creditflow"]

    somebody.post("/sign-out", "/")

    somebody.http.cookies.set("creditflow", token, domain="127.0.0.1")
    assert somebody.get("/").status_code == 303


def test_many_wrong_passwords_make_one_wait_and_the_page_says_how_long(app, visit, with_password):
    somebody = visit()
    for _ in range(3):
        sign_in(somebody, password="wrong")

    answer = sign_in(somebody)

    with served(app) as other:
        restarted = visitor(app, other)
        assert sign_in(restarted).status_code == 429, "a restart forgets nothing"
        restarted.http.close()
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "Too many wrong tries" in answer.text


def test_an_unknown_name_takes_a_hash_as_well():
    passwords = Passwords()

    assert not passwords.fits("x", None)
    assert passwords._dummy.startswith("$argon2id$")
    assert SignInDesk().passwords is not passwords


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:x",
        "",
        None,
        "/a\nb",
    ],
)
def test_after_signing_in_one_stays_here(wanted):
    assert local_path(wanted) == "/"


def test_a_path_of_ours_is_kept():
    assert local_path("/cases/CF-1?done=x") == "/cases/CF-1?done=x"


def test_the_cookie_is_bound_to_the_host_where_the_address_is_encrypted():
    assert cookie_name("https://credit.example.com") == "__Host-creditflow"
    assert cookie_name("http://127.0.0.1:8765") == "creditflow"
