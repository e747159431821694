"""Every page is a door that says who may come in; a page that does not say lets nobody in."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import Refusal
from creditflow.domain.permissions import Permission, holders
from creditflow.domain.sentences import say
from creditflow.services.admitting import has_factor
from creditflow.web.key_doors import KeyDoor, KeyDoors
from creditflow.web.language import preferred, speech
from creditflow.web.naming import ROLES
from creditflow.web.session import cookie_name, is_form_token, whose
from creditflow.web.visit import Visit

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])

ANYBODY = Permission.COME_IN
"""Also somebody who is not signed in."""

SIGNED_IN = Permission.LOOK
"""Whoever holds any role."""

OPEN_WITHOUT_FACTOR = ("/account", "/sign-out")
LANGUAGE_COOKIE = "creditflow-language"
MOST_FIELDS = 40
MOST_FILES = 8
LARGEST_FIELD = 32_000


class SignInFirst(Exception):
    """Nobody is signed in, and this page is not for anybody."""


class FactorFirst(Exception):
    """The person's role asks for a second factor, and this page has to wait for it."""


class NotForYou(Refusal):
    """The page needs a role that the person does not hold."""


class ForgedForm(Refusal):
    """The form does not carry the token of this session."""


class Door(APIRoute):
    """A route with the permission that opens it, and how many fields its form may have."""

    who: Permission
    most_fields: int


class Doors:
    """The doors of one module of pages."""

    def __init__(self) -> None:
        self.all: list[Door] = []

    def get(self, path: str, *, who: Permission) -> Callable[[Endpoint], Endpoint]:
        """A page to look at; it changes nothing."""
        return self._door(path, who, ["GET", "HEAD"], [])

    def post(
        self, path: str, *, who: Permission, most_fields: int = MOST_FIELDS
    ) -> Callable[[Endpoint], Endpoint]:
        """A form to hand in; it must carry the session's token."""
        return self._door(path, who, ["POST"], [Depends(posted)], most_fields=most_fields)

    def _door(
        self,
        path: str,
        who: Permission,
        methods: list[str],
        more: list[Any],
        *,
        most_fields: int = MOST_FIELDS,
    ) -> Callable[[Endpoint], Endpoint]:
        if not isinstance(who, Permission):
            raise TypeError(f"{path} has to name the permission that opens it, not {who!r}")

        def declared(endpoint: Endpoint) -> Endpoint:
            door = Door(
                path,
                endpoint,
                methods=methods,
                dependencies=[Depends(enter), *more],
                response_model=None,
                response_class=HTMLResponse,
                include_in_schema=False,
            )
            door.who, door.most_fields = who, most_fields
            self.all.append(door)
            return endpoint

        return declared


def hang(app: FastAPI, *modules: Doors | KeyDoors) -> None:
    """Put the doors into the application."""
    for doors in modules:
        app.router.routes.extend(doors.all)


def enter(request: Request) -> Visit:
    """Find out who is there and whether this door is open to them."""
    visit = visit_of(request)
    door = request.scope.get("route")
    if not isinstance(door, Door):
        raise NotForYou(say("Nobody may open this page."))
    if door.who == ANYBODY:
        return visit
    if visit.person is None:
        raise SignInFirst
    if visit.owes_factor and not door.path.startswith(OPEN_WITHOUT_FACTOR):
        raise FactorFirst
    if not visit.may(door.who):
        raise NotForYou(
            say(
                "This page is for people with one of these roles: {roles}."
                " An administrator can give you one.",
                roles=", ".join(visit.speech.gettext(ROLES[role]) for role in holders(door.who)),
            )
        )
    return visit


def visit_of(request: Request) -> Visit:
    """The visit that a request is; the language is the person's, the cookie's or the browser's."""
    if isinstance(known := getattr(request.state, "visit", None), Visit):
        return known
    app = request.app.state.creditflow
    token = request.cookies.get(cookie_name(app.settings.address), "")
    person, session, owes = None, None, False
    if token:
        with app.reading() as work:
            if found := whose(token, at=app.now(), work=work):
                person, session = found
                asked = app.settings.roles_with_second_factor & person.roles
                owes = bool(asked) and session.method != "oidc" and not has_factor(person, work)
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    language = preferred(request.headers.get("accept-language", ""), app.settings.language)
    language = next((known for known in LANGUAGES if known == chosen), language)
    if person is not None:
        language = person.language
    visit = Visit(app, request, person, token if person else "",
                  speech(language, app.settings.time_zone), session, owes)  # fmt: skip
    request.state.visit = visit
    return visit


Entered = Annotated[Visit, Depends(enter)]


@dataclass(frozen=True)
class Posted:
    """A form that was handed in by the very session it was made for."""

    form: FormData

    def text(self, name: str) -> str:
        """A field as text; empty where it is absent."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field that may come several times."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def raw(self, name: str) -> str:
        """A field as it was typed, blanks included, as passwords have them."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def file(self, name: str) -> UploadFile | None:
        """A file that was chosen; None where none was."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def files(self, name: str) -> list[UploadFile]:
        """All files that were chosen there."""
        return [x for x in self.form.getlist(name) if isinstance(x, UploadFile) and x.filename]


async def posted(request: Request, visit: Entered) -> AsyncIterator[Posted]:
    """Read the form, after it is clear who sends it, and insist on its token."""
    door = request.scope.get("route")
    most = door.most_fields if isinstance(door, Door) else MOST_FIELDS
    async with request.form(
        max_files=MOST_FILES, max_fields=most, max_part_size=LARGEST_FIELD
    ) as form:
        filled = Posted(form)
        if visit.person is not None and not is_form_token(filled.text("token"), visit.token):
            raise ForgedForm(
                say("This form is not from this session. Load the page again and repeat it.")
            )
        yield filled


Form = Annotated[Posted, Depends(posted)]


def closed_doors(app: FastAPI) -> Iterator[str]:
    """The routes that do not say who, or which key, opens them, besides the static files."""
    for route in app.routes:
        path = getattr(route, "path", "?")
        if path != "/static" and not isinstance(route, Door | KeyDoor):
            yield path


def remember(response: Response, name: str, value: str, *, secure: bool, seconds: int) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send along with a form."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax"
    )


def forget(response: Response, name: str, *, secure: bool) -> None:
    """Take a cookie back."""
    with suppress(KeyError):
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
