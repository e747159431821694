"""Rows of external evidence: who said what of whom, on which day, on which scale."""

from creditflow.domain.customer import Origin
from creditflow.domain.observation import WIDER, About, Observation
from creditflow.domain.sentences import say
from creditflow.sources import words
from creditflow.sources.fields import CHOICES
from creditflow.sources.rows import RowReader


def observation_of(row: RowReader, *, source: str, origin: Origin) -> Observation:
    """The observation that the row says; problems are left with the row."""
    about, subject = _subject(row)
    what = row.choice("signal", CHOICES["signal"])
    if what is None and not row.has("signal"):
        row.complain("signal", say("The cell is empty."), say("Fill it in; the row needs it."))
    if what is not None and about is not About.CUSTOMER and what not in WIDER:
        row.complain(
            "customer",
            say("Only {signals} may be said of a sector or a country.", signals=", ".join(WIDER)),
            say("Name the customer instead."),
        )
    on, until = row.day("observed_on"), row.optional_day("valid_until")
    if not row.failed and until is not None and until < on:
        row.complain(
            "valid_until",
            say("It is valid until a day before it was observed on {on}.", on=on),
            say("Correct one of the two dates; check that day and month are in the right order."),
        )
    return Observation(
        about=about,
        subject=subject,
        what=what or "market_outlook",
        on=on,
        value=row.said("value"),
        provider=row.text("provider"),
        scale=row.optional_id("scale"),
        valid_until=until,
        source=source,
        origin=origin,
    )


def _subject(row: RowReader) -> tuple[About, str]:
    """Whom the row speaks of: exactly one of customer, sector and country."""
    given = [about for about in About if row.has(about.value)]
    if len(given) != 1:
        row.complain(
            "customer",
            say("A row speaks of exactly one customer, or one sector, or one country."),
            say("Fill in one of the three cells and leave the other two empty."),
        )
        return About.CUSTOMER, "-"
    if given[0] is About.CUSTOMER:
        return given[0], row.id("customer")
    if given[0] is About.SECTOR:
        return given[0], row.text("sector")
    return given[0], row.code("country", words.country, "ZZ")
