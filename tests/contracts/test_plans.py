"""Payment plans are kept the same way by every Work, one running plan to a customer."""

import pytest

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.payment_plan import RUNNING, PlanState
from tests.makers import ACME, TODAY, a_customer, a_plan


@pytest.fixture
def plans(database):
    with database.work() as work:
        work.customers.put_all([a_customer(), a_customer("C002")])
        work.plans.add(a_plan())
    return database


def test_a_plan_comes_back_as_it_was_and_moves_on(plans):
    accepted = a_plan().moved(PlanState.ACCEPTED, accepted_on=TODAY, accepted_by="li")
    with plans.work() as work:
        assert work.plans.get("PP-000001") == a_plan()
        work.plans.put(accepted)
    with plans.reading() as work:
        assert work.plans.get("PP-000001") == accepted
        assert work.plans.in_states([PlanState.OFFERED]) == []
        assert work.plans.in_states(RUNNING) == [accepted]
        assert work.plans.of(CustomerId("C002")) == []
        with pytest.raises(NotFound):
            work.plans.get("PP-404")


def test_a_version_that_somebody_else_has_moved_on_is_a_conflict(plans):
    with plans.work() as work:
        work.plans.put(a_plan().moved(PlanState.ACCEPTED))
    for to in (PlanState.WITHDRAWN, PlanState.LAPSED):
        with pytest.raises(Conflict), plans.work() as work:
            work.plans.put(a_plan().moved(to))


def test_a_customer_has_one_plan_that_has_not_ended(plans):
    with pytest.raises(Conflict), plans.work() as work:
        work.plans.add(a_plan("PP-000002"))
    with plans.work() as work:
        work.plans.add(a_plan("PP-000003", customer=CustomerId("C002")))
        work.plans.put(a_plan().moved(PlanState.WITHDRAWN))
        work.plans.add(a_plan("PP-000004"))
    with plans.reading() as work:
        assert [plan.id for plan in work.plans.of(ACME)] == ["PP-000004", "PP-000001"]
