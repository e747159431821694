"""Tell a supervisor whether this process lives and whether it can do its work."""

from starlette.responses import JSONResponse, PlainTextResponse, Response

from creditflow.domain.errors import Problem
from creditflow.web.doors import ANYBODY, Doors, Entered

doors = Doors()


@doors.get("/health/live", who=ANYBODY)
def live() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@doors.get("/health/ready", who=ANYBODY)
def ready(visit: Entered) -> Response:
    """The database answers with the right schema; how much waits in the outbox."""
    try:
        current = visit.app.database.schema_is_current()
        with visit.app.reading() as work:
            waiting = work.outbox.waiting() if current else None
    except Problem as problem:
        return JSONResponse({"ready": False, "problem": str(problem)}, status_code=503)
    answer = {"ready": current, "schema_is_current": current, "outbox_waiting": waiting}
    return JSONResponse(answer, status_code=200 if current else 503)
