"""Plain values: exact numbers out of what a document has, and values as they may be shown."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

MOST_DIGITS = 16
LONGEST_SHOWN = 60
_NUMBER = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,16})?")


def exact(value: object) -> Decimal | None:
    """An exact number out of an int, a Decimal or its digits; a float is never exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    fits = number.is_finite() and (number == 0 or abs(number.adjusted()) < MOST_DIGITS)
    return number if fits else None


def shown(value: object) -> str:
    """A value as it may stand in a message: never long, never nested."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and abs(value) >= 10**LONGEST_SHOWN:
        return "a very large number"
    return (repr(value) if isinstance(value, str) else str(value))[:LONGEST_SHOWN]
