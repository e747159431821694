"""A generated portfolio: invented customers and ledgers, written as files that can be imported.

Nothing in these files is about a real company; everything that looks like one
comes from word lists and dice.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import IO

from creditflow.sources.generated.accounts import Account, account
from creditflow.sources.generated.behaviour import Kind
from creditflow.sources.generated.groups import Groups
from creditflow.sources.generated.observations import market_views, observations
from creditflow.sources.generated.profiles import Profile, profiles
from creditflow.sources.generated.rates import rates
from creditflow.sources.generated.statements import statements

__all__ = ["COLUMNS", "GeneratedFiles", "Kind", "kinds", "write_portfolio"]

_FIGURES = (
    "revenue", "cost_of_sales", "ebit", "interest_expense", "net_profit", "total_assets",
    "current_assets", "cash", "inventory", "receivables", "total_liabilities",
    "current_liabilities", "equity", "retained_earnings", "operating_cash_flow",
)  # fmt: skip

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "groups": ("id", "name", "name_en", "parent", "limit", "currency", "from"),
        "customers": ("customer", "name", "name_en", "country", "currency", "language", "email",
                      "sector", "region", "group", "group_name", "onboarded_on", "terms_days",
                      "registration_no", "requested_limit", "current_limit",
                      "current_limit_from", "owner"),
        "invoices": ("customer", "document", "type", "issued_on", "due_on", "amount", "currency",
                     "disputed"),
        "payments": ("customer", "document", "paid_on", "amount", "currency", "invoice"),
        "orders": ("customer", "document", "ordered_on", "expected_on", "amount", "currency",
                   "status"),
        "statements": ("customer", "period_end", "months", "currency", "audited", *_FIGURES),
        "rates": ("date", "currency", "base", "rate", "source"),
        "signals": ("customer", "sector", "country", "signal", "observed_on", "value", "scale",
                    "provider", "valid_until"),
    }
)  # fmt: skip
"""The columns of each file, by the file's name without `.csv`."""

_Row = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class GeneratedFiles:
    """Where the files of a generated portfolio are, and how many rows each has."""

    folder: Path
    groups: Path
    customers: Path
    invoices: Path
    payments: Path
    orders: Path
    statements: Path
    rates: Path
    signals: Path
    counts: Mapping[str, int]
    """Rows without the header, by the file's name without `.csv`."""


def write_portfolio(
    folder: Path, *, customers: int = 300, months: int = 24, until: date, seed: int = 1
) -> GeneratedFiles:
    """Write an invented portfolio as eight UTF-8 CSV files into `folder`, which is made if missing.

    The ledger covers the last `months` calendar months and ends on `until`. The
    same arguments give the same bytes. Amounts are in the currency of the row's
    customer, with two decimals. Rows are written customer by customer, so the
    size of the book costs time but hardly memory. The first twelve customers are
    of all kinds. Raises ValueError for less than one customer or month.
    """
    if customers < 1 or months < 1:
        raise ValueError(
            f"a portfolio has at least 1 customer and 1 month, not {customers} and {months}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.csv" for name in COLUMNS}
    with ExitStack() as stack:
        files = {
            name: _Table(stack.enter_context(path.open("w", encoding="utf-8", newline="")), name)
            for name, path in paths.items()
        }
        groups = Groups(until)
        for profile in profiles(customers=customers, months=months, until=until, seed=seed):
            groups.meet(profile)
            files["customers"].add([_customer_row(profile)])
            _add_ledger(files, profile, account(profile, months=months, until=until, seed=seed))
            files["statements"].add(_statement_rows(profile, until, seed))
            files["signals"].add(observations(profile, until=until, seed=seed))
        files["rates"].add(
            (on.isoformat(), currency, "EUR", rate, "generated")
            for on, currency, rate in rates(months=months, until=until, seed=seed)
        )
        files["groups"].add(groups.rows())
        files["signals"].add(market_views(until=until, seed=seed))
        counts = {name: table.rows for name, table in files.items()}
    return GeneratedFiles(folder, **paths, counts=MappingProxyType(counts))


def kinds(
    *, customers: int = 300, months: int = 24, until: date, seed: int = 1
) -> Mapping[str, Kind]:
    """The hidden truth behind the files of the same arguments: what kind each customer id is."""
    book = profiles(customers=customers, months=months, until=until, seed=seed)
    return {profile.customer: profile.kind for profile in book}


class _Table:
    """One CSV file that grows, with its header and a count of its rows."""

    __slots__ = ("_writer", "rows")

    def __init__(self, file: IO[str], name: str) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(COLUMNS[name])
        self.rows = 0

    def add(self, rows: Iterable[_Row]) -> None:
        for row in rows:
            self._writer.writerow(row)
            self.rows += 1


def _customer_row(p: Profile) -> _Row:
    return (
        p.customer, p.name.name, p.name.name_en, p.country, p.currency, p.language,
        f"finance@{p.name.slug}.example", p.sector, p.region,
        p.group.group_id if p.group else "", p.group.name if p.group else "",
        p.onboarded_on.isoformat(), p.terms_days, p.registration_no,
        _amount(p.requested_limit), _amount(p.current_limit),
        p.current_limit_from.isoformat() if p.current_limit_from else "", p.owner,
    )  # fmt: skip


def _add_ledger(files: Mapping[str, _Table], p: Profile, book: Account) -> None:
    who, currency = p.customer, p.currency
    files["invoices"].add(
        (who, b.document, b.type.value, b.issued_on.isoformat(), b.due_on.isoformat(),
         _amount(b.amount), currency, "yes" if b.disputed else "no")
        for b in book.bills
    )  # fmt: skip
    files["payments"].add(
        (who, r.document, r.paid_on.isoformat(), _amount(r.amount), currency, r.invoice)
        for r in book.receipts
    )
    files["orders"].add(
        (who, o.document, o.ordered_on.isoformat(), o.expected_on.isoformat(),
         _amount(o.amount), currency, o.status.value)
        for o in book.purchases
    )  # fmt: skip


def _statement_rows(p: Profile, until: date, seed: int) -> Iterable[_Row]:
    for period_end, audited, figures in statements(p, until=until, seed=seed):
        amounts = (figures[name] for name in _FIGURES)
        given = ("" if units is None else f"{units}.00" for units in amounts)
        yield (p.customer, period_end.isoformat(), 12, p.currency, audited, *given)


def _amount(minor: int | None) -> str:
    """Plain decimal text of an amount of zero or more; empty for None."""
    return "" if minor is None else f"{minor // 100}.{minor % 100:02d}"
