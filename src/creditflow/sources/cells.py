"""A cell as a domain value, whether it is a CSV file's text or a spreadsheet's typed value."""

from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TypeVar

from creditflow.domain.money import Money
from creditflow.domain.scale import number_of
from creditflow.domain.sentences import say
from creditflow.sources import amounts, days, words
from creditflow.sources.amounts import NumberForm, Unreadable
from creditflow.sources.mapping import FieldMapping
from creditflow.sources.tables import Cell, shown

T = TypeVar("T")

_PLAIN = NumberForm("1234.56")
_MOST_EXACT = 10**15
"""Spreadsheets keep fifteen digits of a number; of a larger one they have lost some."""

_PERCENT_DIGITS = 4
_RATE_DIGITS = 12
_MOST_REMEMBERED = 50_000


class FieldPlan:
    """Where a field is in this very file: a position and a column name, or a constant."""

    __slots__ = ("at", "column", "mapping", "remembered")

    def __init__(self, mapping: FieldMapping, at: int | None, column: str) -> None:
        self.mapping = mapping
        self.at = at
        self.column = column
        # Dates and codes repeat thousands of times; each text is read once.
        self.remembered: dict[str, object] = {}


def as_text(cell: Cell) -> str:
    """Text, even where a spreadsheet has made a whole number of it; raises Unreadable."""
    if type(cell) is str:
        return cell
    if isinstance(cell, bool | date | time | timedelta):
        raise Unreadable(
            say("The spreadsheet holds a date or a truth value where text belongs."),
            say("Format the column as text and type the value again."),
        )
    return id_text(cell)


def id_text(cell: Cell) -> str:
    """A code as text, even where a spreadsheet has made a whole number of it; raises Unreadable."""
    if type(cell) is str:
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell // 1:
        if abs(cell) < _MOST_EXACT:
            return str(int(cell))
        raise Unreadable(
            say("The spreadsheet has lost digits of this long number."),
            say("Format the column as text and type the number again."),
        )
    raise Unreadable(
        say("The spreadsheet holds another kind of value where a number of a document or a code"
            " belongs."),
        say("Format the column as text and type the value again."),
    )  # fmt: skip


def text(plan: FieldPlan, cell: Cell) -> str:
    """A text of one line; raises Unreadable."""
    return words.text(plan.mapping.prefix + as_text(cell))


def code(plan: FieldPlan, cell: Cell, check: Callable[[str], T]) -> T:
    """A code that `check` knows; raises Unreadable."""
    word = as_text(cell)
    known = plan.remembered
    if word not in known:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        known[word] = check(word)
    return known[word]  # type: ignore[return-value]  # one field is always read by one check


def day(plan: FieldPlan, cell: Cell) -> date:
    """A day; raises Unreadable."""
    if type(cell) is str:
        known = plan.remembered.get(cell)
        if known is None:
            if len(plan.remembered) >= _MOST_REMEMBERED:
                plan.remembered.clear()
            known = plan.remembered[cell] = days.day(cell, plan.mapping.dates)
        return known  # type: ignore[return-value]  # a field of dates remembers only dates
    if isinstance(cell, date):
        return days.typed(cell)
    return days.day(_number_text(cell), plan.mapping.dates)


def _number_text(cell: Cell) -> str:
    """A spreadsheet's number with the fifteen digits that it has, never with an exponent."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise Unreadable(
            say("The spreadsheet holds a date or a truth value where a number belongs."),
            say("Format the column as a number and type the value again."),
        )
    digits = f"{Decimal(f'{cell:.15g}'):f}" if abs(cell) < _MOST_EXACT else ""
    if not digits:
        raise Unreadable(
            say("The number is larger than a spreadsheet can keep exactly."),
            say("Check its unit, or hand the rows in as CSV."),
        )
    return digits


def _number(plan: FieldPlan, cell: Cell) -> tuple[str, NumberForm]:
    """The text of a number and the form to read it by."""
    if type(cell) is str:
        return cell, plan.mapping.numbers
    return _number_text(cell), _PLAIN


def money(plan: FieldPlan, cell: Cell, currency: str, *, negative: bool) -> Money:
    """An amount of that currency; raises Unreadable."""
    digits, form = _number(plan, cell)
    return amounts.money(digits, currency, form, negative=negative)


def whole(plan: FieldPlan, cell: Cell, least: int, most: int) -> int:
    """A whole number within bounds; raises Unreadable."""
    digits, form = _number(plan, cell)
    return amounts.whole_number(digits, form, least=least, most=most)


def rate(plan: FieldPlan, cell: Cell) -> Decimal:
    """An exchange rate; raises Unreadable."""
    digits, form = _number(plan, cell)
    below, whole, after = amounts.parts(digits, form)
    number = Decimal(f"{whole}.{after}" if after else whole)
    if below or not number or len(after) > _RATE_DIGITS or number >= 10**9:
        raise Unreadable(
            say("An exchange rate is above zero and has at most {digits} decimals.",
                digits=_RATE_DIGITS),
            say("Write how many units of the currency one unit of the base buys."),
        )  # fmt: skip
    return number


def percent(plan: FieldPlan, cell: Cell) -> Decimal:
    """A share in percent, above zero up to a hundred; raises Unreadable."""
    digits, form = _number(plan, cell)
    below, whole, after = amounts.parts(digits.removesuffix("%").rstrip(), form)
    number = Decimal(f"{whole}.{after}" if after else whole)
    if below or not 0 < number <= 100 or len(after) > _PERCENT_DIGITS:  # noqa: PLR2004 - all of it
        raise Unreadable(
            say("A percentage is above 0, at most 100 and has at most {digits} decimals.",
                digits=_PERCENT_DIGITS),
            say("Write 90 for nine tenths."),
        )  # fmt: skip
    return number


def choice(_: FieldPlan, cell: Cell, known: Sequence[str]) -> str:
    """One of the known words; raises Unreadable."""
    word = shown(cell).casefold()
    if word in known:
        return word
    raise Unreadable(
        say("This word is not known here."),
        say("Write one of {words}, or map it in the column mapping.", words=", ".join(known)),
    )


def as_said(_: FieldPlan, cell: Cell) -> str:
    """A value as its source says it: a word, a number, a day or yes and no; raises Unreadable."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return days.typed(cell).isoformat()
    said = cell if isinstance(cell, str) else _number_text(cell)
    # A number may begin with a sign, which a text may not.
    return said if number_of(said) is not None else words.text(said, most=words.MOST_ID)


def sheet_error() -> Unreadable:
    """The complaint about a cell that a spreadsheet could not calculate."""
    return Unreadable(
        say("The cell shows an error of the spreadsheet."), say("Correct the formula behind it.")
    )
