"""A ledger of invoices in columns, and what was known of each customer on a day.

Nothing later than the day is looked at: an invoice counts from its issue, a
payment from its day, a month's revenue from its month. `features` is the plain
table that a team of data scientists would put together; all of them go
through the same training as the signals of the catalogue.
"""

import calendar
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Wholes = npt.NDArray[np.int64]
MASTER = ("FLAG_PF", "SEGMENTO_INDUSTRIAL", "DOMINIO_EMAIL", "PORTE")
WINDOWS = (30, 90, 180, 365)


@dataclass
class Receivables:
    """Invoices by column (days as ordinals), master data and monthly figures by customer."""

    ids: list[str]
    customer: Wholes
    issued: Wholes
    due: Wholes
    paid: Wholes
    amount: Numbers
    rate: Numbers
    master: list[Mapping[str, str]]
    months: list[list[tuple[int, float, float]]]

    def __len__(self) -> int:
        return len(self.ids)


def read(folder: Path) -> Receivables:
    """Read the three files of the data set."""
    rows = list(csv.DictReader((folder / "payments_dev.csv").open(encoding="utf-8")))
    ids = sorted({r["ID_CLIENTE"] for r in rows})
    place = {customer: i for i, customer in enumerate(ids)}
    master: list[Mapping[str, str]] = [{} for _ in ids]
    months: list[list[tuple[int, float, float]]] = [[] for _ in ids]
    for r in csv.DictReader((folder / "customers.csv").open(encoding="utf-8")):
        if r["ID_CLIENTE"] in place:
            master[place[r["ID_CLIENTE"]]] = r
    for r in csv.DictReader((folder / "monthly_info.csv").open(encoding="utf-8")):
        if r["ID_CLIENTE"] in place:
            month = _day(r["SAFRA_REF"] + "-01")
            figures = _number(r["RENDA_MES_ANTERIOR"]), _number(r["NO_FUNCIONARIOS"])
            months[place[r["ID_CLIENTE"]]].append((month, *figures))
    return Receivables(
        ids=ids,
        customer=np.array([place[r["ID_CLIENTE"]] for r in rows]),
        issued=np.array([_day(r["DATA_EMISSAO_DOCUMENTO"]) for r in rows]),
        due=np.array([_day(r["DATA_VENCIMENTO"]) for r in rows]),
        paid=np.array([_day(r["DATA_PAGAMENTO"]) for r in rows]),
        amount=np.array([_number(r["VALOR_A_PAGAR"]) for r in rows]),
        rate=np.array([_number(r["TAXA"]) for r in rows]),
        master=master,
        months=[sorted(found) for found in months],
    )


def _day(text: str) -> int:
    """An ordinal; a bill without a payment date is not paid."""
    return date.fromisoformat(text).toordinal() if text else date.max.toordinal()


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def month_ends(first: tuple[int, int], last: tuple[int, int]) -> list[int]:
    """The last days of these months and all between them, as ordinals."""
    found, (year, month) = [], first
    while (year, month) <= last:
        found.append(date(year, month, calendar.monthrange(year, month)[1]).toordinal())
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def performing(book: Receivables, day: int, late: int) -> npt.NDArray[np.bool_]:
    """Customers with an invoice of the last 180 days and none open that is so late already."""
    known = book.issued <= day
    active, behind = np.zeros((2, len(book)), dtype=np.bool_)
    active[book.customer[known & (book.issued > day - 180)]] = True
    behind[book.customer[known & (book.paid > day) & (day - book.due >= late)]] = True
    return active & ~behind


def turns_bad(book: Receivables, day: int, late: int, within: int) -> npt.NDArray[np.bool_]:
    """Customers of whom an invoice becomes so late after the day and within so many days."""
    reaches = book.due + late
    bad = np.zeros(len(book), dtype=np.bool_)
    bad[book.customer[(reaches > day) & (reaches <= day + within) & (book.paid >= reaches)]] = True
    return bad


class Known:
    """The invoices as they were known at the end of a day, and sums by customer over them."""

    def __init__(self, book: Receivables, day: int) -> None:
        known = book.issued <= day
        self.day, self.size = day, len(book)
        self.customer, self.issued = book.customer[known], book.issued[known]
        self.due, self.rate = book.due[known], book.rate[known]
        amount = book.amount[known]
        typical = np.nanmedian(amount) if len(amount) else 0.0
        self.amount = np.where(np.isnan(amount), typical, amount)
        self.open = book.paid[known] > day
        self.ended = np.where(self.open, day, book.paid[known])
        self.late = np.maximum(0, self.ended - self.due).astype(np.float64)
        self.overdue = self.open & (day > self.due)

    def total(self, rows: npt.NDArray[np.bool_], what: Numbers | None = None) -> Numbers:
        """How many rows each customer has, or the sum of something over them."""
        weights = None if what is None else what[rows]
        return np.bincount(self.customer[rows], weights, minlength=self.size).astype(np.float64)

    def highest(self, rows: npt.NDArray[np.bool_], what: Numbers) -> Numbers:
        """The highest value per customer; unknown where there are no rows."""
        found = np.full(self.size, -np.inf)
        np.maximum.at(found, self.customer[rows], what[rows])
        return np.where(np.isinf(found), np.nan, found)

    def last(self, what: Numbers, order: Wholes) -> Numbers:
        """The value of each customer's row that comes last in that order."""
        place = np.full(self.size, -1)
        place[self.customer[order]] = order
        return np.where(place >= 0, what[place] if len(what) else np.nan, np.nan)


def ratio(part: Numbers, whole: Numbers) -> Numbers:
    """Part by whole; unknown where the whole is not above zero."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def features(book: Receivables, day: int) -> dict[str, npt.NDArray[np.generic]]:
    """Every column for every customer, as known at the end of that day."""
    known = Known(book, day)
    found: dict[str, npt.NDArray[np.generic]] = dict(_open_items(known))
    found |= dict(_lateness(known))
    found |= dict(_trade(known))
    found |= dict(_company(book, known))
    return found


def _open_items(k: Known) -> Iterator[tuple[str, Numbers]]:
    balance, age = k.total(k.open, k.amount), (k.day - k.due).astype(np.float64)
    yield "open_items", k.total(k.open)
    yield "max_dpd", np.nan_to_num(np.maximum(0, k.highest(k.open, age)))
    yield "overdue_items", k.total(k.overdue)
    yield "overdue_share", np.where(balance > 0, ratio(k.total(k.overdue, k.amount), balance), 0)
    yield "overdue_items_5", k.total(k.open & (age >= 5))
    yield "overdue_items_15", k.total(k.open & (age >= 15))
    yield "overdue_days", k.total(k.overdue, k.late)
    for ahead in (30, 60):
        yield f"due_within_{ahead}", k.total(k.open & (k.due > k.day) & (k.due <= k.day + ahead))
    yield "due_later", k.total(k.open & (k.due > k.day))
    yield "open_amount", balance
    whole = np.ones(len(k.due), dtype=np.bool_)
    yield "open_to_average", ratio(balance, ratio(k.total(whole, k.amount), k.total(whole)))
    yield "open_to_highest", ratio(balance, k.highest(whole, k.amount))
    for late in (15, 30, 60):
        yield f"rolling_to_{late}", _rolling(k, age, late)


def _rolling(k: Known, age: Numbers, late: int) -> Numbers:
    """The probability that an item open now becomes so late, as often as others did so far."""
    seen, doubt = k.due + late <= k.day, np.zeros(k.size)
    for low, high in ((1, 2), (2, 4), (4, 8), (8, 15), (15, 22), (22, 30), (30, 45), (45, 60)):
        if low >= late:
            break
        reached = seen & (k.ended - k.due >= low)
        rolled = ((k.late >= late) & reached).sum() + 0.5
        survival = -np.log1p(-min(rolled / (reached.sum() + 1.5), 0.95))
        doubt += survival * k.total(k.open & (age >= low) & (age < min(high, late)))
    return 1 - np.exp(-doubt)


def _lateness(k: Known) -> Iterator[tuple[str, Numbers]]:
    for window in WINDOWS:
        settled = ~k.open & (k.ended > k.day - window)
        judged = settled | k.overdue
        count = k.total(judged)
        yield f"days_late_{window}", ratio(k.total(judged, k.late), count)
        yield f"days_late_capped_{window}", ratio(k.total(judged, np.minimum(k.late, 30)), count)
        yield f"worst_{window}", k.highest(judged, k.late)
        yield f"on_time_{window}", ratio(k.total(judged & (k.late == 0)), count)
        weighted = ratio(k.total(judged, k.late * k.amount), k.total(judged, k.amount))
        yield f"days_beyond_terms_{window}", weighted
        yield f"settled_{window}", k.total(settled)
        for late in (3, 5, 10, 15, 30):
            yield f"share_late_{late}_{window}", ratio(k.total(judged & (k.late >= late)), count)
            yield f"late_{late}_{window}", k.total(judged & (k.late >= late))
        early = np.minimum(np.where(k.open, 0, k.ended - k.due), 0).astype(np.float64)
        yield f"days_early_{window}", ratio(k.total(settled, early), k.total(settled))
    for late in (1, 5, 15, 30):
        was = (k.late >= late) & (k.due + late <= k.day)
        yield f"since_late_{late}", k.day - k.highest(was, (k.due + late).astype(np.float64))
        yield f"ever_late_{late}", k.total(was)
    for half in (45, 120):
        weight = np.where(~k.open | k.overdue, 0.5 ** ((k.day - k.ended) / half), 0)
        every = np.ones(len(k.due), dtype=np.bool_)
        fading = k.total(every, weight * np.minimum(k.late, 60))
        yield f"fading_days_late_{half}", ratio(fading, k.total(every, weight))
        yield (
            f"fading_late_5_{half}",
            ratio(k.total(every, weight * (k.late >= 5)), k.total(every, weight) + 1),
        )
    settled_rows = np.flatnonzero(~k.open)
    by_payment = settled_rows[np.argsort(k.ended[settled_rows], kind="stable")]
    yield "last_days_late", k.last(k.late, by_payment)


def _trade(k: Known) -> Iterator[tuple[str, Numbers]]:
    every = np.ones(len(k.due), dtype=np.bool_)
    issued = k.issued.astype(np.float64)
    yield "since_first", k.day + k.highest(every, -issued)
    yield "since_last", k.day - k.highest(every, issued)
    yield "invoices", k.total(every)
    yield "average_amount", ratio(k.total(every, k.amount), k.total(every))
    yield "highest_amount", k.highest(every, k.amount)
    for window in WINDOWS:
        yield f"issued_{window}", k.total(k.issued > k.day - window)
        yield f"amount_{window}", k.total(k.issued > k.day - window, k.amount)
    quarter, month = k.issued > k.day - 90, k.issued > k.day - 30
    year = k.total(k.issued > k.day - 365, k.amount)
    yield "amount_trend", ratio(k.total(quarter, k.amount), year)
    yield "orders_trend", ratio(k.total(month), k.total(quarter))
    terms = (k.due - k.issued).astype(np.float64)
    yield "terms_average", ratio(k.total(every, terms), k.total(every))
    yield "terms_90", ratio(k.total(quarter, terms), k.total(quarter))
    yield "terms_longest_90", k.highest(quarter, terms)
    rated = ~np.isnan(k.rate)
    rate = np.where(rated, k.rate, 0)
    yield "rate_average", ratio(k.total(rated, rate), k.total(rated))
    yield "rate_90", ratio(k.total(rated & quarter, rate), k.total(rated & quarter))
    yield "rate_highest", k.highest(rated, rate)
    order = np.argsort(k.issued, kind="stable")
    yield "rate_last", k.last(k.rate, order)
    yield "amount_last", k.last(k.amount, order)
    yield "terms_last", k.last(terms, order)


def _company(book: Receivables, k: Known) -> Iterator[tuple[str, npt.NDArray[np.generic]]]:
    registered, revenue, staff, growth, hiring = np.full((5, k.size), np.nan)
    for i, (master, months) in enumerate(zip(book.master, book.months, strict=True)):
        if master.get("DATA_CADASTRO"):
            registered[i] = k.day - date.fromisoformat(master["DATA_CADASTRO"]).toordinal()
        seen = [month for month in months if month[0] <= k.day]
        revenue[i], growth[i] = _level_and_growth([m[1] for m in seen if m[1] == m[1]])
        staff[i], hiring[i] = _level_and_growth([m[2] for m in seen if m[2] == m[2]])
    yield "registered_days", np.where(registered >= 0, registered, np.nan)
    yield "revenue", revenue
    yield "employees", staff
    yield "revenue_growth", growth
    yield "staff_growth", hiring
    yield "purchases_to_revenue", ratio(k.total(k.issued > k.day - 90, k.amount) / 3, revenue)
    yield "open_to_revenue", ratio(k.total(k.open, k.amount), revenue)
    yield "revenue_per_head", ratio(revenue, staff)
    for name in MASTER:
        words = [master.get(name) or None for master in book.master]
        yield name.lower(), np.array(words, dtype=object)
        yield f"{name.lower()}_peers", _peers(k, words)


def _level_and_growth(values: list[float]) -> tuple[float, float]:
    level = values[-1] if values else np.nan
    if len(values) <= 3:
        return level, np.nan
    return level, float(np.log((level + 1) / (np.mean(values[-7:-1]) + 1)))


def _peers(k: Known, words: list[str | None]) -> Numbers:
    """How often the others of the same word paid five and more days late within a year."""
    judged = (~k.open & (k.ended > k.day - 365)) | k.overdue
    late, count = k.total(judged & (k.late >= 5)), k.total(judged)
    usual = (late.sum() + 1) / (count.sum() + 20)
    _, group = np.unique([word or "" for word in words], return_inverse=True)
    all_late, all_count = np.bincount(group, late)[group], np.bincount(group, count)[group]
    return np.asarray((all_late - late + 50 * usual) / (all_count - count + 50))
