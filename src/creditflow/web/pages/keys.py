"""Keys for other programs: what there are, a new one, and the end of one."""

import secrets

from starlette.responses import Response

from creditflow.domain.access import Scope
from creditflow.domain.errors import Problem
from creditflow.domain.permissions import Permission
from creditflow.services.keying import make_key, revoke_key, written
from creditflow.web.amounts import read_whole
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.naming import SCOPES
from creditflow.web.visit import Visit

doors = Doors()
USUAL_DAYS = 90


@doors.get("/keys", who=Permission.MAKE_KEYS)
def keys(visit: Entered) -> Response:
    """All keys, with who made them and when they were used last."""
    return _page(visit)


@doors.post("/keys", who=Permission.MAKE_KEYS)
def make(visit: Entered, form: Form) -> Response:
    """Make a key; it is shown this once."""
    key_id, secret = secrets.token_hex(4), secrets.token_hex(32)
    try:
        with visit.app.work() as work:
            make_key(
                key_id,
                secret,
                name=form.text("name"),
                scopes=form.all("scope"),
                days=read_whole(form.text("days"), otherwise=0),
                by=visit.me,
                at=visit.app.now(),
                work=work,
            )
    except Problem as problem:
        return _page(visit, problem=problem)
    return _page(visit, made=written(key_id, secret))


@doors.post("/keys/{key_id}/revoke", who=Permission.MAKE_KEYS)
def revoke(key_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """End a key."""
    with visit.app.work() as work:
        revoke_key(key_id, by=visit.me, at=visit.app.now(), work=work)
    return visit.go("/keys?done=key_revoked")


def _page(visit: Visit, *, made: str | None = None, problem: Problem | None = None) -> Response:
    with visit.app.reading() as work:
        known = work.api_keys.all()
    return visit.page(
        "keys.html",
        status=status_of(problem) if problem else 200,
        keys=known,
        made=made,
        problem=problem,
        scopes={scope.value: SCOPES[scope] for scope in Scope},
        days=USUAL_DAYS,
        now=visit.app.now(),
    )
