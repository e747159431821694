"""Sign in, give a one-time code, sign out, and choose a language."""

from dataclasses import replace

from starlette.responses import Response

from creditflow.domain.access import AdmissionKind
from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.services.admitting import (
    NotAdmitted,
    WrongCode,
    admit,
    admitted,
    ensure_code,
    has_factor,
    use_up,
)
from creditflow.services.guarding import Hasty, count_try, forgive
from creditflow.web.doors import (
    ANYBODY,
    LANGUAGE_COOKIE,
    SIGNED_IN,
    Doors,
    Entered,
    Form,
    forget,
    remember,
)
from creditflow.web.errors import status_of
from creditflow.web.session import (
    NotSignedIn,
    Origin,
    cookie_name,
    hash_of,
    local_path,
    new_token,
    open_session,
)
from creditflow.web.visit import Visit

doors = Doors()
YEAR = 365 * 24 * 3600
STEP_COOKIE, STEP_SECONDS = "creditflow-step", 300
MOST_BROWSER = 200


@doors.get("/sign-in", who=ANYBODY)
def sign_in_form(visit: Entered) -> Response:
    """Ask for name and password; whoever is signed in goes on at once."""
    wanted = local_path(visit.request.query_params.get("next"))
    if visit.person is not None:
        return visit.go(wanted)
    return visit.page("sign_in.html", next=wanted, name="", problem=None)


@doors.post("/sign-in", who=ANYBODY)
def sign_in(visit: Entered, form: Form) -> Response:
    """Open a session for the right name and password, or ask for a code where there is a factor."""
    app, name = visit.app, form.text("name")
    wanted = local_path(form.text("next"))
    try:
        person = visit.request.app.state.desk.identify(
            name, form.raw("password"), address=address_of(visit), at=app.now(), work=app.work
        )
    except (Hasty, NotSignedIn) as problem:
        return _again(visit, "sign_in.html", problem, next=wanted, name=name)
    with app.reading() as work:
        code_needed = has_factor(person, work)
    return _ask_code(visit, person, wanted) if code_needed else let_in(visit, person, wanted)


@doors.post("/sign-in/code", who=ANYBODY)
def give_code(visit: Entered, form: Form) -> Response:
    """Open a session for the right code; the password was right a moment ago."""
    app, wanted, at = visit.app, local_path(form.text("next")), visit.app.now()
    step = hash_of(visit.request.cookies.get(STEP_COOKIE, ""))
    try:
        with app.work() as work:
            admission = admitted(step, AdmissionKind.SECOND_STEP, at=at, work=work)
            person = work.people.get(admission.person or "")
            count_try(f"{person.id} code", address_of(visit), at=at, work=work)
        with app.work() as work:
            ensure_code(person, form.text("code"), at=at, seals=app.seals, work=work)
            use_up(step, at=at, work=work)
            forgive(f"{person.id} code", address_of(visit), work=work)
    except NotAdmitted as problem:
        return _again(visit, "sign_in.html", problem, next=wanted, name="")
    except (Hasty, WrongCode) as problem:
        return _again(visit, "sign_in_code.html", problem, next=wanted)
    response = let_in(visit, person, wanted, method="password+code")
    forget(response, STEP_COOKIE, secure=is_secure(visit))
    return response


@doors.post("/sign-out", who=SIGNED_IN)
def sign_out(visit: Entered, form: Form) -> Response:
    """End this session, or with `everywhere` all sessions of the person."""
    with visit.app.work() as work:
        if form.text("everywhere"):
            work.sessions.close_all(visit.me.id)
            facts: dict[str, str] = {}
            work.journal.record(
                Entry("person.signed_out", visit.me.id, visit.me.id, visit.app.now(), facts)
            )
        else:
            work.sessions.close_session(hash_of(visit.token))
    response = visit.go("/sign-in?done=signed_out")
    forget(response, cookie_name(visit.app.settings.address), secure=is_secure(visit))
    return response


@doors.post("/language", who=ANYBODY)
def choose_language(visit: Entered, form: Form) -> Response:
    """Keep the language: with the person who is signed in, else in a cookie."""
    response = visit.go(local_path(form.text("next")))
    language = next((known for known in LANGUAGES if known == form.text("language")), None)
    if language is None:
        return response
    if visit.person is not None and visit.person.language != language:
        at = visit.app.now()
        with visit.app.work() as work:
            # As the person is now: what was changed since the page was asked for stays so.
            me = work.people.get(visit.me.id)
            work.people.put(replace(me, language=language))
            facts = {"language": language}
            work.journal.record(Entry("person.language", me.id, me.id, at, facts))
    remember(response, LANGUAGE_COOKIE, language, secure=is_secure(visit), seconds=YEAR)
    return response


def let_in(visit: Visit, person: Person, wanted: str, *, method: str = "password") -> Response:
    """Open a session, under a token that never existed before."""
    app = visit.app
    browser = visit.request.headers.get("user-agent", "")[:MOST_BROWSER]
    origin = Origin(address_of(visit), browser, method)
    hours = app.settings.session_hours
    with app.work() as work:
        token = open_session(person, at=app.now(), hours=hours, work=work, origin=origin)
    response = visit.go(wanted)
    name = cookie_name(app.settings.address)
    remember(response, name, token, secure=is_secure(visit), seconds=hours * 3600)
    return response


def address_of(visit: Visit) -> str:
    """Where the request came from; behind a proxy, what the proxy says."""
    return visit.request.client.host if visit.request.client else ""


def is_secure(visit: Visit) -> bool:
    """Whether people reach the pages over an encrypted connection."""
    return visit.app.settings.address.startswith("https://")


def _ask_code(visit: Visit, person: Person, wanted: str) -> Response:
    token = new_token()
    with visit.app.work() as work:
        admit(AdmissionKind.SECOND_STEP, hash_of(token), person=person.id, by=person.id,
              at=visit.app.now(), work=work)  # fmt: skip
    response = visit.page("sign_in_code.html", next=wanted, problem=None)
    remember(response, STEP_COOKIE, token, secure=is_secure(visit), seconds=STEP_SECONDS)
    return response


def _again(visit: Visit, template: str, problem: Refusal, **view: str) -> Response:
    headers = {"Retry-After": str(problem.seconds)} if isinstance(problem, Hasty) else {}
    return visit.page(
        template, status=status_of(problem), headers=headers, problem=problem.sentence, **view
    )
