"""Who has a case: taking it on, giving it back, giving it to somebody else."""

from collections.abc import Callable
from datetime import date, datetime

from starlette.responses import Response

from creditflow.approvals.holding import claim, reassign, release
from creditflow.domain.errors import NotFound, Problem, Refusal
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.pages.cases import case_page
from creditflow.web.visit import Visit

doors = Doors()

Act = Callable[[Person, datetime, date, Work], object]


@doors.post("/cases/{case_id}/claim", who=Permission.DECIDE)
def claim_case(case_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """Take a case on for a while."""

    def act(me: Person, at: datetime, on: date, work: Work) -> object:
        return claim(case_id, by=me, at=at, on=on, work=work)

    return acted(case_id, act, visit, done="claimed")


@doors.post("/cases/{case_id}/release", who=Permission.DECIDE)
def release_case(case_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - as above
    """Give a case back to its desk."""

    def act(me: Person, at: datetime, on: date, work: Work) -> object:
        return release(case_id, by=me, at=at, on=on, work=work)

    return acted(case_id, act, visit, done="released")


@doors.post("/cases/{case_id}/reassign", who=Permission.DECIDE)
def reassign_case(case_id: str, visit: Entered, form: Form) -> Response:
    """Give a case to somebody who may decide it."""
    typed = {"to": form.text("to"), "why": form.text("why")}

    def act(me: Person, at: datetime, on: date, work: Work) -> object:
        if not typed["to"]:
            raise Refusal(say("Choose a person."))
        return reassign(case_id, typed["to"], why=typed["why"], by=me, at=at, on=on, work=work)

    return acted(case_id, act, visit, done="reassigned", typed=typed)


def acted(
    case_id: str, act: Act, visit: Visit, *, done: str, typed: dict[str, str] | None = None
) -> Response:
    """Do it in one transaction; where it is refused, show the case with what was typed."""
    app = visit.app

    def one(work: Work) -> object:
        at = app.now()
        return act(work.people.get(visit.me.id), at, app.business_date(at), work)

    try:
        app.database.run(one)
    except NotFound:
        raise
    except Problem as problem:
        return case_page(case_id, visit, problem=problem, typed=typed)
    return visit.go(f"/cases/{case_id}?done={done}")
