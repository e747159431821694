"""Messages: what was told to whom, what did not arrive, and sending it once more."""

from starlette.responses import Response

from creditflow.domain.message import IN_TROUBLE, MessageState
from creditflow.domain.permissions import Permission
from creditflow.services.messaging import send_again
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.message_names import ABOUT, CHIPS, HOOK_EVENTS, MESSAGE_STATES
from creditflow.web.visit import Visit

doors = Doors()
SHOWN = (MessageState.FAILED, MessageState.UNCERTAIN, MessageState.PENDING, MessageState.SENT)


@doors.get("/messages", who=Permission.SEE_MESSAGES)
def messages(visit: Entered) -> Response:
    """The latest messages, optionally those in one state alone."""
    return _page(visit)


@doors.post("/messages/{key}/again", who=Permission.CONNECT)
def again(key: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """Send one once more."""
    with visit.app.work() as work:
        send_again(key, by=visit.me.id, at=visit.app.now(), work=work)
    return visit.go("/messages?done=message_again")


def _page(visit: Visit) -> Response:
    asked = visit.request.query_params.get("state", "")
    state = MessageState(asked) if asked in set(MessageState) else None
    with visit.app.reading() as work:
        found = work.messages.latest(state=state)
        names = {person.id: person.name for person in work.people.all()}
        names |= {hook.id: hook.name for hook in work.hooks.all()}
    return visit.page(
        "messages.html",
        messages=found,
        names=names,
        chosen=state,
        shown=SHOWN,
        about={**ABOUT, **HOOK_EVENTS},
        states=MESSAGE_STATES,
        chips=CHIPS,
        in_trouble=IN_TROUBLE,
        may_send=visit.may(Permission.CONNECT),
    )
