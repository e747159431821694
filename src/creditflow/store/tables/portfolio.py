"""Rows of the last evaluation of the whole book: no records, but a table that is made anew."""

from datetime import date

from creditflow.store.tables.base import Row, code, day, refers, table, whole, word


class PortfolioEvaluationRow(Row, table=True):
    """What the whole book's evaluation of a business date says of one customer.

    Points are hundredths, probabilities and confidence millionths, so that no
    column is a float. `model` is the learned one that had a say in the grade, and
    `scorecard_grade` what it was without.
    """

    __tablename__ = "portfolio_evaluation"
    __table_args__ = (
        refers("customer_id", "customer.id"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )
    on_day: date = day(key=True)
    customer_id: str = word(key=True)
    policy_version: int = whole()
    segment: str = word()
    scorecard: str = word()
    points_cents: int = whole()
    grade: str = word()
    pd_ppm: int = whole()
    confidence_ppm: int = whole()
    reasons_for: str = word()
    reasons_against: str = word()
    knock_outs: str = word()
    missing: int = whole()
    currency: str = code()
    exposure_minor: int = whole()
    current_minor: int | None = whole()
    proposed_minor: int = whole()
    binding: str = word()
    terms_days: int = whole()
    until_day: date = day()
    desk: str | None = word()
    model: str | None = word()
    scorecard_grade: str | None = word()


PORTFOLIO_EVALUATION = table(PortfolioEvaluationRow)
