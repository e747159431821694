"""The page of a case's scorecard: where every point is from, and what if a value were another."""

from starlette.responses import Response

from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.scorecard_view import view_scorecard

doors = Doors()


@doors.get("/cases/{case_id}/scorecard", who=SIGNED_IN)
def scorecard(case_id: str, visit: Entered) -> Response:
    """Show how the case was judged; with other values in the address, how it would be."""
    with visit.app.reading() as work:
        view = view_scorecard(case_id, visit.request.query_params, visit.speech, work)
    return visit.page("scorecard.html", status=422 if view.problems else 200, view=view)
