"""One's own account: password, sessions, and the second factor."""

import base64
import secrets
from typing import Any

from starlette.responses import Response

from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.message import MailChoice
from creditflow.domain.one_time_codes import address_of_secret
from creditflow.domain.sentences import say
from creditflow.services.admitting import (
    begin_factor,
    confirm_factor,
    drop_factor,
    ensure_code,
    ensure_strong,
    factor_of,
    has_factor,
    keep_password,
)
from creditflow.services.guarding import count_try, forgive
from creditflow.services.messaging import choose_mails
from creditflow.web.doors import SIGNED_IN, Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.message_names import MAIL_CHOICES
from creditflow.web.pages.signing import let_in
from creditflow.web.qr import qr_code
from creditflow.web.visit import Visit

doors = Doors()
RECOVERY_CODES = 10


@doors.get("/account", who=SIGNED_IN)
def account(visit: Entered) -> Response:
    """Show where one is signed in and how."""
    return _page(visit)


@doors.post("/account/password", who=SIGNED_IN)
def change_password(visit: Entered, form: Form) -> Response:
    """Take a new password; every other session ends."""
    app, me, desk = visit.app, visit.me, visit.request.app.state.desk
    try:
        desk.ensure_own(me, form.raw("password"), at=app.now(), work=app.work)
        fresh = form.raw("fresh")
        if fresh != form.raw("again"):
            raise Refusal(say("The two new passwords differ. Type them again."))
        ensure_strong(fresh, least=app.settings.password_length, never=(me.id, me.name, me.email))
        kept = desk.passwords.hash(fresh)
        with app.work() as work:
            keep_password(me, kept, at=app.now(), work=work)
    except Problem as problem:
        return _page(visit, problem)
    method = visit.session.method if visit.session else "password"
    return let_in(visit, me, "/account?done=password", method=method)


@doors.post("/account/sessions", who=SIGNED_IN)
def end_session(visit: Entered, form: Form) -> Response:
    """End one of one's own sessions."""
    with visit.app.work() as work:
        for session in work.sessions.of(visit.me.id):
            if session.handle == form.text("session"):
                work.sessions.close_session(session.token_hash)
    return visit.go("/account?done=session_ended")


@doors.post("/account/mails", who=SIGNED_IN)
def choose(visit: Entered, form: Form) -> Response:
    """Keep which mails one wants."""
    with visit.app.work() as work:
        choose_mails(visit.me, form.text("choice"), at=visit.app.now(), work=work)
    return visit.go("/account?done=mails")


@doors.get("/account/second-factor", who=SIGNED_IN)
def second_factor(visit: Entered) -> Response:
    """Show what to scan where a factor was begun, else how to begin."""
    return _factor_page(visit)


@doors.post("/account/second-factor/begin", who=SIGNED_IN)
def begin(visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """Make a secret for the authenticator."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    with visit.app.work() as work:
        begin_factor(visit.me, secret, seals=visit.app.seals, work=work)
    return visit.go("/account/second-factor")


@doors.post("/account/second-factor/confirm", who=SIGNED_IN)
def confirm(visit: Entered, form: Form) -> Response:
    """Let the factor count once its first code is right; recovery codes are shown this once."""
    recovery = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
    app, me, at = visit.app, visit.me, visit.app.now()
    try:
        with app.work() as work:
            count_try(f"{me.id} code", "", at=at, work=work)
        with app.work() as work:
            confirm_factor(me, form.text("code"), recovery, at=at, seals=app.seals, work=work)
            forgive(f"{me.id} code", "", work=work)
    except Problem as problem:
        return _factor_page(visit, problem)
    return _factor_page(visit, recovery=recovery)


@doors.post("/account/second-factor/remove", who=SIGNED_IN)
def remove(visit: Entered, form: Form) -> Response:
    """Forget the factor; one of its codes is needed for that."""
    app, me, at = visit.app, visit.me, visit.app.now()
    try:
        with app.work() as work:
            count_try(f"{me.id} code", "", at=at, work=work)
        with app.work() as work:
            ensure_code(me, form.text("code"), at=at, seals=app.seals, work=work)
            drop_factor(me.id, by=me.id, at=at, work=work)
            forgive(f"{me.id} code", "", work=work)
    except Problem as problem:
        return _factor_page(visit, problem)
    return visit.go("/account?done=no_factor")


def _page(visit: Visit, problem: Problem | None = None) -> Response:
    with visit.app.reading() as work:
        sessions = [s for s in work.sessions.of(visit.me.id) if s.expires_at > visit.app.now()]
        factor = has_factor(visit.me, work)
        left = work.factors.recovery_left(visit.me.id)
        own_password = work.credentials.password_hash_of(visit.me.id) is not None
        identities = work.identities.of(visit.me.id)
        choice = work.mail_choices.all().get(visit.me.id, MailChoice.BOTH)
    return visit.page(
        "account.html",
        status=status_of(problem) if problem else 200,
        problem=problem.sentence if problem else None,
        sessions=sessions,
        factor=factor,
        left=left,
        own_password=own_password,
        identities=identities,
        mail_choices=MAIL_CHOICES,
        choice=choice,
    )


def _factor_page(
    visit: Visit, problem: Problem | None = None, *, recovery: list[str] | None = None
) -> Response:
    with visit.app.reading() as work:
        factor = work.factors.of(visit.me.id)
    view: dict[str, Any] = {"secret": None, "qr": None}
    if factor is not None and factor.confirmed_at is None:
        issuer = visit.app.settings.company_name or "creditflow"
        secret = visit.app.seals.open(factor.secret, of=factor_of(visit.me.id))
        address = address_of_secret(secret, person=visit.me.id, issuer=issuer)
        view = {"secret": secret, "qr": qr_code(address)}
    return visit.page(
        "second_factor.html",
        status=status_of(problem) if problem else 200,
        problem=problem.sentence if problem else None,
        confirmed=factor is not None and factor.confirmed_at is not None,
        recovery=recovery,
        **view,
    )
