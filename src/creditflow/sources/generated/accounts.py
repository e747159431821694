"""Accounts: what each invented customer ordered, was invoiced and paid, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from creditflow.domain.ledger import InvoiceType, OrderStatus
from creditflow.sources.generated.behaviour import PERMILLE, Kind, progress
from creditflow.sources.generated.business_days import (
    PayRun,
    business_day,
    first_of_month,
    last_of_month,
    pay_day,
)
from creditflow.sources.generated.dice import Dice
from creditflow.sources.generated.profiles import Profile
from creditflow.sources.generated.words import SEASONS

_LEDGER_STREAM = 1 << 31  # keeps these dice apart from those that made the profile
_ROUND_SUM = 1_000_000  # minor units: 10,000
_LEAST_INVOICE = 20_000  # minor units: nobody invoices less than 200
_RUNS = ((PayRun.DAILY, 50), (PayRun.FRIDAYS, 30), (PayRun.TWICE_A_MONTH, 20))
_PAYS_BEFORE_DUE = {Kind.PROMPT, Kind.SEASONAL, Kind.GROWING, Kind.NEW_GOOD}


class Bill(NamedTuple):
    """An invoice or credit note; the amount is in minor units and positive."""

    document: str
    type: InvoiceType
    issued_on: date
    due_on: date
    amount: int
    disputed: bool


class Receipt(NamedTuple):
    """A payment; `invoice` is empty for one on account."""

    document: str
    paid_on: date
    amount: int
    invoice: str


class Purchase(NamedTuple):
    """An order."""

    document: str
    ordered_on: date
    expected_on: date
    amount: int
    status: OrderStatus


@dataclass(slots=True)
class Account:
    """One customer's documents, each list in the order of its dates."""

    bills: list[Bill] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Span:
    start: date
    until: date

    def at(self, day: date) -> int:
        """How far the day lies in the history, in permille."""
        days = max((self.until - self.start).days, 1)
        return min(max((day - self.start).days * PERMILLE // days, 0), PERMILLE)


def account(profile: Profile, *, months: int, until: date, seed: int) -> Account:
    """The documents of the customer from the last `months` calendar months, none after `until`."""
    dice = Dice(seed, profile.number + _LEDGER_STREAM)
    span = _Span(first_of_month(until, months - 1), until)
    run = dice.weighted(_RUNS)
    result = Account()
    if not (profile.kind is Kind.NEW_THIN and dice.chance(55)):
        result.bills.extend(_bills(dice, profile, span, months))
    paid: list[tuple[date, int, str]] = []
    for bill in result.bills:
        paid.extend(_settle(dice, profile, bill, span, run))
    paid.sort()
    result.receipts.extend(
        Receipt(f"PY{profile.number:05d}-{n:04d}", *row) for n, row in enumerate(paid, start=1)
    )
    _add_loose_ends(dice, profile, result, until)
    result.purchases.extend(_purchases(dice, profile, result.bills, until))
    return result


def _bills(dice: Dice, profile: Profile, span: _Span, months: int) -> Iterator[Bill]:
    rows: list[tuple[date, int]] = []
    first_day = max(span.start, profile.onboarded_on + timedelta(days=3))
    for ago in range(months - 1, -1, -1):
        month = first_of_month(span.until, ago)
        last = last_of_month(month)
        if last < first_day:
            continue
        sales = _sales(dice, profile, month, span.at(month))
        count = max(1, profile.per_month + dice.between(-1, 1))
        shares = [dice.between(45, 155) for _ in range(count)]
        for share in shares:
            issued = business_day(month + timedelta(days=dice.below(last.day)))
            if first_day <= issued <= span.until:
                rows.append((issued, max(sales * share // sum(shares), _LEAST_INVOICE)))
    rows.sort()
    for n, (issued, amount) in enumerate(rows, start=1):
        yield Bill(
            f"IN{profile.number:05d}-{n:04d}", InvoiceType.INVOICE, issued,
            issued + timedelta(days=profile.terms_days), amount + dice.below(100),
            dice.chance(profile.behaviour.disputed),
        )  # fmt: skip


def _sales(dice: Dice, profile: Profile, month: date, at: int) -> int:
    """Sales of a month in minor units: usual sales by trend, season and a little chance."""
    behaviour = profile.behaviour
    usual = SEASONS[profile.sector][month.month - 1]
    season = max(8, 100 + (usual - 100) * behaviour.season // 100)
    level = progress(*behaviour.level, 0, at)
    return profile.monthly * level * season // (PERMILLE * 100) * dice.between(82, 118) // 100


def _settle(
    dice: Dice, profile: Profile, bill: Bill, span: _Span, run: PayRun
) -> Iterator[tuple[date, int, str]]:
    """The payments of an invoice that arrived until the end of the history."""
    behaviour = profile.behaviour
    at = span.at(bill.due_on)
    never = at > behaviour.turn and dice.chance(behaviour.unpaid)
    target = bill.due_on + timedelta(days=_days_late(dice, profile, bill, at))
    parted = dice.chance(25 if never else behaviour.parted)
    step = -1 if profile.kind in _PAYS_BEFORE_DUE and not bill.disputed else 1
    paid_on = _after(bill.issued_on, target, run, step)
    rest = bill.amount
    if parted:
        part = rest * dice.between(35, 70) // 100
        # Who has little money pays round sums.
        if never and part > _ROUND_SUM:
            part -= part % _ROUND_SUM
        rest -= part
        if paid_on <= span.until:
            yield paid_on, part, bill.document
        paid_on = _after(paid_on, paid_on + timedelta(days=dice.between(9, 35)), run, 1)
    if not never and paid_on <= span.until:
        yield paid_on, rest, bill.document


def _after(day: date, target: date, run: PayRun, step: int) -> date:
    """The pay run at the target, but never on or before `day`."""
    paid_on = pay_day(max(target, day + timedelta(days=1)), run, step)
    return paid_on if paid_on > day else pay_day(day + timedelta(days=1), run, 1)


def _days_late(dice: Dice, profile: Profile, bill: Bill, at: int) -> int:
    behaviour = profile.behaviour
    late = dice.around(progress(*behaviour.late, behaviour.turn, at), behaviour.spread)
    if dice.chance(4):  # a lost invoice, a holiday, a signature that was missing
        late += dice.between(6, 28)
    if bill.disputed:
        late += dice.between(18, 75)
    due = (bill.due_on.month, bill.due_on.day)
    spring_festival = profile.country == "CN" and (1, 20) <= due <= (2, 25)
    if spring_festival and profile.kind is not Kind.PROMPT:
        late += dice.between(0, 10)
    return late


def _add_loose_ends(dice: Dice, profile: Profile, book: Account, until: date) -> None:
    """A credit note here and a payment on account there: recent, so not yet set against invoices.

    Older ones would have been set against an invoice long ago and are no longer on their own.
    """
    if not book.bills:
        return
    if profile.number % 12 == 6:  # noqa: PLR2004 - about one customer in twelve
        last = book.bills[-1]
        issued = min(business_day(last.issued_on + timedelta(days=dice.between(2, 12))), until)
        amount = last.amount * dice.between(2, 14) // 100 + dice.below(100)
        document = f"CN{profile.number:05d}-0001"
        book.bills.append(Bill(document, InvoiceType.CREDIT_NOTE, issued, issued, amount, False))
    if profile.number % 17 == 5:  # noqa: PLR2004 - about one customer in seventeen
        invoiced = sum(b.amount for b in book.bills if b.type is InvoiceType.INVOICE)
        still_open = invoiced - sum(r.amount for r in book.receipts)
        amount = still_open * dice.between(10, 45) // 100
        latest = book.receipts[-1].paid_on if book.receipts else book.bills[0].issued_on
        paid_on = business_day(until - timedelta(days=dice.between(1, 18)), -1)
        if amount >= _LEAST_INVOICE:
            document = f"PY{profile.number:05d}-{len(book.receipts) + 1:04d}"
            book.receipts.append(Receipt(document, max(paid_on, latest), amount, ""))


def _purchases(dice: Dice, profile: Profile, bills: list[Bill], until: date) -> Iterator[Purchase]:
    """Orders behind the invoices of the last 90 days, a few cancelled ones, and what is open."""
    rows: list[tuple[date, date, int, OrderStatus]] = []
    for bill in bills:
        if bill.type is InvoiceType.INVOICE and (until - bill.issued_on).days <= 90:  # noqa: PLR2004
            ordered = business_day(bill.issued_on - timedelta(days=dice.between(5, 24)), -1)
            expected = bill.issued_on + timedelta(days=dice.between(-4, 3))
            since = max(ordered, profile.onboarded_on)
            rows.append((since, max(expected, since), bill.amount, OrderStatus.DELIVERED))
    now = profile.monthly * profile.behaviour.level[1] // PERMILLE
    for status, count in (
        (OrderStatus.OPEN, _open_orders(dice, profile)),
        (OrderStatus.CANCELLED, 1 if dice.chance(9) else 0),
    ):
        for _ in range(count):
            back = dice.between(0, 30) if status is OrderStatus.OPEN else dice.between(20, 85)
            ordered = business_day(until - timedelta(days=back), -1)
            expected = business_day(until + timedelta(days=dice.between(2, 42) - back // 3))
            amount = max(now * dice.between(14, 52) // 100, _LEAST_INVOICE) + dice.below(100)
            since = max(ordered, profile.onboarded_on)
            rows.append((since, max(expected, since), amount, status))
    rows.sort(key=lambda row: (row[0], row[2]))
    for n, row in enumerate(rows, start=1):
        yield Purchase(f"OR{profile.number:05d}-{n:04d}", *row)


def _open_orders(dice: Dice, profile: Profile) -> int:
    if profile.kind.is_new:
        return dice.between(1, 2)
    if profile.kind is Kind.GROWING:
        return dice.between(2, 4)
    return dice.between(0, 1) if profile.kind is Kind.TROUBLE else dice.between(0, 3)
