"""Call every signal by the name that people use for it, and write its value in its unit."""

import re
from collections.abc import Mapping
from decimal import Decimal

from creditflow.domain.catalogue import AMOUNT, COUNT, DAYS, OBSERVED, SHARE, SIGNALS, Kind
from creditflow.domain.money import Money
from creditflow.domain.signals import SignalValue
from creditflow.web.language import UNKNOWN, Speech
from creditflow.web.naming import SECTORS, word

NAMES: Mapping[str, str] = {
    "days_beyond_terms_3m": word("Days beyond terms, 3 months"),
    "days_beyond_terms_6m": word("Days beyond terms, 6 months"),
    "days_beyond_terms_12m": word("Days beyond terms, 12 months"),
    "lateness_trend": word("Lateness of the last 3 months against the year"),
    "lateness_slope_12m": word("Trend of lateness, days a month"),
    "lateness_ewma_12m": word("Days late, recent months first"),
    "lateness_spread_12m": word("Spread of days late, 12 months"),
    "worst_days_late_12m": word("Worst days late, 12 months"),
    "days_to_pay_12m": word("Days from invoice to payment, 12 months"),
    "paid_on_time_12m": word("Invoices paid on time, 12 months"),
    "paid_on_time_amount_12m": word("Paid on time by amount, 12 months"),
    "paid_on_time_count_12m": word("Number of invoices paid on time, 12 months"),
    "judged_invoices_12m": word("Invoices judged, 12 months"),
    "settled_12m": word("Invoices settled, 12 months"),
    "late_5_share_12m": word("Invoices 5 days late or more, 12 months"),
    "late_30_share_12m": word("Paid 30 or more days late, by amount, 12 months"),
    "paid_in_parts_12m": word("Paid in parts, 12 months"),
    "overdue_share": word("Share of balance overdue"),
    "overdue_1_30_share": word("Share 1 to 30 days overdue"),
    "overdue_31_60_share": word("Share 31 to 60 days overdue"),
    "overdue_61_90_share": word("Share 61 to 90 days overdue"),
    "overdue_60_share": word("Share overdue more than 60 days"),
    "overdue_90_share": word("Share overdue more than 90 days"),
    "overdue_90_months": word("Over 90 days overdue, in months of purchases"),
    "oldest_days_past_due": word("Oldest open item, days past due"),
    "roll_rate_30_12m": word("Late amounts that went past 30 days, 12 months"),
    "roll_rate_60_12m": word("Amounts over 30 days late that went past 60, 12 months"),
    "roll_rate_90_12m": word("Amounts over 60 days late that went past 90, 12 months"),
    "dso_countback": word("Days of sales outstanding (countback)"),
    "disputed_share_12m": word("Share of purchases disputed"),
    "open_disputed_share": word("Disputed share of receivables"),
    "oldest_disputed_days": word("Age of the oldest disputed invoice"),
    "high_credit_12m": word("Highest balance, 12 months"),
    "balance_to_high_credit": word("Balance against its highest of the year"),
    "tenure_days": word("Length of the relation"),
    "broken_promises_12m": word("Broken payment promises, 12 months"),
    "insolvency": word("Insolvency"),
    "dishonest_debtor": word("Listed as a dishonest debtor"),
    "court_cases_12m": word("Court cases as defendant, 12 months"),
    "enforcements_12m": word("Court enforcements, 12 months"),
    "sanctioned": word("On a sanctions list"),
    "bureau_standing": word("Standing with credit bureaus"),
    "insurer_standing": word("Standing with credit insurers"),
    "statement_age_days": word("Age of the financial statement"),
    "statement_audited": word("Statement audited"),
    "current_ratio": word("Current ratio"),
    "quick_ratio": word("Quick ratio"),
    "cash_ratio": word("Cash ratio"),
    "working_capital_to_assets": word("Working capital to assets"),
    "retained_to_assets": word("Retained earnings to assets"),
    "liabilities_to_assets": word("Liabilities to assets"),
    "liabilities_to_equity": word("Liabilities to equity"),
    "equity_ratio": word("Equity ratio"),
    "gross_margin": word("Gross margin"),
    "operating_margin": word("Operating margin"),
    "net_margin": word("Net margin"),
    "return_on_assets": word("Return on assets"),
    "asset_turnover": word("Asset turnover"),
    "receivable_days": word("Days of receivables"),
    "inventory_days": word("Days of inventory"),
    "interest_coverage": word("EBIT to interest"),
    "cash_interest_coverage": word("Interest coverage by cash"),
    "cash_flow_to_current_liabilities": word("Operating cash flow to current liabilities"),
    "cash_flow_to_liabilities": word("Operating cash flow to liabilities"),
    "altman_z_em": word("Altman Z″ (emerging markets)"),
    "altman_z_double_prime": word("Altman Z″"),
    "revenue_growth": word("Growth of revenue"),
    "equity_growth": word("Growth of equity"),
    "assets_growth": word("Growth of assets"),
    "equity_amount": word("Equity"),
    "season_sales_per_day": word("Sales per day in the coming season, a year ago"),
    "season_trend": word("Sales against the same days a year ago"),
    "working_capital_amount": word("Working capital"),
    "annual_revenue": word("Yearly revenue"),
    "sales_per_day_12m": word("Our sales per day, 12 months"),
    "sales_peak_per_day_12m": word("Our sales per day in the busiest 90 days"),
    "largest_purchase_12m": word("Largest purchase, 12 months"),
    "sales_trend_3m": word("Purchases, last three months against those before"),
    "sales_trend_6m": word("Purchases, last half year against the one before"),
    "sales_volatility_12m": word("Volatility of purchases, 12 months"),
    "purchases_per_month_12m": word("Purchases per month, 12 months"),
    "days_since_last_purchase": word("Days since the last purchase"),
    "purchase_gap": word("Pause since the last purchase, in usual gaps"),
    "returned_share_12m": word("Share of purchases returned"),
    "limit_utilisation": word("Use of the limit"),
    "purchase_share_of_revenue": word("Our sales as share of its revenue"),
    "registry_status": word("Status in the commercial register"),
    "registered_days": word("Age of the company"),
    "sector_outlook": word("Outlook of the sector"),
    "country_outlook": word("Outlook of the country"),
    "open_orders": word("Open orders"),
    "pipeline_months": word("Open orders in months of purchases"),
    "market_outlook": word("Outlook of the market"),
    "competition": word("Competition for the customer"),
    "sector": word("Sector"),
    "country": word("Country"),
}
WORDS: Mapping[str, str] = {
    "yes": word("yes"),
    "no": word("no"),
    "active": word("active"),
    "abnormal": word("listed as abnormal"),
    "in_liquidation": word("in liquidation"),
    "deregistered": word("deregistered"),
}


_STATEMENT = re.compile(r"statement (\d{4}-\d{2}-\d{2})(?: \((audited|unaudited)\))?")
_POLICY = re.compile(r"policy (\d+)")
_OBSERVED = re.compile(f"({'|'.join(sorted(OBSERVED))}): (.+)", re.DOTALL)
SOURCES: Mapping[str, str] = {
    "ledger": word("ledger"),
    "statement": word("financial statement"),
    "audited": word("audited financial statement"),
    "unaudited": word("unaudited financial statement"),
    Kind.REGISTRY: word("commercial register"),
    Kind.COURT: word("court and enforcement records"),
    Kind.SANCTIONS: word("sanctions lists"),
    Kind.COLLECTIONS: word("our collections"),
    Kind.BUREAU: word("credit bureau"),
    Kind.INSURER: word("credit insurer"),
    Kind.MARKET: word("market observation"),
    Kind.MASTER_DATA: word("master data"),
}


def source_name(source: str, speech: Speech) -> str:
    """Where a signal is from, in words."""
    if found := _STATEMENT.fullmatch(source):
        return speech.gettext(SOURCES[found[2] or "statement"])
    if found := _POLICY.fullmatch(source):
        return speech.gettext(word("policy version {number}")).format(number=found[1])
    if found := _OBSERVED.fullmatch(source):
        return f"{speech.gettext(SOURCES[found[1]])}: {found[2]}"
    return speech.gettext(SOURCES.get(source, source))


def signal_name(name: str) -> str:
    """The English name of a signal; its code where the catalogue does not know it."""
    return NAMES.get(name, name.replace("_", " "))


def written_value(name: str, value: SignalValue, currency: str, speech: Speech) -> str:
    """The value of a signal in its unit."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return _written_word(name, value, speech)
    unit = SIGNALS.get(name)
    if unit == AMOUNT:
        return speech.whole(Money.of(value.quantize(Decimal(1)), currency))
    if unit == SHARE:
        return speech.percent(value)
    if unit == DAYS:
        return speech.ngettext("{n} day", "{n} days", int(value)).format(n=speech.number(value, 1))
    return speech.number(value, 0 if unit == COUNT else 2)


def _written_word(name: str, value: str, speech: Speech) -> str:
    if name == "country":
        return speech.country(value)
    return speech.gettext((SECTORS if name == "sector" else WORDS).get(value, value))
