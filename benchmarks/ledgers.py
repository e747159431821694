"""A ledger as large companies have it: few customers with thousands of invoices, most with a few.

Heavy-tailed invoices per customer (mean 20, one in twenty has none), eight
currencies, one to three payments an invoice, payments on account, credit notes,
disputes, invoices that are never paid, customers whose behaviour drifts. The
same seed gives the same ledger; documents are whole numbers in order of date,
as an export has them. Amounts are minor units.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from creditflow.domain.rates import Rate
from creditflow.portfolio.book import day_number

TODAY = date(2026, 3, 2)
ON = day_number(TODAY)
CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY", "KRW", "AUD")
SHARES = (0.55, 0.15, 0.12, 0.05, 0.05, 0.04, 0.02, 0.02)
PER_PIVOT = ("7.8512", "1.0843", "1", "0.8391", "8.4532", "163.21", "1478.35", "1.6604")
COUNTRIES = ("CN", "US", "DE", "GB", "HK", "JP", "KR", "AU")
SECTORS = ("machinery", "electronics", "chemicals", "textiles", "food", "construction", "retail")
DAYS = 1_095
FILES = ("customers", "invoices", "payments", "orders", "limits")


@dataclass(frozen=True)
class Raw:
    """The tables, in the columns of creditflow's database."""

    customers: pa.Table
    invoices: pa.Table
    payments: pa.Table
    orders: pa.Table
    limits: pa.Table

    def write(self, folder: Path) -> None:
        for name in FILES:
            pq.write_table(getattr(self, name), folder / f"{name}.parquet", compression="zstd")


def rates() -> list[Rate]:
    from decimal import Decimal

    return [
        Rate(currency, TODAY, Decimal(per), "generated")
        for currency, per in zip(CURRENCIES, PER_PIVOT, strict=True)
        if currency != "EUR"
    ]


def generate(customers: int, seed: int = 7, first: int = 1) -> Raw:
    """So many customers, numbered from `first`; documents are numbered from `first` times 1,000."""
    r = np.random.default_rng((seed, first))
    count = invoices_of(r, customers)
    total = int(count.sum())
    owner = np.repeat(np.arange(customers), count)
    currency = r.choice(len(CURRENCIES), customers, p=SHARES)
    issued = ON - r.integers(0, DAYS, total)
    order = np.argsort(issued, kind="stable")
    owner, issued = owner[order], issued[order]
    document = first * 10_000 + np.arange(total)
    size = r.lognormal(12.5, 1.2, customers)
    amount = np.maximum(1, size[owner] * r.lognormal(0, 0.7, total)).astype(np.int64)
    terms = r.choice([0, 15, 30, 45, 60, 90], customers, p=[0.05, 0.1, 0.4, 0.15, 0.2, 0.1])
    due = issued + terms[owner]
    note = r.random(total) < 0.02
    foreign = r.random(total) < 0.03
    spoken = np.where(foreign, r.choice(len(CURRENCIES), total, p=SHARES), currency[owner])
    tables = {
        "invoices": pa.table(
            {
                "customer_id": first + owner,
                "document": document,
                "type": words(note.astype(np.int8), ("invoice", "credit_note")),
                "issued_on": days(issued),
                "due_on": days(due),
                "amount_minor": amount,
                "amount_currency": words(spoken, CURRENCIES),
                "disputed": r.random(total) < 0.01,
            }
        ),
        "payments": payments(r, first, (owner, document, due, amount, spoken, note)),
        "customers": masters(r, first, customers, currency, terms),
        "orders": orders(r, first, customers, currency, size),
        "limits": limits(r, first, customers, currency, size),
    }
    return Raw(**tables)


def invoices_of(r: np.random.Generator, customers: int) -> np.ndarray:
    """How many invoices each customer has: lognormal with a Pareto tail."""
    body = r.lognormal(2.0, 1.15, customers)
    tail = np.where(r.random(customers) < 0.01, r.pareto(1.5, customers) * 120, 0)
    count = np.minimum(6_000, body * 1.36 + tail).astype(np.int64)
    count[r.random(customers) < 0.05] = 0
    return count


def payments(r, first, invoices) -> pa.Table:
    """One to three payments an invoice; some customers pay later and later, some never."""
    owner, document, due, amount, spoken, note = invoices
    habit = r.gamma(1.6, 7, owner.max() + 1)[owner] - 4
    drift = r.normal(0, 0.012, owner.max() + 1)[owner] * (due - (ON - DAYS))
    paid = due + np.rint(habit + drift + r.gamma(1.2, 6, len(owner)) - 4).astype(np.int64)
    never = (r.random(len(owner)) < 0.012) | note
    parts = 1 + (r.random(len(owner)) < 0.09) + (r.random(len(owner)) < 0.02)
    parts = np.where(never, 0, parts)
    row = np.repeat(np.arange(len(owner)), parts)
    part = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts)
    whole, of = amount[row], parts[row]
    share = np.where(part == of - 1, whole - whole // of * (of - 1), whole // of)
    charges = (r.random(len(row)) < 0.05) & (of == 1)
    share = np.where(charges, share - share // 200, share)
    when = paid[row] + 12 * part
    keep = when <= ON
    row, share, when = row[keep], np.maximum(share, 0)[keep], when[keep]
    loose = r.random(len(row)) < 0.01
    order = np.argsort(when, kind="stable")
    row, share, when, loose = row[order], share[order], when[order], loose[order]
    return pa.table(
        {
            "customer_id": first + owner[row],
            "document": first * 10_000 + np.arange(len(row)),
            "invoice": pa.array(document[row], mask=loose),
            "paid_on": days(when),
            "amount_minor": share,
            "amount_currency": words(spoken[row], CURRENCIES),
        }
    )


def masters(r, first, customers, currency, terms) -> pa.Table:
    onboarded = ON - r.integers(0, 3_000, customers)
    return pa.table(
        {
            "id": first + np.arange(customers),
            "currency": words(currency, CURRENCIES),
            "country": words(currency, COUNTRIES),
            "sector": words(r.integers(0, len(SECTORS), customers), SECTORS),
            "onboarded_on": pa.array(onboarded, mask=r.random(customers) < 0.1)
            .cast(pa.int32())
            .cast(pa.date32()),
            "terms_days": pa.array(terms, mask=r.random(customers) < 0.2),
        }
    )


def orders(r, first, customers, currency, size) -> pa.Table:
    owner = np.flatnonzero(r.random(customers) < 0.3)
    return pa.table(
        {
            "customer_id": first + owner,
            "document": first * 10_000 + np.arange(len(owner)),
            "ordered_on": days(ON - r.integers(0, 40, len(owner))),
            "amount_minor": np.maximum(1, size[owner] * 1.5).astype(np.int64),
            "amount_currency": words(currency[owner], CURRENCIES),
            "status": words((r.random(len(owner)) < 0.3).astype(np.int8), ("open", "delivered")),
        }
    )


def limits(r, first, customers, currency, size) -> pa.Table:
    owner = np.flatnonzero(r.random(customers) < 0.8)
    since = days(ON - r.integers(10, 700, len(owner)))
    return pa.table(
        {
            "customer_id": first + owner,
            "version": np.ones(len(owner), np.int64),
            "state": words(np.zeros(len(owner), np.int8), ("amount",)),
            "amount_minor": np.maximum(100, size[owner] * 6).astype(np.int64),
            "amount_currency": words(currency[owner], CURRENCIES),
            "from_day": since,
            "until_day": pa.nulls(len(owner), pa.date32()),
            "changed_day": since,
            "cut_day": pa.nulls(len(owner), pa.date32()),
        }
    )


def words(places: np.ndarray, of: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(places.astype(np.int8), pa.array(of))


def days(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers.astype(np.int32)).cast(pa.date32())
