"""Rows of monitoring: what looking back found; derived from the ledger and replaced as a whole."""

from datetime import date, datetime

from creditflow.store.tables.base import Row, args, day, instant, refers, table, whole, word


class RetrospectRow(Row, table=True):
    """What the scorecards of now would have said about a customer on a day of the past.

    `signals` are the values that were known and fresh then, as canonical JSON.
    """

    __tablename__ = "retrospect"
    __table_args__ = args(refers("customer_id", "customer.id"))
    on_day: date = day(key=True)
    customer_id: str = word(key=True)
    segment: str = word()
    scorecard: str = word()
    policy_version: int = whole()
    points: str = word()
    grade: str = word()
    pd: str = word()
    signals: str = word()
    made_at: datetime = instant()


RETROSPECT = table(RetrospectRow)
