"""Hooks: which programs and chat groups are told of events; two administrators let each in."""

from starlette.responses import Response

from creditflow.domain.errors import Conflict, NotFound, Problem, Refusal
from creditflow.domain.hook import EVENTS, SIGNED, HookKind, HookState
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.messengers.hooks import Hooks, fresh_secret
from creditflow.ports import Delivery
from creditflow.services.hooking import (
    HookForm,
    confirm_hook,
    propose_hook,
    refuse_hook,
    renew_secret,
    switch_hook,
)
from creditflow.web.doors import Doors, Entered, Form, Posted
from creditflow.web.errors import status_of
from creditflow.web.message_names import (
    CHIPS,
    HOOK_CHIPS,
    HOOK_EVENTS,
    HOOK_KINDS,
    HOOK_STATES,
    MESSAGE_STATES,
)
from creditflow.web.visit import Visit

doors = Doors()
NOTHING = HookForm("", HookKind.WEBHOOK.value, "", tuple(EVENTS), "zh-CN", "")
SHOWN_MESSAGES = 20


@doors.get("/hooks", who=Permission.SEE_MESSAGES)
def hooks(visit: Entered) -> Response:
    """All hooks, and the form for another one."""
    return _list_page(visit, NOTHING)


@doors.post("/hooks", who=Permission.CONNECT)
def propose(visit: Entered, form: Form) -> Response:
    """Propose a hook; the secret of a program of one's own is shown this once."""
    typed, app, fresh = _typed(form), visit.app, fresh_secret()
    try:
        with app.work() as work:
            hook = propose_hook(
                typed,
                fresh=fresh,
                allowed=Hooks(app).objection,
                by=visit.me,
                at=app.now(),
                seals=app.seals,
                work=work,
            )
    except Problem as problem:
        return _list_page(visit, typed, problem)
    if hook.kind is HookKind.WEBHOOK:
        return _hook_page(visit, hook.id, secret=fresh)
    return visit.go(f"/hooks/{hook.id}?done=hook_proposed")


@doors.get("/hooks/{hook_id}", who=Permission.SEE_MESSAGES)
def hook(hook_id: str, visit: Entered) -> Response:
    """One hook, what it is told of, and its latest messages."""
    return _hook_page(visit, hook_id)


@doors.post("/hooks/{hook_id}", who=Permission.CONNECT)
def act(hook_id: str, visit: Entered, form: Form) -> Response:
    """Let a hook in or refuse it, switch it, give it a new secret, or send it a test."""
    wanted = form.text("say")
    try:
        if wanted == "test":
            return _tested(visit, hook_id)
        if wanted == "renew":
            return _renewed(visit, hook_id)
        at, me = visit.app.now(), visit.me
        with visit.app.work() as work:
            if wanted == "confirm":
                confirm_hook(hook_id, by=me, at=at, work=work)
            elif wanted == "refuse":
                refuse_hook(hook_id, by=me, at=at, work=work)
            else:
                switch_hook(hook_id, wanted, by=me, at=at, work=work)
    except NotFound:
        raise
    except Problem as problem:
        return _hook_page(visit, hook_id, problem=problem)
    return visit.go(f"/hooks/{hook_id}?done=hook_changed")


def _renewed(visit: Visit, hook_id: str) -> Response:
    fresh, app = fresh_secret(), visit.app
    with app.work() as work:
        renew_secret(hook_id, fresh, by=visit.me, at=app.now(), seals=app.seals, work=work)
    return _hook_page(visit, hook_id, secret=fresh)


def _tested(visit: Visit, hook_id: str) -> Response:
    with visit.app.reading() as work:
        known = work.hooks.get(hook_id)
    if known.state in {HookState.PROPOSED, HookState.ENDED}:
        raise Conflict(say("Nothing leaves before another administrator has confirmed the hook."))
    handed = Hooks(visit.app).test(known)
    if handed.delivery is not Delivery.ACCEPTED:
        raise Refusal(say("The test was not taken: {answer}", answer=handed.answer))
    return visit.go(f"/hooks/{hook_id}?done=hook_tested")


def _typed(form: Posted) -> HookForm:
    return HookForm(
        name=form.text("name"),
        kind=form.text("kind"),
        url=form.text("url"),
        events=tuple(form.all("event")),
        language=form.text("language") or "zh-CN",
        why=form.text("why"),
        secret=form.text("secret"),
    )


def _list_page(visit: Visit, typed: HookForm, problem: Problem | None = None) -> Response:
    with visit.app.reading() as work:
        known = work.hooks.all()
    return visit.page(
        "hooks.html",
        status=status_of(problem) if problem else 200,
        hooks=[h for h in known if h.state is not HookState.ENDED],
        ended=[h for h in known if h.state is HookState.ENDED],
        form=typed,
        problem=problem,
        kinds=HOOK_KINDS,
        events=HOOK_EVENTS,
        states=HOOK_STATES,
        chips=HOOK_CHIPS,
        may_connect=visit.may(Permission.CONNECT),
    )


def _hook_page(
    visit: Visit, hook_id: str, *, secret: str = "", problem: Problem | None = None
) -> Response:
    with visit.app.reading() as work:
        known = work.hooks.get(hook_id)
        messages = work.messages.latest(to=hook_id, most=SHOWN_MESSAGES)
        names = {person.id: person.name for person in work.people.all()}
    return visit.page(
        "hook.html",
        status=status_of(problem) if problem else 200,
        hook=known,
        secret=secret,
        problem=problem.sentence if problem else None,
        messages=messages,
        names=names,
        is_signed=known.kind in SIGNED and bool(known.secret),
        kinds=HOOK_KINDS,
        events=HOOK_EVENTS,
        states=HOOK_STATES,
        chips=HOOK_CHIPS,
        message_states=MESSAGE_STATES,
        message_chips=CHIPS,
        may_connect=visit.may(Permission.CONNECT),
        may_confirm=visit.may(Permission.CONNECT) and visit.me.id != known.asked_by,
    )
