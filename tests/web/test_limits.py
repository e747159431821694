"""A customer's limits, on its page and by `creditflow limits`: on any day, as known on any other."""

import re
import sys
from datetime import timedelta

import pytest

from creditflow.cli import installing, run
from creditflow.domain.added_limits import Consumption
from creditflow.domain.customer import CustomerId
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from tests.makers import a_customer, an_added_limit, an_invoice, an_order

NEWCOMER = CustomerId("C900")
"""Nobody has ever looked at it; the tests say what it may owe."""


@pytest.fixture
def newcomer(app):
    with app.work() as work:
        work.customers.put_all([a_customer(NEWCOMER)])
    return f"/customers/{NEWCOMER}"


@pytest.fixture
def put(app):
    """Record limits of the newcomer's, now: `until` days from today."""

    def base(state, amount=None, *, version=1, first=0):
        limit = Limit(
            NEWCOMER, version, state, amount, app.today() + timedelta(first), None,
            recorded_at=app.now(),
        )  # fmt: skip
        with app.work() as work:
            work.limits.add(limit, replacing=version - 1)

    def top(number, amount, *, first=0, until=30, **changes):
        limit = an_added_limit(
            number, customer=NEWCOMER, amount=amount, from_=app.today() + timedelta(first),
            until=app.today() + timedelta(until), recorded_at=app.now(), **changes,
        )  # fmt: skip
        with app.work() as work:
            work.added_limits.add(limit, replacing=0)

    return base, top


@pytest.fixture
def said(app, monkeypatch, capsys):
    """What `creditflow limits` says, and its exit status."""
    monkeypatch.setattr(installing, "installed", lambda: app)
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["creditflow", "limits", *words])
        status = run()
        captured = capsys.readouterr()
        return status, captured.out.replace("\u00a0", " "), captured.err

    return call


def part(page, name):
    """A section of the page, as a person reads it."""
    section = re.search(rf'<section class="card" id="{name}">.*?</section>', page.text, re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", section[0])
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def yuan(amount):
    return Money.of(amount, "CNY")


def with_both_on_top(put):
    base, top = put
    base(LimitState.AMOUNT, yuan(1000), first=-40)
    top("AL-900001", yuan(500), until=30)
    top("AL-900002", yuan(700), until=60, project="Bridge", consumption=Consumption.OWN_FIRST)


def test_none_set_zero_an_amount_and_no_bound_are_told_apart(app, visit, newcomer, put, said):
    base, _ = put
    told = []
    for version, (state, amount) in enumerate(
        [(None, None), (LimitState.ZERO, None), (LimitState.AMOUNT, yuan(1000)),
         (LimitState.UNLIMITED, None)]
    ):  # fmt: skip
        if state is not None:
            base(state, amount, version=version)
        told.append((part(visit("everything").get(newcomer), "in-force"), said(NEWCOMER)[1]))

    for words, (page, command) in zip(
        ["no limit set", "zero: no open credit", "CNY 1,000", "unlimited"], told, strict=True
    ):
        assert words in page
        assert words in command
    assert "No limit was ever set. That is not the same as zero." in told[0][0]
    assert "No limit was ever set" not in told[1][0]


def test_what_is_on_top_is_shown_in_the_order_in_which_it_is_used(visit, newcomer, put, said):
    with_both_on_top(put)

    page = part(visit("everything").get(newcomer), "in-force")
    _, command, _ = said(NEWCOMER)

    assert "In force CNY 1,500" in page
    for text in (page, command):
        places = [text.index(x) for x in ("Base limit", "Temporary limit", "Project limit: Bridge")]
        assert places == sorted(places)
        assert "A further order may come to CNY 1,500" in text
    assert "the project limit first, then the general limit" in page


def test_what_a_project_owes_falls_on_its_own_limit_then_on_the_general(
    app, visit, newcomer, put, said
):
    with_both_on_top(put)
    with app.work() as work:
        work.ledger.add(
            invoices=[
                an_invoice("N-1", customer=NEWCOMER, amount=yuan(900), project="bridge"),
                an_invoice("N-2", customer=NEWCOMER, amount=yuan(100)),
            ],
            orders=[an_order("N-3", customer=NEWCOMER, amount=yuan(40), project="Tunnel <1>")],
        )

    page = visit("everything").get(newcomer)
    projects, in_force = part(page, "projects"), part(page, "in-force")
    _, command, _ = said(NEWCOMER)

    for text in (
        "Owed and ordered CNY 900", "of its own limit of CNY 700 CNY 700",
        "of the general credit CNY 200",
        "A further order of the project Bridge may come to CNY 1,160.",
        "Without a limit of their own Tunnel &lt;1&gt; CNY 40",
    ):  # fmt: skip
        assert text in projects
    assert "Base limit" in in_force
    assert "CNY 340 used" in in_force
    assert "CNY 700 used" in in_force
    assert "A further order may come to CNY 1,160." in in_force
    assert "23% of the general credit used" in page.text.replace("\u00a0", " ")
    assert re.search(r"Bridge +│ CNY 900 +│ CNY 700 +│ CNY 200 +│ CNY 0 ", command)
    assert re.search(r"Tunnel <1> │ CNY 40 +│ without one", command)
    assert "项目额度" in visit("chen.wei").get(newcomer).text


def test_a_project_that_no_document_names_says_how_to_name_it(visit, newcomer, put):
    with_both_on_top(put)
    assert "No open invoice or order names this project." in part(
        visit("everything").get(newcomer), "projects"
    )
    later_on = visit("everything").get(newcomer, params={"on": "2030-01-01"})
    assert 'id="projects"' not in later_on.text


def test_a_day_to_come_and_a_day_before_it_was_known(app, visit, newcomer, put, said):
    with_both_on_top(put)
    today = app.today()
    after, yesterday = (today + timedelta(45)).isoformat(), (today - timedelta(1)).isoformat()

    later = part(visit("everything").get(newcomer, params={"on": after}), "in-force")
    before = part(visit("everything").get(newcomer, params={"believed": yesterday}), "in-force")

    assert "CNY 1,000" in later
    assert "Temporary limit" not in later
    assert "Project limit: Bridge" in later
    assert "no limit set" in before
    assert "No limit was ever set" not in before
    assert "CNY 1,000" in said(NEWCOMER, "--on", after)[1]
    assert "no limit set" in said(NEWCOMER, "--believed", yesterday)[1]


def test_what_was_granted_and_begins_later_is_named_until_it_begins(app, visit, newcomer, put):
    base, top = put
    base(LimitState.AMOUNT, yuan(1_000))
    top("T1", yuan(500), first=7)
    begun = (app.today() + timedelta(7)).isoformat()

    now = part(visit("everything").get(newcomer), "in-force")
    then = part(visit("everything").get(newcomer, params={"on": begun}), "in-force")

    assert "In force CNY 1,000" in now
    assert "Temporary limit" in now.partition("Granted, but not in force yet")[2]
    assert "not in force yet" not in then


def test_days_that_nobody_can_read_are_told_both_and_the_page_is_there(app, visit, newcomer, put):
    with_both_on_top(put)
    tomorrow = (app.today() + timedelta(1)).isoformat()

    page = visit("everything").get(newcomer, params={"on": "31/12/26", "believed": "soon"})
    early = visit("everything").get(newcomer, params={"believed": tomorrow})
    chinese = visit("chen.wei").get(newcomer, params={"on": "31/12/26"})

    assert (page.status_code, early.status_code) == (422, 422)
    assert "31/12/26 is not a day; write it as 2026-01-31." in page.text
    assert "soon is not a day; write it as 2026-01-31." in page.text
    assert "CNY 1,500" in part(page, "in-force")
    assert "is not known yet; ask for" in early.text
    assert "31/12/26 不是" in chinese.text
    assert visit("everything").get(newcomer, params={"on": "", "believed": ""}).status_code == 200


def test_a_command_with_a_day_that_nobody_can_read_or_know_is_refused(app, newcomer, put, said):
    with_both_on_top(put)
    status, _, err = said(NEWCOMER, "--on", "31/12/26")
    assert status == 2
    assert "31/12/26" in err
    tomorrow = (app.today() + timedelta(1)).isoformat()
    status, _, err = said(NEWCOMER, "--believed", tomorrow)
    assert (status, "is not known yet" in err) == (1, True)
    assert said("C999")[0] == 1


def test_the_drawing_says_what_it_is_and_has_its_figures_beside_it(app, visit, newcomer, put):
    with_both_on_top(put)
    page = visit("everything").get(newcomer)
    drawn = re.search(r'<section class="card" id="limits">.*?</section>', page.text, re.DOTALL)[0]

    assert re.search(r'<svg [^>]*role="img" aria-label="What was, is and will be', drawn)
    assert 'class="projects"' in drawn
    rows = re.findall(r"<tr>.*?</tr>", drawn)
    assert len(rows) == 1 + 4  # heads; base, both on top, then each that ends
    assert "过去、现在和将来生效的额度" in visit("chen.wei").get(newcomer).text


def test_the_ends_of_time_are_drawn_too(visit, newcomer, put):
    with_both_on_top(put)
    for on in ("0001-01-01", "9999-12-31"):
        assert visit("everything").get(newcomer, params={"on": on}).status_code == 200
