"""Which open orders an amount would free: of the amount that stands, and of any that is typed."""

import re
from datetime import timedelta

import pytest

from creditflow.domain.money import Money, decimals
from creditflow.services.fitting import orders_under
from creditflow.web.lists import DECIDED
from tests.e2e.browser import open_browser
from tests.makers import an_order
from tests.web.installation import waiting
from tests.web.test_browser import findings, opened

__all__ = ["opened"]


@pytest.fixture
def case(app):
    """A waiting case whose customer has three more orders than any limit lets out."""
    row = next(row for row in waiting(app) if row.proposed and row.currency == "CNY")
    with app.work() as work:
        customer = work.customers.get(row.customer_id)
        size = 10 ** decimals(customer.currency) * 50_000_000
        work.ledger.add(
            orders=[
                an_order(f"BIG-{n}", customer=customer.id, amount=Money(size, customer.currency),
                         ordered_on=app.today() - timedelta(days=3 - n))
                for n in range(3)
            ]
        )  # fmt: skip
    return row


def fitting(app, case, amount):
    with app.reading() as work:
        customer = work.customers.get(case.customer_id)
        return orders_under(customer, amount, on=app.today(), work=work)


def said(page):
    text = re.sub(r"<[^>]+>|\s+", " ", page.partition("data-orders-said")[2].partition("</p>")[0])
    return re.sub(r" +", " ", text)


def test_another_amount_is_answered_by_the_part_alone_and_by_the_whole_page(app, visit, case):
    somebody = visit("everything")
    standing = fitting(app, case, case.proposed)
    answers = set()
    for amount in (Money(0, "CNY"), standing.all_from, Money(60_000_000_00, "CNY")):
        fit = fitting(app, case, amount)
        for path in (f"/cases/{case.case_id}/orders", f"/cases/{case.case_id}"):
            page = somebody.get(f"{path}?amount={amount.major}")
            assert page.status_code == 200
            told = f"{fit.fit_then} of them fit; today {fit.fit_now} do"
            if fit.fit_then == fit.fit_now == len(fit.orders):
                told = "All fit today, and all fit"
            assert told in said(page.text), amount
            answers.add(told)
            assert f'value="{amount.major}" autocomplete="off" required' in page.text
            assert "<html" not in page.text or "/orders" not in path
    assert len(answers) == 3  # else the amount would say nothing


def test_without_an_amount_it_is_the_one_that_stands(app, visit, case):
    fit = fitting(app, case, case.proposed)
    told = f"{fit.fit_then} of them fit; today {fit.fit_now} do"
    for path in (f"/cases/{case.case_id}/orders", f"/cases/{case.case_id}"):
        page = visit("everything").get(path).text
        assert told in said(page)
        assert "<th>If you approve</th>" in page.partition("data-orders-said")[2]


def test_what_is_no_amount_is_told_and_stays_in_its_field(visit, case):
    somebody = visit("everything")

    part = somebody.get(f"/cases/{case.case_id}/orders?amount=<b>lots")
    assert (part.status_code, part.headers["content-type"].partition(";")[0]) == (422, "text/plain")
    assert "<b>lots" in part.text

    page = somebody.get(f"/cases/{case.case_id}?amount=<b>lots")
    assert page.status_code == 422
    assert "&lt;b&gt;lots" in page.text
    assert "<b>lots" not in page.text
    assert somebody.get("/cases/CASE-NONE/orders?amount=1").status_code == 404


def test_a_case_that_waits_no_more_has_nothing_to_say(app, visit):
    with app.readings() as readings:
        (done, *_) = readings.cases(states=DECIDED)
    part = visit("everything").get(f"/cases/{done.case_id}/orders?amount=1")
    assert (part.status_code, part.text.strip()) == (200, "")


# ---------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.mark.browser
def test_the_orders_follow_the_amount_that_is_typed_without_a_page_load(app, opened, case):
    page = opened(viewport={"width": 390, "height": 844})
    page.goto(f"/cases/{case.case_id}")
    page.fill("#comment", "Only for the season.")
    all_from = fitting(app, case, case.proposed).all_from
    orders = page.locator("[data-orders-said]")

    page.keyboard.press("Escape")
    page.locator("summary", has_text="Approve with a change").click()
    page.fill("#amount", str(all_from.major))
    page.keyboard.press("Tab")
    count = len(fitting(app, case, all_from).orders)
    page.wait_for_function(
        "text => document.querySelector('[data-orders-said]').innerText.includes(text)",
        arg=f"{count} of them fit",
    )
    assert page.locator("#orders-amount").input_value() == str(all_from.major)
    assert page.locator("#comment").input_value() == "Only for the season."

    page.fill("#orders-amount", "lots")
    page.keyboard.press("Enter")
    page.locator("[data-orders-problem]", has_text="lots").wait_for(timeout=20_000)
    assert f"{count} of them fit" in orders.inner_text()

    page.fill("#orders-amount", "0")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "text => !document.querySelector('[data-orders-said]').innerText.includes(text)",
        arg=f"{count} of them fit",
    )
    assert page.locator("[data-orders-problem]").is_hidden()
    assert findings(page) == []
    # A refused amount is an answer of its own; the browser notes it.
    assert [problem for problem in page.problems if "422" not in problem] == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
