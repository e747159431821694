"""Sign in, sign out, and choose a language."""

from dataclasses import replace

from starlette.responses import Response

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.journal import Entry
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
    Hasty,
    NotSignedIn,
    cookie_name,
    hash_of,
    local_path,
    open_session,
)

doors = Doors()
YEAR = 365 * 24 * 3600


@doors.get("/sign-in", who=ANYBODY)
def sign_in_form(visit: Entered) -> Response:
    """Ask for name and password; whoever is signed in goes on at once."""
    wanted = local_path(visit.request.query_params.get("next"))
    if visit.person is not None:
        return visit.go(wanted)
    return visit.page("sign_in.html", next=wanted, name="", problem=None)


@doors.post("/sign-in", who=ANYBODY)
def sign_in(visit: Entered, form: Form) -> Response:
    """Open a session for the right name and password; the cookie never existed before."""
    app, name = visit.app, form.text("name")
    wanted = local_path(form.text("next"))
    try:
        with app.reading() as work:
            person = visit.request.app.state.desk.identify(
                name, form.text("password"), at=app.now(), work=work
            )
    except (Hasty, NotSignedIn) as problem:
        headers = {"Retry-After": str(problem.seconds)} if isinstance(problem, Hasty) else {}
        return visit.page(
            "sign_in.html",
            status=status_of(problem),
            headers=headers,
            next=wanted,
            name=name,
            problem=problem.sentence,
        )
    hours = app.settings.session_hours
    with app.work() as work:
        token = open_session(person, at=app.now(), hours=hours, work=work)
    response = visit.go(wanted)
    address = app.settings.address
    secure = address.startswith("https://")
    remember(response, cookie_name(address), token, secure=secure, seconds=hours * 3600)
    return response


@doors.post("/sign-out", who=SIGNED_IN)
def sign_out(visit: Entered, form: Form) -> Response:
    """End this session, or with `everywhere` all sessions of the person."""
    with visit.app.work() as work:
        if form.text("everywhere"):
            work.sessions.close_all(visit.me.id)
        else:
            work.sessions.close_session(hash_of(visit.token))
    response = visit.go("/sign-in?done=signed_out")
    address = visit.app.settings.address
    forget(response, cookie_name(address), secure=address.startswith("https://"))
    return response


@doors.post("/language", who=ANYBODY)
def choose_language(visit: Entered, form: Form) -> Response:
    """Keep the language: with the person who is signed in, else in a cookie."""
    response = visit.go(local_path(form.text("next")))
    language = next((known for known in LANGUAGES if known == form.text("language")), None)
    if language is None:
        return response
    if visit.person is not None and visit.person.language != language:
        me, at = visit.person, visit.app.now()
        with visit.app.work() as work:
            work.people.put(replace(me, language=language))
            facts = {"language": language}
            work.journal.record(Entry("person.language", me.id, me.id, at, facts))
    secure = visit.app.settings.address.startswith("https://")
    remember(response, LANGUAGE_COOKIE, language, secure=secure, seconds=YEAR)
    return response
