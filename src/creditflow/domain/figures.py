"""The figures of a financial statement, and which signals each of them bears on."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

FLOWS = (
    "revenue", "cost_of_sales", "ebit", "interest_expense", "net_profit", "operating_cash_flow",
)  # fmt: skip
"""Figures of a period, which depend on its length."""

STOCKS = (
    "total_assets", "current_assets", "cash", "inventory", "receivables", "total_liabilities",
    "current_liabilities", "equity", "retained_earnings",
)  # fmt: skip
"""Figures of the last day of the period."""

FIGURES = (*FLOWS, *STOCKS)

_ALTMAN = (
    "current_assets", "current_liabilities", "retained_earnings", "ebit", "total_assets",
    "equity", "total_liabilities",
)  # fmt: skip

USES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "current_ratio": ("current_assets", "current_liabilities"),
        "quick_ratio": ("current_assets", "inventory", "current_liabilities"),
        "cash_ratio": ("cash", "current_liabilities"),
        "working_capital_to_assets": ("current_assets", "current_liabilities", "total_assets"),
        "retained_to_assets": ("retained_earnings", "total_assets"),
        "liabilities_to_assets": ("total_liabilities", "total_assets"),
        "liabilities_to_equity": ("total_liabilities", "equity"),
        "equity_ratio": ("equity", "total_assets"),
        "gross_margin": ("cost_of_sales", "revenue"),
        "operating_margin": ("ebit", "revenue"),
        "net_margin": ("net_profit", "revenue"),
        "return_on_assets": ("net_profit", "total_assets"),
        "asset_turnover": ("revenue", "total_assets"),
        "receivable_days": ("receivables", "revenue"),
        "inventory_days": ("inventory", "cost_of_sales"),
        "interest_coverage": ("ebit", "interest_expense"),
        "cash_interest_coverage": ("operating_cash_flow", "interest_expense"),
        "cash_flow_to_current_liabilities": ("operating_cash_flow", "current_liabilities"),
        "cash_flow_to_liabilities": ("operating_cash_flow", "total_liabilities"),
        "altman_z_em": _ALTMAN,
        "altman_z_double_prime": _ALTMAN,
        "revenue_growth": ("revenue",),
        "equity_growth": ("equity",),
        "assets_growth": ("total_assets",),
        "equity_amount": ("equity",),
        "working_capital_amount": ("current_assets", "current_liabilities"),
        "annual_revenue": ("revenue",),
        "purchase_share_of_revenue": ("revenue",),
    }
)
"""The figures that each signal is made of."""

DIVISORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "revenue": (
            "gross_margin", "operating_margin", "net_margin", "receivable_days",
            "purchase_share_of_revenue",
        ),
        "cost_of_sales": ("inventory_days",),
        "total_assets": (
            "working_capital_to_assets", "retained_to_assets", "liabilities_to_assets",
            "equity_ratio", "return_on_assets", "asset_turnover", "altman_z_em",
            "altman_z_double_prime",
        ),
        "total_liabilities": (
            "cash_flow_to_liabilities", "altman_z_em", "altman_z_double_prime",
        ),
        "current_liabilities": (
            "current_ratio", "quick_ratio", "cash_ratio", "cash_flow_to_current_liabilities",
        ),
        "equity": ("liabilities_to_equity",),
    }
)  # fmt: skip
"""The signals that are divided by a figure, and mean nothing where it is not above zero."""

GROWTHS: Mapping[str, str] = MappingProxyType(
    {"revenue": "revenue_growth", "equity": "equity_growth", "total_assets": "assets_growth"}
)
"""The signals that compare a figure with the year before."""


def bearing_on(figures: Iterable[str]) -> tuple[str, ...]:
    """The signals that any of these figures bears on, by name."""
    wanted = set(figures)
    return tuple(sorted(name for name, uses in USES.items() if wanted & set(uses)))
