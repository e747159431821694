"""The demo's project: a limit for it that was asked for and decided, and documents that use it."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import islice

from creditflow.approvals.board import board_of
from creditflow.approvals.deciding import decide
from creditflow.bootstrap import App
from creditflow.cli.words import _
from creditflow.domain.added_limits import AddedKind, Consumption
from creditflow.domain.case import CaseState
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.errors import Problem
from creditflow.domain.ledger import Invoice, Ledger, Order
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money, total
from creditflow.ports import Work
from creditflow.services.asking import Wish, request_review
from creditflow.services.granting import granted_by

GOOD = "ABCD"
"""Grades to which the delivered policy gives more credit where it is needed."""

MOST_TRIES = 5
MOST_INVOICES = 3
COVERED = Fraction(3, 4)
"""How much of what the project owes its limit covers; the rest shows the order of consumption."""


@dataclass(frozen=True, slots=True)
class Site:
    """A customer, and those of its open documents that turn out to be for the project."""

    customer: CustomerId
    invoices: tuple[Invoice, ...]
    orders: tuple[Order, ...]
    amount: Money


def grant_project(app: App) -> CustomerId | None:
    """Sales ask, approvers decide, documents name the project; whose it is, if anybody's."""
    with app.reading() as work:
        sites = list(islice(_sites(work), MOST_TRIES))
    for site in sites:
        if _granted(_asked(site, app), app):
            _name_project(site, app)
            return site.customer
    return None


def _sites(work: Work) -> Iterator[Site]:
    """Customers of a good grade who have a limit and open invoices."""
    for customer in work.customers.ids():
        limit, evaluation = work.limits.current(customer), work.evaluations.latest(customer)
        is_good = evaluation is not None and evaluation.grade.value in GOOD
        if not is_good or limit is None or limit.state is not LimitState.AMOUNT:
            continue
        site = _site(work.customers.get(customer), work.ledger.of(customer))
        if site is not None and work.cases.open_of(customer) is None:
            yield site


def _site(customer: Customer, ledger: Ledger) -> Site | None:
    open_ = [item for item in ledger.items() if not item.is_settled and not item.paid]
    invoices = tuple(item.invoice for item in open_[-MOST_INVOICES:])
    orders = ledger.open_orders()
    amounts = [*(x.amount for x in invoices), *(x.amount for x in orders)]
    if not invoices or {x.currency for x in amounts} != {customer.currency}:
        return None
    owed = total(amounts, customer.currency)
    amount = owed.times(COVERED).rounded_down(Money.of(1_000, customer.currency))
    return Site(customer.id, invoices, orders, amount) if amount else None


def _asked(site: Site, app: App) -> str:
    at = app.now()
    on = app.business_date(at)
    wish = Wish(
        site.amount,
        _("Three quarters of the deliveries for the tower; the rest fits under the general limit."),
        AddedKind.PROJECT,
        on,
        on + timedelta(days=400),
        _project(),
        Consumption.OWN_FIRST,
    )
    with app.work() as work:
        sales = work.people.get("sales.chen")
        return request_review(site.customer, wish, by=sales, at=at, on=on, work=work).id


def _project() -> str:
    return _("Riverside tower")


def _granted(case: str, app: App) -> bool:
    """Carry the case on, with a person's decision at every desk; whether it became a limit."""
    while app.advance(case).state is CaseState.AWAITING:
        if not _decided(case, app):
            return False
    with app.reading() as work:
        return granted_by(work.cases.get(case), work) is not None


def _decided(case: str, app: App) -> bool:
    """Let the first who may decide it agree to what is proposed."""
    with app.reading() as work:
        people = work.people.all()
    for person in people:
        try:
            with app.work() as work:
                known = work.cases.get(case)
                board = board_of(known, work.proposals.get(known.proposal_id or ""), work)
                at = app.now()
                verdict = Verdict(Say.APPROVE, board.seen, _("The contract was seen."))
                decide(
                    case, verdict, by=person, key=f"{case}:{known.stage}:{person.id}", at=at,
                    on=app.business_date(at), work=work,
                )  # fmt: skip
        except Problem:
            continue
        return True
    return False


def _name_project(site: Site, app: App) -> None:
    """Hand the same documents in once more, now with their project."""
    invoices = [
        {"customer": i.customer, "document": i.document, "type": i.type.value,
         "issued_on": i.issued_on, "due_on": i.due_on, "amount": i.amount.major,
         "currency": i.amount.currency, "disputed": "yes" if i.disputed else "no"}
        for i in site.invoices
    ]  # fmt: skip
    orders = [
        {"customer": o.customer, "document": o.document, "ordered_on": o.ordered_on,
         "expected_on": o.expected_on, "amount": o.amount.major,
         "currency": o.amount.currency, "status": o.status.value}
        for o in site.orders
    ]  # fmt: skip
    _hand_in("invoices", invoices, app)
    if orders:
        _hand_in("orders", orders, app)


def _hand_in(kind: str, rows: Sequence[Mapping[str, object]], app: App) -> None:
    file = io.StringIO()
    writer = csv.DictWriter(file, [*rows[0], "project"])
    writer.writeheader()
    writer.writerows({**row, "project": _project()} for row in rows)
    app.hand_in(file.getvalue().encode(), f"project-{kind}.csv", kinds=[kind], by="demo")
