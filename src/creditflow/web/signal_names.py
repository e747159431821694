"""Call every signal by the name that people use for it, and write its value in its unit."""

import re
from collections.abc import Mapping
from decimal import Decimal

from creditflow.domain.catalogue import AMOUNT, COUNT, DAYS, SHARE, SIGNALS
from creditflow.domain.money import Money
from creditflow.domain.signals import SignalValue
from creditflow.web.language import UNKNOWN, Speech
from creditflow.web.naming import word

NAMES: Mapping[str, str] = {
    "days_beyond_terms_3m": word("Days beyond terms, 3 months"),
    "days_beyond_terms_6m": word("Days beyond terms, 6 months"),
    "days_beyond_terms_12m": word("Days beyond terms, 12 months"),
    "lateness_trend": word("Lateness of the last 3 months against the year"),
    "paid_on_time_12m": word("Paid on time, 12 months"),
    "paid_on_time_count_12m": word("Invoices paid on time, 12 months"),
    "judged_invoices_12m": word("Invoices judged, 12 months"),
    "settled_12m": word("Invoices settled, 12 months"),
    "worst_days_late_12m": word("Worst delay, 12 months"),
    "overdue_share": word("Overdue share of receivables"),
    "overdue_60_share": word("Share more than 60 days overdue"),
    "overdue_90_share": word("Share more than 90 days overdue"),
    "overdue_90_months": word("Over 90 days overdue, in months of purchases"),
    "disputed_share_12m": word("Disputed share, 12 months"),
    "paid_in_parts_12m": word("Paid in parts, 12 months"),
    "high_credit_12m": word("Highest balance, 12 months"),
    "tenure_days": word("Length of the relation"),
    "statement_age_days": word("Age of the financial statement"),
    "statement_audited": word("Statement audited"),
    "current_ratio": word("Current ratio"),
    "quick_ratio": word("Quick ratio"),
    "liabilities_to_assets": word("Liabilities to assets"),
    "equity_ratio": word("Equity ratio"),
    "net_margin": word("Net margin"),
    "interest_coverage": word("Interest coverage"),
    "cash_flow_to_liabilities": word("Operating cash flow to liabilities"),
    "altman_z_em": word("Altman Z″ for emerging markets"),
    "revenue_growth": word("Growth of revenue"),
    "equity_amount": word("Equity"),
    "annual_revenue": word("Yearly revenue"),
    "sales_per_day_12m": word("Our sales per day, 12 months"),
    "sales_peak_per_day_12m": word("Our sales per day in the busiest 90 days"),
    "largest_purchase_12m": word("Largest purchase, 12 months"),
    "sales_trend_6m": word("Trend of purchases, 6 months"),
    "sales_volatility_12m": word("Volatility of purchases, 12 months"),
    "purchases_per_month_12m": word("Purchases per month, 12 months"),
    "returned_share_12m": word("Returned share, 12 months"),
    "limit_utilisation": word("Utilisation of the limit"),
    "purchase_share_of_revenue": word("Our share of its purchases against its revenue"),
    "sector_outlook": word("Outlook of the sector"),
    "country_outlook": word("Outlook of the country"),
    "open_orders": word("Open orders"),
    "pipeline_months": word("Open orders, in months of purchases"),
}
YES_NO: Mapping[str, str] = {"yes": word("yes"), "no": word("no")}


_STATEMENT = re.compile(r"statement (\d{4}-\d{2}-\d{2})(?: \((audited|unaudited)\))?")
_POLICY = re.compile(r"policy (\d+)")
SOURCES: Mapping[str, str] = {
    "ledger": word("ledger"),
    "statement": word("financial statement"),
    "audited": word("audited financial statement"),
    "unaudited": word("unaudited financial statement"),
}


def source_name(source: str, speech: Speech) -> str:
    """Where a signal is from, in words."""
    if found := _STATEMENT.fullmatch(source):
        return speech.gettext(SOURCES[found[2] or "statement"])
    if found := _POLICY.fullmatch(source):
        return speech.gettext(word("policy version {number}")).format(number=found[1])
    return speech.gettext(SOURCES.get(source, source))


def signal_name(name: str) -> str:
    """The English name of a signal; its code where the catalogue does not know it."""
    return NAMES.get(name, name.replace("_", " "))


def written_value(name: str, value: SignalValue, currency: str, speech: Speech) -> str:
    """The value of a signal in its unit."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return speech.gettext(YES_NO.get(value, value))
    unit = SIGNALS.get(name)
    if unit == AMOUNT:
        return speech.whole(Money.of(value.quantize(Decimal(1)), currency))
    if unit == SHARE:
        return speech.percent(value)
    if unit == DAYS:
        return speech.ngettext("{n} day", "{n} days", int(value)).format(n=speech.number(value, 1))
    return speech.number(value, 0 if unit == COUNT else 2)
