"""Operations and prospects: how much a customer buys, how steadily, and what lies ahead.

Sales are invoices less credit notes, in the customer's own currency.
"""

from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.customer import Customer
from creditflow.domain.exposure import Exposure
from creditflow.domain.ledger import InvoiceType, Ledger
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.quantities import exact, root, share

LEAST_HISTORY = 30
"""Days that a first purchase is spread over, so that one order is not a daily habit."""
PEAK_DAYS = 90
QUARTER, HALF_YEAR = 91, 182
YEAR, SEASON_DAYS, LEAST_SEASON = 365, 90, 30
"""Days of a season, and how many of them must lie more than a year back to compare two years."""

MOST_TREND = Decimal(99)
"""What a trend against the year before is cut off at."""


class Sales:
    """Signed sales by day, oldest first, as they could be known on the day."""

    def __init__(self, ledger: Ledger, own: OwnCurrency) -> None:
        moves = sorted(
            (i.issued_on, own.minor(i.amount), i.type is InvoiceType.INVOICE)
            for i in ledger.invoices
        )
        self.on = own.on
        self.days = [day for day, _, _ in moves]
        self.amounts = [amount if sold else -amount for _, amount, sold in moves]
        self.sums = [0]
        for amount in self.amounts:
            self.sums.append(self.sums[-1] + amount)

    @property
    def first(self) -> date | None:
        """The day of the first document."""
        return self.days[0] if self.days else None

    def between(self, after: date, until: date) -> int:
        """Net sales after one day and until another, the last one included."""
        return self.sums[bisect_right(self.days, until)] - self.sums[bisect_right(self.days, after)]

    def last(self, days: int, *, ago: int = 0) -> int:
        """Net sales of so many days, ending so many days ago."""
        end = self.on - timedelta(days=ago)
        return self.between(end - timedelta(days=days), end)

    def year(self) -> list[int]:
        """The signed documents of the last 365 days."""
        return self.amounts[bisect_right(self.days, self.on - timedelta(days=365)) :]

    def covered(self) -> int:
        """How many of the last 365 days the history covers."""
        first = self.first
        return 0 if first is None else min(365, (self.on - first).days + 1)

    def peak(self, days: int) -> int:
        """The highest net sales of any so many days in a row within the last 365."""
        start = self.on - timedelta(days=365)
        ends = [day for day in self.days if day > start]
        return max((self.between(d - timedelta(days=days), d) for d in ends), default=0)


def operations(
    sales: Sales,
    exposure: Exposure,
    limit: Limit | None,
    own: OwnCurrency,
    annual_revenue: Decimal | None,
) -> dict[str, Decimal]:
    """The signals of operations that can be known; absent means unknown."""
    year, documents = sales.last(365), sales.year()
    invoiced = sum(amount for amount in documents if amount > 0)
    found: dict[str, Decimal | None] = {
        "limit_utilisation": _utilisation(exposure, limit, own),
        "returned_share_12m": share(invoiced - sum(documents), invoiced),
    }
    if year > 0:
        days = max(LEAST_HISTORY, sales.covered())
        peak = Fraction(max(0, sales.peak(PEAK_DAYS)), min(days, PEAK_DAYS))
        per_day = Fraction(year, days)
        found |= {
            "sales_per_day_12m": own.major(int(per_day)),
            "sales_peak_per_day_12m": own.major(int(max(peak, per_day))),
            "largest_purchase_12m": own.major(max(documents)),
            **_season(sales, own),
        }
    if sales.days:
        count = sum(1 for amount in documents if amount > 0)
        months = Fraction(max(LEAST_HISTORY, sales.covered()) * 12, 365)
        found["purchases_per_month_12m"] = exact(count / months, 1)
    if sales.covered() >= 2 * QUARTER:
        found["sales_trend_3m"] = _trend(sales, QUARTER)
    if sales.covered() == 365:  # noqa: PLR2004 - a whole year of history
        found["sales_trend_6m"] = _trend(sales, HALF_YEAR)
        found["sales_volatility_12m"] = _volatility(sales)
    if annual_revenue is not None and annual_revenue > 0 and year >= 0:
        part = Fraction(own.major(year)) / Fraction(annual_revenue)
        found["purchase_share_of_revenue"] = exact(part)
    return {name: value for name, value in found.items() if value is not None}


def pipeline(ledger: Ledger, sales: Sales, exposure: Exposure) -> dict[str, Decimal]:
    """Open orders, and how many average months of purchases they are; unknown without orders."""
    if not ledger.orders:
        return {}
    found = {"open_orders": exposure.orders.major}
    year = sales.last(365)
    if year > 0:
        found["pipeline_months"] = exact(Fraction(exposure.orders.minor * 12, year), 2)
    return found


def outlook(customer: Customer, policy: Policy) -> dict[str, Decimal]:
    """What the policy thinks of the customer's sector and country; absent where it is silent."""
    views = {
        "sector_outlook": policy.sector_outlook.get(customer.sector or ""),
        "country_outlook": policy.country_outlook.get(customer.country),
    }
    return {name: view for name, view in views.items() if view is not None}


def _season(sales: Sales, own: OwnCurrency) -> dict[str, Decimal | None]:
    """What the coming ninety days looked like a year ago, and how sales have moved since.

    The seasonal naive forecast with a trend: sales of the same season a year
    ago, to be multiplied with what the latest days sold against the same days a
    year ago (source: Hyndman and Athanasopoulos, Forecasting: Principles and
    Practice, 3rd edition, section 5.2). Both years are compared in the same
    days, so that a season is not mistaken for a trend: ninety days, or as many
    as are known, thirty at least. So thirteen months have to be known.
    """
    first = sales.first
    known = 0 if first is None else (sales.on - first).days + 1
    days = min(SEASON_DAYS, known - YEAR)
    if days < LEAST_SEASON:
        return {}
    coming, before = sales.last(SEASON_DAYS, ago=YEAR - SEASON_DAYS), sales.last(days, ago=YEAR)
    trend = share(sales.last(days) - before, before)
    return {
        "season_sales_per_day": own.major(max(0, coming) // SEASON_DAYS),
        "season_trend": None if trend is None else min(MOST_TREND, trend),
    }


def _utilisation(exposure: Exposure, limit: Limit | None, own: OwnCurrency) -> Decimal | None:
    if limit is None or limit.state is not LimitState.AMOUNT or limit.amount is None:
        return None
    return share(exposure.total.minor, own.minor(limit.amount)) if limit.in_force(own.on) else None


def _trend(sales: Sales, days: int) -> Decimal | None:
    """The last so many days by as many days before them, less one."""
    before = sales.last(days, ago=days)
    return share(sales.last(days) - before, before)


def _volatility(sales: Sales) -> Decimal | None:
    """Standard deviation of twelve 30-day sums by their mean."""
    months = [sales.last(30, ago=30 * back) for back in range(12)]
    mean = Fraction(sum(months), 12)
    if mean <= 0:
        return None
    squares = [(month - mean) * (month - mean) for month in months]
    variance = sum(squares, Fraction(0)) / 12
    return root(variance / (mean * mean), 2)
