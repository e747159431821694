"""Doors for other programs: each says which scope opens it, and takes a key instead of a session.

A session's cookie opens none of them, and a key opens no page. So nothing that a
page can do, deciding above all, can be done with a key.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse

from creditflow.domain.access import ApiKey, Scope
from creditflow.domain.sentences import say
from creditflow.services.keying import NoSuchKey, ensure_scope, is_use_due, key_of, note_use

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])
PREFIX = "/api/"


class KeyDoor(APIRoute):
    """A route with the scope that opens it."""

    scope: Scope


class KeyDoors:
    """The doors for programs of one module."""

    def __init__(self) -> None:
        self.all: list[KeyDoor] = []

    def get(self, path: str, *, scope: Scope) -> Callable[[Endpoint], Endpoint]:
        """Something to read."""
        return self._door(path, scope, ["GET", "HEAD"])

    def post(self, path: str, *, scope: Scope) -> Callable[[Endpoint], Endpoint]:
        """Something to hand in."""
        return self._door(path, scope, ["POST"])

    def _door(self, path: str, scope: Scope, methods: list[str]) -> Callable[[Endpoint], Endpoint]:
        if not isinstance(scope, Scope) or not path.startswith(PREFIX):
            raise TypeError(f"{path} has to be below {PREFIX} and to name its scope, not {scope!r}")

        def declared(endpoint: Endpoint) -> Endpoint:
            door = KeyDoor(
                path,
                endpoint,
                methods=methods,
                dependencies=[Depends(enter_with_key)],
                response_model=None,
                response_class=JSONResponse,
                include_in_schema=False,
            )
            door.scope = scope
            self.all.append(door)
            return endpoint

        return declared


def enter_with_key(request: Request) -> ApiKey:
    """Find the key that was sent and whether it opens this door; raises NoSuchKey, OutOfScope."""
    if isinstance(known := getattr(request.state, "key", None), ApiKey):
        return known
    app, door = request.app.state.creditflow, request.scope.get("route")
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not isinstance(door, KeyDoor):
        raise NoSuchKey(say("Send a key: Authorization: Bearer cf_…"))
    at = app.now()
    with app.reading() as work:
        key = key_of(sent.strip(), at=at, work=work)
    ensure_scope(key, door.scope)
    if is_use_due(key, at):
        with app.work() as work:
            note_use(key.id, at=at, work=work)
    request.state.key = key
    return key


Key = Annotated[ApiKey, Depends(enter_with_key)]
