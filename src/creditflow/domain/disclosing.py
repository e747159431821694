"""Disclosing: which of a customer's own facts a letter may name, per signal, and nothing else.

Only what the customer knows itself stands here: its payments, its invoices,
its statement. No points, no grade, nobody else's opinion.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType

from creditflow.domain.sentences import Fact
from creditflow.domain.signals import Evidence, Signal

_Read = Callable[[Decimal], int]


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_EVEN))


def _percent(value: Decimal) -> int:
    return _whole(value * 100)


def _size_percent(value: Decimal) -> int:
    return abs(_percent(value))


def _months(value: Decimal) -> int:
    return int(value / Decimal("30.4375"))


_STATEMENT_DAY = "statement"
"""The day a statement's period ended; taken from the signal itself."""

# Per signal: the name of each fact, the signal that it is read from, and how.
_FACTS: Mapping[str, Mapping[str, tuple[str, _Read]]] = MappingProxyType(
    {
        "paid_on_time_12m": {
            "count": ("paid_on_time_count_12m", _whole),
            "of": ("judged_invoices_12m", _whole),
            "percent": ("paid_on_time_12m", _percent),
        },
        "days_beyond_terms_3m": {"days": ("days_beyond_terms_3m", _whole)},
        "days_beyond_terms_6m": {"days": ("days_beyond_terms_6m", _whole)},
        "days_beyond_terms_12m": {"days": ("days_beyond_terms_12m", _whole)},
        "worst_days_late_12m": {"days": ("worst_days_late_12m", _whole)},
        "lateness_ewma_12m": {"days": ("lateness_ewma_12m", _whole)},
        "late_5_share_12m": {"percent": ("late_5_share_12m", _percent)},
        "oldest_days_past_due": {"days": ("oldest_days_past_due", _whole)},
        "overdue_share": {"percent": ("overdue_share", _percent)},
        "overdue_60_share": {"percent": ("overdue_60_share", _percent)},
        "overdue_90_share": {"percent": ("overdue_90_share", _percent)},
        "paid_in_parts_12m": {"percent": ("paid_in_parts_12m", _percent)},
        "tenure_days": {"months": ("tenure_days", _months)},
        "sales_trend_6m": {"percent": ("sales_trend_6m", _size_percent)},
        "purchases_per_month_12m": {"purchases": ("purchases_per_month_12m", _whole)},
        "limit_utilisation": {"percent": ("limit_utilisation", _percent)},
        "current_ratio": {},
        "quick_ratio": {},
        "liabilities_to_assets": {"percent": ("liabilities_to_assets", _percent)},
        "equity_ratio": {"percent": ("equity_ratio", _percent)},
        "net_margin": {},
        "interest_coverage": {},
        "cash_flow_to_liabilities": {},
        "revenue_growth": {"percent": ("revenue_growth", _size_percent)},
        "statement_age_days": {"months": ("statement_age_days", _months)},
    }
)
_FROM_STATEMENT = frozenset(
    {
        "current_ratio",
        "quick_ratio",
        "liabilities_to_assets",
        "equity_ratio",
        "net_margin",
        "interest_coverage",
        "cash_flow_to_liabilities",
        "revenue_growth",
        "statement_age_days",
    }
)

DISCLOSABLE = frozenset(_FACTS)
"""Signals that a letter may speak of at all."""


def fact_names(signal: str) -> frozenset[str]:
    """The {places} that a disclosure about this signal may have."""
    own = frozenset(_FACTS.get(signal, {}))
    return own | {_STATEMENT_DAY} if signal in _FROM_STATEMENT else own


def facts_about(signal: str, evidence: Evidence, *, on: date) -> Mapping[str, Fact] | None:
    """The customer's own facts behind the signal; None where one of them is not known."""
    seen: Signal | None = evidence.get(signal)
    if signal not in DISCLOSABLE or seen is None or not seen.usable(on):
        return None
    facts: dict[str, Fact] = {}
    for name, (source, read) in _FACTS[signal].items():
        value = evidence.number(source, on=on)
        if value is None:
            return None
        facts[name] = read(value)
    if signal in _FROM_STATEMENT:
        facts[_STATEMENT_DAY] = seen.as_of
    return facts
