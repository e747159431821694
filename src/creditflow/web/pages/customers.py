"""Customers: find one, and see how it stands."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from starlette.responses import Response

from creditflow.bootstrap import App
from creditflow.domain.customer import Customer, CustomerId, LetterWay
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.exposure import Exposure, exposure
from creditflow.domain.ledger import Ledger
from creditflow.domain.limits import limit_on, spans
from creditflow.domain.permissions import Permission
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.sentences import say
from creditflow.services.preferring import prefer
from creditflow.web import charts
from creditflow.web.backing_view import backing_rows
from creditflow.web.doors import SIGNED_IN, Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.groups_view import member_view
from creditflow.web.limits_view import LimitsView, limits_view
from creditflow.web.naming import word
from creditflow.web.trends import last_months
from creditflow.web.visit import Visit
from creditflow.web.wishing import asking_form

doors = Doors()
LETTER_WAYS = {
    LetterWay.EMAIL: word("by e-mail"),
    LetterWay.POST: word("printed, by post"),
}
PER_PAGE = 100


@doors.get("/customers", who=SIGNED_IN)
def customers(visit: Entered) -> Response:
    """All customers, or those whose id or name contains the words."""
    asked = visit.request.query_params
    words, after = asked.get("q", "").strip(), asked.get("after", "")
    with visit.app.readings() as readings:
        rows = readings.customers(containing=words, after=after, most=PER_PAGE + 1)
    return visit.page(
        "customers.html",
        rows=rows[:PER_PAGE],
        words=words,
        after=after,
        later=rows[PER_PAGE - 1].customer_id if len(rows) > PER_PAGE else None,
    )


@doors.get("/customers/{customer_id}", who=SIGNED_IN)
def customer(customer_id: str, visit: Entered) -> Response:
    """Show a customer."""
    return customer_page(customer_id, visit)


@doors.post("/customers/{customer_id}/letters", who=Permission.MEND_LETTERS)
def prefer_letters(customer_id: str, visit: Entered, form: Form) -> Response:
    """Say in which language, and how, the customer gets its letters from now on."""
    known = visit.app.proofreader.shelf.languages()
    language = next((x for x in known if x == form.text("language")), None)
    way = form.text("letters_by")
    if language is None or way not in set(LetterWay):
        raise NotFound(say("Choose a language and a way."))
    with visit.app.work() as work:
        prefer(
            CustomerId(customer_id),
            language=language,
            letters_by=LetterWay(way),
            by=visit.me.id,
            at=visit.app.now(),
            work=work,
        )
    return visit.go(f"/customers/{customer_id}?done=preferred")


def customer_page(
    customer_id: str,
    visit: Visit,
    *,
    problem: Problem | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """A customer: limits, exposure, payments, cases, letters, and the form to ask for a limit."""
    app, on = visit.app, visit.app.today()
    with app.reading() as work:
        known = work.customers.get(CustomerId(customer_id))
        ledger, rates = work.ledger.of(known.id), work.rates.all()
        standing, held = limits_view(known.id, visit, work), work.backings.of(known.id)
        evaluation, statements = work.evaluations.latest(known.id), work.statements.of(known.id)
        grouping = member_view(known, on=on, work=work)
        rule = work.policies.current().asking
        people = {person.id: person.name for person in work.people.all()}
    with app.readings() as readings:
        row = readings.customer(known.id)
        cases = readings.cases(customer=known.id, most=50)
        letters = readings.letters(customer=known.id, most=50)
    if row is None:
        raise NotFound(say("There is no customer {customer}.", customer=customer_id))
    owed, limits = _owed(known, ledger, rates, on), standing.recalled.everything.base
    months = last_months(known, ledger, limits, rates, on)
    told = (*((problem.details or (problem.sentence,)) if problem else ()), *standing.problems)
    return visit.page(
        "customer.html",
        status=status_of(problem) if problem else 422 if standing.problems else 200,
        customer=known,
        row=row,
        limits=spans(limits)[::-1],
        in_force=limit_on(limits, on),
        standing=standing,
        backings=backing_rows(held, on),
        grouping=grouping,
        evaluation=evaluation,
        statements=statements,
        owed=owed,
        months=months,
        owed_chart=charts.owed_against_limit(months),
        late_chart=charts.days_late(months),
        cases=cases,
        letters=letters,
        names=people,
        asking=asking_form(visit, typed or {}, rule, _projects(ledger, standing)),
        may_write=visit.may(Permission.MEND_LETTERS),
        **_letter_choices(app),
        problems=told,
    )


def _projects(ledger: Ledger, standing: LimitsView) -> Iterator[str]:
    """The projects that limits, orders and invoices name, the limits' way of writing first."""
    yield from (limit.project for limit in standing.recalled.everything.added)
    yield from (order.project for order in ledger.orders)
    yield from (invoice.project for invoice in ledger.invoices)


def _owed(customer: Customer, ledger: Ledger, rates: Rates, on: date) -> Exposure | None:
    """None where a rate is missing."""
    try:
        return exposure(ledger, currency=customer.currency, rates=rates, on=on)
    except NoRate:
        return None


def _letter_choices(app: App) -> dict[str, Any]:
    """The languages that letters are written in, and the ways in which they leave."""
    return {"languages": app.proofreader.shelf.languages(), "ways": LETTER_WAYS}
