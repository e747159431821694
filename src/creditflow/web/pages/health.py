"""Tell a supervisor whether this process lives and whether it can do its work."""

from datetime import date

from starlette.responses import JSONResponse, PlainTextResponse, Response

from creditflow.domain.errors import NotFound, Problem
from creditflow.ports import Work
from creditflow.services.exchanging import standing_of
from creditflow.web.doors import ANYBODY, Doors, Entered

doors = Doors()


@doors.get("/health/live", who=ANYBODY)
def live() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@doors.get("/health/ready", who=ANYBODY)
def ready(visit: Entered) -> Response:
    """The database answers with the right schema; what waits, and which rates nobody brings."""
    try:
        current = visit.app.database.schema_is_current()
        with visit.app.reading() as work:
            waiting = work.outbox.waiting() if current else None
            rates = _stale_rates(visit.app.today(), work) if current else None
    except Problem as problem:
        return JSONResponse({"ready": False, "problem": str(problem)}, status_code=503)
    answer = {
        "ready": current,
        "schema_is_current": current,
        "outbox_waiting": waiting,
        "stale_rates": rates,
    }
    return JSONResponse(answer, status_code=200 if current else 503)


def _stale_rates(on: date, work: Work) -> list[str]:
    """Currencies whose latest rate is old or missing; somebody should look, but it works."""
    try:
        return [one.currency for one in standing_of(on, work=work) if not one.is_good]
    except NotFound:
        return []  # without a policy nothing is converted
