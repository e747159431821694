"""Payment plans in the browser: reckoned, offered, accepted, and seen to go."""

import re
from datetime import timedelta

import pytest

from creditflow.domain.ledger import Invoice
from creditflow.domain.money import Money
from creditflow.domain.payment_plan import PlanState


@pytest.fixture
def customer(app):
    """One without a usable owner in the way, and with something past due."""
    with app.work() as work:
        known = next(
            found
            for found in map(work.customers.get, work.customers.ids())
            if found.owner != "chen.wei"
        )
        today = app.today()
        due = today - timedelta(40)
        work.ledger.add(
            invoices=[
                Invoice(known.id, "PLAN-1", due - timedelta(30), due,
                        Money.of(30_000, known.currency))
            ]
        )  # fmt: skip
    return known


def post(person, page, path, **fields):
    token = re.search(r'name="token" value="([^"]+)"', person.get(page).text)[1]
    return person.http.post(path, data={"token": token, **fields})


def latest(app, customer):
    with app.reading() as work:
        return next(iter(work.plans.of(customer.id)), None)


def test_a_plan_is_reckoned_offered_accepted_and_shown(app, visit, customer):
    analyst, page = visit("chen.wei"), f"/customers/{customer.id}/plans"
    draft = analyst.get(f"{page}?count=4").text
    assert draft.count("<tr><td>1. ") == 1
    assert draft.count("<tr><td>4. ") == 1
    assert "PLAN-1" in draft
    assert latest(app, customer) is None
    answer = post(analyst, page, page, count="4")
    assert answer.headers["location"].endswith("done=plan_offered")
    plan = latest(app, customer)
    assert len(plan.instalments) == 4
    shown = analyst.get(page).text
    assert plan.id in shown
    assert plan.letter_id in shown
    answer = post(analyst, page, f"/plans/{plan.id}/accept")
    assert "done=plan_accept" in answer.headers["location"]
    assert latest(app, customer).state is PlanState.ACCEPTED
    assert post(analyst, page, page, count="3").status_code == 422
    assert post(analyst, page, f"/plans/{plan.id}/accept").status_code == 409
    answer = post(analyst, page, f"/plans/{plan.id}/withdraw", why="It was a mistake.")
    assert "done=plan_withdraw" in answer.headers["location"]
    assert "It was a mistake." in analyst.get(page).text
    assert page in analyst.get(f"/customers/{customer.id}").text


def test_sales_see_the_plans_and_can_do_nothing_about_them(app, visit, customer):
    page = f"/customers/{customer.id}/plans"
    post(visit("chen.wei"), page, page, count="3")
    plan, sales = latest(app, customer), visit("sales.chen")
    shown = sales.get(page).text
    assert plan.id in shown
    assert f"/plans/{plan.id}" not in shown
    for path in (page, f"/plans/{plan.id}/accept", f"/plans/{plan.id}/withdraw"):
        assert post(sales, page, path).status_code == 403


@pytest.mark.parametrize("count", ["0", "99", "x", "-1", "1e3", "٣"])
def test_odd_numbers_of_instalments_are_told_or_the_usual_one(visit, customer, count):
    answer = visit("chen.wei").http.get(f"/customers/{customer.id}/plans?count={count}")
    assert answer.status_code == 200
