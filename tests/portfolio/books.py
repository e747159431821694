"""Random books: several customers with everything that a ledger may have, and much that it should not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from creditflow.domain.added_limits import AddedKind, AddedLimit
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.dynamic_limits import anchor
from creditflow.domain.ledger import (
    Invoice,
    InvoiceType,
    Ledger,
    Order,
    OrderStatus,
    Payment,
    Statement,
)
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.observation import About, Observation
from creditflow.domain.raises import raised_lately
from creditflow.domain.rates import Rate
from creditflow.portfolio.book import PLACES, Book
from creditflow.portfolio.building import RawBook, build
from creditflow.portfolio.raises import Lately
from tests.makers import NOW, TODAY, a_customer, a_rate
from tests.portfolio.sayings import latest, observation_table, random_observations

RATES = (
    a_rate("CNY", "7.8512"),
    a_rate("USD", "1.0843"),
    a_rate("JPY", "163.21"),
    a_rate("KWD", "0.3331"),
)
CURRENCIES = ("CNY", "EUR", "USD", "JPY", "KWD")
WIDER = (
    (About.SECTOR, "machinery"), (About.SECTOR, "textiles"), (About.COUNTRY, "CN"),
    (About.COUNTRY, "FR"),
)  # fmt: skip
WINDOWS = (0, 1, 30, 31, 60, 61, 89, 90, 91, 92, 181, 182, 183, 360, 363, 364, 365, 366, 455)


@dataclass(frozen=True)
class Entry:
    """One customer with all that the per-customer evaluator is given."""

    customer: Customer
    ledger: Ledger
    statements: tuple[Statement, ...] = ()
    limit: Limit | None = None
    said: tuple[Observation, ...] = ()
    """In the order in which it was said; of sectors and countries too."""
    earlier: tuple[Limit, ...] = ()
    """What the limit was before, oldest first."""
    added: tuple[AddedLimit, ...] = ()
    """Credit on top, all entries."""

    @property
    def history(self) -> tuple[Limit, ...]:
        """All limits, oldest first."""
        return self.earlier if self.limit is None else (*self.earlier, self.limit)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """As a store gives them."""
        return latest(list(self.said))


class Entries(list[Entry]):
    """Entries that say how to make them again, and not what they are."""

    def __init__(self, seed: int, number: int, most: int) -> None:
        super().__init__(random_entries(Random(seed), number, most=most))
        self.made = f"Entries(seed={seed}, number={number}, most={most})"

    def __repr__(self) -> str:
        return self.made


def many_entries(*, most: int = 10**8, customers: int = 30) -> st.SearchStrategy[list[Entry]]:
    """Customers out of a seed: many ledgers cost little, and a failing one can be made again."""
    numbers = st.integers(1, customers)
    return st.builds(Entries, st.integers(0, 2**32), numbers, st.just(most))


def random_entries(r: Random, number: int, *, most: int = 10**8) -> list[Entry]:
    wider = [o for about, subject in WIDER for o in random_observations(r, about, subject)]
    return [_entry(r, f"C{place:03d}", most, wider) for place in range(number)]


def _entry(r: Random, name: str, most: int, wider: list[Observation]) -> Entry:
    own = r.choice(CURRENCIES)
    asked = Money(r.randint(1, 10**9), r.choice(CURRENCIES))
    customer = a_customer(
        name,
        currency=own,
        country=r.choice(["CN", "DE", "XX"]),
        sector=r.choice(["machinery", "textiles", "unheard of", None]),
        region=r.choice(["East", "North", None]),
        legal_entity=r.choice(["CN01", "DE01", "unheard of", None]),
        onboarded_on=r.choice([None, _day(r, 1500)]),
        terms_days=r.choice([None, 0, 30, 60, 120]),
        requested_limit=r.choice([None, None, asked]),
    )
    reports = [_statement(r, customer.id) for _ in range(r.choice([0, 0, 1, 2, 3]))]
    entry = Entry(
        customer,
        _ledger(r, customer.id, own, most),
        tuple({s.period_end: s for s in reports}.values()),
        _limit(r, customer.id),
        (*wider, *random_observations(r, About.CUSTOMER, customer.id)),
    )
    # Out of a seed of its own, so that what is known of a seed stays as it is.
    return with_raises(Random(f"{entry.customer} {entry.limit}"), entry)


def _day(r: Random, most: int = 900) -> date:
    """A day before today, often at the edge of a window, sometimes after today."""
    ago = r.choice(WINDOWS) if r.random() < 0.5 else r.randint(-20, most)
    return TODAY - timedelta(days=ago)


def _amount(r: Random, most: int) -> int:
    return r.choice([r.randint(0, most), r.randint(0, 1000), 0, 1, 100, most])


def contested(r: Random, invoice: Invoice) -> Invoice:
    """Perhaps with the days of a dispute, some of them after today."""
    if r.random() < 0.6:
        return invoice
    since = invoice.issued_on + timedelta(days=r.choice([0, 10, 45, 200]))
    settled = r.choice([None, since, since + timedelta(days=r.choice([1, 30, 300]))])
    return replace(invoice, disputed=settled is None, disputed_on=since, dispute_settled_on=settled)


def closed(r: Random, order: Order) -> Order:
    """Perhaps with the day from which it was not open any more."""
    if order.status is OrderStatus.OPEN or r.random() < 0.4:
        return order
    return replace(order, closed_on=order.ordered_on + timedelta(days=r.choice([0, 1, 20, 90])))


def _ledger(r: Random, customer: CustomerId, own: str, most: int) -> Ledger:
    invoices: list[Invoice] = []
    payments: list[Payment] = []
    currencies = r.choice([(own,), (own,), CURRENCIES])
    for number in range(r.choice([0, 1, 2, 5, 9, 30])):
        issued = _day(r)
        invoice = Invoice(
            customer,
            f"{r.choice('RS')}-{number}",
            issued,
            issued + timedelta(days=r.choice([0, 30, 60, -10])),
            Money(_amount(r, most), r.choice(currencies)),
            r.choice([InvoiceType.INVOICE] * 7 + [InvoiceType.CREDIT_NOTE]),
            r.random() < 0.15,
            r.choice(["own", "own", "other"]),
        )
        invoices.append(invoice)
        payments += _payments(r, invoice, number, own)
    orders = [
        Order(
            customer, f"O-{number}", _day(r, 60), Money(_amount(r, most), r.choice(currencies)),
            r.choice(list(OrderStatus)),
        )
        for number in range(r.choice([0, 0, 1, 2]))
    ]  # fmt: skip
    # Out of a seed of its own, so that what is known of a seed stays as it is.
    dates = Random(f"{customer} {invoices} {orders}")
    invoices = [contested(dates, invoice) for invoice in invoices]
    orders = [closed(dates, order) for order in orders]
    return Ledger(
        customer,
        tuple(sorted(invoices, key=lambda i: (i.issued_on, i.document, i.source))),
        tuple(sorted(payments, key=lambda p: (p.paid_on, p.document, p.source))),
        tuple(sorted(orders, key=lambda o: (o.ordered_on, o.document, o.source))),
    )


def _payments(r: Random, of: Invoice, number: int, own: str) -> list[Payment]:
    """Mostly in full, sometimes all but bank charges, in parts, too much, or for something else."""
    whole = of.amount.minor
    parts = r.choice([[], [whole], [whole], [whole * 99 // 100], [whole * 98 // 100, 1],
                      [whole // 3, whole - whole // 3], [whole // 2, whole]])  # fmt: skip
    odd = r.random() < 0.15
    return [
        Payment(
            of.customer,
            f"P-{number}-{part}",
            _day(r) if r.random() < 0.7 else of.due_on + timedelta(days=r.randint(-3, 3)),
            Money(paid, own if odd and r.random() < 0.3 else of.amount.currency),
            r.choice([None, "R-0", "nothing", of.document]) if odd else of.document,
            "own" if odd else of.source,
        )
        for part, paid in enumerate(parts)
    ]


def _statement(r: Random, customer: CustomerId) -> Statement:
    end = r.choice([date(2025, 12, 31), date(2024, 12, 31), date(2024, 6, 30), date(2026, 6, 30)])
    currency = r.choice(["CNY", "EUR", "JPY"])
    names = ("revenue", "ebit", "interest_expense", "net_profit", "total_assets", "current_assets",
             "inventory", "total_liabilities", "current_liabilities", "equity",
             "retained_earnings", "operating_cash_flow")  # fmt: skip
    return Statement(
        customer=customer,
        period_end=end,
        months=r.choice([0, 3, 6, 12, 12, 12]),
        currency=currency,
        audited=r.choice([None, True, False]),
        **{
            name: Money(r.choice([0, r.randint(-(10**6), 10**11)]), currency)
            for name in names
            if r.random() < 0.8
        },
    )


def _limit(r: Random, customer: CustomerId) -> Limit | None:
    state = r.choice([None, *LimitState, LimitState.AMOUNT, LimitState.AMOUNT])
    if state is None:
        return None
    amount = Money(r.randint(1, 10**9), r.choice(CURRENCIES))
    until = r.choice([None, TODAY - timedelta(days=r.randint(-400, 60))])
    return Limit(
        customer,
        r.randint(1, 9),
        state,
        amount if state is LimitState.AMOUNT else None,
        _day(r, 400),
        until,
    )


def with_raises(r: Random, entry: Entry) -> Entry:
    """The same with limits before the present one, and with credit on top, much of it of late."""
    customer, current = entry.customer.id, entry.limit
    earlier = []
    for version in range(1, current.version if current else 1):
        is_amount = r.random() < 0.8
        amount = Money(r.randint(1, 10**8), r.choice([entry.customer.currency, "EUR"]))
        state = LimitState.AMOUNT if is_amount else r.choice(list(LimitState)[:2])
        earlier.append(
            Limit(
                customer, version, state, amount if is_amount else None, _day(r, 200), None,
                case_id=r.choice([None, "CASE-1", "CASE-1"]),
            )
        )  # fmt: skip
    if current is not None:
        entry = replace(entry, limit=replace(current, case_id=r.choice([None, "CASE-1"])))
    added = [x for n in range(r.choice([0, 0, 1, 2])) for x in _added(r, entry, f"{customer}-{n}")]
    return replace(entry, earlier=tuple(earlier), added=tuple(added))


def _added(r: Random, entry: Entry, name: str) -> list[AddedLimit]:
    """One temporary limit, perhaps ended early or taken back before it began."""
    from_ = _day(r, 120)
    given = AddedLimit(
        name, 1, entry.customer.id, AddedKind.TEMPORARY,
        Money(r.randint(1, 10**7), entry.customer.currency), from_, from_ + timedelta(days=30),
        "", NOW - timedelta(days=r.choice([0, 5, 88, 89, 90, 91])), "x",
        case_id=r.choice([None, "CASE-1", "CASE-1"]),
    )  # fmt: skip
    if r.random() < 0.7:
        return [given]
    end = from_ + timedelta(days=r.choice([0, 9]))
    return [given, replace(given, version=2, until=end, recorded_at=given.recorded_at)]


def lately_in(entries: Sequence[Entry], on: date, period: int = 0) -> Lately:
    """What was granted of late, and what limits were so many days ago, as the domain counts it."""
    them = sorted(entries, key=lambda e: e.customer.id)
    raised = {e.customer.id: raised_by_hand(e, on) for e in them}
    starts = {
        e.customer.id: start.minor
        for e in them
        if (start := anchor(e.history, on=on, days=period, currency=e.customer.currency))
    }
    own = {e.customer.id: PLACES[e.customer.currency] for e in them}
    raised = {name: minor for name, minor in raised.items() if minor}
    return Lately(
        raised_of=np.array([name.encode() for name in raised], "S8"),
        raised=np.array(list(raised.values()), np.int64),
        start_of=np.array([name.encode() for name in starts], "S8"),
        start=np.array(list(starts.values()), np.int64),
        start_currency=np.array([own[name] for name in starts], np.int8),
    )


def raised_by_hand(entry: Entry, on: date) -> int:
    """What one customer was granted of late, in minor units."""
    found = raised_lately(entry.history, entry.added, on=on, base_factor=Fraction(1))
    assert found.denominator == 1
    return int(found)


def raw_of(entries: Sequence[Entry], rates: Sequence[Rate] = RATES) -> RawBook:
    """The same as tables, documents backwards so that nothing is in order already."""
    invoices = [i for e in entries for i in e.ledger.invoices][::-1]
    payments = [p for e in entries for p in e.ledger.payments][::-1]
    orders = [o for e in entries for o in e.ledger.orders][::-1]
    return RawBook(
        customers=_table(
            [e.customer for e in entries],
            {
                "id": lambda c: c.id,
                "currency": lambda c: c.currency,
                "country": lambda c: c.country,
                "sector": lambda c: c.sector,
                "region": lambda c: c.region,
                "legal_entity": lambda c: c.legal_entity,
                "onboarded_on": lambda c: c.onboarded_on,
                "terms_days": lambda c: c.terms_days,
                "requested_minor": lambda c: c.requested_limit and c.requested_limit.minor,
                "requested_currency": lambda c: c.requested_limit and c.requested_limit.currency,
            },
        ),
        invoices=_table(
            invoices,
            {
                **_DOCUMENT,
                "type": lambda i: i.type.value,
                "issued_on": lambda i: i.issued_on,
                "due_on": lambda i: i.due_on,
                "disputed": lambda i: i.disputed,
                "disputed_on": lambda i: i.disputed_on,
                "dispute_settled_on": lambda i: i.dispute_settled_on,
            },
        ),
        payments=_table(
            payments,
            {**_DOCUMENT, "invoice": lambda p: p.invoice, "paid_on": lambda p: p.paid_on},
        ),
        orders=_table(
            orders,
            {
                **_DOCUMENT,
                "ordered_on": lambda o: o.ordered_on,
                "status": lambda o: o.status.value,
                "closed_on": lambda o: o.closed_on,
            },
        ),
        limits=_table(
            [e.limit for e in entries if e.limit is not None],
            {
                "customer_id": lambda x: x.customer,
                "version": lambda x: x.version,
                "state": lambda x: x.state.value,
                "amount_minor": lambda x: x.amount and x.amount.minor,
                "amount_currency": lambda x: x.amount and x.amount.currency,
                "from_day": lambda x: x.from_,
                "until_day": lambda x: x.until,
                "changed_day": lambda x: x.from_ - timedelta(days=x.version % 3 * 40),
                "cut_day": lambda x: (
                    x.from_ - timedelta(days=x.version * 9) if x.version % 2 else None
                ),
            },
        ),
        statements=[s for e in entries for s in e.statements],
        rates=rates,
        observations=observation_table(said_in(entries)),
    )


def rates_of(on: date) -> tuple[Rate, ...]:
    """The rates, and the same again of a later day."""
    return (*RATES, *(replace(rate, on=on) for rate in RATES if on > rate.on))


def ends_in(entries: Sequence[Entry], on: date) -> dict[str, date]:
    """By source the latest day up to that one that any invoice or payment bears, as a store says."""
    found: dict[str, date] = {}
    for e in entries:
        days = [(i.source, i.issued_on) for i in e.ledger.invoices]
        days += [(p.source, p.paid_on) for p in e.ledger.payments]
        for source, day in days:
            if day <= on:
                found[source] = max(day, found.get(source, day))
    return found


def said_in(entries: Sequence[Entry]) -> list[Observation]:
    """All that was said, what concerns several customers once, in its order."""
    return list({id(o): o for e in entries for o in e.said}.values())


def book_of(entries: Sequence[Entry], rates: Sequence[Rate] = RATES) -> Book:
    return build(raw_of(entries, rates))


_DOCUMENT = {
    "customer_id": lambda d: d.customer,
    "source": lambda d: d.source,
    "document": lambda d: d.document,
    "amount_minor": lambda d: d.amount.minor,
    "amount_currency": lambda d: d.amount.currency,
}
_TYPES = {
    "amount_minor": pa.int64(),
    "requested_minor": pa.int64(),
    "terms_days": pa.int64(),
    "version": pa.int64(),
    "disputed": pa.bool_(),
    **dict.fromkeys(
        (
            *("issued_on", "due_on", "paid_on", "ordered_on", "onboarded_on"),
            *("from_day", "until_day", "changed_day", "cut_day"),
            *("disputed_on", "dispute_settled_on", "closed_on"),
        ),
        pa.date32(),
    ),
}


def _table(things, columns) -> pa.Table:
    return pa.table(
        {
            name: pa.array([get(thing) for thing in things], _TYPES.get(name, pa.string()))
            for name, get in columns.items()
        }
    )
