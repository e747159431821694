"""The stream that tells an open list which cases have moved; without it pages work as well."""

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from creditflow.web.amounts import read_whole
from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.lists import asked_of
from creditflow.web.live import Live, TooMany
from creditflow.web.news import audience_of
from creditflow.web.session import hash_of

doors = Doors()
EVENTS = "text/event-stream"
HEADERS = {"X-Accel-Buffering": "no"}
"""Keeps a proxy from holding events back until there are many."""


@doors.get("/live", who=SIGNED_IN)
async def live(visit: Entered) -> Response:
    """Server-sent events; whoever does not ask for a stream is told the position and no more."""
    request = visit.request
    stream: Live = request.app.state.live
    if EVENTS not in request.headers.get("accept", "") or request.method == "HEAD":
        return PlainTextResponse(await stream.once(), headers=HEADERS)
    asked = asked_of(request.query_params, usual="")
    audience = await run_sync(audience_of, visit.me, asked, visit.app)
    try:
        events = stream.stream(audience, hash_of(visit.token), _after(request))
    except TooMany:
        return PlainTextResponse("", status_code=503)
    return StreamingResponse(events, media_type=EVENTS, headers=HEADERS)


def _after(request: Request) -> int | None:
    """Where the page stands: as the browser remembers it, or as the page was made."""
    given = request.headers.get("last-event-id") or request.query_params.get("after", "")
    known = read_whole(given, otherwise=-1)
    return known if known >= 0 else None
