"""Numbers in the forms that people write, read by a grammar of our own and without any float.

A form is written as an example: `1,234.56` says that commas group thousands and
a point separates decimals. Python's own readers accept too much: `1_000`, `１２３`,
`1e300000`, `nan`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from creditflow.domain.money import MAX_MINOR, Money, decimals
from creditflow.domain.sentences import Sentence, say

FORMS: dict[str, tuple[str, str]] = {
    "1,234.56": (",", "."),
    "1.234,56": (".", ","),
    "1 234,56": (" \u00a0\u202f", ","),
    "1'234.56": ("'\u2019", "."),
    "1234.56": ("", "."),
    "1234,56": ("", ","),
}
"""Characters that group thousands, and the one before the decimals, by example."""

NEGATIVES = ("minus", "parentheses", "trailing_minus")
"""How a number may be written that is below zero."""

_UNITS = {"万": 4, "亿": 8}
_MOST_DIGITS = 25
_MOST_LENGTH = 40


class Unreadable(Exception):
    """A cell that is not what it should be: what is wrong with it, and what helps."""

    def __init__(self, what: Sentence, remedy: Sentence) -> None:
        super().__init__(str(what))
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How numbers are written in a column.

    `negatives` are the ways to write a number below zero that are understood;
    `units` says whether 万 and 亿 behind a number multiply it.
    """

    example: str
    negatives: frozenset[str] = frozenset({"minus"})
    units: bool = False


@lru_cache(maxsize=64)
def _pattern(form: NumberForm) -> re.Pattern[str]:
    groups, point = FORMS[form.example]
    whole = "[0-9]+"
    if groups:
        some = f"[{re.escape(groups)}]"
        whole = f"(?:[0-9]{{1,3}}(?:{some}[0-9]{{3}})+|[0-9]+)"
    return re.compile(f"({whole})(?:{re.escape(point)}([0-9]+))?([万亿]?)")


_NOT_DIGITS = re.compile("[^0-9]")
_WIDE = re.compile("[０-９．，－＋（）]")
_EXPONENT = re.compile(r"[+-]?[0-9][0-9.,]*[eE][+-]?[0-9]+")
_NOT_A_NUMBER = frozenset({"nan", "inf", "infinity", "+inf", "-inf", "-infinity", "#num!", "#n/a"})


def parts(text: str, form: NumberForm) -> tuple[bool, str, str]:
    """Sign, digits before and digits after the decimal separator; raises Unreadable.

    True means below zero. A unit has been worked in: `1.5万` gives `15000`.
    """
    if len(text) > _MOST_LENGTH:
        raise _not_a_number(form)
    negative, body = _sign(text, form)
    match = _pattern(form).fullmatch(body)
    if match is None:
        raise _why_not(body, form)
    whole, after, unit = _NOT_DIGITS.sub("", match[1]), match[2] or "", match[3]
    if unit:
        if not form.units:
            raise Unreadable(
                say("The number ends with a unit ({unit}).", unit=unit),
                say("Write it out, or allow units in the column mapping (units: true)."),
            )
        places = _UNITS[unit]
        after = after.ljust(places, "0")
        whole, after = whole + after[:places], after[places:]
    if len(whole) + len(after) > _MOST_DIGITS:
        raise _too_large()
    return negative, whole, after


def money(text: str, currency: str, form: NumberForm, *, negative: bool = False) -> Money:
    """The amount, exact; raises Unreadable for anything that is not one.

    `negative` says whether it may be below zero.
    """
    below, whole, after = parts(text, form)
    places = decimals(currency)
    after = after.rstrip("0")
    if len(after) > places:
        raise Unreadable(
            say("{currency} has {decimals} decimals.", currency=currency, decimals=places),
            say("Round the amount, or correct the currency."),
        )
    minor = int(whole + after.ljust(places, "0"))
    if minor > MAX_MINOR:
        raise _too_large()
    if below and minor and not negative:
        raise Unreadable(
            say("The amount is below zero, which has no meaning here."),
            say("Write a credit note as a row of its own type with a positive amount."),
        )
    return Money(-minor if below else minor, currency)


def whole_number(text: str, form: NumberForm, *, least: int, most: int) -> int:
    """A whole number within bounds; raises Unreadable."""
    below, whole, after = parts(text, form)
    if after.strip("0"):
        raise Unreadable(say("This must be a whole number."), say("Write it without decimals."))
    number = -int(whole) if below else int(whole)
    if not least <= number <= most:
        raise Unreadable(
            say("The number is not between {least} and {most}.", least=least, most=most),
            say("Check the value and its unit."),
        )
    return number


def written(amount: Money, form: NumberForm) -> str:
    """The amount as text in a form: the opposite of `money`."""
    groups, point = FORMS[form.example]
    places = decimals(amount.currency)
    digits = str(abs(amount.minor)).rjust(places + 1, "0")
    whole, after = digits[: len(digits) - places], digits[len(digits) - places :]
    if groups:
        whole = f"{int(whole):,}".replace(",", groups[0])
    text = f"{whole}{point}{after}" if places else whole
    if amount.minor >= 0:
        return text
    if "minus" in form.negatives:
        return f"-{text}"
    return f"({text})" if "parentheses" in form.negatives else f"{text}-"


def _sign(text: str, form: NumberForm) -> tuple[bool, str]:
    if text.startswith(("-", "−")):
        body, way = text[1:].lstrip(), "minus"
    elif text.startswith("(") and text.endswith(")"):
        body, way = text[1:-1].strip(), "parentheses"
    elif text.endswith("-"):
        body, way = text[:-1].rstrip(), "trailing_minus"
    else:
        return False, text
    # "-5 apples" is no number at all; the form of its sign is not the trouble.
    if way not in form.negatives and _pattern(form).fullmatch(body):
        raise Unreadable(
            say("A number below zero is written in a way that the column mapping does not name."),
            say("Add “{way}” under “negative” in the column mapping.", way=way),
        )
    return True, body


def _why_not(body: str, form: NumberForm) -> Unreadable:
    if body.startswith(("=", "+", "@")):
        return formula()
    if body.lower() in _NOT_A_NUMBER:
        return Unreadable(
            say("This is no amount: it is not finite."),
            say("Correct the formula or the export that made it."),
        )
    if _EXPONENT.fullmatch(body):
        return Unreadable(
            say("The number is written with an exponent."),
            say("Format the column as a number and export again."),
        )
    if _WIDE.search(body):
        return Unreadable(
            say("The number is written with full-width characters."),
            say("Write it with plain digits: 123."),
        )
    return _not_a_number(form)


def _not_a_number(form: NumberForm) -> Unreadable:
    return Unreadable(
        say("This is not a number of the form {form}.", form=form.example),
        say("Write digits only, or name the right form in the column mapping (numbers: …)."),
    )


def _too_large() -> Unreadable:
    return Unreadable(
        say("The amount is larger than can be kept."),
        say("Check its unit and its currency."),
    )


def formula() -> Unreadable:
    """The complaint about a cell that a spreadsheet would calculate."""
    return Unreadable(
        say("The cell looks like a formula; formulas are never calculated here."),
        say("Replace it by its value."),
    )
