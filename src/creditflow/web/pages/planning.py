"""Payment plans of a customer: how each goes, and what could be offered for what is past due."""

from starlette.responses import Response

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.payment_plan import MOST_INSTALMENTS, PaymentPlan
from creditflow.domain.permissions import Permission
from creditflow.services.planning import (
    accept_plan,
    offer_plan,
    plan_for,
    progress_of,
    withdraw_plan,
)
from creditflow.web.doors import SIGNED_IN, Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.plan_names import PLAN_STATES
from creditflow.web.visit import Visit

doors = Doors()
USUAL = 3
CHIPS = {"offered": "warn", "accepted": "acc", "kept": "ok", "broken": "bad"}


@doors.get("/customers/{customer_id}/plans", who=SIGNED_IN)
def plans(customer_id: str, visit: Entered) -> Response:
    """The customer's plans, the latest first, and one that could be offered."""
    return _page(CustomerId(customer_id), visit, _count(visit.request.query_params.get("count")))


@doors.post("/customers/{customer_id}/plans", who=Permission.PLAN)
def offer(customer_id: str, visit: Entered, form: Form) -> Response:
    """Offer what is past due in instalments; the letter leaves like any other."""
    app, count, customer = visit.app, _count(form.text("count")), CustomerId(customer_id)
    try:
        with app.work() as work:
            offer_plan(
                customer, count, by=work.people.get(visit.me.id), at=app.now(), on=app.today(),
                works=app.works, work=work, press=app.press, sender=app.sender,
            )  # fmt: skip
    except NotFound:
        raise
    except Problem as problem:
        return _page(customer, visit, count, problem)
    return visit.go(f"/customers/{customer}/plans?done=plan_offered")


@doors.post("/plans/{plan_id}/accept", who=Permission.PLAN)
def accept(plan_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - has the token
    """Note that the customer has accepted in writing."""
    app = visit.app
    with app.reading() as work:
        customer = work.plans.get(plan_id).customer
    try:
        with app.work() as work:
            by = work.people.get(visit.me.id)
            accept_plan(plan_id, by=by, at=app.now(), on=app.today(), work=work)
    except Problem as problem:
        return _page(customer, visit, USUAL, problem)
    return visit.go(f"/customers/{customer}/plans?done=plan_accept")


@doors.post("/plans/{plan_id}/withdraw", who=Permission.PLAN)
def withdraw(plan_id: str, visit: Entered, form: Form) -> Response:
    """End a plan for a reason."""
    app, why = visit.app, form.text("why")
    with app.reading() as work:
        customer = work.plans.get(plan_id).customer
    try:
        with app.work() as work:
            by = work.people.get(visit.me.id)
            withdraw_plan(plan_id, why=why, by=by, at=app.now(), on=app.today(), work=work)
    except Problem as problem:
        return _page(customer, visit, USUAL, problem)
    return visit.go(f"/customers/{customer}/plans?done=plan_withdraw")


def _page(
    customer_id: CustomerId, visit: Visit, count: int, problem: Problem | None = None
) -> Response:
    app, may = visit.app, visit.may(Permission.PLAN)
    with app.reading() as work:
        customer = work.customers.get(customer_id)
        seen = [progress_of(p, on=app.today(), work=work) for p in work.plans.of(customer_id)]
        draft: PaymentPlan | None = None
        against: Problem | None = None
        if may:
            try:
                draft = plan_for(
                    customer_id, count, on=app.today(), works=app.works,
                    by=work.people.get(visit.me.id), at=app.now(), work=work,
                )  # fmt: skip
            except Problem as why_not:
                against = why_not
        names = {person.id: person.name for person in work.people.all()}
    return visit.page(
        "plans.html",
        status=status_of(problem) if problem else 200,
        customer=customer,
        plans=seen,
        draft=draft,
        against=against,
        count=count,
        counts=range(1, MOST_INSTALMENTS + 1),
        states=PLAN_STATES,
        chips=CHIPS,
        names=names,
        problem=problem,
        may=may,
    )


def _count(text: str | None) -> int:
    """The number of instalments as it was chosen; the usual one where none was."""
    return int(text) if text and text.isdecimal() and len(text) < 4 else USUAL  # noqa: PLR2004
