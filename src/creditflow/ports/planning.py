"""Payment plans, as the core asks for them."""

from collections.abc import Collection
from typing import Protocol

from creditflow.domain.customer import CustomerId
from creditflow.domain.payment_plan import PaymentPlan, PlanState


class Plans(Protocol):
    """Payment plans; a customer has one that has not ended at most."""

    def get(self, plan: str) -> PaymentPlan:
        """One plan; raises NotFound."""
        ...

    def of(self, customer: CustomerId) -> list[PaymentPlan]:
        """All plans of a customer, the latest first."""
        ...

    def in_states(self, states: Collection[PlanState]) -> list[PaymentPlan]:
        """All plans in one of the states, the latest first."""
        ...

    def add(self, plan: PaymentPlan) -> None:
        """Keep a new one; raises Conflict where the customer has one that has not ended."""
        ...

    def put(self, plan: PaymentPlan) -> None:
        """Compare and swap: keep the next version; raises Conflict where another one is kept."""
        ...
