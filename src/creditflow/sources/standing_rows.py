"""How a document stands, and since when: what a row says of disputes, and of closed orders."""

from datetime import date

from creditflow.domain.ledger import OrderStatus
from creditflow.domain.sentences import say
from creditflow.sources.rows import RowReader


def dispute_of(row: RowReader, issued: date) -> tuple[bool, date | None, date | None]:
    """Whether it is in dispute, since when, and from when on it was no more."""
    said = row.yes_no("disputed")
    since, settled = row.optional_day("disputed_on"), row.optional_day("dispute_settled_on")
    if row.failed:
        return False, None, None
    if since is None and settled is not None:
        row.complain(
            "disputed_on",
            say("The dispute was settled on {settled}, and yet has no day on which it began.",
                settled=settled),
            say("Fill in both days, or neither."),
        )  # fmt: skip
    elif since is not None and since < issued:
        row.complain(
            "disputed_on",
            say("It was contested before it was issued on {issued}.", issued=issued),
            say("Correct one of the two dates."),
        )
    elif since is not None and settled is not None and settled < since:
        row.complain(
            "dispute_settled_on",
            say("The dispute was settled before it began on {since}.", since=since),
            say("Correct one of the two dates."),
        )
    elif said is not None and since is not None and said != (settled is None):
        row.complain(
            "disputed",
            say("The days of the dispute say otherwise."),
            say("Fill in the day on which it was settled, or leave it empty while it runs."),
        )
    running = since is not None and settled is None
    return running if said is None else said, since, settled


def closed_of(row: RowReader, status: str | None, ordered: date) -> date | None:
    """The day on which an order was closed, if the row has one."""
    closed = row.optional_day("closed_on")
    if row.failed or closed is None:
        return None
    if status == OrderStatus.OPEN.value:
        row.complain(
            "closed_on",
            say("The order is open, and yet was closed on {closed}.", closed=closed),
            say("Correct the status, or leave the day empty while it is open."),
        )
    elif closed < ordered:
        row.complain(
            "closed_on",
            say("It was closed before it was ordered on {ordered}.", ordered=ordered),
            say("Correct one of the two dates."),
        )
    return closed
