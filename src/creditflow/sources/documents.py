"""Rows as domain values: what a customer, an invoice, a statement must say to be believed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from creditflow.domain.covers import Cover, Guarantee
from creditflow.domain.customer import LANGUAGES, Customer, CustomerId, LetterWay, Origin
from creditflow.domain.hand_in import HandedGroup, HandedRate, Kind, OpeningLimit
from creditflow.domain.ledger import Invoice, InvoiceType, Order, OrderStatus, Payment, Statement
from creditflow.domain.money import Money
from creditflow.domain.observation import Observation
from creditflow.domain.sentences import say
from creditflow.sources import words
from creditflow.sources.backing_rows import cover_of, guarantee_of
from creditflow.sources.balance import check_balance
from creditflow.sources.fields import CHOICES, FIGURES, MAY_BE_NEGATIVE
from creditflow.sources.group_rows import group_of
from creditflow.sources.mapping import KindMapping
from creditflow.sources.observation_rows import observation_of
from creditflow.sources.project_names import project_of
from creditflow.sources.rate_rows import rate_of
from creditflow.sources.rows import RowReader
from creditflow.sources.standing_rows import closed_of, dispute_of

LONGEST_TERMS = timedelta(days=1830)
MOST_TERMS_DAYS = 365
MOST_MONTHS = 24
_ENGLISH = "en"


@dataclass(slots=True)
class Found:
    """What the good rows of a file have given so far."""

    file_hash: str
    file_name: str
    source: str
    languages: Collection[str] = LANGUAGES
    groups: dict[str, HandedGroup] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    rates: list[HandedRate] = field(default_factory=list)
    signals: list[Observation] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    guarantees: list[Guarantee] = field(default_factory=list)
    limits: list[OpeningLimit] = field(default_factory=list)
    renamed: set[str] = field(default_factory=set)
    """Customers who stand in several rows that do not say the same."""

    def origin(self, row: RowReader) -> Origin:
        """Where this row comes from, as evidence."""
        return Origin(self.file_hash, self.file_name, row.line)


Keep = Callable[[], None]
"""Takes what was built into the hand-in, once the whole row has turned out to be good."""

Build = Callable[[RowReader, KindMapping, Found], Keep]
"""Builds a value from a row; problems are left with the row."""


def _group(row: RowReader, _: KindMapping, found: Found) -> Keep:
    handed = group_of(row, origin=found.origin(row), known=found.groups)
    return lambda: found.groups.update({handed.group.id: handed})


def _customer(row: RowReader, mapping: KindMapping, found: Found) -> Keep:
    currency = row.currency()
    limit = row.optional_money("current_limit", currency)
    from_ = row.optional_day("current_limit_from")
    if not row.failed and (limit is None) != (from_ is None):
        row.complain(
            "current_limit_from",
            say("A limit in force and the day from which it is in force belong together."),
            say("Fill in both cells or neither."),
        )
    customer = Customer(
        id=CustomerId(row.id("customer")),
        name=row.text("name"),
        currency=currency,
        country=row.code("country", words.country, "ZZ"),
        language=row.code("language", lambda x: words.language(x, found.languages), _ENGLISH),
        name_en=row.optional_text("name_en"),
        email=row.emails("email"),
        sector=row.optional_text("sector"),
        region=row.optional_text("region"),
        legal_entity=row.optional_id("legal_entity"),
        group=row.optional_id("group"),
        group_name=row.optional_text("group_name"),
        onboarded_on=row.optional_day("onboarded_on"),
        terms_days=row.optional_number("terms_days", least=0, most=MOST_TERMS_DAYS),
        registration_no=row.optional_id("registration_no"),
        requested_limit=row.optional_money("requested_limit", currency),
        owner=row.optional_text("owner"),
        origin=found.origin(row),
        letters_by=row.optional_code("letters_by", words.letters_by) or LetterWay.EMAIL,
    )
    opening = None
    if limit is not None and from_ is not None:
        opening = OpeningLimit(customer.id, limit, from_, customer.terms_days, row.line)
    first = found.customers.get(customer.id)
    if first is None or row.failed:
        return lambda: _keep_customer(found, customer, opening)
    return _again(row, mapping, found, first, customer)


def _keep_customer(found: Found, customer: Customer, opening: OpeningLimit | None) -> None:
    found.customers[customer.id] = customer
    if opening:
        found.limits.append(opening)


def _again(
    row: RowReader, mapping: KindMapping, found: Found, first: Customer, customer: Customer
) -> Keep:
    """A customer who stood in an earlier row already."""
    if mapping.options["repeated"] == "refuse":
        row.complain(
            "customer",
            say("The customer stands in line {line} already.", line=_line_of(first)),
            say("Keep one row for each customer."),
        )
    elif first.currency != customer.currency:
        row.complain(
            "currency",
            say(
                "The customer has {currency} in line {line}.",
                currency=first.currency,
                line=_line_of(first),
            ),
            say("A customer's limit is in one currency; use one customer number for each."),
        )
    elif first.name != customer.name:
        return lambda: found.renamed.add(customer.id)
    return _nothing


def _line_of(customer: Customer) -> int:
    return customer.origin.row if customer.origin else 0


def _nothing() -> None:
    """Nothing is to be kept."""


def _invoice(row: RowReader, mapping: KindMapping, found: Found) -> Keep:
    currency = row.currency()
    turns = mapping.options["negative_amount"] == "credit_note"
    amount = row.money("amount", currency, negative=turns)
    type_ = InvoiceType(row.choice("type", CHOICES["type"]) or "invoice")
    if amount.minor < 0:
        amount, type_ = -amount, InvoiceType.CREDIT_NOTE
    issued, due = row.day("issued_on"), row.day("due_on")
    _not_zero(row, amount)
    if not row.failed:
        _check_due(row, mapping, issued, due)
    disputed, since, settled = dispute_of(row, issued)
    invoice = Invoice(
        customer=CustomerId(row.id("customer")),
        document=row.id("document"),
        issued_on=issued,
        due_on=due,
        amount=amount,
        type=type_,
        disputed=disputed,
        project=project_of(row),
        source=found.source,
        origin=found.origin(row),
        disputed_on=since,
        dispute_settled_on=settled,
    )
    return lambda: found.invoices.append(invoice)


def _check_due(row: RowReader, mapping: KindMapping, issued: date, due: date) -> None:
    if due < issued:
        note = row.warn if mapping.options["due_before_issued"] == "warn" else row.complain
        note(
            "due_on",
            say("It was due before it was issued on {issued}.", issued=issued),
            say("Correct one of the two dates; check that day and month are in the right order."),
        )
    elif due - issued > LONGEST_TERMS:
        row.complain(
            "due_on",
            say("It is due more than five years after it was issued on {issued}.", issued=issued),
            say("Correct one of the two dates."),
        )


def _not_zero(row: RowReader, amount: Money) -> None:
    if not row.failed and not amount:
        row.complain(
            "amount",
            say("The amount is zero, so there is nothing to keep."),
            say("Remove the row, or correct the amount."),
        )


def _payment(row: RowReader, _: KindMapping, found: Found) -> Keep:
    amount = row.money("amount", row.currency())
    _not_zero(row, amount)
    payment = Payment(
        customer=CustomerId(row.id("customer")),
        document=row.id("document"),
        paid_on=row.day("paid_on"),
        amount=amount,
        invoice=row.optional_id("invoice"),
        source=found.source,
        origin=found.origin(row),
    )
    return lambda: found.payments.append(payment)


def _order(row: RowReader, _: KindMapping, found: Found) -> Keep:
    amount = row.money("amount", row.currency())
    _not_zero(row, amount)
    status = row.choice("status", CHOICES["status"])
    if status is None and not row.has("status"):
        row.complain("status", say("The cell is empty."), say("Fill it in; the row needs it."))
    ordered = row.day("ordered_on")
    order = Order(
        customer=CustomerId(row.id("customer")),
        document=row.id("document"),
        ordered_on=ordered,
        amount=amount,
        status=OrderStatus(status or "open"),
        expected_on=row.optional_day("expected_on"),
        project=project_of(row),
        source=found.source,
        origin=found.origin(row),
        closed_on=closed_of(row, status, ordered),
    )
    return lambda: found.orders.append(order)


def _statement(row: RowReader, _: KindMapping, found: Found) -> Keep:
    currency = row.currency()
    figures = {
        name: row.optional_money(name, currency, negative=name in MAY_BE_NEGATIVE)
        for name in FIGURES
    }
    if not row.failed:
        if all(figure is None for figure in figures.values()):
            row.complain(
                "revenue", say("The statement has no figure at all."), say("Fill in what is known.")
            )
        check_balance(row, figures["total_assets"], figures["total_liabilities"],
                       figures["equity"])  # fmt: skip
    statement = Statement(
        customer=CustomerId(row.id("customer")),
        period_end=row.day("period_end"),
        months=row.number("months", least=1, most=MOST_MONTHS),
        currency=currency,
        audited=row.yes_no("audited"),
        source=found.source,
        origin=found.origin(row),
        **figures,
    )
    return lambda: found.statements.append(statement)


def _rate(row: RowReader, _: KindMapping, found: Found) -> Keep:
    handed = rate_of(row, origin=found.origin(row))
    return lambda: found.rates.append(handed)


def _observation(row: RowReader, _: KindMapping, found: Found) -> Keep:
    observation = observation_of(row, source=found.source, origin=found.origin(row))
    return lambda: found.signals.append(observation)


def _cover(row: RowReader, _: KindMapping, found: Found) -> Keep:
    cover = cover_of(row, source=found.source, origin=found.origin(row))
    return lambda: found.covers.append(cover)


def _guarantee(row: RowReader, _: KindMapping, found: Found) -> Keep:
    guarantee = guarantee_of(row, source=found.source, origin=found.origin(row))
    return lambda: found.guarantees.append(guarantee)


BUILDERS: MappingProxyType[Kind, Build] = MappingProxyType(
    {
        Kind.GROUPS: _group,
        Kind.CUSTOMERS: _customer,
        Kind.INVOICES: _invoice,
        Kind.PAYMENTS: _payment,
        Kind.ORDERS: _order,
        Kind.STATEMENTS: _statement,
        Kind.RATES: _rate,
        Kind.SIGNALS: _observation,
        Kind.COVERS: _cover,
        Kind.GUARANTEES: _guarantee,
    }
)
"""How a row becomes a value of each kind."""
