"""Reading what a policy says of profit: margins, use, losses, the cost of money."""

from decimal import Decimal

from creditflow.domain.plain_data import Place
from creditflow.domain.profit_rule import ProfitRule

_LEAST = Decimal("0.01")


def read_profit(place: Place) -> ProfitRule:
    """The rule; to be thrown away where problems were noted."""
    f = place.fields(
        *("margin", "only_on_credit", "use", "loss_given_default", "money_cost"),
        optional=("sector_margin",),
    )

    def share(name: str, least: Decimal = Decimal(0)) -> Decimal:
        return f.read(name, lambda p: p.number(least, 1), Decimal(1))

    return ProfitRule(
        margin=share("margin"),
        only_on_credit=share("only_on_credit"),
        use=share("use"),
        loss_given_default=share("loss_given_default", _LEAST),
        money_cost=share("money_cost"),
        sector_margin=f.read(
            "sector_margin", lambda p: {s: m.number(0, 1) for s, m in p.entries()}, {}
        ),
    )
