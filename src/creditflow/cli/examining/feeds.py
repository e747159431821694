"""Look at what is fed in: whether the documents of each source go on."""

from collections.abc import Iterator
from datetime import date

from creditflow.cli.examining.finding import Finding, fine, warning
from creditflow.domain.catalogue import Kind
from creditflow.domain.errors import NotFound
from creditflow.domain.sentences import say
from creditflow.ports import Work


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
