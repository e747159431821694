"""Payment plans in SQL: whole as JSON, next to the columns that queries need."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict
from creditflow.domain.payment_plan import PaymentPlan, PlanState
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode, encode
from creditflow.store.tables import PAYMENT_PLAN
from creditflow.store.transaction import Transaction, parts


class SqlPlans:
    """Payment plans; a unique index keeps a customer to one that has not ended."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, plan: str) -> PaymentPlan:
        """One plan; raises NotFound."""
        query = sa.select(PAYMENT_PLAN.c.body).where(PAYMENT_PLAN.c.id == plan)
        missing = say("There is no payment plan {plan}.", plan=plan)
        return decode(self._transaction.needed(query, missing).body, PaymentPlan)

    def of(self, customer: CustomerId) -> list[PaymentPlan]:
        """All plans of a customer, the latest first."""
        return self._found(PAYMENT_PLAN.c.customer_id == customer)

    def in_states(self, states: Collection[PlanState]) -> list[PaymentPlan]:
        """All plans in one of the states, the latest first."""
        return self._found(PAYMENT_PLAN.c.state.in_([state.value for state in states]))

    def add(self, plan: PaymentPlan) -> None:
        """Keep a new one; raises Conflict where the customer has one that has not ended."""
        if not self._transaction.insert_new(PAYMENT_PLAN, [_row(plan)]):
            raise Conflict(
                say(
                    "Customer {customer} has a payment plan that has not ended. Reload it.",
                    customer=plan.customer,
                )
            )

    def put(self, plan: PaymentPlan) -> None:
        """Compare and swap: keep the next version; raises Conflict where another one is kept."""
        own = {"id": plan.id, "version": plan.version - 1}
        if self._transaction.change(PAYMENT_PLAN, _row(plan), where=own) != 1:
            raise Conflict(
                say("Payment plan {plan} has changed meanwhile. Reload it.", plan=plan.id)
            )

    def _found(self, which: sa.ColumnElement[bool]) -> list[PaymentPlan]:
        query = sa.select(PAYMENT_PLAN.c.body).where(which)
        rows = self._transaction.rows(query.order_by(PAYMENT_PLAN.c.id.desc()))
        return [decode(row.body, PaymentPlan) for row in rows]


def _row(plan: PaymentPlan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "version": plan.version,
        "customer_id": plan.customer,
        "state": plan.state.value,
        **parts("total", plan.total),
        "offered_on": plan.offered_on,
        "body": encode(plan),
    }
