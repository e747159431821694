"""What a customer is expected to earn, as policy data: margins, use of limits, cost of money."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence


@dataclass(frozen=True, slots=True)
class ProfitRule:
    """All are shares of one.

    `margin` is that of sales before losses and money, `sector_margin` the same
    by sector. `only_on_credit` is the part of sales that would be lost without
    credit, `use` the average use of a limit, `loss_given_default` the part of
    what is used that a default loses, `money_cost` the yearly cost of money.
    """

    margin: Decimal
    only_on_credit: Decimal
    use: Decimal
    loss_given_default: Decimal
    money_cost: Decimal
    sector_margin: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Profit:
    """What a limit is expected to earn in a year, and the PD at which it would earn nothing."""

    yearly: Money
    break_even: Decimal
    why: Sentence
