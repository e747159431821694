"""Requests for limits: ask for one, with files, and see where one's own are."""

from starlette.responses import Response

from creditflow.domain.case import FINISHED, CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.permissions import Permission
from creditflow.services.asking import request_review
from creditflow.web.amounts import read_whole
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.events import desk_title
from creditflow.web.pages.customers import customer_page
from creditflow.web.uploading import files_of
from creditflow.web.wishing import FIELDS, read_request

doors = Doors()
PER_PAGE = 100


@doors.post("/requests/{customer_id}", who=Permission.ASK)
def ask_for_limit(customer_id: str, visit: Entered, form: Form) -> Response:
    """Ask for a limit; where it is refused, show the form again with what was typed."""
    app, typed = visit.app, {name: form.text(name) for name in FIELDS}
    try:
        with app.work() as work:
            known = work.customers.get(CustomerId(customer_id))
            wish, files = read_request(typed, known.currency, lambda: files_of(form, "file", visit))
            at = app.now()
            on = app.business_date(at)
            case = request_review(known.id, wish, by=visit.me, at=at, on=on, work=work, files=files)
    except NotFound:
        raise
    except Problem as problem:
        return customer_page(customer_id, visit, problem=problem, typed=typed)
    return visit.go(f"/cases/{case.id}?done=requested")


@doors.get("/requests", who=Permission.ASK)
def my_requests(visit: Entered) -> Response:
    """What the visitor has asked for: what waits first, and where, then what became of the rest."""
    start = read_whole(visit.request.query_params.get("start", ""), otherwise=0)
    with visit.app.database.both() as (work, readings):
        policy = work.policies.current()
        waiting = readings.requests.of(visit.me.id, set(CaseState) - FINISHED)
        over = readings.requests.of(visit.me.id, FINISHED, start=start, most=PER_PAGE + 1)
    return visit.page(
        "requests.html",
        waiting=waiting,
        over=over[:PER_PAGE],
        start=start,
        later=start + PER_PAGE if len(over) > PER_PAGE else None,
        desk_of=lambda desk: desk_title(desk, policy, visit.speech),
    )
