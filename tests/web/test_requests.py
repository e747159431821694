"""Sales ask for credit on top, with files; they see where it is, take it back, and read its letter."""

import re
from datetime import date, timedelta

import pytest

from creditflow.approvals.deciding import decide
from creditflow.approvals.entitling import awaiting
from creditflow.approvals.withdrawing import withdraw
from creditflow.domain.added_limits import AddedKind, Consumption
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.money import Money
from tests.makers import an_order
from tests.web.installation import EVERYTHING, hidden_fields, waiting

PDF = b"%PDF-1.7 the contract"


@pytest.fixture
def customer(app):
    """One that has a limit and no open case."""
    row = next(r for r in waiting(app) if r.current is not None and r.current.minor > 0)
    with app.work() as work:
        withdraw(row.case_id, by=work.people.get("chen.wei"), at=app.now(), work=work)
    return row.customer_id


@pytest.fixture
def fields(app):
    """A request for a project limit, as it is typed."""
    today = app.today()
    return {
        "kind": "project", "amount": "30万", "from": today.isoformat(),
        "until": (today + timedelta(200)).isoformat(), "project": "Harbour bridge",
        "consumption": "own_first", "note": "The contract is signed.",
    }  # fmt: skip


def hand_in(visitor, customer, fields, *files):
    page = visitor.get(f"/customers/{customer}").text
    return visitor.http.post(
        f"/requests/{customer}",
        data={**hidden_fields(page, f"/requests/{customer}"), **fields},
        files=[("file", (name, content)) for name, content in files],
    )


def asked(visitor, customer, fields, *files):
    answer = hand_in(visitor, customer, fields, *files)
    assert answer.status_code == 303, answer.text
    return re.search(r"CF-\d+", answer.headers["location"])[0]


def test_a_project_limit_is_asked_for_followed_granted_and_told(app, visit, customer, fields):
    sales = visit("sales.chen")
    case = asked(sales, customer, fields, ("contract.pdf", PDF), ("offer.pdf", PDF + b"2"))
    busy = sales.get(f"/customers/{customer}").text
    assert f'<p><a href="/cases/{case}">查看办理进度，或在审批单中说明需求</a></p>' in busy
    with app.work() as work:
        currency = work.customers.get(customer).currency
        order = an_order("OR-X", customer=customer, amount=Money.of(1000, currency),
                         project="HARBOUR bridge", ordered_on=app.today())  # fmt: skip
        work.ledger.add(orders=[order])
    app.advance(case)

    page = sales.get(f"/cases/{case}").text
    assert "该额度生效后，可放行" in page
    assert "HARBOUR bridge</small>" in page
    assert "Harbour bridge" in page
    assert "先占用项目额度" in page
    assert page.count("/attachments/F-") == 2
    assert "同期其他有效额度" in page
    mine = sales.get("/requests").text
    assert f"/cases/{case}" in mine
    assert "Harbour bridge" in mine
    assert f"/cases/{case}" not in visit("everything").get("/requests").text

    with app.work() as work:
        board = awaiting(work.cases.get(case), work)
        amount = work.cases.get(case).occasion.requested_limit
        verdict = Verdict(
            Say.APPROVE_WITH_CHANGE, board.seen, "As asked.", board.proposal.current + amount
        )
        decide(case, verdict, by=EVERYTHING, key="k", at=app.now(), on=app.today(), work=work)
    app.advance(case)
    with app.reading() as work:
        (limit,) = work.added_limits.of(customer)
        letter = work.letters.of_case(case)
    assert (limit.kind, limit.amount, limit.consumption, limit.project) == (
        AddedKind.PROJECT, amount, Consumption.OWN_FIRST, "Harbour bridge",
    )  # fmt: skip
    assert "Harbour bridge" in letter.text
    standing = visit("everything").get(f"/customers/{customer}").text
    assert "Project limit: Harbour bridge" in standing
    assert f"/cases/{case}" in standing
    assert "Credit on top granted" in visit("everything").get(f"/cases/{case}").text


def test_all_that_is_wrong_is_told_at_once_and_what_was_typed_stays(app, visit, customer, fields):
    sales = visit("sales.chen")
    wrong = {**fields, "amount": "12,34", "from": "soon", "until": "31/12/26", "consumption": "x"}

    unread = hand_in(sales, customer, wrong, ("virus.exe", b"MZ"), ("fake.pdf", b"no"))
    before = (date.fromisoformat(fields["from"]) - timedelta(1)).isoformat()
    unmeant = hand_in(sales, customer, {**fields, "project": "", "until": before})

    assert (unread.status_code, unmeant.status_code) == (422, 422)
    told = re.search(r'role="alert">.*?</div>', unread.text, re.DOTALL)[0]
    assert told.count("<p>") == 6
    assert told.count("不是有效日期") == 2
    assert "virus.exe" in told
    assert 'value="Harbour bridge"' in unread.text
    assert "The contract is signed." in unread.text
    assert '<option value="project" selected>' in unread.text
    told = re.search(r'role="alert">.*?</div>', unmeant.text, re.DOTALL)[0]
    assert told.count("<p>") == 2
    with app.reading() as work:
        assert work.cases.open_of(customer) is None


def test_a_request_is_taken_back_where_it_is_listed(app, visit, customer, fields):
    sales = visit("sales.chen")
    case = asked(sales, customer, {**fields, "kind": "temporary", "project": ""})
    app.advance(case)

    action = f"/cases/{case}/withdraw"
    assert action in sales.get("/requests").text
    assert sales.post(action, "/requests").status_code == 303

    with app.reading() as work:
        assert work.cases.get(case).state is CaseState.WITHDRAWN
    page = sales.get("/requests").text
    assert action not in page
    assert case in page
    assert "已撤回" in page


def test_who_may_not_ask_finds_neither_form_nor_list(visit, customer):
    approver = visit("li.na")
    assert f"/requests/{customer}" not in approver.get(f"/customers/{customer}").text
    assert approver.get("/requests").status_code == 403
    assert approver.http.post(f"/requests/{customer}", data={}).status_code == 403


def test_finished_requests_are_paged(app, visit, customer, fields):
    sales = visit("sales.chen")
    case = asked(sales, customer, fields)
    app.advance(case)
    sales.post(f"/cases/{case}/withdraw", "/requests")
    assert case in sales.get("/requests", params={"start": "0"}).text
    assert case not in sales.get("/requests", params={"start": "1"}).text
