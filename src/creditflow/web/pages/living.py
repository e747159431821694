"""The stream that tells an open page which cases have moved; without it pages work as well."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from creditflow.web.amounts import read_whole
from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.live import MOST_LISTENERS, Live

doors = Doors()
EVENTS = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""The second keeps a proxy from holding events back until there are many."""


@doors.get("/live", who=SIGNED_IN)
async def live(visit: Entered) -> Response:
    """Server-sent events; whoever does not ask for a stream is told the position and no more."""
    request = visit.request
    stream: Live = request.app.state.live
    if EVENTS not in request.headers.get("accept", "") or request.method == "HEAD":
        return PlainTextResponse(await stream.once(), headers=HEADERS)
    if stream.listeners >= MOST_LISTENERS:
        return PlainTextResponse("", status_code=503)
    return StreamingResponse(stream.stream(_after(request)), media_type=EVENTS, headers=HEADERS)


def _after(request: Request) -> int | None:
    """Where the page stands: as the browser remembers it, or as the page was made."""
    given = request.headers.get("last-event-id") or request.query_params.get("after", "")
    known = read_whole(given, otherwise=-1)
    return known if known >= 0 else None
