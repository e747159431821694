"""Requests for limits: ask for one, with files, and see where one's own are."""

from starlette.responses import Response

from creditflow.domain.case import FINISHED, CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.permissions import Permission
from creditflow.domain.received_file import ReceivedFile
from creditflow.domain.sentences import Sentence
from creditflow.services.asking import NothingToAsk, Wish, request_review
from creditflow.web.amounts import read_whole
from creditflow.web.doors import Doors, Entered, Form, Posted
from creditflow.web.events import desk_title
from creditflow.web.pages.customers import customer_page
from creditflow.web.uploading import files_of
from creditflow.web.visit import Visit
from creditflow.web.wishing import FIELDS, read_wish

doors = Doors()
PER_PAGE = 100


@doors.post("/requests/{customer_id}", who=Permission.ASK)
def ask_for_limit(customer_id: str, visit: Entered, form: Form) -> Response:
    """Ask for a limit; where it is refused, show the form again with what was typed."""
    app = visit.app
    try:
        with app.work() as work:
            known = work.customers.get(CustomerId(customer_id))
            wish, files = _read(form, known.currency, visit)
            at = app.now()
            on = app.business_date(at)
            case = request_review(known.id, wish, by=visit.me, at=at, on=on, work=work, files=files)
    except NotFound:
        raise
    except Problem as problem:
        typed = {name: form.text(name) for name in FIELDS}
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


def _read(form: Posted, currency: str, visit: Visit) -> tuple[Wish, list[ReceivedFile]]:
    """The wish and its files; raises NothingToAsk with all that cannot be read or taken."""
    problems: list[Sentence] = []
    wish, files = None, []
    try:
        wish = read_wish({name: form.text(name) for name in FIELDS}, currency)
    except Problem as problem:
        problems += problem.details or (problem.sentence,)
    try:
        files = files_of(form, "file", visit)
    except Problem as problem:
        problems += problem.details or (problem.sentence,)
    if wish is None or problems:
        raise NothingToAsk(problems[0], details=problems)
    return wish, files
