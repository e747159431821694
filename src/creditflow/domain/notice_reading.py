"""Reading the policy's rules on letters that are written by themselves, without a case."""

from decimal import Decimal

from creditflow.domain.notice_rules import (
    EndRule,
    HoldRule,
    LatenessRule,
    NoticeRules,
    PlanRule,
    StatementsRule,
)
from creditflow.domain.plain_data import Fields, Place

KINDS = ("payment_behaviour", "held", "statements_wanted", "limit_ends", "plan_broken")
_DAYS = 3_660


def read_notice_rules(place: Place) -> NoticeRules:
    """The rules; to be thrown away where problems were noted."""
    f = place.fields(optional=KINDS)
    return NoticeRules(
        payment_behaviour=f.read("payment_behaviour", _lateness, None),
        held=f.read("held", _hold, None),
        statements_wanted=f.read("statements_wanted", _statements, None),
        limit_ends=f.read("limit_ends", _end, None),
        plan_broken=f.read("plan_broken", _plan, NoticeRules().plan_broken),
    )


def _lateness(place: Place) -> LatenessRule:
    f = place.fields("share", "days", "invoices", "pause_days")
    return LatenessRule(
        share=f.read("share", lambda p: p.number(0, 1), Decimal(1)),
        days=_days(f, "days"),
        invoices=f.read("invoices", lambda p: p.whole(1, 20), 1),
        pause_days=_days(f, "pause_days", 1),
    )


def _hold(place: Place) -> HoldRule:
    f = place.fields("overdue_days", "over_limit", "pause_days")
    return HoldRule(
        overdue_days=_days(f, "overdue_days"),
        over_limit=f.read("over_limit", Place.truth, default=False),
        pause_days=_days(f, "pause_days"),
    )


def _statements(place: Place) -> StatementsRule:
    f = place.fields("days", "before_days", "pause_days")
    return StatementsRule(
        days=_days(f, "days", 1),
        before_days=_days(f, "before_days"),
        pause_days=_days(f, "pause_days", 1),
    )


def _end(place: Place) -> EndRule:
    return EndRule(before_days=_days(place.fields("before_days"), "before_days", 1))


def _plan(place: Place) -> PlanRule:
    return PlanRule(tolerance_days=_days(place.fields("tolerance_days"), "tolerance_days"))


def _days(f: Fields, name: str, least: int = 0) -> int:
    return f.read(name, lambda p: p.whole(least, _DAYS), least)
