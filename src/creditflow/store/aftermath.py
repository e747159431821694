"""What became of decided cases: whether their customers paid late, read for a few at a time."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from creditflow.domain.customer import CustomerId
from creditflow.domain.ledger import InvoiceType, Ledger
from creditflow.domain.monitoring_lateness import Outcome, went_bad
from creditflow.domain.rates import NoRate, Rates
from creditflow.store.ledgers import SqlLedgers
from creditflow.store.monitoring import unsettled
from creditflow.store.tables import CUSTOMER, INVOICE, PAYMENT
from creditflow.store.transaction import Transaction
from creditflow.store.types import Day


@dataclass(frozen=True, slots=True)
class Judgement:
    """That somebody judged a customer on a day."""

    customer: CustomerId
    on: date


def turned_bad_since(
    judgements: Sequence[Judgement],
    outcome: Outcome,
    *,
    rates: Callable[[], Rates],
    on: date,
    transaction: Transaction,
) -> list[bool | None]:
    """Whether each turned out badly by that day; None where no exchange rate says so.

    Most never had an invoice that payments left open for so long: only of the
    others is a ledger read, and rates only where one of them has several currencies.
    """
    suspects = _suspects(judgements, outcome, on, transaction)
    ledgers = _ledgers(suspects, judgements, outcome, on, transaction)
    known: list[Rates] = []
    found: list[bool | None] = []
    for judgement in judgements:
        ledger = ledgers.get(judgement.customer)
        if ledger is None:
            found.append(False)
            continue
        currency = suspects[judgement.customer]
        if _is_foreign(ledger, currency) and not known:
            known.append(rates())
        try:
            found.append(
                went_bad(
                    *(ledger, judgement.on, outcome),
                    currency=currency,
                    rates=known[0] if known else Rates(()),
                    on=on,
                )
            )
        except NoRate:
            found.append(None)
    return found


def _suspects(
    judgements: Sequence[Judgement], outcome: Outcome, on: date, transaction: Transaction
) -> dict[CustomerId, str]:
    """Customers with an invoice that payments had not settled in time, with their currency."""
    if not judgements:
        return {}
    days = [judgement.on for judgement in judgements]
    late, within = timedelta(days=outcome.days), timedelta(days=outcome.within)
    asked = {
        "customers": sorted({judgement.customer for judgement in judgements}),
        "after": min(days) - late,
        "until": min(max(days) + within, on) - late,
    }
    rows = transaction.rows(_left_open(outcome.days), asked)
    return {CustomerId(row.id): row.currency for row in rows}


@cache
def _left_open(days: int) -> sa.Select[Any]:
    """Whose invoices payments had left open so many days after they were due, put together once."""
    return (
        sa.select(CUSTOMER.c.id, CUSTOMER.c.currency)
        .join(INVOICE, INVOICE.c.customer_id == CUSTOMER.c.id)
        .where(
            CUSTOMER.c.id.in_(sa.bindparam("customers", expanding=True)),
            INVOICE.c.due_on > sa.bindparam("after", type_=Day()),
            INVOICE.c.due_on <= sa.bindparam("until", type_=Day()),
            unsettled(days),
        )
        .distinct()
    )


def _ledgers(
    customers: Collection[CustomerId],
    judgements: Sequence[Judgement],
    outcome: Outcome,
    on: date,
    transaction: Transaction,
) -> dict[CustomerId, Ledger]:
    """What their lateness depends on: whole accounts only of those who have credits."""
    if not customers:
        return {}
    ends = (one.on for one in judgements if one.customer in customers)
    until = min(on, max(ends) + timedelta(days=outcome.within))
    ledgers, credited = SqlLedgers(transaction), _credited(customers, transaction)
    plain = {customer for customer in customers if customer not in credited}
    read = [
        *ledgers.many(credited, until=until),
        *(ledgers.many(plain, until=until, of=unsettled(outcome.days)) if plain else ()),
    ]
    return {ledger.customer: ledger for ledger in read}


def _credited(customers: Collection[CustomerId], transaction: Transaction) -> set[str]:
    asked = {"customers": sorted(customers)}
    return {row.customer_id for row in transaction.rows(_with_credits(), asked)}


@cache
def _with_credits() -> sa.Select[Any]:
    wanted: sa.BindParameter[str] = sa.bindparam("customers", expanding=True)
    notes = sa.select(INVOICE.c.customer_id).where(
        INVOICE.c.customer_id.in_(wanted), INVOICE.c.type == InvoiceType.CREDIT_NOTE.value
    )
    on_account = sa.select(PAYMENT.c.customer_id).where(
        PAYMENT.c.customer_id.in_(wanted), PAYMENT.c.invoice.is_(None)
    )
    return sa.select(sa.union(notes, on_account).subquery())


def _is_foreign(ledger: Ledger, currency: str) -> bool:
    """Whether anything in it is in another currency than the customer's."""
    invoiced = {invoice.amount.currency for invoice in ledger.invoices}
    return bool((invoiced | {payment.amount.currency for payment in ledger.payments}) - {currency})
