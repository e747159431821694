"""Call the states of a payment plan by the names that people use."""

from collections.abc import Mapping

from creditflow.domain.payment_plan import PlanState
from creditflow.web.naming import word

PLAN_STATES: Mapping[str, str] = {
    PlanState.OFFERED: word("offered, not accepted yet"),
    PlanState.ACCEPTED: word("accepted, running"),
    PlanState.KEPT: word("kept to the end"),
    PlanState.BROKEN: word("broken"),
    PlanState.LAPSED: word("not accepted in time"),
    PlanState.WITHDRAWN: word("withdrawn by us"),
}
