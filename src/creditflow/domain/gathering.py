"""Gathering: a customer's ledger, statements and limit become the evidence of one day.

Nothing that happened after the day can be seen, and what is not known is in
the evidence as unknown, so that nobody mistakes it for zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from creditflow.domain.ageing import ageing
from creditflow.domain.behaviour import behaviour, lines, of_the_year, started_on, undisputed
from creditflow.domain.catalogue import KINDS, OBSERVED, SIGNALS, Kind
from creditflow.domain.customer import Customer
from creditflow.domain.exposure import Exposure
from creditflow.domain.lateness import lateness
from creditflow.domain.ledger import Ledger, Statement
from creditflow.domain.limits import Limit
from creditflow.domain.operations import Sales, operations, outlook, pipeline
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.domain.ratios import SHELF_LIFE, latest, ratios, year_before
from creditflow.domain.signals import Evidence, Signal, SignalValue
from creditflow.domain.turnover import turnover

LEDGER_SHELF_LIFE = timedelta(days=31)
"""For so long what was seen on the ledger may be used without looking again."""


def gather(
    customer: Customer,
    *,
    ledger: Ledger,
    statements: Sequence[Statement],
    exposure: Exposure,
    limit: Limit | None,
    policy: Policy,
    rates: Rates,
    on: date,
) -> Evidence:
    """All signals of the catalogue for one customer at the end of that day.

    Amounts are in the customer's own currency at that day's rates; raises
    NoRate where a document's currency cannot be converted.
    """
    known, own = ledger.until(on), OwnCurrency(customer.currency, rates, on)
    statement = latest(statements, on)
    values: dict[str, SignalValue] = {}
    if statement is not None:
        values |= ratios(statement, year_before(statements, statement), own)
    revenue = values.get("annual_revenue")
    values |= _history(known, own, on)
    values |= operations(
        known, exposure, limit, own, revenue if isinstance(revenue, Decimal) else None
    )
    values |= pipeline(known, exposure, own)
    values |= outlook(customer, policy)
    values |= {"sector": customer.sector, "country": customer.country}
    started = started_on(customer.onboarded_on, known, on)
    if started is not None:
        values["tenure_days"] = Decimal((on - started).days)
    return Evidence(_signals(values, statement, policy, on))


def _history(known: Ledger, own: OwnCurrency, on: date) -> dict[str, Decimal]:
    """How the customer has paid and how its debts age, from its invoices."""
    found = lines(known, own)
    judged = undisputed(found)
    return {
        **behaviour(known, found, own, on),
        **lateness(judged, of_the_year(judged, on), on),
        **ageing(found, judged, on),
        **turnover(Sales(known, own), found),
    }


def _signals(
    values: Mapping[str, SignalValue], statement: Statement | None, policy: Policy, on: date
) -> Iterator[Signal]:
    for name in SIGNALS:
        value, kind = values.get(name), KINDS[name]
        if kind in OBSERVED or kind is Kind.MASTER_DATA:
            yield Signal(name, value, on, kind.value)
        elif kind is Kind.POLICY:
            yield Signal(name, value, on, f"policy {policy.version}")
        elif kind is Kind.LEDGER:
            yield Signal(name, value, on, "ledger", on + LEDGER_SHELF_LIFE)
        elif statement is None:
            yield Signal(name, None, on, "statement")
        else:
            end = statement.period_end
            yield Signal(name, value, end, _named(statement), end + SHELF_LIFE)


def _named(statement: Statement) -> str:
    audited = {True: " (audited)", False: " (unaudited)", None: ""}[statement.audited]
    return f"statement {statement.period_end.isoformat()}{audited}"
