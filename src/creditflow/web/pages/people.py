"""People, their roles and mandates: looked at by some, changed by two together."""

from typing import Any

from starlette.responses import Response

from creditflow.domain.access import ChangeKind, PersonChange
from creditflow.domain.change import ChangeState
from creditflow.domain.errors import NotFound, Problem, Refusal
from creditflow.domain.grade import Grade
from creditflow.domain.people import Person, Role
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.services.restaffing import (
    ask_change,
    ask_company_account,
    ask_help,
    confirm_change,
    refuse_change,
    wanted_account,
    wanted_form,
)
from creditflow.services.staffing import PersonForm, form_of
from creditflow.web.doors import Doors, Entered, Form, Posted
from creditflow.web.errors import status_of
from creditflow.web.naming import CHANGE_STATES, CHANGES, ROLES
from creditflow.web.pages.welcoming import password_link
from creditflow.web.session import hash_of, new_token
from creditflow.web.visit import Visit

doors = Doors()
ACCOUNT_KINDS = (ChangeKind.COMPANY_ACCOUNT, ChangeKind.NO_COMPANY_ACCOUNT)
NOBODY = PersonForm("", "", "", "zh-CN", ())


@doors.get("/people", who=Permission.SEE_PEOPLE)
def people(visit: Entered) -> Response:
    """Everybody, and the changes that wait."""
    with visit.app.reading() as work:
        everybody, waiting = work.people.all(), work.person_changes.open()
        policy = work.policies.current()
        with_factor = {p.id for p in everybody if (f := work.factors.of(p.id)) and f.confirmed_at}
    titles = {desk.id: desk.title[visit.speech.language] for desk in policy.desks}
    return visit.page(
        "people.html",
        people=sorted(everybody, key=lambda p: (not p.active, p.id)),
        waiting=waiting,
        kinds=CHANGES,
        desks=titles,
        with_factor=with_factor,
        may_change=visit.may(Permission.CHANGE_PEOPLE),
    )


@doors.get("/people/new", who=Permission.CHANGE_PEOPLE)
def new_person(visit: Entered) -> Response:
    """The form for somebody new."""
    return _form_page(visit, NOBODY, None)


@doors.get("/people/id/{person_id}", who=Permission.SEE_PEOPLE)
def person(person_id: str, visit: Entered) -> Response:
    """One person, with the form to ask for a change."""
    with visit.app.reading() as work:
        known = work.people.get(person_id)
    return _form_page(visit, form_of(known), known)


@doors.post("/people/changes", who=Permission.CHANGE_PEOPLE)
def ask(visit: Entered, form: Form) -> Response:
    """Ask for a change, or for help with signing in."""
    typed, kind = _typed(form), form.text("kind") or ChangeKind.PERSON
    why, subject, app = form.text("why"), form.text("subject"), visit.app
    try:
        if kind not in set(ChangeKind) or (kind == ChangeKind.COMPANY_ACCOUNT and not subject):
            raise Refusal(say("Choose what to change."))
        with app.work() as work:
            if kind in ACCOUNT_KINDS:
                change = ask_company_account(
                    typed.id,
                    app.settings.oidc_issuer,
                    subject if kind == ChangeKind.COMPANY_ACCOUNT else "",
                    why=why,
                    by=visit.me,
                    at=app.now(),
                    work=work,
                )
            elif kind == ChangeKind.PERSON:
                change = ask_change(typed, why=why, by=visit.me, at=app.now(), work=work)
            else:
                change = ask_help(
                    typed.id, ChangeKind(kind), why=why, by=visit.me, at=app.now(), work=work
                )
    except Problem as problem:
        known = _known(visit, typed.id)
        shown = form_of(known) if known and kind != ChangeKind.PERSON else typed
        return _form_page(visit, shown, known, problem=problem, why=why)
    return visit.go(f"/people/changes/{change.id}?done=asked")


@doors.get("/people/changes/{change_id}", who=Permission.SEE_PEOPLE)
def change(change_id: str, visit: Entered) -> Response:
    """A change: what is, what would be, who asked and why."""
    return _change_page(visit, change_id)


@doors.post("/people/changes/{change_id}", who=Permission.CHANGE_PEOPLE)
def decide_change(change_id: str, visit: Entered, form: Form) -> Response:
    """Confirm, refuse or withdraw a change; a link that it makes is shown this once."""
    app, token = visit.app, new_token()
    try:
        with app.work() as work:
            if form.text("say") != "confirm":
                decided = refuse_change(change_id, by=visit.me, at=app.now(), work=work)
                return visit.go(f"/people/changes/{change_id}?done=change_{decided.state}")
            decided, link = confirm_change(
                change_id, token_hash=hash_of(token), by=visit.me, at=app.now(), work=work
            )
            name = work.people.get(decided.person).name
    except NotFound:
        raise
    except Problem as problem:
        return _change_page(visit, change_id, problem)
    if link:
        return visit.page("one_time_link.html", name=name, link=password_link(visit, token))
    return visit.go(f"/people/changes/{change_id}?done=change_confirmed")


def _typed(form: Posted) -> PersonForm:
    """The form as it was filled in; an empty ceiling means no mandate."""
    return PersonForm(
        id=form.text("id"),
        name=form.text("name"),
        email=form.text("email"),
        language=form.text("language") or "zh-CN",
        roles=tuple(form.all("role")),
        desks=tuple(form.all("desk")),
        ceiling=form.text("ceiling") or None,
        worst_grade=form.text("worst_grade") or "D",
        active=form.text("active") != "no",
    )


def _known(visit: Visit, person_id: str) -> Person | None:
    with visit.app.reading() as work:
        return next((p for p in work.people.all() if p.id == person_id), None)


def _form_page(
    visit: Visit,
    form: PersonForm,
    known: Person | None,
    *,
    problem: Problem | None = None,
    why: str = "",
) -> Response:
    with visit.app.reading() as work:
        policy = work.policies.current()
        changes = work.person_changes.of(form.id) if known else []
        identities = work.identities.of(known.id) if known else []
    return visit.page(
        "person.html",
        status=status_of(problem) if problem else 200,
        form=form,
        known=known,
        problem=problem,
        why=why,
        changes=changes,
        kinds=CHANGES,
        states=CHANGE_STATES,
        roles=ROLES,
        identities=identities,
        desks=[(desk.id, desk.title[visit.speech.language]) for desk in policy.desks],
        grades=[grade.value for grade in Grade],
        base_currency=policy.base_currency,
        may_change=visit.may(Permission.CHANGE_PEOPLE) and (not known or known.id != visit.me.id),
    )


def _change_page(visit: Visit, change_id: str, problem: Problem | None = None) -> Response:
    with visit.app.reading() as work:
        found = work.person_changes.get(change_id)
        everybody = {p.id: p for p in work.people.all()}
    known = everybody.get(found.person)
    decides = visit.may(Permission.CHANGE_PEOPLE) and visit.me.id != found.person
    return visit.page(
        "person_change.html",
        status=status_of(problem) if problem else 200,
        change=found,
        rows=_differences(found, known, visit),
        names={p.id: p.name for p in everybody.values()},
        kinds=CHANGES,
        states=CHANGE_STATES,
        problem=problem.sentence if problem else None,
        may_confirm=decides and visit.me.id != found.asked_by,
        may_refuse=decides,
        is_open=found.state is ChangeState.OPEN,
    )


def _differences(change: PersonChange, known: Person | None, visit: Visit) -> list[tuple[Any, ...]]:
    """Field by field: its name, what it is, what it would be, whether they differ."""
    if change.kind is ChangeKind.COMPANY_ACCOUNT:
        issuer, subject = wanted_account(change)
        return [(visit.speech.gettext("Company account"), "", f"{subject} ({issuer})", True)]
    if change.kind is not ChangeKind.PERSON:
        return []
    after, said = wanted_form(change), visit.speech.gettext
    before = form_of(known) if known else NOBODY
    fields = (
        (said("Name"), before.name, after.name),
        (said("Mail address"), before.email, after.email),
        (said("Roles"), _roles(before, visit), _roles(after, visit)),
        (said("Desks"), ", ".join(before.desks), ", ".join(after.desks)),
        (said("Mandate"), before.ceiling or "", after.ceiling or ""),
        (said("Down to grade"), *(f.worst_grade if f.ceiling else "" for f in (before, after))),
        (said("Signs in"), *(said("yes") if f.active else said("no") for f in (before, after))),
    )
    blank = known is None
    return [(name, "" if blank else old, new, blank or old != new) for name, old, new in fields]


def _roles(form: PersonForm, visit: Visit) -> str:
    return ", ".join(visit.speech.gettext(ROLES[role]) for role in Role if role in form.roles)
