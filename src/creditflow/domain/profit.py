"""Profit: what a limit is expected to earn in a year, and up to which default probability.

Of a limit L a share u is used on average. What is used turns over 365 / d times
a year, d being the days that a payment takes. With margin m on the sales that
credit alone brings, yearly cost of money c and loss given default LGD,

    profit(L) = L · u · (m · 365 / d − c − PD · LGD)

and it is zero at the break-even PD = (m · 365 / d − c) / LGD: marginal return
against marginal expected loss, as in any risk-adjusted price.
"""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

from creditflow.domain.money import Money
from creditflow.domain.profit_rule import Profit, ProfitRule
from creditflow.domain.sentences import say

_YEAR = 365
_FINEST = Decimal("0.0001")


def profit_of(
    limit: Money, pd: Decimal, *, days: int, sector: str | None, rule: ProfitRule
) -> Profit:
    """What the limit is expected to earn; `days` are those until a payment comes."""
    yearly = yearly_profit(limit, pd, days=days, sector=sector, rule=rule)
    even = break_even(days=days, sector=sector, rule=rule)
    if yearly.minor >= 0:
        why = say(
            "At {limit} it is expected to earn {profit} a year. It would earn something up to a"
            " default probability of {even}, and has {pd}.",
            limit=limit,
            profit=yearly,
            even=_percent(even),
            pd=_percent(pd),
        )
    else:
        why = say(
            "At {limit} it is expected to cost {cost} a year: it earns something up to a default"
            " probability of {even}, and has {pd}. Shorter terms, cover or a guarantee would help.",
            limit=limit,
            cost=-yearly,
            even=_percent(even),
            pd=_percent(pd),
        )
    return Profit(yearly, even, why)


def yearly_profit(
    limit: Money, pd: Decimal, *, days: int, sector: str | None, rule: ProfitRule
) -> Money:
    """Expected margin less expected loss and the cost of money, rounded down; may be negative."""
    rest = _return(days, sector, rule) - Fraction(pd) * Fraction(rule.loss_given_default)
    return limit.times(Fraction(rule.use) * rest)


def break_even(*, days: int, sector: str | None, rule: ProfitRule) -> Decimal:
    """The default probability at which nothing is earned, rounded down; from 0 to 1."""
    exact = _return(days, sector, rule) / Fraction(rule.loss_given_default)
    held = min(Fraction(1), max(Fraction(0), exact))
    return (Decimal(held.numerator) / Decimal(held.denominator)).quantize(_FINEST, ROUND_FLOOR)


def _return(days: int, sector: str | None, rule: ProfitRule) -> Fraction:
    """Margin less the cost of money for one unit that is used for a year."""
    margin = rule.sector_margin.get(sector or "", rule.margin)
    turns = Fraction(_YEAR, max(1, days))
    return Fraction(margin) * Fraction(rule.only_on_credit) * turns - Fraction(rule.money_cost)


def _percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)} %"
