"""Absence in the browser: an approver hands over, the stand-in finds the case and decides it."""

from datetime import timedelta

from creditflow.approvals.delegating import Acting
from creditflow.approvals.seats import seats
from tests.web.installation import waiting


def hand_over(person, app, **fields):
    day = app.today()
    given = {"delegate": "chen.wei", "from_": day.isoformat(),
             "until": (day + timedelta(days=3)).isoformat(), **fields}  # fmt: skip
    return person.post("/delegations", "/delegations", **given)


def test_the_stand_in_finds_the_cases_and_both_names_are_shown(app, visit):
    director, deputy = visit("wang.fang"), visit("chen.wei")
    row = next(r for r in waiting(app) if r.desk == "finance-director")
    assert f"/cases/{row.case_id}" not in deputy.get("/?list=mine").text

    assert hand_over(director, app).status_code == 303

    assert f"/cases/{row.case_id}" in deputy.get("/?list=mine").text
    path = f"/cases/{row.case_id}"
    assert "您正代 王芳 审批" in deputy.get(path).text
    done = deputy.post(f"{path}/decision", path, say="reject", comment="No.")
    assert done.status_code == 303
    assert "代 王芳" in deputy.get(path).text
    with app.reading() as work:
        (decision,) = work.decisions.of(row.case_id)
    assert (decision.by, decision.on_behalf_of) == ("chen.wei", "wang.fang")


def test_what_is_wrong_is_said_and_what_was_typed_stays(app, visit):
    director = visit("wang.fang")

    page = hand_over(director, app, until="2020-01-01", ceiling="12345")

    assert page.status_code == 422
    assert "结束日早于开始日" in page.text
    assert 'value="12345"' in page.text
    for day in ("soon", "9999-12-31"):
        assert hand_over(director, app, until=day).status_code == 422


def test_it_is_ended_by_those_whom_it_concerns(app, visit):
    director, other = visit("wang.fang"), visit("li.na")
    hand_over(director, app)

    token = {"token": director.get("/delegations").text.split('name="token" value="')[1][:64]}
    assert other.post("/delegations/DG-0001/end", **token).status_code == 403
    assert director.post("/delegations/DG-0001/end", "/delegations").status_code == 303
    with app.reading() as work:
        assert work.delegations.get("DG-0001").revoked_by == "wang.fang"


def test_the_list_says_what_deciding_says(app, visit):
    """For everybody: what is in the inbox may be decided, and what may be decided is in it."""
    hand_over(visit("wang.fang"), app)
    for person in ("chen.wei", "li.na", "wang.fang", "robert.klein", "everything"):
        somebody = visit(person)
        listed = somebody.get("/?list=mine").text
        for row in waiting(app):
            page = somebody.get(f"/cases/{row.case_id}").text
            assert (f'/cases/{row.case_id}"' in listed) == ("data-decide" in page)


def test_the_list_of_the_highest_desk_has_what_a_dropped_desk_left(app):
    """Deciding lets it be cleared there, so the list says so too."""
    with app.reading() as work:
        people, policy = work.people.all(), work.policies.current()
    seeing = {p.id for p in people if seats([Acting(p)], {"dropped"}, policy)}

    highest = policy.desks[-1].id
    assert seeing == {p.id for p in people if highest in p.desks} != set()
