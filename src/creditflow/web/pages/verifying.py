"""A page for anybody: whether a letter with this number and code was written by us; no more."""

from starlette.responses import Response

from creditflow.services.answering import is_genuine
from creditflow.web.doors import ANYBODY, Doors, Entered
from creditflow.web.errors import status_of
from creditflow.web.gate import Crowded
from creditflow.web.pages.signing import address_of

doors = Doors()
LONGEST = 40


@doors.get("/verify", who=ANYBODY)
def verify(visit: Entered) -> Response:
    """The form, and the answer to what was typed."""
    asked = visit.request.query_params
    number, code = (asked.get(name, "")[:LONGEST].strip() for name in ("number", "code"))
    letter, problem, status = None, None, 200
    if number or code:
        try:
            visit.request.app.state.gate.pass_by("verify", address_of(visit), visit.app.now())
            with visit.app.reading() as work:
                letter = is_genuine(number, code, links=visit.app.links, work=work)
        except Crowded as crowded:
            problem, status = crowded.sentence, status_of(crowded)
    return visit.page(
        "verify.html", status=status, number=number, code=code, letter=letter, problem=problem
    )
