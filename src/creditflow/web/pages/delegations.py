"""Absence: who stands in for whom, from when until when, and ending it."""

from starlette.responses import Response

from creditflow.approvals.delegating import delegate, revoke
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.people import Role
from creditflow.domain.permissions import Permission
from creditflow.web.amounts import read_amount
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.typed import read_day, read_last_day
from creditflow.web.visit import Visit

doors = Doors()


@doors.get("/delegations", who=Permission.LOOK)
def delegations(visit: Entered) -> Response:
    """Everybody who stands in for somebody, and the form for another one."""
    return _page(visit)


@doors.post("/delegations", who=Permission.DELEGATE)
def make(visit: Entered, form: Form) -> Response:
    """Let somebody stand in; what is refused is shown with what was typed."""
    names = ("principal", "delegate", "from_", "until", "ceiling")
    typed = {name: form.text(name) for name in names}
    app = visit.app
    try:
        with app.work() as work:
            base = work.policies.current().base_currency
            delegate(
                work.people.get(typed["principal"] or visit.me.id),
                typed["delegate"],
                from_=read_day(typed["from_"]),
                until=read_last_day(typed["until"]),
                ceiling=read_amount(typed["ceiling"], base) if typed["ceiling"] else None,
                by=work.people.get(visit.me.id),
                at=app.now(),
                on=app.today(),
                work=work,
            )
    except Problem as problem:
        status = 422 if isinstance(problem, NotFound) else status_of(problem)
        return _page(visit, problem=problem, typed=typed, status=status)
    return visit.go("/delegations?done=delegated")


@doors.post("/delegations/{delegation_id}/end", who=Permission.LOOK)
def end(delegation_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """End a delegation at once."""
    with visit.app.work() as work:
        revoke(delegation_id, by=work.people.get(visit.me.id), at=visit.app.now(), work=work)
    return visit.go("/delegations?done=revoked")


def _page(
    visit: Visit,
    *,
    problem: Problem | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.app.reading() as work:
        people = work.people.all()
        made = work.delegations.all()
        base = work.policies.current().base_currency
    approvers = [p for p in people if p.may(Role.APPROVER) and p.mandate is not None]
    return visit.page(
        "delegations.html",
        status=status,
        delegations=made,
        names={person.id: person.name for person in people},
        principals=approvers
        if visit.me.may(Role.USER_ADMIN)
        else [p for p in approvers if p == visit.me],
        approvers=approvers,
        base=base,
        problem=problem,
        typed=typed or {},
        today=visit.app.today(),
    )
