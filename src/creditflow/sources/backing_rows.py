"""Rows of covers and guarantees: who answers for how much of a customer's debts, and until when."""

from datetime import date

from creditflow.domain.covers import Cover, Guarantee, GuaranteeKind
from creditflow.domain.customer import CustomerId, Origin
from creditflow.domain.sentences import say
from creditflow.sources.fields import CHOICES
from creditflow.sources.rows import RowReader


def cover_of(row: RowReader, *, source: str, origin: Origin) -> Cover:
    """The cover that the row says; problems are left with the row."""
    from_, until = _days(row)
    return Cover(
        customer=CustomerId(row.id("customer")),
        insurer=row.text("insurer"),
        number=row.id("policy_no"),
        amount=row.money("amount", row.currency()),
        insured_percent=row.percent("insured_percent"),
        from_=from_,
        until=until,
        source=source,
        origin=origin,
    )


def guarantee_of(row: RowReader, *, source: str, origin: Origin) -> Guarantee:
    """The guarantee that the row says; problems are left with the row."""
    from_, until = _days(row)
    kind = row.choice("kind", CHOICES["kind"])
    if kind is None and not row.has("kind"):
        row.complain("kind", say("The cell is empty."), say("Fill it in; the row needs it."))
    return Guarantee(
        customer=CustomerId(row.id("customer")),
        kind=GuaranteeKind(kind or GuaranteeKind.DEPOSIT),
        guarantor=row.text("guarantor"),
        number=row.id("guarantee_no"),
        amount=row.money("amount", row.currency()),
        from_=from_,
        until=until,
        source=source,
        origin=origin,
    )


def _days(row: RowReader) -> tuple[date, date | None]:
    """The first and the last day; a last one before the first is a problem."""
    from_, until = row.day("from"), row.optional_day("until")
    if not row.failed and until is not None and until < from_:
        row.complain(
            "until",
            say("It ends before it begins on {from_}.", from_=from_),
            say("Correct one of the two dates; check that day and month are in the right order."),
        )
    return from_, until
