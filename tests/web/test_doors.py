"""Every page says who may see it, and lets in nobody else; looking at pages changes nothing."""

import sqlite3
from dataclasses import replace

import pytest
from fastapi import FastAPI

from creditflow.domain.access import ChangeKind
from creditflow.domain.hook import EVENTS, Hook, HookKind
from creditflow.domain.letter_template import TemplateName
from creditflow.domain.message import Channel, Message, MessageState
from creditflow.domain.people import Role
from creditflow.domain.permissions import GRANTS, Permission
from creditflow.services.publishing import propose_policy
from creditflow.services.restaffing import ask_help
from creditflow.services.wording import propose_wording
from creditflow.sources.policy_files import shipped_policy_text
from creditflow.web.app import create_app
from creditflow.web.doors import ANYBODY, Door, closed_doors
from tests.makers import a_limit_change, a_model, a_plan, an_answer, an_attachment, an_upload
from tests.web.installation import waiting

PUBLIC = {
    *("/sign-in", "/sign-in/code", "/welcome", "/password", "/language"),
    *("/sign-in/company", "/sign-in/company/back"),
    *("/health/live", "/health/ready"),
    *("/verify", "/answer/{token}"),  # for customers
}
LINKS = {"/welcome": 403, "/password": 403, "/sign-in/company": 404, "/sign-in/company/back": 404}
"""What they answer without a one-time link, or without an identity provider."""


def doors(app):
    return [route for route in create_app(app).routes if isinstance(route, Door)]


def test_every_route_says_who_may_come_in(app):
    assert list(closed_doors(create_app(app))) == []


def test_a_route_that_does_not_say_would_be_noticed():
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    web.get("/open")(lambda: "come in")

    assert list(closed_doors(web)) == ["/open"]


def test_only_these_pages_are_for_anybody(app):
    assert {door.path for door in doors(app) if door.who == ANYBODY} == PUBLIC


def model_of(app):
    with app.work() as work:
        if not work.models.all():
            work.models.add(a_model())
        return work.models.all()[0].id


def plan_of(app, customer):
    """A payment plan that waits for the customer's answer."""
    with app.work() as work:
        if not work.plans.of(customer):
            work.plans.add(a_plan(customer=customer))
        return work.plans.of(customer)[0].id


def draft_of(app):
    """A policy draft that waits for somebody."""
    with app.work() as work:
        if (draft := work.policy_drafts.open()) is None:
            sources = {"policy": "changed"}
            draft = propose_policy(
                shipped_policy_text().replace('"least_change":"0.15"', '"least_change":"0.2"'),
                sources,
                why="A wider dead band.",
                effective_on=app.today(),
                by=work.people.get("sun.yue"),
                at=app.now(),
                on=app.today(),
                work=work,
            )
    return draft.id


def wording_of(app):
    """A wording of a letter that waits for somebody."""
    template = TemplateName("released", "en")
    with app.work() as work:
        if (draft := work.templates.open(template)) is None:
            text = app.proofreader.shelf.in_file(template).replace("Thank you for", "Thanks for")
            draft = propose_wording(
                template, text, why="Said more kindly.", effective_on=app.today(),
                by=work.people.get("sun.yue"), at=app.now(), on=app.today(), work=work,
                proofreader=app.proofreader,
            )  # fmt: skip
    return draft.id


def message_of(app):
    """A mail that did not arrive."""
    made = Message("mail.1", Channel.MAIL, "li.na", "new", waiting(app)[0].case_id, app.now(), None)
    with app.work() as work:
        work.messages.add([replace(made, state=MessageState.FAILED)])
    return made.key


def hook_of(app):
    """A hook that waits for a second administrator."""
    made = Hook("HK-0001", "erp", HookKind.SLACK, "erp.example", "sealed:", frozenset(EVENTS), "en",
                "", "why", "somebody", app.now())  # fmt: skip
    with app.work() as work:
        if not work.hooks.all():
            work.hooks.add(made)
    return made.id


def change_of(app):
    """A change of a person that waits for a second user administrator."""
    with app.work() as work:
        if waiting := work.person_changes.open():
            return waiting[0].id
        wu, at = work.people.get("wu.min"), app.now()
        why, kind = "Forgotten.", ChangeKind.NEW_PASSWORD
        return ask_help("li.na", kind, why=why, by=wu, at=at, work=work).id


def limit_change_of(app):
    """A limit of a group that waits for a second person."""
    with app.work() as work:
        if waits := work.group_limits.waiting():
            return waits[0].id
        work.group_limits.add_change(
            a_limit_change(group="G0001", based_on=0, from_=app.today(), proposed_by="chen.wei")
        )
        return "GL-000001"


def places(app):
    """Something to put into the addresses of pages."""
    row = waiting(app)[0]
    with app.readings() as readings:
        letter = next(x for x in readings.letters() if "." not in x.id)
        hand_in = readings.hand_ins()[0]
    token = app.links.token(letter.id, until=app.today())
    with app.work() as work:
        if not work.answers.waiting():
            file = an_upload("A-1.1")
            work.answers.add(an_answer("A-1", letter_id=letter.id), uploads=[file])
            work.attachments.add(an_attachment(subject=row.case_id), b"%PDF-1.7 a")
    return {
        "token": token,
        "answer_id": "A-1",
        "attachment_id": "F-000001",
        "place": "1",
        "case_id": row.case_id,
        "customer_id": row.customer_id,
        "letter_id": letter.id,
        "hand_in_id": hand_in.id,
        "verdict": "approve",
        "kind": "customers",
        "name": "00000000000000000000-00000000.eml",
        "number": 1,
        "document": "policy.yaml",
        "key": message_of(app),
        "hook_id": hook_of(app),
        "draft_id": draft_of(app),
        "wording_id": wording_of(app),
        "template": "released.en",
        "form": "light",
        "person_id": "emma.miller",
        "change_id": change_of(app),
        "key_id": "00000000",
        "view_id": "SV-000001",
        "delegation_id": "DG-0001",
        "model_id": model_of(app),
        "plan_id": plan_of(app, row.customer_id),
        "group_id": "G0001",
        "limit_change_id": limit_change_of(app),
    }


def addresses(app, method):
    known = places(app)
    return [(door.path.format_map(known), door) for door in doors(app) if method in door.methods]


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(app, visit):
    nobody = visit()
    for path, door in addresses(app, "GET"):
        answer = nobody.get(path)
        if door.who == ANYBODY:
            assert answer.status_code == LINKS.get(path, 200), path
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in")
    for path, door in addresses(app, "POST"):
        if door.who != ANYBODY:
            assert nobody.post(path).headers["location"] == "/sign-in", path


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_pages_and_no_others(app, visit, role):
    with app.work() as work:
        person = replace(work.people.get("everything"), roles=frozenset({role}))
        work.people.put(person)
    somebody = visit("everything")
    for method in ("GET", "POST"):
        for path, door in addresses(app, method):
            if door.who == ANYBODY or path == "/sign-out":
                continue
            answer = somebody.http.request(method, path)
            refused = answer.status_code == 403 and "This page is for people with" in answer.text
            assert refused is (door.who not in GRANTS[role]), (
                role,
                method,
                path,
                answer.status_code,
            )


def test_pages_are_shown_to_those_who_may_see_them(app, visit):
    somebody = visit("everything")
    for language in ("en", "zh-CN"):
        somebody.post("/language", "/", language=language, next="/")
        for path, door in addresses(app, "GET"):
            answer = somebody.get(path)
            # No such mail, no company account, and no letter that was taken to be printed.
            absent = ("/account/company", "/tray/letters.zip")
            usual = 404 if "00000000.eml" in path or path in absent else 200
            expected = {303} if path == "/sign-in" else {LINKS.get(path, usual)}
            assert answer.status_code in expected, (path, answer.status_code)
            if answer.status_code == 200 and path not in ("/health/live", "/health/ready"):
                assert door.who in Permission


def everything_in(app):
    with sqlite3.connect(app.settings.data_dir / "creditflow.db") as database:
        return list(database.iterdump())


def test_looking_changes_nothing(app, visit):
    somebody = visit("everything")
    places(app)
    before = everything_in(app)

    for path, _ in addresses(app, "GET"):
        somebody.get(path)
        somebody.http.head(path)
        somebody.http.options(path)
    for query in (
        "/?list=all&page=2&q=x",
        "/?list=done",
        "/?list=all&page=²",
        "/customers?q=a",
        "/journal?about=x&verify=1",
    ):
        assert somebody.get(query).status_code == 200

    assert everything_in(app) == before


def test_a_change_would_be_noticed(app, visit):
    somebody = visit("everything")
    before = everything_in(app)

    somebody.post("/language", "/", language="zh-CN", next="/")

    assert everything_in(app) != before


def test_there_are_no_pages_about_the_interface(visit):
    somebody = visit("everything")
    for path in ("/docs", "/redoc", "/openapi.json", "/no-such-page", "/cases/CF-999999"):
        answer = somebody.get(path)
        assert answer.status_code == 404
        assert "Not here" in answer.text
