"""Open one-time links: the first two administrators, and a first or a new password."""

from starlette.responses import Response

from creditflow.domain.access import AdmissionKind
from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.sentences import say
from creditflow.services.admitting import (
    admitted,
    ensure_strong,
    found_installation,
    has_factor,
    keep_password,
    use_up,
)
from creditflow.services.staffing import PersonForm
from creditflow.web.doors import ANYBODY, Doors, Entered, Form, Posted
from creditflow.web.errors import status_of
from creditflow.web.pages.signing import let_in
from creditflow.web.session import hash_of, new_token
from creditflow.web.visit import Visit

doors = Doors()
FIELDS = ("id", "name", "email", "second_id", "second_name", "second_email")


@doors.get("/welcome", who=ANYBODY)
def welcome(visit: Entered) -> Response:
    """Ask for the first two user administrators; the link was printed where creditflow started."""
    token = visit.request.query_params.get("token", "")
    with visit.app.reading() as work:
        admitted(hash_of(token), AdmissionKind.FIRST_RUN, at=visit.app.now(), work=work)
    return _welcome(visit, token, {})


@doors.post("/welcome", who=ANYBODY)
def found(visit: Entered, form: Form) -> Response:
    """Keep them; the first one is signed in, the second one's link is shown this once."""
    app, token = visit.app, form.text("admission")
    typed = {name: form.text(name) for name in FIELDS}
    link_token = new_token()
    try:
        # A hash takes tens of megabytes: only for who bears the link, and while nobody waits.
        with app.reading() as work:
            admitted(hash_of(token), AdmissionKind.FIRST_RUN, at=app.now(), work=work)
        first = _form(typed, "", visit.speech.language)
        second = _form(typed, "second_", visit.speech.language)
        password = _new_password(visit, form, never=(first.id, first.name, first.email))
        kept = visit.request.app.state.desk.passwords.hash(password)
        with app.work() as work:
            person = found_installation(
                hash_of(token),
                first,
                second,
                password_hash=kept,
                second_token_hash=hash_of(link_token),
                at=app.now(),
                work=work,
            )
    except Problem as problem:
        return _welcome(visit, token, typed, problem)
    response = visit.page(
        "one_time_link.html", name=second.name, link=password_link(visit, link_token)
    )
    response.headers["set-cookie"] = let_in(visit, person, "/").headers["set-cookie"]
    return response


@doors.get("/password", who=ANYBODY)
def password_form(visit: Entered) -> Response:
    """Ask whoever bears the link for a password."""
    token = visit.request.query_params.get("token", "")
    with visit.app.reading() as work:
        admitted(hash_of(token), AdmissionKind.PASSWORD, at=visit.app.now(), work=work)
    return visit.page("new_password.html", admission=token, problem=None)


@doors.post("/password", who=ANYBODY)
def take_password(visit: Entered, form: Form) -> Response:
    """Keep the password; who has a second factor signs in with it as ever."""
    app, token = visit.app, form.text("admission")
    try:
        with app.reading() as work:
            admission = admitted(hash_of(token), AdmissionKind.PASSWORD, at=app.now(), work=work)
            person = work.people.get(admission.person or "")
            factor = has_factor(person, work)
        password = _new_password(visit, form, never=(person.id, person.name, person.email))
        kept = visit.request.app.state.desk.passwords.hash(password)
        with app.work() as work:
            use_up(hash_of(token), at=app.now(), work=work)
            keep_password(person, kept, at=app.now(), work=work)
    except Problem as problem:
        return visit.page("new_password.html", status=status_of(problem), admission=token,
                          problem=problem.sentence)  # fmt: skip
    if factor or not person.active:
        return visit.go("/sign-in?done=password")
    return let_in(visit, person, "/?done=password")


def password_link(visit: Visit, token: str) -> str:
    """The address of a one-time link, to be handed over."""
    return f"{visit.app.settings.address}/password?token={token}"


def _new_password(visit: Visit, form: Posted, never: tuple[str, ...]) -> str:
    password = form.raw("fresh")
    if password != form.raw("again"):
        raise Refusal(say("The two new passwords differ. Type them again."))
    ensure_strong(password, least=visit.app.settings.password_length, never=never)
    return password


def _form(typed: dict[str, str], which: str, language: str) -> PersonForm:
    person, name, email = (typed[f"{which}{field}"] for field in ("id", "name", "email"))
    return PersonForm(person, name, email, language, ("user_admin",))


def _welcome(
    visit: Visit, token: str, typed: dict[str, str], problem: Problem | None = None
) -> Response:
    return visit.page(
        "welcome.html",
        status=status_of(problem) if problem else 200,
        admission=token,
        typed={**dict.fromkeys(FIELDS, ""), **typed},
        problem=problem,
    )
