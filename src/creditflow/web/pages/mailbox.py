"""The demo's own mailbox: what customers would have received."""

from pathlib import Path

from starlette.responses import HTMLResponse, Response

from creditflow.domain.errors import NotFound
from creditflow.domain.sentences import say
from creditflow.post.mailbox import read_mailbox, read_message
from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.pages.cases import FRAMED
from creditflow.web.pages.letters import download
from creditflow.web.visit import Visit

doors = Doors()
MOST = 200


@doors.get("/mailbox", who=SIGNED_IN)
def mailbox(visit: Entered) -> Response:
    """All messages, latest first."""
    return visit.page("mailbox.html", messages=read_mailbox(_folder(visit), most=MOST))


@doors.get("/mailbox/{name}", who=SIGNED_IN)
def message(name: str, visit: Entered) -> Response:
    """One message."""
    return visit.page("message.html", message=read_message(_folder(visit), name))


@doors.get("/mailbox/{name}/page", who=SIGNED_IN)
def message_as_page(name: str, visit: Entered) -> Response:
    """The message alone, in a document that can do nothing."""
    return HTMLResponse(read_message(_folder(visit), name).html, headers=FRAMED)


@doors.get("/mailbox/{name}/source", who=SIGNED_IN)
def message_source(name: str, visit: Entered) -> Response:
    """The message as it came."""
    return download(read_message(_folder(visit), name).source, name, "message/rfc822")


def _folder(visit: Visit) -> Path:
    """Where the messages are; there is no such page outside a demo."""
    if not visit.app.settings.demo:
        raise NotFound(say("Only the demo has a mailbox of its own."))
    return visit.app.settings.data_dir / "mailbox"
