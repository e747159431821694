"""What changed while somebody was looking is shown, and the verdict is repeated with one click."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from creditflow.approvals.deciding import decide
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.ledger import Invoice
from creditflow.heartbeat import overtake_moved
from tests.web.installation import hidden_fields, waiting


@pytest.fixture
def case(app):
    """A case that waits with an amount above zero, in the base currency."""
    return next(row for row in waiting(app) if row.proposed and row.currency == "CNY")


def page_of(case):
    return f"/cases/{case.case_id}"


def one_more_stage(app, case):
    """Let the case need two of its desk, and one of them say yes to half of it."""
    with app.work() as work:
        (task,) = (t for t in work.tasks.of(case.case_id) if t.state is TaskState.OPEN)
        work.tasks.put(replace(task, needed=2))
    half = replace(case.proposed, minor=100_000)
    with app.work() as work:
        found = work.cases.get(case.case_id)
        verdict = Verdict(Say.APPROVE_WITH_CHANGE, found.proposal_hash, "Less will do.", half)
        decide(case.case_id, verdict, by=work.people.get("robert.klein"), key="k", at=app.now(),
               on=app.today(), work=work)  # fmt: skip
    return half


def repeated(page):
    """What the button that repeats a verdict hands in."""
    form = re.search(r'<form class="card row".*?</form>', page, re.DOTALL)[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    said = re.search(r'name="say" value="(\w+)">', form)[1]
    return {name: unescape(value) for name, value in hidden.items()} | {"say": said}


def test_what_others_decided_meanwhile_is_shown_and_repeated_with_one_click(app, visit, case):
    somebody = visit("everything")
    path = f"{page_of(case)}/decision"
    fields = hidden_fields(somebody.get(page_of(case)).text, path)
    half = one_more_stage(app, case)

    stale = somebody.http.post(path, data={**fields, "say": "approve", "comment": "Fine <b>"})

    assert stale.status_code == 409
    assert "Decided since you opened it" in stale.text
    assert "Robert Klein" in stale.text
    assert "Less will do." in stale.text
    assert ">Approve CNY\N{NO-BREAK SPACE}1,000</button>" in stale.text
    again = somebody.http.post(path, data=repeated(stale.text))
    assert again.status_code == 303
    with app.reading() as work:
        decisions = work.decisions.of(case.case_id)
        assert [d.by for d in decisions] == ["robert.klein", "everything"]
        assert (decisions[-1].limit, decisions[-1].comment) == (half, "Fine <b>")
        assert work.cases.get(case.case_id).state is CaseState.APPROVED


def test_a_verdict_is_not_repeated_for_somebody_who_may_not_decide_it_any_more(app, visit, case):
    somebody = visit("everything")
    path = f"{page_of(case)}/decision"
    fields = hidden_fields(somebody.get(page_of(case)).text, path)
    one_more_stage(app, case)
    with app.work() as work:
        customer = work.customers.get(case.customer_id)
        work.customers.put_all([replace(customer, owner="everything")])

    stale = somebody.http.post(path, data={**fields, "say": "approve"})

    assert stale.status_code == 409
    assert "on what stands here now" not in stale.text


def owes_much_more(app, case):
    """A large overdue invoice comes to light."""
    due = app.today() - timedelta(days=120)
    with app.work() as work:
        amount = replace(case.proposed, minor=max(case.proposed.minor, case.exposure.minor) * 3)
        work.ledger.add(invoices=[
            Invoice(case.customer_id, "FOUND-1", due - timedelta(days=30), due, amount),
        ])  # fmt: skip


def test_the_clock_begins_a_case_anew_and_both_pages_lead_to_each_other(app, visit, case):
    assert overtake_moved(app) == []
    owes_much_more(app, case)
    # Nothing was handed in as a file: found once a day, when all are looked at.
    assert overtake_moved(app) == []
    later = app.now() + timedelta(days=1)
    app.__dict__["now"] = lambda: later

    found = {done.before.id: done.after.id for done in overtake_moved(app)}

    assert case.case_id in found
    after = found[case.case_id]
    somebody = visit("everything")
    old = somebody.get(page_of(case)).text
    assert f'href="/cases/{after}"' in old
    assert "took the place of this one" in old
    assert "its grounds have moved" in old
    new = somebody.get(f"/cases/{after}").text
    assert f"Takes the place of case {case.case_id}" in new
    assert re.search(r"<td>Exposure</td>", new)
    assert overtake_moved(app) == []


def test_what_was_handed_in_since_is_looked_at_within_minutes(app, case):
    assert overtake_moved(app) == []
    due = app.today() - timedelta(days=120)
    amount = max(case.proposed.minor, case.exposure.minor) * 3 // 100
    row = f"{case.customer_id},X-1,{due - timedelta(days=30)},{due},{amount}.00,CNY"
    sent = f"customer,document,issued_on,due_on,amount,currency\n{row}\n"
    with app.readings() as readings:
        assert readings.waiting_with_news() == []
    report = app.hand_in(sent.encode(), "late.csv", kinds=["invoices"], by="test")
    assert report is not None
    with app.readings() as readings:
        assert readings.waiting_with_news() == [case.case_id]
    later = app.now() + timedelta(minutes=11)
    app.__dict__["now"] = lambda: later

    assert [done.before.id for done in overtake_moved(app)] == [case.case_id]
