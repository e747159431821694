"""One's own account: passwords, sessions, second factors, and the first link of an installation."""

import re
import time
from dataclasses import replace

import pytest

from creditflow.cli.installing import first_link, prepare
from creditflow.domain.one_time_codes import code_at, step_of
from creditflow.domain.people import Role
from creditflow.web.session import Passwords
from tests.web.installation import copied, served, settings, visitor

OLD, NEW = "an old sentence of mine", "a new sentence of mine "


@pytest.fixture
def somebody(app, visit):
    with app.work() as work:
        work.credentials.set_password_hash("emma.miller", Passwords().hash(OLD))
    one = visit()
    assert sign_in(one).status_code == 303
    return one


def token_on(one, page):
    return re.search(r'name="token" value="(\w+)"', one.get(page).text)[1]


def sign_in(one, password=OLD, name="emma.miller"):
    return one.post("/sign-in", name=name, password=password)


def change(one, password=OLD, fresh=NEW, again=None):
    fields = {"password": password, "fresh": fresh, "again": again or fresh}
    return one.post("/account/password", "/account", **fields)


def test_a_new_password_ends_every_other_session(app, visit, somebody):
    other = visit("emma.miller")

    assert change(somebody).status_code == 303

    assert somebody.get("/").status_code == 200
    assert other.get("/").status_code == 303
    assert sign_in(visit()).status_code == 401
    assert sign_in(visit(), NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"password": "wrong"}, 401, "is not right"),
        ({"fresh": "too short"}, 422, "take at least 12"),
        ({"fresh": "aaaaaaaaaaaaaaa"}, 422, "too easy to guess"),
        ({"fresh": "emma.miller@huadong.example"}, 422, "too easy to guess"),
        ({"fresh": "x" * 1001}, 422, "at most 1,000"),
        ({"again": "something else entirely"}, 422, "differ"),
    ],
)
def test_a_password_that_cannot_be_kept_is_refused_with_the_reason(
    visit, somebody, fields, status, said
):
    answer = change(somebody, **fields)

    assert answer.status_code == status
    assert said in answer.text
    assert sign_in(visit()).status_code == 303


def test_sessions_are_listed_with_their_origin_and_ended_one_by_one(visit, somebody):
    other = visit()
    other.http.headers["User-Agent"] = "Other Browser"
    sign_in(other)
    page = somebody.get("/account").text
    assert "Other Browser" in page
    assert "127.0.0.1" in page
    (handle,) = re.findall(r'name="session" value="(\w+)"', page)

    somebody.post("/account/sessions", "/account", session=handle)

    assert other.get("/").status_code == 303
    assert somebody.get("/").status_code == 200


def test_a_session_of_somebody_else_cannot_be_ended(app, visit, somebody):
    other = visit("li.na")
    with app.reading() as work:
        session = work.sessions.of("li.na")[0]

    token = token_on(somebody, "/account")
    answer = somebody.post("/account/sessions", token=token, session=session.handle)

    assert answer.status_code == 303

    assert other.get("/").status_code == 200


def test_signing_out_everywhere_ends_all(visit, somebody):
    other = visit("emma.miller")

    somebody.post("/sign-out", "/account", everywhere="1")

    assert other.get("/").status_code == somebody.get("/").status_code == 303


def set_up(app, one):
    """Set a second factor up; its secret and the recovery codes."""
    page = "/account/second-factor"
    # The code before the present one is used, so that the present one is still good afterwards;
    # at the end of its half minute it would be one too old by the time it arrives.
    if (left := 30 - app.now().timestamp() % 30) < 8:
        time.sleep(left)
    one.post(f"{page}/begin", page)
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", one.get(page).text)[1]
    assert "<svg" in one.get(page).text
    wrong = one.post(f"{page}/confirm", page, code="000000")
    assert wrong.status_code == 401
    right = one.post(f"{page}/confirm", page, code=code_at(secret, step_of(app.now()) - 1))
    assert right.status_code == 200
    return secret, re.findall(r"<code>(\w{6}-\w{6})</code>", right.text)


def test_with_a_second_factor_the_password_alone_lets_nobody_in(app, visit, somebody):
    secret, recovery = set_up(app, somebody)
    assert len(recovery) == 10
    one = visit()

    asked = sign_in(one)
    assert asked.status_code == 200
    assert "one-time-code" in asked.text
    assert "creditflow" not in one.http.cookies
    assert one.get("/").status_code == 303
    assert one.post("/sign-in/code", code="000000").status_code == 401
    code = code_at(secret, step_of(app.now()))
    assert one.post("/sign-in/code", code=code).status_code == 303
    assert one.get("/").status_code == 200

    # Neither the same code nor the same step a second time.
    other = visit()
    assert other.post("/sign-in/code", code=code).status_code == 403
    sign_in(other)
    assert other.post("/sign-in/code", code=code).status_code == 401
    assert other.post("/sign-in/code", code=recovery[0].upper()).status_code == 303
    third = visit()
    sign_in(third)
    assert third.post("/sign-in/code", code=recovery[0]).status_code == 401


def test_codes_cannot_be_tried_through(app, visit, somebody):
    secret, _ = set_up(app, somebody)
    one = visit()
    sign_in(one)
    answers = [one.post("/sign-in/code", code=f"{n:06d}").status_code for n in range(6)]
    assert answers == [401, 401, 401, 429, 429, 429]
    right = code_at(secret, step_of(app.now()))
    assert one.post("/sign-in/code", code=right).status_code == 429


def test_a_second_factor_is_removed_with_a_code_only(app, visit, somebody):
    _, recovery = set_up(app, somebody)
    page = "/account/second-factor"
    again = somebody.post(f"{page}/begin", token=token_on(somebody, page))
    assert "Remove it first" in again.text
    assert somebody.post(f"{page}/remove", page, code="123456").status_code == 401
    assert somebody.post(f"{page}/remove", page, code=recovery[1]).status_code == 303
    assert sign_in(visit()).status_code == 303


def test_a_role_that_needs_a_second_factor_gets_nowhere_without(model, tmp_path):
    asked = {"second_factor_roles": "approver, user_admin"}
    with copied(model, tmp_path / "strict", **asked) as app, served(app) as address:
        approver, sales = visitor(app, address, "emma.miller"), visitor(app, address, "sales.chen")
        assert sales.get("/").status_code == 200
        for path in ("/", "/customers", "/journal"):
            answer = approver.get(path)
            assert answer.headers["location"] == "/account/second-factor", path
        set_up(app, approver)
        assert approver.get("/").status_code == 200
        for one in (approver, sales):
            one.http.close()


# ------------------------------------------------------------------ the first link

FOUNDERS = {
    "id": "a.admin", "name": "A", "email": "a@x.example", "fresh": NEW, "again": NEW,
    "second_id": "b.admin", "second_name": "B", "second_email": "b@x.example",
}  # fmt: skip


@pytest.fixture
def empty(tmp_path):
    app = prepare(settings(tmp_path / "empty", demo=False))
    yield app
    app.database.close()


def test_an_empty_installation_is_begun_by_two_through_one_link(empty):
    earlier, link = first_link(empty), first_link(empty)
    with served(empty) as address:
        one, path = visitor(empty, address), link.partition("8765")[2]
        assert one.get(earlier.partition("8765")[2]).status_code == 403, "the later link counts"
        same = {**FOUNDERS, "second_id": "a.admin"}
        assert one.post("/welcome", path, **same).status_code == 403
        bad = {**FOUNDERS, "email": "nowhere", "second_email": ""}
        assert one.post("/welcome", path, **bad).status_code == 422

        answer = one.post("/welcome", path, **FOUNDERS)

        assert answer.status_code == 200
        assert one.get("/").status_code == 200
        second_path = re.search(r"/password\?token=[\w-]+", answer.text)[0]
        second = visitor(empty, address)
        assert second.get(second_path).status_code == 200
        given = second.post("/password", second_path, fresh=NEW, again=NEW)
        assert given.status_code == 303
        assert second.get("/").status_code == 200
        for used in (path, second_path):
            third = visitor(empty, address)
            assert third.get(used).status_code == 403
            third.http.close()
        assert first_link(empty) is None
        for http in (one.http, second.http):
            http.close()
    with empty.reading() as work:
        assert {p.id: p.roles for p in work.people.all()} == {
            "a.admin": {Role.USER_ADMIN},
            "b.admin": {Role.USER_ADMIN},
        }


def test_a_link_of_a_day_ago_and_a_made_up_one_open_nothing(empty, monkeypatch):
    link = first_link(empty)
    hashed = []
    monkeypatch.setattr(Passwords, "hash", lambda _self, password: hashed.append(password) or "")
    with served(empty) as address:
        one = visitor(empty, address)
        assert one.get("/welcome?token=made-up").status_code == 403
        assert one.post("/welcome", **FOUNDERS, admission="made-up").status_code == 403
        assert hashed == [], "who bears no link makes nobody work"
        with empty.work() as work:
            kept = next(iter(work.admissions._transaction.rows(_all_admissions())))
            work.admissions._transaction.write(_expire())
        assert kept.kind == "first_run"
        assert one.get(link.partition("8765")[2]).status_code == 403
        one.http.close()


def _all_admissions():
    import sqlalchemy as sa

    from creditflow.store.tables import ADMISSION

    return sa.select(ADMISSION)


def _expire():
    import sqlalchemy as sa

    from creditflow.store.tables import ADMISSION
    from tests.makers import NOW

    return sa.update(ADMISSION).values(expires_at=NOW)


def test_a_link_for_somebody_who_left_signs_nobody_in(app, visit):
    from creditflow.domain.access import AdmissionKind
    from creditflow.services.admitting import admit
    from creditflow.web.session import hash_of

    with app.work() as work:
        work.people.put(replace(work.people.get("li.na"), active=False))
        admit(AdmissionKind.PASSWORD, hash_of("t"), person="li.na", by="t", at=app.now(), work=work)
    one = visit()

    answer = one.post("/password", "/password?token=t", fresh=NEW, again=NEW)

    assert answer.headers["location"].startswith("/sign-in")
    assert "creditflow" not in one.http.cookies
