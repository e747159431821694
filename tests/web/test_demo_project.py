"""The demo's project: asked for by sales, decided by somebody else, used by its documents."""

from dataclasses import replace

from creditflow.cli.demo_project import grant_project
from creditflow.domain.added_limits import Consumption
from creditflow.domain.case import CaseState
from creditflow.domain.occasion import OccasionKind
from creditflow.services.recalling import recall


def test_a_newcomer_finds_a_project_limit_with_its_request_decision_and_use(app, visit):
    customer = grant_project(app)

    with app.reading() as work:
        (limit,) = work.added_limits.of(customer)
        case = work.cases.get(limit.case_id)
        decisions = work.decisions.of(case.id)
        today = app.today()
        found = recall(
            customer, on=today, believed=today, today=today, end_of=app.end_of, work=work
        )
        named = [x for x in work.ledger.of(customer).invoices if x.project == limit.project]
    assert (case.occasion.kind, case.occasion.requested_by) == (OccasionKind.REQUEST, "sales.chen")
    assert case.state in (CaseState.APPLIED, CaseState.NOTIFIED)
    assert decisions
    assert "sales.chen" not in {decision.by for decision in decisions}
    assert named
    (use,) = found.consumed.projects
    assert (use.consumption, use.own, use.over.minor) == (Consumption.OWN_FIRST, use.limit, 0)
    assert use.general.minor > 0

    page = visit("sales.chen").get(f"/customers/{customer}").text
    assert 'id="projects"' in page
    assert limit.project in page
    assert f"审批单 {case.id} 已生效，但告知函尚未发出" in page


def test_a_project_that_is_known_is_offered_to_whoever_asks(app, visit):
    """So that nobody writes it in another way; nothing is offered where nothing is known."""
    sales = visit("sales.chen")
    with app.reading() as work:
        customer = next(x for x in work.customers.ids() if work.cases.open_of(x) is None)
        order = work.ledger.of(customer).orders[0]
    before = sales.get(f"/customers/{customer}").text
    with app.work() as work:
        first = replace(order, document="OR-X", project="Tunnel <1>")
        work.ledger.add(orders=[first, replace(first, document="OR-Y", project="tunnel  <1>")])
    after = sales.get(f"/customers/{customer}").text
    assert "<datalist" not in before
    assert after.count('<option value="Tunnel &lt;1&gt;"></option>') == 1
    assert "tunnel  &lt;1&gt;" not in after
