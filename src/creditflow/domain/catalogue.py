"""Every signal that gathering produces: the names that scorecards may ask for, with their units."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from creditflow.domain.signals import Dimension

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


class Kind(StrEnum):
    """Where evidence comes from; how long it may be used depends on it."""

    LEDGER = "ledger"
    STATEMENT = "statement"
    POLICY = "policy"
    REGISTRY = "registry"
    COURT = "court"
    SANCTIONS = "sanctions"
    COLLECTIONS = "collections"
    BUREAU = "bureau"
    INSURER = "insurer"
    MARKET = "market"
    MASTER_DATA = "master data"


_TABLE: Mapping[tuple[Dimension, Kind], Mapping[str, str]] = {
    (Dimension.CREDIT_HISTORY, Kind.LEDGER): {
        # How late.
        "days_beyond_terms_3m": DAYS,
        "days_beyond_terms_6m": DAYS,
        "days_beyond_terms_12m": DAYS,
        "lateness_trend": DAYS,
        "lateness_slope_12m": DAYS,
        "lateness_ewma_12m": DAYS,
        "lateness_spread_12m": DAYS,
        "worst_days_late_12m": DAYS,
        "days_to_pay_12m": DAYS,
        # How often.
        "paid_on_time_12m": SHARE,
        "paid_on_time_amount_12m": SHARE,
        "paid_on_time_count_12m": COUNT,
        "judged_invoices_12m": COUNT,
        "settled_12m": COUNT,
        "late_5_share_12m": SHARE,
        "late_30_share_12m": SHARE,
        "paid_in_parts_12m": SHARE,
        # What is open, and how it ages.
        "overdue_share": SHARE,
        "overdue_1_30_share": SHARE,
        "overdue_31_60_share": SHARE,
        "overdue_61_90_share": SHARE,
        "overdue_60_share": SHARE,
        "overdue_90_share": SHARE,
        "overdue_90_months": TIMES,
        "oldest_days_past_due": DAYS,
        "roll_rate_30_12m": SHARE,
        "roll_rate_60_12m": SHARE,
        "roll_rate_90_12m": SHARE,
        "dso_countback": DAYS,
        # What is disputed.
        "disputed_share_12m": SHARE,
        "open_disputed_share": SHARE,
        "oldest_disputed_days": DAYS,
        # How much and how long.
        "high_credit_12m": AMOUNT,
        "balance_to_high_credit": SHARE,
        "tenure_days": DAYS,
    },
    (Dimension.CREDIT_HISTORY, Kind.COLLECTIONS): {"broken_promises_12m": COUNT},
    (Dimension.CREDIT_HISTORY, Kind.COURT): {
        "insolvency": CATEGORY,
        "dishonest_debtor": CATEGORY,
        "court_cases_12m": COUNT,
        "enforcements_12m": COUNT,
    },
    (Dimension.CREDIT_HISTORY, Kind.SANCTIONS): {"sanctioned": CATEGORY},
    (Dimension.CREDIT_HISTORY, Kind.BUREAU): {"bureau_standing": SHARE},
    (Dimension.CREDIT_HISTORY, Kind.INSURER): {"insurer_standing": SHARE},
    (Dimension.FINANCIAL_CONDITION, Kind.STATEMENT): {
        "statement_age_days": DAYS,
        "statement_audited": CATEGORY,
        "current_ratio": TIMES,
        "quick_ratio": TIMES,
        "cash_ratio": TIMES,
        "working_capital_to_assets": SHARE,
        "retained_to_assets": SHARE,
        "liabilities_to_assets": SHARE,
        "liabilities_to_equity": TIMES,
        "equity_ratio": SHARE,
        "gross_margin": SHARE,
        "operating_margin": SHARE,
        "net_margin": SHARE,
        "return_on_assets": SHARE,
        "asset_turnover": TIMES,
        "receivable_days": DAYS,
        "inventory_days": DAYS,
        "interest_coverage": TIMES,
        "cash_interest_coverage": TIMES,
        "cash_flow_to_current_liabilities": SHARE,
        "cash_flow_to_liabilities": SHARE,
        "altman_z_em": INDEX,
        "altman_z_double_prime": INDEX,
        "revenue_growth": SHARE,
        "equity_growth": SHARE,
        "assets_growth": SHARE,
        "equity_amount": AMOUNT,
        "working_capital_amount": AMOUNT,
        "annual_revenue": AMOUNT,
    },
    (Dimension.OPERATIONS, Kind.LEDGER): {
        "sales_per_day_12m": AMOUNT,
        "sales_peak_per_day_12m": AMOUNT,
        "largest_purchase_12m": AMOUNT,
        "season_sales_per_day": AMOUNT,
        "season_trend": SHARE,
        "sales_trend_3m": SHARE,
        "sales_trend_6m": SHARE,
        "sales_volatility_12m": INDEX,
        "purchases_per_month_12m": COUNT,
        "days_since_last_purchase": DAYS,
        "purchase_gap": TIMES,
        "returned_share_12m": SHARE,
        "limit_utilisation": SHARE,
        "purchase_share_of_revenue": SHARE,
    },
    (Dimension.OPERATIONS, Kind.REGISTRY): {
        "registry_status": CATEGORY,
        "registered_days": DAYS,
    },
    (Dimension.PROSPECTS, Kind.POLICY): {
        "sector_outlook": INDEX,
        "country_outlook": INDEX,
    },
    (Dimension.PROSPECTS, Kind.LEDGER): {
        "open_orders": AMOUNT,
        "pipeline_months": TIMES,
    },
    (Dimension.PROSPECTS, Kind.MARKET): {"market_outlook": INDEX, "competition": INDEX},
    # What a customer is; scorecards are chosen by it, and none gives points for it.
    (Dimension.PROSPECTS, Kind.MASTER_DATA): {"sector": CATEGORY, "country": CATEGORY},
}

SIGNALS: Mapping[str, str] = MappingProxyType(
    {name: unit for units in _TABLE.values() for name, unit in units.items()}
)
"""The unit of every signal, by name."""

KINDS: Mapping[str, Kind] = MappingProxyType(
    {name: kind for (_, kind), units in _TABLE.items() for name in units}
)
"""Where every signal comes from."""

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {name: dimension for (dimension, _), units in _TABLE.items() for name in units}
)
"""From which side every signal shows a customer."""

OBSERVED = frozenset(KINDS.values()) - {
    Kind.LEDGER,
    Kind.STATEMENT,
    Kind.POLICY,
    Kind.MASTER_DATA,
}
"""Kinds that nobody computes: somebody outside has seen and dated them."""

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "registry_status": ("active", "abnormal", "in_liquidation", "deregistered"),
        **dict.fromkeys(
            ("statement_audited", "insolvency", "dishonest_debtor", "sanctioned"), ("yes", "no")
        ),
    }
)
"""The words that a category may have."""


def is_category(signal: str) -> bool:
    """Whether the signal's values are words, not numbers."""
    return SIGNALS.get(signal) == CATEGORY
