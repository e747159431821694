"""Every signal that gathering produces: the names that scorecards may ask for, with their units."""

from collections.abc import Mapping
from types import MappingProxyType

DAYS, SHARE, TIMES, COUNT, AMOUNT, INDEX, CATEGORY = (
    "days",
    "share",
    "times",
    "count",
    "amount",
    "index",
    "category",
)
UNITS = (DAYS, SHARE, TIMES, COUNT, AMOUNT, INDEX, CATEGORY)
"""Amounts are major units of the customer's own currency; shares are fractions of one."""

SIGNALS: Mapping[str, str] = MappingProxyType(
    {
        # Credit history, from the ledger.
        "days_beyond_terms_3m": DAYS,
        "days_beyond_terms_6m": DAYS,
        "days_beyond_terms_12m": DAYS,
        "lateness_trend": DAYS,
        "paid_on_time_12m": SHARE,
        "paid_on_time_count_12m": COUNT,
        "judged_invoices_12m": COUNT,
        "settled_12m": COUNT,
        "worst_days_late_12m": DAYS,
        "overdue_share": SHARE,
        "overdue_60_share": SHARE,
        "overdue_90_share": SHARE,
        "overdue_90_months": TIMES,
        "disputed_share_12m": SHARE,
        "paid_in_parts_12m": SHARE,
        "high_credit_12m": AMOUNT,
        "tenure_days": DAYS,
        # Financial condition, from the latest statement.
        "statement_age_days": DAYS,
        "statement_audited": CATEGORY,
        "current_ratio": TIMES,
        "quick_ratio": TIMES,
        "liabilities_to_assets": SHARE,
        "equity_ratio": SHARE,
        "net_margin": SHARE,
        "interest_coverage": TIMES,
        "cash_flow_to_liabilities": SHARE,
        "altman_z_em": INDEX,
        "revenue_growth": SHARE,
        "equity_amount": AMOUNT,
        "annual_revenue": AMOUNT,
        # Operations, from the ledger, the limit and the statement.
        "sales_per_day_12m": AMOUNT,
        "sales_peak_per_day_12m": AMOUNT,
        "largest_purchase_12m": AMOUNT,
        "sales_trend_6m": SHARE,
        "sales_volatility_12m": INDEX,
        "purchases_per_month_12m": COUNT,
        "returned_share_12m": SHARE,
        "limit_utilisation": SHARE,
        "purchase_share_of_revenue": SHARE,
        # Prospects, from the policy and the open orders.
        "sector_outlook": INDEX,
        "country_outlook": INDEX,
        "open_orders": AMOUNT,
        "pipeline_months": TIMES,
    }
)


def is_category(signal: str) -> bool:
    """Whether the signal's values are words, not numbers."""
    return SIGNALS.get(signal) == CATEGORY
