"""The part of the fake store that is about payment plans; see tests.fakes."""

from collections.abc import Collection
from typing import Any

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.payment_plan import PaymentPlan, PlanState
from creditflow.domain.sentences import say


class FakePlans:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.plans

    def get(self, plan: str) -> PaymentPlan:
        if plan not in self._kept:
            raise NotFound(say("There is no payment plan {plan}.", plan=plan))
        return self._kept[plan]

    def of(self, customer: CustomerId) -> list[PaymentPlan]:
        return [plan for plan in self._latest() if plan.customer == customer]

    def in_states(self, states: Collection[PlanState]) -> list[PaymentPlan]:
        return [plan for plan in self._latest() if plan.state in set(states)]

    def add(self, plan: PaymentPlan) -> None:
        if plan.id in self._kept or (
            plan.is_running and any(x.is_running for x in self.of(plan.customer))
        ):
            raise Conflict(say("Customer {customer} has a plan.", customer=plan.customer))
        self._kept[plan.id] = plan

    def put(self, plan: PaymentPlan) -> None:
        if plan.id not in self._kept or self._kept[plan.id].version != plan.version - 1:
            raise Conflict(say("Payment plan {plan} has changed meanwhile.", plan=plan.id))
        self._kept[plan.id] = plan

    def _latest(self) -> list[PaymentPlan]:
        return [self._kept[name] for name in sorted(self._kept, reverse=True)]
