"""Keys of other programs read and import; none of them decides anything, by any verb on any route."""

import sqlite3
from datetime import timedelta

import pytest
from fastapi import FastAPI

from creditflow.domain.access import Scope
from creditflow.services.keying import make_key, written
from creditflow.web.app import create_app
from creditflow.web.doors import ANYBODY, Door, closed_doors
from creditflow.web.key_doors import KeyDoor, KeyDoors
from tests.web.installation import waiting
from tests.web.rehearsal import Stage
from tests.web.test_doors import places

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def key(app, *scopes, days=30, at=None, key_id="ab12cd34"):
    with app.work() as work:
        make_key(key_id, "secret", name="ERP", scopes=scopes, days=days, at=at or app.now(),
                 by=work.people.get("admin"), work=work)  # fmt: skip
    return {"Authorization": f"Bearer {written(key_id, 'secret')}"}


def test_a_program_reads_customers_limits_and_cases(app, visit):
    http, headers = visit().http, key(app, "read")
    row = waiting(app)[0]

    first = http.get("/api/customers?most=2", headers=headers).json()
    rest = http.get(f"/api/customers?after={first['next']}", headers=headers).json()
    limit = http.get(f"/api/limits/{row.customer_id}", headers=headers).json()
    cases = http.get("/api/cases?state=awaiting", headers=headers).json()["cases"]
    one = http.get(f"/api/cases/{cases[0]['case']}", headers=headers).json()
    assert (one["state"], one["granted"]) == ("awaiting", None)
    assert one["proposed"]["limit"] == cases[0]["proposed"]

    everybody = first["customers"] + rest["customers"]
    with app.readings() as readings:
        assert [c["customer"] for c in everybody] == [c.customer_id for c in readings.customers()]
        known = readings.customer(row.customer_id)
    assert rest["next"] is None
    assert limit["state"] == known.limit_state
    assert limit["limit"] == (
        {"amount": str(known.limit.major), "currency": known.limit.currency}
        if known.limit
        else None
    )
    assert limit["in_force"]["general"] == limit["limit"]
    assert limit["in_force"]["on_top"] == []
    assert {case["case"] for case in cases} == {one.case_id for one in waiting(app)}
    with app.reading() as work:
        assert work.api_keys.get("ab12cd34").last_used_at is not None


def test_a_program_hands_in_a_file_and_gets_every_problem(app, visit):
    http, headers = visit().http, key(app, "import")
    rows = "customer,name,currency,country,language\nX1,Good Ltd,CNY,CN,en\nX2,Bad Ltd,XXX,CN,en\n"

    answer = http.post(
        "/api/imports?name=new.csv&kind=customers", headers=headers, content=rows.encode()
    ).json()

    assert (answer["rows"]["kept"], answer["rows"]["rejected"]) == (1, 1)
    (problem,) = answer["problems"]
    assert (problem["line"], problem["column"]) == (3, "currency")
    with app.readings() as readings:
        assert readings.customer("X1").name == "Good Ltd"
        assert readings.hand_ins()[0].by == "key:ab12cd34"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/limits/nobody", 404, "no customer nobody"),
        ("/api/cases?state=odd", 422, "There is no state odd"),
        ("/api/nothing", 404, "no such address"),
    ],
)
def test_a_problem_is_an_answer_with_a_sentence(app, visit, path, status, said):
    answer = visit().http.get(path, headers=key(app, "read"))

    assert answer.status_code == status
    assert said in answer.json()["problem"]


def test_only_a_valid_key_with_the_scope_opens_a_door(app, visit):
    http, good = visit().http, key(app, "read")
    imports = key(app, "import", key_id="ef56ef56")
    old = key(app, "read", key_id="aa11aa11", at=app.now() - timedelta(days=31))
    for headers, status in (
        ({}, 401),
        (good, 200),
        (imports, 403),
        (old, 401),
        ({"Authorization": good["Authorization"] + "x"}, 401),
        ({"Authorization": good["Authorization"].replace("Bearer", "Basic")}, 401),
        ({"Authorization": "Bearer cf_nothing_at_all"}, 401),
        ({"Authorization": "Bearer é"}, 401),
    ):
        encoded = {name: value.encode() for name, value in headers.items()}
        assert http.get("/api/customers", headers=encoded).status_code == status, headers
    signed_in = visit("everything")
    assert signed_in.get("/api/customers").status_code == 401, "a session is no key"


def test_a_key_is_made_shown_once_and_revoked_at_once(app, visit):
    admin, http = visit("admin"), visit().http
    page = admin.post("/keys", "/keys", name="ERP", scope="read", days="30").text
    made = page.partition('<pre tabindex="0">')[2].partition("</pre>")[0]
    headers = {"Authorization": f"Bearer {made}"}
    assert http.get("/api/customers", headers=headers).status_code == 200
    again = admin.get("/keys").text
    assert made not in again
    assert made.rpartition("_")[0] in again
    stored = (app.settings.data_dir / "creditflow.db").read_bytes()
    assert made.rpartition("_")[2].encode() not in stored

    admin.post(f"/keys/{made.split('_')[1]}/revoke", "/keys")

    assert http.get("/api/customers", headers=headers).status_code == 401
    refused = admin.post("/keys", "/keys", name="", scope="approve", days="9999")
    assert refused.status_code == 422
    for said in ("which program", "Choose scopes among read, import", "from 1 to 366"):
        assert said in refused.text


# ------------------------------------------------------------------ no key decides


RECORDS = ("decision", "credit_limit", "credit_case", "review_task", "letter", "person", "api_key",
           "person_change", "policy_version", "policy_draft", "sign_in", "admission")  # fmt: skip


def kept(app):
    with sqlite3.connect(app.settings.data_dir / "creditflow.db") as database:
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in RECORDS}


def opened(stage, headers, routes):
    """The pages of people that let somebody in who has nothing but a key."""
    return [
        f"{verb} {route.path}: {answer.status}"
        for route in routes
        for verb in VERBS
        if isinstance(route, Door) and route.who is not ANYBODY
        for answer in [
            stage.request(verb, route.path.format_map(stage.known), headers=headers,
                          data={"say": "approve", "key": "k", "hash": stage.hash, "token": ""}
                          if verb not in ("GET", "HEAD", "OPTIONS") else None)
        ]
        if answer.status not in (303, 405)
        or (answer.status == 303 and not answer.location.startswith("/sign-in"))
    ]  # fmt: skip


@pytest.fixture
def stage(app):
    known = {**places(app), "key_id": "ab12cd34", "person_id": "li.na", "change_id": "PC-000001"}
    row = next(row for row in waiting(app) if row.proposed)
    with app.reading() as work:
        proposal_hash = work.cases.get(row.case_id).proposal_hash
    headers = key(app, "read", "import")
    stage = Stage(app, create_app(app))
    stage.known, stage.hash, stage.headers = (
        {**known, "case_id": row.case_id},
        proposal_hash,
        headers,
    )
    yield stage
    stage.close()


def test_no_key_opens_any_page_by_any_verb(stage):
    assert opened(stage, stage.headers, stage.web.routes) == []


def test_no_key_changes_any_record_by_any_verb_on_any_route(app, visit):
    headers = key(app, "read", "import")
    known = {**places(app), "key_id": "zz", "person_id": "li.na", "change_id": "PC-000001"}
    http, before = visit().http, kept(app)
    routes = [r for r in create_app(app).routes if isinstance(r, Door | KeyDoor)]
    for route in routes:
        if getattr(route, "who", None) is ANYBODY:
            continue
        for verb in VERBS:
            path = route.path.format_map(known)
            http.request(
                verb, path, headers=headers, data={"say": "approve"} if verb == "POST" else None
            )

    after = kept(app)
    for table in RECORDS:
        if table != "api_key":  # its last use is noted
            assert after[table] == before[table], table


def test_a_page_that_took_keys_would_be_noticed(stage, monkeypatch):
    from creditflow.web import doors

    with stage.database.reading() as work:
        everything = work.people.get("everything")
    real = doors.visit_of

    def visit_of(request):
        visit = real(request)
        if request.headers.get("authorization"):
            object.__setattr__(visit, "person", everything)
        return visit

    monkeypatch.setattr(doors, "visit_of", visit_of)

    routes = [r for r in stage.web.routes if getattr(r, "path", "") == "/cases/{case_id}/decision"]
    assert opened(stage, stage.headers, routes) != []


def test_a_door_for_programs_names_its_scope_or_is_not_hung():
    doors = KeyDoors()
    for path, scope in (("/api/x", None), ("/api/x", "read"), ("/x", Scope.READ)):
        with pytest.raises(TypeError):
            doors.get(path, scope=scope)
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    web.post("/api/decide")(lambda: "decided")
    assert list(closed_doors(web)) == ["/api/decide"]


def test_no_scope_decides():
    assert {scope.value for scope in Scope} == {"read", "import"}
