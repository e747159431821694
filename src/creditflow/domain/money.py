"""Money: whole minor units of a named currency; no float ever touches it."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering

# ISO 4217: how many decimals a currency has. Everything not named here has two.
# A code that is not in CURRENCIES is refused, so a typing mistake never becomes money.
_DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "XAF": 0, "XOF": 0,
             "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3}  # fmt: skip
_CODES = (
    "AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK DZD EGP EUR GBP GHS HKD HUF IDR "
    "ILS INR IQD ISK JOD JPY KES KRW KWD KZT LKR LYD MAD MOP MXN MYR NGN NOK NZD OMR PEN PHP "
    "PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD UYU UZS VND XAF XOF ZAR"
)
CURRENCIES = frozenset(_CODES.split())

MAX_MINOR = 9_000_000_000_000_000
"""The largest amount kept, in minor units: it fits a BIGINT with room to add."""


def decimals(currency: str) -> int:
    """How many decimals the currency has: 2 for CNY, 0 for JPY, 3 for KWD."""
    if currency not in CURRENCIES:
        raise ValueError(f"unknown currency code: {currency!r}")
    return _DECIMALS.get(currency, 2)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (fen, cents) of one currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {self.minor!r}")
        if self.currency not in CURRENCIES:
            raise ValueError(f"unknown currency code: {self.currency!r}")
        if abs(self.minor) > MAX_MINOR:
            raise OverflowError(f"{self.minor} minor units are more than can be kept")

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """An exact amount in major units; refuses more decimals than the currency has."""
        number = Decimal(amount)
        if not number.is_finite() or number.adjusted() > 16:  # noqa: PLR2004 - beyond MAX_MINOR
            raise ValueError(f"not an amount of money: {amount}")
        # Compared before it is scaled: scaling would round what has many decimals.
        places = decimals(currency)
        if number != round(number, places):
            raise ValueError(f"{currency} has {places} decimals, not as in {amount}")
        return cls(int(number.scaleb(places)), currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing at all, but of a known currency."""
        return cls(0, currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    def __str__(self) -> str:
        return f"{self.currency} {self.major:,.{decimals(self.currency)}f}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def times(self, factor: Fraction | Decimal | int) -> "Money":
        """The amount times a factor, rounded down to whole minor units (towards −∞).

        Down, because what is computed here becomes a limit, and rounding must
        never raise a limit.
        """
        return Money(math.floor(self.minor * Fraction(factor)), self.currency)

    def rounded_down(self, step: "Money") -> "Money":
        """The largest whole multiple of `step` that is not above the amount."""
        if step.minor <= 0:
            raise ValueError("the rounding step must be above zero")
        self._same(step)
        return Money(self.minor // step.minor * step.minor, self.currency)

    def ratio(self, other: "Money") -> Fraction | None:
        """How many times `other` goes into the amount; None where other is zero."""
        divisor = self._same(other)
        return Fraction(self.minor, divisor) if divisor else None

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} are of different currencies: convert first")
        return other.minor


def total(amounts: "list[Money]", currency: str) -> Money:
    """The sum of the amounts, which must all be of this currency; zero for none."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result
