"""User administrators change people in the browser, two together."""

import re

from tests.web.installation import hidden_fields

NEW = {
    "id": "new.one", "name": "New One", "email": "new@x.example", "language": "en",
    "role": ["approver", "analyst"], "desk": ["credit-manager"], "ceiling": "CNY 500000",
    "worst_grade": "D", "active": "yes", "why": "New in the team.", "kind": "person",
}  # fmt: skip


def asked(somebody, **changes):
    return somebody.post("/people/changes", "/people/new", **{**NEW, **changes})


def test_one_asks_another_confirms_and_the_new_one_signs_in(app, visit):
    admin, wu, audit = visit("admin"), visit("wu.min"), visit("audit")
    page = asked(admin).headers["location"].partition("?")[0]
    assert "New in the team." in wu.get("/people").text
    assert "CNY 500000" in audit.get(page).text
    assert 'value="confirm"' not in admin.get(page).text
    assert 'value="confirm"' not in audit.get(page).text
    own = admin.post(page, page, say="confirm")
    assert own.status_code == 422

    answer = wu.post(page, page, say="confirm")

    link = re.search(r"/password\?token=[\w-]+", answer.text)[0]
    new, fresh = visit(), "a sentence of my own"
    assert new.post("/password", link, fresh=fresh, again=fresh).status_code == 303
    assert "New One" in new.get("/account").text
    with app.reading() as work:
        assert work.people.get("new.one").desks == {"credit-manager"}
    journal = audit.get("/journal?about=new.one").text
    assert "confirmed; asked for by admin" in journal


def test_what_cannot_be_is_said_all_at_once_with_what_was_typed(visit):
    answer = asked(visit("admin"), role=["approver", "sales"], email="nowhere", ceiling="much")

    assert answer.status_code == 422
    assert "One person may not hold the roles sales and approver" in answer.text or (
        "One person may not hold the roles approver and sales" in answer.text
    )
    for said in (
        "is no mail address",
        "Write the ceiling like",
        'value="much"',
        "New in the team.",
    ):
        assert said in answer.text


def test_a_mandate_is_changed_and_a_change_can_be_refused(app, visit):
    admin, wu = visit("wu.min"), visit("admin")
    page = "/people/id/emma.miller"
    form = {**hidden_fields(admin.get(page).text, "/people/changes"), **NEW, "id": "emma.miller",
            "name": "Emma Miller", "ceiling": "CNY 3000000", "role": "approver"}  # fmt: skip
    change = admin.http.post("/people/changes", data=form).headers["location"].partition("?")[0]
    assert "CNY 3000000" in wu.get(change).text

    wu.post(change, change, say="refuse")

    with app.reading() as work:
        assert work.people.get("emma.miller").mandate.ceiling.major == 2_000_000
    assert "未获同意" in admin.get(page).text


def test_nobody_is_shown_a_form_for_themselves(visit):
    wu = visit("wu.min")
    assert "disabled" in wu.get("/people/id/wu.min").text
    assert "disabled" not in wu.get("/people/id/emma.miller").text.partition("<fieldset")[2][:40]
