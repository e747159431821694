"""Say what every signal means: its formula, as the evidence's reader and the reference show it."""

from collections.abc import Mapping

from creditflow.web.naming import word

DEFINITIONS: Mapping[str, str] = {
    "days_beyond_terms_3m": word(
        "Days late by amount: Σ(amount × days late) / Σ amount, of what was paid within 91 days"
        " or is overdue now; early counts as zero."
    ),
    "days_beyond_terms_6m": word("The same over 182 days."),
    "days_beyond_terms_12m": word("The same over 365 days."),
    "lateness_trend": word("Days beyond terms of 3 months less those of 12 months."),
    "lateness_slope_12m": word(
        "Slope of the least-squares line through the mean days late of the last twelve periods "
        "of 30 days, in days per month; at least three periods. A delay counts up to 180 days."
    ),
    "lateness_ewma_12m": word(
        "Exponentially weighted mean of the same twelve means, the latest counting one third."
    ),
    "lateness_spread_12m": word(
        "Standard deviation of the days late of what was paid within 365 days or is overdue now."
    ),
    "worst_days_late_12m": word(
        "The largest number of days late among what was paid within 365 days or is overdue now."
    ),
    "days_to_pay_12m": word(
        "Σ(amount × days from issue to payment) / Σ amount of what was paid within 365 days."
    ),
    "paid_on_time_12m": word("Share of invoices, by number, that were not late."),
    "paid_on_time_amount_12m": word("Share of invoices, by amount, that were not late."),
    "paid_on_time_count_12m": word("Number of invoices of 12 months that were not late."),
    "judged_invoices_12m": word(
        "Number of invoices that were paid within 365 days or are overdue now, disputed ones "
        "left out."
    ),
    "settled_12m": word("Number of invoices that were paid in full within 365 days."),
    "late_5_share_12m": word("Share of invoices, by number, that were 5 or more days late."),
    "late_30_share_12m": word("Share of invoices, by amount, that were 30 or more days late."),
    "paid_in_parts_12m": word("Share of the paid invoices that took more than one payment."),
    "overdue_share": word("Overdue part of the undisputed open balance."),
    "overdue_1_30_share": word(
        "Part of the undisputed open balance that is 1 to 30 days past due."
    ),
    "overdue_31_60_share": word(
        "Part of the undisputed open balance that is 31 to 60 days past due."
    ),
    "overdue_61_90_share": word(
        "Part of the undisputed open balance that is 61 to 90 days past due."
    ),
    "overdue_60_share": word(
        "Part of the undisputed open balance that is more than 60 days past due."
    ),
    "overdue_90_share": word(
        "Part of the undisputed open balance that is more than 90 days past due."
    ),
    "overdue_90_months": word(
        "What is more than 90 days past due, in average months of purchases; 99 where nothing "
        "is bought any more."
    ),
    "oldest_days_past_due": word(
        "Days past due of the oldest undisputed open invoice; 0 where none is overdue."
    ),
    "roll_rate_30_12m": word(
        "Of the amounts that were late at all, the share that became more than 30 days late; "
        "invoices due within a year that had the time to."
    ),
    "roll_rate_60_12m": word(
        "Of the amounts more than 30 days late, the share that became more than 60 days late."
    ),
    "roll_rate_90_12m": word(
        "Of the amounts more than 60 days late, the share that became more than 90 days late."
    ),
    "dso_countback": word(
        "Days sales outstanding by counting back: the sales of the latest 30 days are taken off"
        " the open balance, then those of the 30 days before, and so on; 360 stands for that or"
        " more."
    ),
    "disputed_share_12m": word("Disputed share, by amount, of the invoices of 365 days."),
    "open_disputed_share": word("Disputed part of the open balance."),
    "oldest_disputed_days": word(
        "Days since the issue of the oldest disputed open invoice; 0 where none is."
    ),
    "high_credit_12m": word("The highest end-of-day balance of 12 months."),
    "balance_to_high_credit": word("The open balance by the highest balance of 12 months."),
    "tenure_days": word(
        "Days since the first invoice or the day in master data, whichever is earlier."
    ),
    "broken_promises_12m": word(
        "Payment promises of 12 months that were not kept, as our collections counted them."
    ),
    "insolvency": word("Whether a court has opened insolvency proceedings."),
    "dishonest_debtor": word(
        "Whether the courts list it as a dishonest judgment debtor (失信被执行人)."
    ),
    "court_cases_12m": word("Court cases of 12 months in which it is the defendant."),
    "enforcements_12m": word("Enforcement proceedings of 12 months against it."),
    "sanctioned": word("Whether it stands on a sanctions list."),
    "bureau_standing": word(
        "A credit bureau's grade on its own scale, brought to 0 (worst) to 1 (best)."
    ),
    "insurer_standing": word(
        "A credit insurer's grade on its own scale, brought to 0 (worst) to 1 (best)."
    ),
    "statement_age_days": word("Days since the end of the statement's period."),
    "statement_audited": word("Whether the statement is audited."),
    "current_ratio": word("Current assets / current liabilities."),
    "quick_ratio": word("(Current assets − inventory) / current liabilities."),
    "cash_ratio": word("Cash / current liabilities."),
    "working_capital_to_assets": word("(Current assets − current liabilities) / total assets."),
    "retained_to_assets": word("Retained earnings / total assets."),
    "liabilities_to_assets": word("Total liabilities / total assets."),
    "liabilities_to_equity": word("Total liabilities / equity."),
    "equity_ratio": word("Equity / total assets."),
    "gross_margin": word("(Revenue − cost of sales) / revenue."),
    "operating_margin": word("EBIT / revenue."),
    "net_margin": word("Net profit / revenue."),
    "return_on_assets": word("Net profit of a year / total assets."),
    "asset_turnover": word("Revenue of a year / total assets."),
    "receivable_days": word("365 × receivables / revenue of a year."),
    "inventory_days": word("365 × inventory / cost of sales of a year."),
    "interest_coverage": word("EBIT / interest expense, cut off at ±99."),
    "cash_interest_coverage": word(
        "(Operating cash flow + interest expense) / interest expense, cut off at ±99."
    ),
    "cash_flow_to_current_liabilities": word(
        "Operating cash flow of a year / current liabilities: the debt service that a statement"
        " lets one see."
    ),
    "cash_flow_to_liabilities": word("Operating cash flow of a year / total liabilities."),
    "altman_z_em": word(
        "3.25 + 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4; above 5.85 safe, below 4.35 distress "
        "(Altman 2005)."
    ),
    "altman_z_double_prime": word(
        "6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4; above 2.6 safe, below 1.1 distress (Altman 2005)."
    ),
    "revenue_growth": word("Revenue against the statement of the year before, less one."),
    "equity_growth": word("Equity against the statement of the year before, less one."),
    "assets_growth": word("Total assets against the statement of the year before, less one."),
    "equity_amount": word("Equity, in the customer's currency."),
    "season_sales_per_day": word(
        "Net sales of the ninety days that followed the same day a year ago, by ninety. Known where"
        " the history is at least 395 days long."
    ),
    "season_trend": word(
        "Net sales of the last ninety days (thirty at least, where no more is known) by those of"
        " the same days a year ago, less one; 99 at most."
    ),
    "working_capital_amount": word(
        "Current assets less current liabilities, in the customer's currency."
    ),
    "annual_revenue": word("Revenue of a year, in the customer's currency."),
    "sales_per_day_12m": word("Our net sales of 365 days by the days of history, at least 30."),
    "sales_peak_per_day_12m": word("Our net sales per day in the busiest 90 days of 365."),
    "largest_purchase_12m": word("The largest invoice of 365 days."),
    "sales_trend_3m": word("Net sales of 91 days against the 91 days before, less one."),
    "sales_trend_6m": word("Net sales of 182 days against the 182 days before, less one."),
    "sales_volatility_12m": word(
        "Standard deviation by mean of the net sales of twelve periods of 30 days."
    ),
    "purchases_per_month_12m": word("Invoices per month over 365 days."),
    "days_since_last_purchase": word("Days since the latest invoice."),
    "purchase_gap": word(
        "Days since the latest invoice by the usual gap between days with purchases; at least "
        "three such days within 365."
    ),
    "returned_share_12m": word("Credit notes of 365 days by the invoices of 365 days."),
    "limit_utilisation": word("Exposure by the limit in force."),
    "purchase_share_of_revenue": word("Our net sales of 365 days by its yearly revenue."),
    "registry_status": word(
        "Its status in the commercial register: active, abnormal, in liquidation, deregistered."
    ),
    "registered_days": word("Days since it was registered."),
    "sector": word("Its line of business, from master data."),
    "country": word("Its country, from master data."),
    "sector_outlook": word("The policy's view of its line of business, −1 to 1."),
    "country_outlook": word("The policy's view of its country, −1 to 1."),
    "open_orders": word("Orders that are not delivered yet."),
    "pipeline_months": word("Open orders in average months of purchases."),
    "competition": word(
        "How hard others compete for it, in its sector or in its country, −1 (hardly at all) to 1"
        " (very hard); the lowest of what is fresh."
    ),
    "market_outlook": word(
        "What others expect of it, of its sector or of its country, −1 to 1; the lowest of what"
        " is fresh."
    ),
}
"""The definition of every signal in the catalogue."""


def definition(name: str) -> str:
    """The English definition of a signal; nothing where the catalogue does not know it."""
    return DEFINITIONS.get(name, "")
