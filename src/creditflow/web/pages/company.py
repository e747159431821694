"""Sign in at the company's identity provider, and connect one's account to it."""

from importlib.util import find_spec

from starlette.responses import RedirectResponse, Response

from creditflow.domain.errors import NotFound, Unavailable
from creditflow.domain.journal import Entry
from creditflow.domain.sentences import say
from creditflow.web.company import Journey, NotBelieved, Provider, new_journey, unpacked
from creditflow.web.doors import (
    ANYBODY,
    SIGNED_IN,
    Doors,
    Entered,
    ForgedForm,
    SignInFirst,
    forget,
    remember,
)
from creditflow.web.pages.signing import is_secure, let_in
from creditflow.web.session import is_form_token, local_path
from creditflow.web.visit import Visit

doors = Doors()
COOKIE, SECONDS = "creditflow-company", 600
BACK = "/sign-in/company/back"


@doors.get("/sign-in/company", who=ANYBODY)
def go_there(visit: Entered) -> Response:
    """Send the browser to the provider; it alone remembers that it went."""
    return _leave(visit, new_journey(local_path(visit.request.query_params.get("next"))))


@doors.get("/account/company", who=SIGNED_IN)
def connect(visit: Entered) -> Response:
    """Go to the provider to say who one is there.

    A link, because no browser follows a form to another site; it carries what a
    form would, so that no other site can begin it with an account of its own there.
    """
    _provider(visit)
    if not is_form_token(visit.request.query_params.get("token", ""), visit.token):
        raise ForgedForm(
            say("This form is not from this session. Load the page again and repeat it.")
        )
    return _leave(visit, new_journey("/account", connect=visit.me.id))


@doors.get(BACK, who=ANYBODY)
def come_back(visit: Entered) -> Response:
    """Let in who comes back with proof; without the browser's own memory nothing happens."""
    provider = _provider(visit)
    journey = unpacked(visit.request.cookies.get(COOKIE, ""))
    if journey is None:
        raise NotBelieved(
            say("Your browser does not remember that it went there. Begin at the sign-in page.")
        )
    if journey.connect and visit.person is None:
        raise SignInFirst
    subject = provider.subject(visit.request.query_params, journey, at=visit.app.now())
    if journey.connect:
        response = _connected(visit, provider, subject, journey)
    else:
        response = _signed_in(visit, provider, subject, journey)
    forget(response, COOKIE, secure=is_secure(visit))
    return response


def _signed_in(visit: Visit, provider: Provider, subject: str, journey: Journey) -> Response:
    with visit.app.reading() as work:
        name = work.identities.person_of(provider.issuer, subject)
        person = work.people.get(name) if name else None
    if person is None or not person.active:
        raise NotBelieved(
            say(
                "This company account is connected to nobody here. Sign in with your password"
                " and connect it in your account, or ask a user administrator."
            )
        )
    return let_in(visit, person, local_path(journey.next), method="oidc")


def _connected(visit: Visit, provider: Provider, subject: str, journey: Journey) -> Response:
    me, at = visit.me, visit.app.now()
    if me.id != journey.connect:
        raise NotBelieved(
            say("Somebody else went there from this browser. Begin again in your account.")
        )
    with visit.app.work() as work:
        work.identities.connect(provider.issuer, subject, person=me.id, at=at)
        facts = {"issuer": provider.issuer}
        work.journal.record(Entry("person.identity", me.id, me.id, at, facts))
    return visit.go("/account?done=connected")


def _leave(visit: Visit, journey: Journey) -> Response:
    response = RedirectResponse(_provider(visit).address(journey), status_code=303)
    remember(response, COOKIE, journey.packed(), secure=is_secure(visit), seconds=SECONDS)
    return response


def _provider(visit: Visit) -> Provider:
    settings = visit.app.settings
    if not settings.oidc_issuer:
        raise NotFound(say("Here people sign in with a password alone."))
    if find_spec("joserfc") is None:
        raise Unavailable(
            say("Signing in at the company needs an extra. Say: pip install 'creditflow[oidc]'")
        )
    secret = settings.oidc_own_secret
    return Provider(
        issuer=settings.oidc_issuer,
        own_id=settings.oidc_own_id,
        own_secret=secret.get_secret_value() if secret else "",
        redirect_uri=settings.address + BACK,
    )
