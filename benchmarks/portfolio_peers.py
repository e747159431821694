"""The features that other means compute as well, and the rates as a table that they can join.

Peers get what the kernel gets, the raw tables, and give whole numbers in units
of the last place, so that results are compared and not approximated.
"""

import pyarrow as pa

from benchmarks.ledgers import CURRENCIES
from creditflow.portfolio.book import PLACES, Ints

FEATURES = (
    *("days_beyond_terms_3m", "days_beyond_terms_6m", "days_beyond_terms_12m", "days_to_pay_12m"),
    *("paid_on_time_12m", "judged_invoices_12m", "settled_12m", "worst_days_late_12m"),
    *("late_30_share_12m", "paid_in_parts_12m", "overdue_share", "overdue_60_share"),
    *("overdue_90_share", "oldest_days_past_due", "open_disputed_share", "disputed_share_12m"),
    *("high_credit_12m", "sales_per_day_12m", "largest_purchase_12m", "sales_trend_6m"),
    *("purchases_per_month_12m", "returned_share_12m", "receivables", "exposure"),
)


def rate_table(tops: Ints, bottoms: Ints) -> pa.Table:
    """What makes minor units of `source` those of `target`."""
    pairs = [(a, b) for a in CURRENCIES for b in CURRENCIES]
    return pa.table(
        {
            "source": [a for a, _ in pairs],
            "target": [b for _, b in pairs],
            "top": [int(tops[PLACES[b], PLACES[a]]) for a, b in pairs],
            "bottom": [int(bottoms[PLACES[b], PLACES[a]]) for a, b in pairs],
        }
    )
