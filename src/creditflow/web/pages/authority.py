"""Who would decide? The stages, the people and the borders of amounts, before anybody asks."""

from starlette.responses import Response

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.grade import Grade
from creditflow.domain.scorecard import Segment
from creditflow.web.circumstances import ASKED, FIELDS, Foretold, foretell, is_asked
from creditflow.web.doors import SIGNED_IN, Doors, Entered
from creditflow.web.errors import status_of
from creditflow.web.step_chart import step_chart

doors = Doors()


@doors.get("/who-decides", who=SIGNED_IN)
def who_decides(visit: Entered) -> Response:
    """Who would have to decide what is entered; nothing of it is kept."""
    app, asked = visit.app, visit.request.query_params
    typed = {name: asked.get(name, "") for name in FIELDS}
    found: Foretold | None = None
    problem: Problem | None = None
    at = app.now()
    on = app.business_date(at)
    with app.reading() as work:
        policy = work.policies.current()
        try:
            customer = work.customers.get(CustomerId(typed["customer"].strip()))
        except NotFound:
            customer = None
        if is_asked(typed) or (typed["customer"] and customer is None):
            try:
                found = foretell(typed, at=at, on=on, works=app.works, work=work)
            except Problem as no:
                problem = no
    chart = None
    if found is not None:
        simulation = found.simulation
        desks = [desk.id for desk in policy.desks]
        chart = step_chart(simulation.bands, desks, simulation.amount)
    return visit.page(
        "who_decides.html",
        status=status_of(problem) if problem else 200,
        typed=typed,
        problems=(problem.details or [problem.sentence]) if problem else [],
        customer=customer,
        found=found,
        chart=chart,
        policy=policy,
        desk_names={desk.id: desk.title[visit.speech.language] for desk in policy.desks},
        occasions=ASKED,
        segments=list(Segment),
        grades=list(Grade),
    )
