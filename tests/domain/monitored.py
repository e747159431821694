"""Make evaluations, decisions and stages as monitoring reads them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from creditflow.domain.customer import CustomerId
from creditflow.domain.decision import Say
from creditflow.domain.grade import Grade
from creditflow.domain.monitoring import Judged
from creditflow.domain.monitoring_approvals import Stage
from creditflow.domain.monitoring_overrides import Ruling
from creditflow.domain.rates import Rates
from creditflow.domain.scorecard import Segment
from tests.makers import TODAY, a_rate, cny

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def judged(customer="C001", on=TODAY, grade=Grade.C, **changes) -> Judged:
    made = {
        "customer": CustomerId(customer),
        "on": on,
        "segment": Segment.EXISTING,
        "scorecard": "tiny-existing",
        "policy_version": 1,
        "points": Decimal(690),
        "grade": grade,
        "pd": Decimal("0.02"),
        **changes,
    }
    return Judged(**made)


def ruling(verdict=Say.APPROVE, decided=100, **changes) -> Ruling:
    made = {
        "case": "CASE-1",
        "customer": CustomerId("C001"),
        "on": TODAY,
        "at": AT,
        "by": "approver.zhao",
        "desk": "director",
        "verdict": verdict,
        "proposed": cny(100),
        "decided": None if decided is None else cny(decided),
        "grade": Grade.C,
        **changes,
    }
    return Ruling(**made)


def stage(case="CASE-1", opened_on=date(2026, 3, 2), done_on=None, hours=2.0, **changes) -> Stage:
    opened_at = datetime(opened_on.year, opened_on.month, opened_on.day, 9, tzinfo=UTC)
    made = {
        "case": case,
        "desk": "director",
        "stage": 1,
        "opened_at": opened_at,
        "opened_on": opened_on,
        "due_on": opened_on + timedelta(days=3),
        "done_at": None if done_on is None else opened_at + timedelta(hours=hours),
        "done_on": done_on,
        **changes,
    }
    return Stage(**made)


class EveryDay(Rates):
    """The same rate on every day."""

    def __init__(self):
        super().__init__([])

    def _at(self, currency, on):
        return a_rate(currency, "7.85" if currency == "CNY" else "1", on=on)


EVERY_DAY = EveryDay()
