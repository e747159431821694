"""Exposure: what a customer owes now and may come to owe, in its own currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from creditflow.domain.ledger import Ledger, in_turn
from creditflow.domain.money import Money
from creditflow.domain.owed import Owed, owed
from creditflow.domain.rates import Rate, Rates

BUCKETS = ("not_due", "1-30", "31-60", "61-90", "90+")
"""Ageing buckets by days past the due date."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Open items, orders and credits of one customer on one day, in one currency.

    `total` = receivables − credits + orders, never below zero. `ageing` splits
    the receivables over BUCKETS. `invoiced` is what is owed by project without
    orders, `owed` the same with them: its parts together are `total`. `rates` are
    the exchange rates that were used.
    """

    on: date
    receivables: Money
    credits: Money
    orders: Money
    disputed: Money
    ageing: Mapping[str, Money]
    oldest_days_late: int
    invoiced: Owed
    owed: Owed
    rates: tuple[Rate, ...] = ()

    @property
    def total(self) -> Money:
        """Receivables less credits plus open orders; never below zero."""
        sum_ = self.receivables - self.credits + self.orders
        return sum_ if sum_.minor > 0 else Money.zero(sum_.currency)

    @property
    def overdue(self) -> Money:
        """What is past its due date."""
        return self.receivables - self.ageing["not_due"]


def bucket(days_late: int) -> str:
    """The ageing bucket of an open item that is so many days past due."""
    if days_late <= 0:
        return "not_due"
    for edge, name in ((30, "1-30"), (60, "31-60"), (90, "61-90")):
        if days_late <= edge:
            return name
    return "90+"


def exposure(ledger: Ledger, *, currency: str, rates: Rates, on: date) -> Exposure:
    """Measure the exposure at the end of that day, converted at that day's rates.

    Raises NoRate where a document's currency cannot be converted.
    """
    known = ledger.until(on)
    used: dict[str, Rate] = {}

    def own(amount: Money) -> Money:
        converted = rates.convert(amount, currency, on=on)
        used.update({rate.currency: rate for rate in converted.used})
        return converted.amount

    zero = Money.zero(currency)
    ageing = dict.fromkeys(BUCKETS, zero)
    disputed, oldest = zero, 0
    open_: list[tuple[str, Money]] = []
    for item in known.items():
        if item.is_settled:
            continue
        amount, late = own(item.open), item.days_late(on)
        ageing[bucket(late)] = ageing[bucket(late)] + amount
        open_.append((item.invoice.project, amount))
        oldest = max(oldest, late)
        if item.invoice.disputed:
            disputed = disputed + amount
    credits_ = [(project, own(credit)) for project, credit in known.credits_by_project()]
    in_order = in_turn((order, own(order.amount)) for order in known.open_orders())
    orders = [(order.project, amount) for order, amount in in_order]
    invoiced = owed(open_, credits_, currency)
    return Exposure(
        on=on,
        receivables=sum(ageing.values(), zero),
        credits=sum((amount for _, amount in credits_), zero),
        orders=sum((amount for _, amount in orders), zero),
        disputed=disputed,
        ageing=ageing,
        oldest_days_late=oldest,
        invoiced=invoiced,
        owed=invoiced.and_all(orders),
        rates=tuple(used.values()),
    )
