"""Who may do what: every role × every route × every state of a case × whose case it is.

The routes come from the application, so a new one is tried by itself. What is
expected is said here once more, by hand and not by the code that decides it.
Nothing is kept between two tries: each transaction is undone at its end.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from starlette.responses import HTMLResponse

from creditflow.approvals import entitling
from creditflow.approvals.at_once import Line
from creditflow.domain import permissions
from creditflow.domain.case import CaseState
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate, Person, Role
from creditflow.domain.permissions import GRANTS, Permission
from creditflow.store.tables import CASE, REVIEW_TASK
from creditflow.web.app import create_app
from creditflow.web.doors import ANYBODY
from creditflow.web.outcomes import item_of
from creditflow.web.session import form_token, open_session
from creditflow.web.visit import Visit
from tests.web.installation import waiting
from tests.web.rehearsal import Stage
from tests.web.test_doors import places

S = CaseState
NOBODY = "nobody"
VIEWERS = (*Role, NOBODY)
OWNERS = ("mine", "another's", "nobody's")
FINISHED = {S.EXPIRED, S.WITHDRAWN, S.NOTIFIED, S.CLOSED, S.SUPERSEDED}
DECIDED = {S.APPROVED, S.REJECTED, S.APPLIED}
ASKERS = {Role.ANALYST, Role.SALES, Role.ORDER_DESK}
WRITERS = {role for role in Role if role not in (Role.VIEWER, Role.AUDITOR)}
LISTED = "/decisions"
VERDICTS = ("approve", "approve_with_change", "return", "reject")


def expected(path: str, who: str, state: CaseState, owner: str) -> bool:
    """Whether this role may take this step with a case in that state, by the book."""
    own = owner == "mine" or who == Role.ANALYST
    match path.rpartition("/")[2]:
        case "decision" | "decisions" | "claim" | "release" | "reassign" | "refer":
            return who == Role.APPROVER and state is S.AWAITING and owner != "mine"
        case "{case_id}" if path.startswith("/comments/"):
            return who in WRITERS and state not in FINISHED
        case "withdraw":
            return who in ASKERS and own and state not in FINISHED | DECIDED
        case "again":
            return who in ASKERS and own and state is S.RETURNED
        case "take-up":
            return who in (Role.ANALYST, Role.ADMIN) and state is S.INCIDENT
    raise AssertionError(f"say what is expected of {path}")


@pytest.fixture
def stage(app):
    """Somebody of each role, signed in, and one case to turn over and over."""
    tokens = {NOBODY: ""}
    with app.work() as work:
        for role in Role:
            person = Person(f"m.{role}", role.value, "m@huadong.example", "en", frozenset({role}),
                            frozenset({"credit-committee"}), Mandate(None, Grade.G))  # fmt: skip
            work.people.put(person)
            at = app.now() - timedelta(seconds=1)
            tokens[role] = open_session(person, at=at, hours=1, work=work)
    row = next(row for row in waiting(app) if row.proposed and row.proposed.minor > 200)
    with app.reading() as work:
        case = work.cases.get(row.case_id)
    known = {**places(app), "case_id": row.case_id, "customer_id": row.customer_id}
    stage = Stage(app, create_app(app))
    stage.tokens, stage.case, stage.known = tokens, case, known
    yield stage
    stage.close()


@pytest.fixture
def unprinted(monkeypatch):
    """Answers without their pages: who is let in is decided before, and a page takes 10 ms."""

    def page(self, template, *, status=200, headers=None, **view):
        return HTMLResponse(f"{template} {view.get('sentence', '')}", status, headers)

    monkeypatch.setattr(Visit, "page", page)


def turn(stage: Stage, state: CaseState, requested_by: str | None) -> None:
    """Put the case into a state, for whoever asked for it; this alone is kept."""
    incident = state is S.INCIDENT
    values = {
        "state": state.value,
        "requested_by": requested_by,
        "kind": "request" if requested_by else "periodic",
        "incident": '{"text": "It broke.", "facts": {}}' if incident else None,
        "before_incident": S.DRAFT.value if incident else None,
    }
    # The approver of the matrix has it, so that there is something to give back.
    held = {"held_by": f"m.{Role.APPROVER}", "held_until": datetime.now(UTC) + timedelta(hours=1)}
    task = sa.update(REVIEW_TASK).where(REVIEW_TASK.c.case_id == stage.case.id).values(held)
    with stage.database._writers.begin() as connection:
        connection.execute(sa.update(CASE).where(CASE.c.id == stage.case.id).values(values))
        connection.execute(task)


def forms(stage: Stage, path: str, token: str, who: str) -> list[dict[str, str]]:
    """What is handed in there: each verdict by those who could decide, else one."""
    fields = {"token": form_token(token) if token else "", "note": "n", "comment": "c",
              "to": "robert.klein", "why": "w", "question": "q", "text": "t"}  # fmt: skip
    if path == LISTED:
        line = Line(stage.case.id, stage.case.version, stage.case.proposal_id or "",
                    stage.case.proposal_hash or "", 0)  # fmt: skip
        listed = {**fields, "key": "k", "back": "list=mine", "item": item_of(line)}
        return [{**listed, "say": verdict} for verdict in VERDICTS if "change" not in verdict]
    if not path.endswith("/decision"):
        return [fields]
    seen = {**fields, "key": "k", "hash": stage.case.proposal_hash, "amount": "1"}
    verdicts = VERDICTS if who == Role.APPROVER else VERDICTS[:1]
    return [{**seen, "say": verdict, "amount": "1" if "change" in verdict else ""}
            for verdict in verdicts]  # fmt: skip


def tried(stage: Stage, viewers=VIEWERS, states=tuple(CaseState)) -> list[str]:
    """Take every step with the case, as everybody, in every state; what came out otherwise."""
    doors = [
        (method, door)
        for method, door in stage.doors()
        if "{case_id}" in door.path or door.path == LISTED
    ]
    wrong = []
    # Whom the door itself sends away is asked for once per state: it does not look at the case.
    closed: set[tuple[str, str, CaseState]] = set()
    for state in states:
        for owner in OWNERS:
            for who in viewers:
                asked = {"mine": f"m.{who}", "another's": "sales.chen", "nobody's": None}[owner]
                turn(stage, state, asked)
                for method, door in doors:
                    if (who, door.path, state) in closed:
                        continue
                    wrong += [
                        f"{who} {method} {door.path} {state} {owner}: {problem}"
                        for problem in problems(
                            stage, method, door, who=who, state=state, owner=owner, closed=closed
                        )
                    ]
    return wrong


def problems(stage, method, door, *, who, state, owner, closed):
    token, path = stage.tokens[who], door.path.format_map(stage.known)
    if method == "GET" and owner != "mine":
        return  # Looking depends on nobody's being the owner; each state was looked at once.
    if method == "GET":
        answer = stage.request("GET", path, token=token)
        wanted = 303 if who == NOBODY else 200
        if answer.status != wanted or answer.written:
            yield f"{answer.status} for {wanted}, {answer.written} rows"
        return
    may = expected(door.path, who, state, owner)
    for fields in forms(stage, path, token, who):
        answer = stage.request(method, path, token=token, data=fields)
        if answer.status == 403 and "This page is for people with" in answer.text:
            closed.add((who, door.path, state))
        did = answer.status == 303 and "done=" in answer.location and answer.written > 0
        if did is not may:
            yield f"{fields.get('say', '')} {answer.status} {answer.location}, not {may}"
        if not did and answer.written:
            yield f"refused, and yet {answer.written} rows were written"


def test_every_step_with_a_case_is_open_to_exactly_those_who_may(stage, unprinted):
    assert tried(stage) == []


def test_every_other_route_is_open_to_exactly_the_roles_of_its_permission(stage):
    wrong = []
    for method, door in stage.doors():
        if "{case_id}" in door.path or door.who is ANYBODY:
            continue
        for who in VIEWERS:
            token = stage.tokens[who]
            fields = {"token": form_token(token) if token else ""}
            path = door.path.format_map(stage.known)
            data = None if method == "GET" else fields
            answer = stage.request(method, path, token=token, data=data)
            closed = answer.status == 403 and "This page is for people with" in answer.text
            sent_away = answer.status == 303 and answer.location.startswith("/sign-in")
            fine = sent_away if who == NOBODY else closed is (door.who not in GRANTS[who])
            if not fine or (answer.written and (closed or method == "GET")):
                wrong.append(f"{who} {method} {door.path}: {answer.status} {answer.written}")

    assert wrong == []


def test_somebody_who_left_opens_nothing(stage):
    for role in Role:
        with stage.database._writers.begin() as connection:
            connection.exec_driver_sql("UPDATE person SET active = 0 WHERE id = ?", (f"m.{role}",))
        for method, door in stage.doors():
            if door.who is ANYBODY:
                continue
            answer = stage.request(
                method, door.path.format_map(stage.known), token=stage.tokens[role]
            )
            assert answer.status == 303, (role, method, door.path)
            assert answer.location.startswith("/sign-in"), (role, method, door.path)


# ------------------------------------------------------------------ it can fail


def test_a_role_that_permits_too_much_would_be_noticed(stage, monkeypatch):
    wider = {**GRANTS, Role.VIEWER: GRANTS[Role.VIEWER] | {Permission.MEND_CASES}}
    monkeypatch.setattr(permissions, "GRANTS", wider)

    found = tried(stage, viewers=[Role.VIEWER], states=[S.INCIDENT])

    assert len(found) == len(OWNERS)
    assert all("take-up" in line for line in found)


def test_deciding_an_own_case_would_be_noticed(stage, monkeypatch):
    monkeypatch.setattr(entitling, "involved", lambda _case, _work: {})

    found = tried(stage, viewers=[Role.APPROVER], states=[S.AWAITING])

    verbs = {line.split()[2].rpartition("/")[2] for line in found}
    assert verbs == {"decision", "decisions", "claim", "release", "reassign", "refer"}
    assert len(found) == len(VERDICTS) + len(VERDICTS[:1] + VERDICTS[2:]) + 4
    assert all("mine" in line for line in found)


def test_a_door_that_opens_to_the_wrong_people_would_be_noticed(stage):
    door = next(door for _, door in stage.doors() if door.path.endswith("/take-up"))
    door.who = Permission.DECIDE
    try:
        found = tried(stage, viewers=[Role.APPROVER, Role.ADMIN], states=[S.INCIDENT])
    finally:
        door.who = Permission.MEND_CASES

    assert {line.split()[0] for line in found} == {Role.APPROVER, Role.ADMIN}


def test_what_is_undone_was_really_done_before(stage):
    """The rehearsal sees a decision that would have been kept, and keeps none."""
    turn(stage, S.AWAITING, None)
    token = stage.tokens[Role.APPROVER]
    path = f"/cases/{stage.case.id}/decision"
    (fields, *_) = forms(stage, path, token, Role.APPROVER)

    answers = [stage.request("POST", path, token=token, data=fields) for _ in range(2)]

    assert [answer.status for answer in answers] == [303, 303]
    assert all(answer.written >= 4 for answer in answers)
    with stage.database.reading() as work:
        assert work.cases.get(stage.case.id).state is S.AWAITING
        assert work.cases.get(stage.case.id) == replace(
            stage.case, occasion=work.cases.get(stage.case.id).occasion
        )
