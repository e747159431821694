"""Financial ratios: what the customer's latest statement says, and nothing it does not say.

A ratio whose figures are unknown, or whose denominator is not above zero, is
absent. Flows over less or more than twelve months are brought to a year.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.ledger import Statement
from creditflow.domain.money import Money
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.quantities import exact
from creditflow.domain.signals import SignalValue

MOST_COVERAGE = Decimal(99)
"""What interest coverage is cut off at; also its value where there is no interest to cover."""

MOST_DAYS = Decimal(9999)
"""What days of receivables and of inventory are cut off at."""

# Altman's Z″ for firms that do not manufacture, by book values: 6.56 X1 + 3.26 X2 + 6.72 X3 +
# 1.05 X4, where X1 working capital, X2 retained earnings, X3 EBIT, each by total assets, and X4
# book equity by total liabilities; its form for emerging markets adds 3.25. Source: E. I. Altman,
# "An emerging market credit scoring system for corporate bonds", Emerging Markets Review 6
# (2005); again in IJFS 6(3) 70 (2018).
_Z_BASE = Fraction("3.25")
_Z_WEIGHTS = (Fraction("6.56"), Fraction("3.26"), Fraction("6.72"), Fraction("1.05"))


@dataclass(frozen=True, slots=True)
class Figures:
    """A statement's figures in minor units; flows are per year; unknown is None."""

    revenue: Fraction | None
    cost_of_sales: Fraction | None
    ebit: Fraction | None
    interest: Fraction | None
    net_profit: Fraction | None
    operating_cash_flow: Fraction | None
    total_assets: int | None
    current_assets: int | None
    cash: int | None
    inventory: int | None
    receivables: int | None
    total_liabilities: int | None
    current_liabilities: int | None
    equity: int | None
    retained_earnings: int | None


def latest(statements: Sequence[Statement], on: date) -> Statement | None:
    """The statement to judge by: the latest period that had ended, an audited one first."""
    ended = [s for s in statements if s.period_end <= on]
    return max(ended, key=lambda s: (s.period_end, s.audited is True, s.source), default=None)


def year_before(statements: Sequence[Statement], last: Statement) -> Statement | None:
    """The statement of the same length and currency whose period ended a year earlier."""
    fitting = [
        s
        for s in statements
        if timedelta(days=350) <= last.period_end - s.period_end <= timedelta(days=380)
        and (s.months, s.currency) == (last.months, last.currency)
    ]
    return max(fitting, key=lambda s: (s.audited is True, s.period_end, s.source), default=None)


def ratios(
    statement: Statement, earlier: Statement | None, own: OwnCurrency
) -> dict[str, SignalValue]:
    """The signals of financial condition that this statement gives; absent means unknown.

    `equity_amount`, `working_capital_amount` and `annual_revenue` are in the
    customer's own currency; raises NoRate where they cannot be converted.
    """
    f = figures(statement)
    before = figures(earlier) if earlier is not None else None
    quick = _less(f.current_assets, f.inventory)
    found: dict[str, SignalValue] = {
        "statement_age_days": Decimal((own.on - statement.period_end).days),
        "statement_audited": {True: "yes", False: "no", None: None}[statement.audited],
        "current_ratio": _ratio(f.current_assets, f.current_liabilities),
        "quick_ratio": _ratio(quick, f.current_liabilities),
        "liabilities_to_assets": _ratio(f.total_liabilities, f.total_assets),
        "equity_ratio": _ratio(f.equity, f.total_assets),
        "net_margin": _ratio(f.net_profit, f.revenue),
        "interest_coverage": _covers(f.ebit, f.interest),
        "cash_flow_to_liabilities": _ratio(f.operating_cash_flow, f.total_liabilities),
        "altman_z_em": altman_z_em(f),
        "altman_z_double_prime": altman_z_double_prime(f),
        **_structure(f),
        **_efficiency(f),
        **(_growth(f, before) if before is not None else {}),
    }
    if statement.equity is not None and f.equity is not None:
        found["equity_amount"] = _amount(statement.equity, Fraction(1), own)
    found["working_capital_amount"] = _working_capital(f, statement.currency, own)
    if statement.revenue is not None and f.revenue is not None:
        found["annual_revenue"] = _amount(statement.revenue, Fraction(12, statement.months), own)
    return {name: value for name, value in found.items() if value is not None}


def _amount(figure: Money, times: Fraction, own: OwnCurrency) -> Decimal | None:
    """The amount in the customer's currency; None where it is more than can be kept."""
    try:
        return own.money(figure.times(times)).major
    except OverflowError:
        return None


def _working_capital(f: Figures, currency: str, own: OwnCurrency) -> Decimal | None:
    """Current assets less current liabilities: what is left once all that is due soon is paid."""
    if f.current_assets is None or f.current_liabilities is None:
        return None
    try:
        return own.money(Money(f.current_assets - f.current_liabilities, currency)).major
    except OverflowError:
        return None


def _structure(f: Figures) -> dict[str, SignalValue]:
    """Liquidity, leverage and coverage beside the classic ratios.

    Cash interest coverage is (operating cash flow + interest) / interest, cut
    off as interest coverage is; what is due within a year is current
    liabilities, so that operating cash flow by them is the debt service that a
    statement without a repayment plan lets one see.
    """
    before_interest = _sum(f.operating_cash_flow, f.interest)
    return {
        "cash_ratio": _ratio(f.cash, f.current_liabilities),
        "working_capital_to_assets": _ratio(
            _less(f.current_assets, f.current_liabilities), f.total_assets
        ),
        "retained_to_assets": _ratio(f.retained_earnings, f.total_assets),
        "liabilities_to_equity": _ratio(f.total_liabilities, f.equity),
        "cash_interest_coverage": _covers(before_interest, f.interest),
        "cash_flow_to_current_liabilities": _ratio(f.operating_cash_flow, f.current_liabilities),
    }


def _efficiency(f: Figures) -> dict[str, SignalValue]:
    """Profitability and turnover; days are 365 × the stock by the yearly flow."""
    return {
        "gross_margin": _ratio(_less(f.revenue, f.cost_of_sales), f.revenue),
        "operating_margin": _ratio(f.ebit, f.revenue),
        "return_on_assets": _ratio(f.net_profit, f.total_assets),
        "asset_turnover": _ratio(f.revenue, f.total_assets),
        "receivable_days": _days_of(f.receivables, f.revenue),
        "inventory_days": _days_of(f.inventory, f.cost_of_sales),
    }


def _growth(f: Figures, before: Figures) -> dict[str, SignalValue]:
    """Growth since the statement of the year before: the difference by the earlier figure."""
    return {
        "revenue_growth": _ratio(_less(f.revenue, before.revenue), before.revenue),
        "equity_growth": _ratio(_less(f.equity, before.equity), before.equity),
        "assets_growth": _ratio(_less(f.total_assets, before.total_assets), before.total_assets),
    }


def figures(statement: Statement) -> Figures:
    """The statement's figures; one in another currency than the statement's is unknown."""

    def stock(name: str) -> int | None:
        amount = getattr(statement, name)
        return (
            amount.minor if amount is not None and amount.currency == statement.currency else None
        )

    def flow(name: str) -> Fraction | None:
        amount = stock(name)
        known = amount is not None and statement.months > 0
        return Fraction(amount or 0) * Fraction(12, statement.months) if known else None

    return Figures(
        revenue=flow("revenue"),
        cost_of_sales=flow("cost_of_sales"),
        ebit=flow("ebit"),
        interest=flow("interest_expense"),
        net_profit=flow("net_profit"),
        operating_cash_flow=flow("operating_cash_flow"),
        total_assets=stock("total_assets"),
        current_assets=stock("current_assets"),
        cash=stock("cash"),
        inventory=stock("inventory"),
        receivables=stock("receivables"),
        total_liabilities=stock("total_liabilities"),
        current_liabilities=stock("current_liabilities"),
        equity=stock("equity"),
        retained_earnings=stock("retained_earnings"),
    )


def altman_z_em(f: Figures) -> Decimal | None:
    """Altman's emerging-market score; above 5.85 counts as safe, below 4.35 as distress."""
    plain = _z_double_prime(f)
    return None if plain is None else exact(_Z_BASE + plain, 2)


def altman_z_double_prime(f: Figures) -> Decimal | None:
    """Altman's Z″; above 2.6 counts as safe, below 1.1 as distress."""
    plain = _z_double_prime(f)
    return None if plain is None else exact(plain, 2)


def _z_double_prime(f: Figures) -> Fraction | None:
    capital = _less(f.current_assets, f.current_liabilities)
    parts = (
        _fraction(capital, f.total_assets),
        _fraction(f.retained_earnings, f.total_assets),
        _fraction(f.ebit, f.total_assets),
        _fraction(f.equity, f.total_liabilities),
    )
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return sum((w * x for w, x in zip(_Z_WEIGHTS, known, strict=True)), Fraction(0))


def _covers(earned: Fraction | None, interest: Fraction | None) -> Decimal | None:
    """How many times what was earned covers the interest, cut off at MOST_COVERAGE."""
    if earned is None or interest is None or interest < 0:
        return None
    if interest == 0:
        return MOST_COVERAGE if earned >= 0 else -MOST_COVERAGE
    return max(-MOST_COVERAGE, min(MOST_COVERAGE, exact(earned / interest, 2)))


def _days_of(stock: int | None, flow: Fraction | None) -> Decimal | None:
    part = _fraction(stock, flow)
    return None if part is None or part < 0 else min(MOST_DAYS, exact(365 * part, 1))


Figure = Fraction | int | None


def _sum(a: Figure, b: Figure) -> Fraction | None:
    return None if a is None or b is None else Fraction(a) + Fraction(b)


def _less(a: Figure, b: Figure) -> Fraction | None:
    return None if a is None or b is None else Fraction(a) - Fraction(b)


def _fraction(part: Figure, whole: Figure) -> Fraction | None:
    return None if part is None or whole is None or whole <= 0 else Fraction(part) / Fraction(whole)


def _ratio(part: Figure, whole: Figure) -> Decimal | None:
    value = _fraction(part, whole)
    return None if value is None else exact(value)
