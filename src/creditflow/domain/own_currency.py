"""The customer's own currency: every amount of a ledger in it, at one day's rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.money import Money, decimals
from creditflow.domain.rates import Rates


@dataclass(frozen=True, slots=True)
class OwnCurrency:
    """Converts into one currency at the rates of one day, as the exposure does."""

    code: str
    rates: Rates
    on: date

    def money(self, amount: Money) -> Money:
        """The amount in the customer's currency; raises NoRate where there is no rate."""
        return self.rates.convert(amount, self.code, on=self.on).amount

    def minor(self, amount: Money) -> int:
        """The same, as minor units."""
        return self.money(amount).minor

    def factor_to(self, base_currency: str) -> Fraction:
        """Minor units of the base currency per minor unit of this one, exactly, on that day.

        Raises NoRate where there is no rate.
        """
        if self.code == base_currency:
            return Fraction(1)
        used = self.rates.convert(Money.zero(self.code), base_currency, on=self.on).used
        per_pivot = {rate.currency: Fraction(rate.per_pivot) for rate in used}
        scale = Fraction(10) ** (decimals(base_currency) - decimals(self.code))
        one = Fraction(1)
        return per_pivot.get(base_currency, one) / per_pivot.get(self.code, one) * scale

    def major(self, minor: int) -> Decimal:
        """Minor units as an exact amount in major units; a sum may be more than Money keeps."""
        return Decimal(minor).scaleb(-decimals(self.code))
