"""Read a number as people type it: an amount (2600000, 2,600,000.00, 260万, 2.6 m), or a count."""

import re
import unicodedata
from decimal import Decimal

from creditflow.domain.errors import Refusal
from creditflow.domain.money import Money
from creditflow.domain.sentences import say

_AMOUNT = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>万|亿|k|m)?", re.IGNORECASE
)
_UNITS = {"万": 10_000, "亿": 100_000_000, "k": 1_000, "m": 1_000_000}
LONGEST = 40
MOST_DIGITS = 9


class NoAmount(Refusal):
    """What was typed is not an amount."""


def read_amount(text: str, currency: str) -> Money:
    """The amount in that currency; raises NoAmount with an example of how to write it."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    plain = plain.removeprefix(currency).strip().replace(" ", "").replace("\u00a0", "")
    found = _AMOUNT.fullmatch(plain)
    if found:
        number = Decimal(found["number"].replace(",", "")) * _UNITS.get(
            (found["unit"] or "").lower(), 1
        )
        try:
            return Money.of(number, currency)
        except (ValueError, OverflowError):
            pass
    raise NoAmount(
        say(
            "“{typed}” is not an amount in {currency}. Write it like 2600000 or 2,600,000.00.",
            typed=text[:LONGEST],
            currency=currency,
        )
    )


def read_whole(text: str, *, otherwise: int) -> int:
    """The whole number that was typed, of a size that anything is counted in; else `otherwise`."""
    plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if plain else otherwise
