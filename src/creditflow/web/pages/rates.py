"""Exchange rates: the latest of each currency with its age, how it moved, and who brought it."""

from datetime import date

from starlette.responses import Response

from creditflow.domain.errors import Problem
from creditflow.domain.permissions import Permission
from creditflow.services.exchanging import (
    SUBJECT,
    Correction,
    bring_rates,
    correct_rate,
    standing_of,
)
from creditflow.web.doors import SIGNED_IN, Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.events import Teller
from creditflow.web.rate_view import DAYS, RATE_AGES, rate_line
from creditflow.web.visit import Visit

doors = Doors()
MOST_EVENTS = 12


@doors.get("/rates", who=SIGNED_IN)
def rates(visit: Entered) -> Response:
    """Every currency with its latest rate, and what was fetched or corrected lately."""
    return _page(visit)


@doors.post("/rates/fetch", who=Permission.HAND_IN)
def fetch(visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was looked at
    """Fetch the bank's rates now; what differs from a rate that stands is told."""
    app = visit.app
    try:
        kept = bring_rates(
            app.rate_feed, by=visit.me.id, at=app.now(), on=app.today(), work=app.work
        )
    except Problem as problem:
        return _page(visit, problem=problem)
    if kept.differing:
        return _page(visit, differing=[visit.tell(one.sentence) for one in kept.differing])
    return visit.go("/rates?done=rates_fetched")


@doors.post("/rates/correct", who=Permission.HAND_IN)
def correct(visit: Entered, form: Form) -> Response:
    """Put a rate in the place of the one that stands, with a reason."""
    app = visit.app
    typed = {name: form.text(name) for name in ("currency", "on", "rate", "why")}
    try:
        day = date.fromisoformat(typed["on"])
    except ValueError:
        day = date.max
    correction = Correction(typed["currency"], day, typed["rate"], typed["why"])
    try:
        with app.work() as work:
            by = work.people.get(visit.me.id)
            correct_rate(correction, by=by, at=app.now(), today=app.today(), work=work)
    except Problem as problem:
        return _page(visit, problem=problem, typed=typed)
    return visit.go("/rates?done=rate_corrected")


def _page(
    visit: Visit,
    *,
    problem: Problem | None = None,
    differing: list[str] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    app = visit.app
    with app.reading() as work:
        today = app.today()
        found = standing_of(today, work=work)
        known = work.rates.all()
        people = {person.id: person for person in work.people.all()}
        teller = Teller(people, work.policies.current(), visit.speech)
        events = teller.events(work.journal.of(SUBJECT)[-MOST_EVENTS:])[::-1]
    lines = {one.currency: rate_line(one.currency, known, today) for one in found}
    return visit.page(
        "rates.html",
        status=status_of(problem) if problem else 200,
        found=found,
        lines=lines,
        ages=RATE_AGES,
        days=DAYS,
        events=events,
        stale=[one for one in found if not one.is_good],
        problem=problem,
        differing=differing or [],
        typed=typed or dict.fromkeys(("currency", "on", "rate", "why"), ""),
        may=visit.may(Permission.HAND_IN),
        by_itself=app.settings.rates_time,
    )
