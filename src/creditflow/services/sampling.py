"""Sampling: every performing customer on every cut-off day, with what was known and what came.

What is known on a day is gathered as an evaluation of that day would have;
what could not be put back to that day is left out (domain/outcomes.py).
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from creditflow.domain.customer import CustomerId
from creditflow.domain.exposure import exposure
from creditflow.domain.gathering import gather
from creditflow.domain.learned import BadOutcome, LearnedValue
from creditflow.domain.limits import limit_on
from creditflow.domain.outcomes import NEVER_KNOWN_THEN, Undated, fate
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.rates import NoRate, Rates
from creditflow.ports import Work

LEAST_HISTORY = timedelta(days=90)
"""A cut-off needs so much history before it."""


@dataclass(frozen=True, slots=True)
class SampledRow:
    """One customer on one cut-off day: signals that were known, and whether it turned bad."""

    customer: CustomerId
    on: date
    values: dict[str, LearnedValue]
    bad: bool


def cutoffs(first: date, today: date, outcome: BadOutcome) -> list[date]:
    """The month ends with enough history before them and a horizon that is over."""
    found: list[date] = []
    day = first + LEAST_HISTORY
    while True:
        end = date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
        if end + timedelta(days=outcome.within_days) > today:
            return found
        found.append(end)
        day = end + timedelta(days=1)


def first_invoice(work: Work) -> date | None:
    """The day of the oldest invoice of all customers; None where there are none."""
    days = (i.issued_on for c in work.customers.ids() for i in work.ledger.of(c).invoices)
    return min(days, default=None)


def sample(
    customer_id: CustomerId,
    days: list[date],
    outcome: BadOutcome,
    *,
    policy: Policy,
    rates: Rates,
    undated: Undated,
    work: Work,
) -> Iterator[SampledRow]:
    """One customer's rows; a day without a rate, or whose amounts cannot be kept, is left out.

    `undated` are the sources that do not say how disputes or orders stood on a day.
    """
    customer, ledger = work.customers.get(customer_id), work.ledger.of(customer_id)
    statements, history = work.statements.of(customer_id), work.limits.history(customer_id)
    unknown = NEVER_KNOWN_THEN | undated.unknown(ledger.sources())
    for on in days:
        try:
            bad = fate(ledger, OwnCurrency(customer.currency, rates, on), outcome)
            if bad is None:
                continue
            evidence = gather(
                customer,
                ledger=ledger,
                statements=[s for s in statements if s.published_by(on)],
                exposure=exposure(ledger, currency=customer.currency, rates=rates, on=on),
                limit=limit_on(history, on),
                policy=policy,
                rates=rates,
                on=on,
            )
        except (NoRate, OverflowError):
            continue
        values: dict[str, LearnedValue] = {
            name: signal.value
            for name, signal in evidence.items()
            if signal.usable(on) and name not in unknown
        }
        yield SampledRow(customer_id, on, values, bad)
