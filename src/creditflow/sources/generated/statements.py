"""Statements: balance sheets and results that add up and fit what a customer buys from us."""

from collections.abc import Iterator
from datetime import date

from creditflow.sources.generated.business_days import first_of_month, last_of_month
from creditflow.sources.generated.dice import Dice
from creditflow.sources.generated.profiles import Profile

_STATEMENT_STREAM = 1 << 30
_DAYS_TO_PUBLISH = 110
_BP = 10_000
# By the name of the column; whole currency units, None where it is not given.
Figures = dict[str, int | None]


class Company:
    """What stays the same in a company's books from one year to the next."""

    __slots__ = ("behaviour", "dice", "fixed", "inventory_days", "overhead", "receivable_days",
                 "short_share", "treasury")  # fmt: skip

    def __init__(self, dice: Dice, profile: Profile) -> None:
        self.dice = dice
        self.behaviour = profile.behaviour
        self.overhead = dice.between(900, 2600)  # basis points of revenue
        self.receivable_days = dice.between(35, 95)
        self.inventory_days = dice.between(20, 100)
        self.treasury = max(150, 500 + self.behaviour.ebit * 3 // 4 + dice.between(-200, 500))
        self.fixed = dice.between(1500, 5200)
        self.short_share = dice.between(62, 94)  # percent of liabilities due within a year

    def assets(self, revenue: int, cost: int) -> dict[str, int]:
        """The left side of the balance sheet."""
        dice = self.dice
        cash = revenue * self.treasury // _BP * dice.between(80, 120) // 100
        receivables = revenue * self.receivable_days // 365 * dice.between(92, 108) // 100
        inventory = cost * self.inventory_days // 365 * dice.between(92, 108) // 100
        other = revenue * dice.between(80, 320) // _BP
        current = cash + receivables + inventory + other
        return {
            "total_assets": current + revenue * self.fixed // _BP,
            "current_assets": current,
            "cash": cash,
            "inventory": inventory,
            "receivables": receivables,
        }

    def result(self, revenue: int, owed: int) -> dict[str, int]:
        """The year's profit and loss; `owed` is what carried interest."""
        ebit = revenue * self.dice.around(self.behaviour.ebit, 170) // _BP
        interest = owed * self.dice.between(120, 260) // _BP
        before_tax = ebit - interest
        tax = before_tax // 4 if before_tax > 0 else 0
        return {
            "revenue": revenue,
            "cost_of_sales": revenue - ebit - revenue * self.overhead // _BP,
            "ebit": ebit,
            "interest_expense": interest,
            "net_profit": before_tax - tax,
        }


def statements(profile: Profile, *, until: date, seed: int) -> Iterator[tuple[date, str, Figures]]:
    """Period end, "yes"/"no"/"" for audited, and the figures, of none, one or two years."""
    dice = Dice(seed, profile.number + _STATEMENT_STREAM)
    if not dice.chance(profile.behaviour.statement):
        return
    years = _years(Company(dice, profile), _revenue(dice, profile))
    end = _period_end(dice, profile.country, until)
    given = 2 if dice.chance(62) else 1
    audited = dice.weighted((("yes", 62), ("no", 30), ("", 8)))
    gaps = audited != "yes" and dice.chance(40)
    for back, year in ((1, years[0]), (0, years[1]))[2 - given :]:
        figures: Figures = {**year}
        if gaps:
            figures.update(operating_cash_flow=None, retained_earnings=None)
        yield last_of_month(end.replace(year=end.year - back, day=1)), audited, figures


def _revenue(dice: Dice, profile: Profile) -> int:
    """Revenue of the last year in whole units: we are a supplier of some percent of its costs."""
    bought = profile.monthly * 12 // 100
    share = min(max(dice.stretch_bp(0.7) * 420 // _BP, 90), 2400)
    return bought * _BP // share + dice.below(bought + 1)


def _period_end(dice: Dice, country: str, until: date) -> date:
    """The last fiscal year that can be known; one in ten is older than it should be."""
    month = 12 if country == "CN" or dice.chance(75) else dice.pick((3, 6, 9))
    stale = dice.between(1, 2) if dice.chance(10) else 0
    end = last_of_month(date(until.year, month, 1))
    while (until - end).days < _DAYS_TO_PUBLISH:
        end = last_of_month(first_of_month(end, 12))
    return last_of_month(first_of_month(end, 12 * stale))


def _years(company: Company, revenue: int) -> tuple[dict[str, int], dict[str, int]]:
    """Two years that roll forward: equity grows by profit less dividend, capital stays."""
    dice, behaviour = company.dice, company.behaviour
    growth = dice.around(behaviour.growth, 500)
    before = _year(company, revenue * _BP // (_BP + growth), None)
    return before, _year(company, revenue, before)


def _year(company: Company, revenue: int, before: dict[str, int] | None) -> dict[str, int]:
    dice = company.dice
    owed = before["total_liabilities"] if before else revenue * 35 // 100
    result = company.result(revenue, max(owed, 0))
    assets = company.assets(revenue, result["cost_of_sales"])
    total = assets["total_assets"]
    if before is None:
        share = min(max(dice.around(company.behaviour.equity, 800), -1200), 8200)
        equity = total * share // _BP
        capital = max(total * dice.between(700, 1800) // _BP, equity // 4)
    else:
        capital = before["equity"] - before["retained_earnings"]
        equity = before["equity"] + result["net_profit"]
        equity = min(equity, total * 85 // 100)  # what is more than enough is paid out
    liabilities = total - equity
    depreciation = revenue * 240 // _BP
    return {
        **result,
        **assets,
        "total_liabilities": liabilities,
        "current_liabilities": liabilities * company.short_share // 100,
        "equity": equity,
        "retained_earnings": equity - capital,
        "operating_cash_flow": result["net_profit"] + depreciation
        + revenue * dice.between(-240, 200) // _BP,
    }  # fmt: skip
