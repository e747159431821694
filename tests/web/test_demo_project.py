"""The demo's project: asked for by sales, decided by somebody else, used by its documents."""

from creditflow.cli.demo_project import grant_project
from creditflow.domain.added_limits import Consumption
from creditflow.domain.case import CaseState
from creditflow.domain.occasion import OccasionKind
from creditflow.services.recalling import recall
from tests.web.installation import hidden_fields


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
    # Who asks for more of the same finds its name, so that it is not written in another way.
    app.deliver()
    asking = visit("sales.chen").get(f"/customers/{customer}").text
    assert f'<option value="{limit.project}">' in asking or f"/cases/{case.id}" in asking
    assert hidden_fields is not None
