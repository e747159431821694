"""Look at what is fed in: whether documents and exchange rates go on."""

from collections.abc import Iterator
from datetime import date

from creditflow.cli.examining.finding import Finding, fine, warning
from creditflow.domain.catalogue import Kind
from creditflow.domain.errors import NotFound
from creditflow.domain.rates import SHELF_LIFE
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.exchanging import standing_of


def ledgers(work: Work, today: date) -> Iterator[Finding]:
    """Sources whose documents ended longer ago than the policy believes a ledger."""
    try:
        life = work.policies.current().shelf_life_days(Kind.LEDGER)
    except NotFound:
        return  # which is told elsewhere
    ends = work.ledger.ends()
    stale = {s: day for s, day in ends.items() if life is not None and (today - day).days > life}
    for source, day in sorted(stale.items()):
        yield warning(
            say(
                "The newest document of the source {source} is of {day}, {days} days ago; what it"
                " says counts as unknown.",
                source=source,
                day=day,
                days=(today - day).days,
            ),
            say("Hand in its invoices and payments since then, if there is anything of it still."),
        )
    if ends and not stale:
        latest = max(ends.values())
        yield fine(say("The newest document of the ledgers is of {day}.", day=latest))


def rates(work: Work, today: date) -> Iterator[Finding]:
    """Currencies whose latest rate is old, too old to be used, or missing."""
    try:
        found = standing_of(today, work=work)
    except NotFound:
        return  # which is told elsewhere
    remedy = say(
        "Fetch the European Central Bank's (creditflow rates fetch) or import your own"
        " (creditflow import rates FILE); CREDITFLOW_RATES_TIME has them fetched every day."
    )
    for one in found:
        if one.rate is None:
            what = say("There is no exchange rate for {currency}.", currency=one.currency)
        elif one.is_good:
            continue
        else:
            what = say(
                "The latest exchange rate of {currency} is of {day}, {days} days ago; after"
                " {most} days it is used no more.",
                currency=one.currency,
                day=one.rate.on,
                days=one.days,
                most=SHELF_LIFE.days,
            )
        yield warning(what, remedy)
    if found and all(one.is_good for one in found):
        yield fine(
            say("The exchange rates of {count} currencies are up to date.", count=len(found))
        )
