"""One row at a time: a row hands out its fields as domain values and remembers what is wrong.

A field that cannot be read gives a stand-in, so that all the problems of a row
are found in one go; whoever builds something from a row asks `failed` at the end.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from creditflow.domain.hand_in import RowProblem, Severity, shortened
from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence, say
from creditflow.sources import cells, words
from creditflow.sources.amounts import Unreadable
from creditflow.sources.cells import FieldPlan
from creditflow.sources.mapping import FieldMapping, Profile
from creditflow.sources.tables import SHEET_ERRORS, Cell, shown

T = TypeVar("T")

_SOME_DAY = date(2000, 1, 1)
_SOME_CURRENCY = "KWD"  # with as many decimals as any, so that amounts pass


class RowReader:
    """The fields of one kind in the row that was last put in."""

    __slots__ = ("_cells", "_empty", "_escaped", "_no", "_plans", "_yes", "failed", "line",
                 "problems")  # fmt: skip

    def __init__(self, plans: Mapping[str, FieldPlan], profile: Profile, *, escaped: bool) -> None:
        self._plans = plans
        self._empty, self._yes, self._no = profile.empty, profile.yes, profile.no
        self._escaped = escaped
        self._cells: Sequence[Cell] = ()
        self.line = 0
        self.failed = False
        self.problems: list[RowProblem] = []

    def put(self, line: int, row: Sequence[Cell]) -> None:
        """Go on to this row."""
        self.line, self._cells, self.failed = line, row, False

    def has(self, name: str) -> bool:
        """Whether the field stands in the row with something in it."""
        return self._cell(name) != ""

    def given(self) -> frozenset[str]:
        """The fields that the file speaks of."""
        return frozenset(self._plans)

    # ------------------------------------------------------------------ what fields hold

    def id(self, name: str) -> str:
        """What something is known by; refused where it is empty."""
        return self._needed(name, self._id, "-")

    def optional_id(self, name: str) -> str | None:
        """What something is known by, or None."""
        return self._optional(name, self._id)

    def text(self, name: str) -> str:
        """A text of one line; refused where it is empty."""
        return self._needed(name, cells.text, "-")

    def optional_text(self, name: str) -> str | None:
        """A text of one line, or None."""
        return self._optional(name, cells.text)

    def said(self, name: str) -> str:
        """A value as its source says it, whatever it is; refused where it is empty."""
        return self._needed(name, cells.as_said, "-")

    def code(self, name: str, check: Callable[[str], T], otherwise: T) -> T:
        """A code that `check` knows; `otherwise` stands in for one that is wrong."""
        return self._needed(name, lambda plan, cell: cells.code(plan, cell, check), otherwise)

    def optional_code(self, name: str, check: Callable[[str], T]) -> T | None:
        """A code that `check` knows, or None."""
        return self._optional(name, lambda plan, cell: cells.code(plan, cell, check))

    def currency(self, name: str = "currency") -> str:
        """An ISO 4217 code."""
        return self.code(name, words.currency, _SOME_CURRENCY)

    def emails(self, name: str) -> str | None:
        """E-mail addresses, set apart by semicolons, or None."""
        return self._optional(name, lambda _, cell: words.emails(cells.as_text(cell)))

    def day(self, name: str) -> date:
        """A day; refused where it is empty."""
        return self._needed(name, cells.day, _SOME_DAY)

    def optional_day(self, name: str) -> date | None:
        """A day, or None."""
        return self._optional(name, cells.day)

    def money(self, name: str, currency: str, *, negative: bool = False) -> Money:
        """An amount; refused where it is empty."""
        zero = Money(0, currency)
        return self._needed(name, lambda p, c: cells.money(p, c, currency, negative=negative), zero)

    def optional_money(self, name: str, currency: str, *, negative: bool = False) -> Money | None:
        """An amount, or None where the cell is empty: unknown is not zero."""
        return self._optional(name, lambda p, c: cells.money(p, c, currency, negative=negative))

    def optional_money_or(
        self, name: str, currency: str, otherwise: Mapping[str, T]
    ) -> Money | T | None:
        """An amount, or what one of those words stands for; None where the cell is empty."""
        return self._optional(
            name,
            lambda plan, cell: (
                otherwise[word]
                if (word := shown(cell).casefold()) in otherwise
                else cells.money(plan, cell, currency, negative=False)
            ),
        )

    def number(self, name: str, *, least: int, most: int) -> int:
        """A whole number within bounds; refused where it is empty."""
        return self._needed(name, lambda p, c: cells.whole(p, c, least, most), least)

    def optional_number(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number within bounds, or None."""
        return self._optional(name, lambda p, c: cells.whole(p, c, least, most))

    def percent(self, name: str) -> Decimal:
        """A share in percent, above zero up to a hundred."""
        return self._needed(name, cells.percent, Decimal(100))

    def rate(self, name: str) -> Decimal:
        """An exchange rate above zero."""
        return self._needed(name, cells.rate, Decimal(1))

    def yes_no(self, name: str) -> bool | None:
        """True for one of the words for yes, False for one of those for no, None if empty."""
        return self._optional(name, self._yes_no)

    def choice(self, name: str, known: Sequence[str]) -> str | None:
        """One of the known words, or None where it is empty."""
        return self._optional(name, lambda plan, cell: cells.choice(plan, cell, known))

    # ------------------------------------------------------------------ complaints

    def complain(self, name: str, what: Sentence, remedy: Sentence) -> None:
        """The row stays out for this reason."""
        self._note(name, what, remedy, Severity.ERROR)
        self.failed = True

    def warn(self, name: str, what: Sentence, remedy: Sentence) -> None:
        """The row is kept, but somebody should look at it."""
        self._note(name, what, remedy, Severity.WARNING)

    def _note(self, name: str, what: Sentence, remedy: Sentence, severity: Severity) -> None:
        plan = self._plans.get(name)
        column = plan.column if plan else name
        cell = self._cells[plan.at] if plan and plan.at is not None else ""
        value = shortened(shown(cell))
        self.problems.append(RowProblem(self.line, column, value, what, remedy, severity))

    # ------------------------------------------------------------------ reading

    def _cell(self, name: str) -> Cell:
        plan = self._plans.get(name)
        if plan is None:
            return ""
        mapping = plan.mapping
        if plan.at is None:
            return mapping.constant or ""
        cell = self._cells[plan.at]
        if type(cell) is not str:
            return _mapped(mapping, shown(cell)) if mapping.values else cell
        text = cell.strip()
        if self._escaped and text.startswith("'") and text[1:2] in {"=", "+", "-", "@"}:
            text = text[1:]
        if text in self._empty:
            return ""
        return _mapped(mapping, text) if mapping.values else text

    def _needed(self, name: str, read: Callable[[FieldPlan, Cell], T], otherwise: T) -> T:
        cell = self._cell(name)
        if cell == "":
            self.complain(name, say("The cell is empty."), say("Fill it in; the row needs it."))
            return otherwise
        value = self._read(name, cell, read)
        return otherwise if value is None else value

    def _optional(self, name: str, read: Callable[[FieldPlan, Cell], T]) -> T | None:
        cell = self._cell(name)
        return None if cell == "" else self._read(name, cell, read)

    def _read(self, name: str, cell: Cell, read: Callable[[FieldPlan, Cell], T]) -> T | None:
        try:
            if type(cell) is str and cell[0] == "#" and cell in SHEET_ERRORS:
                raise cells.sheet_error()
            return read(self._plans[name], cell)
        except Unreadable as no:
            self.complain(name, no.what, no.remedy)
            return None

    def _id(self, plan: FieldPlan, cell: Cell) -> str:
        text = cells.id_text(cell)
        if plan.mapping.whole_number and text.endswith(".0") and text[:-2].isdigit():
            text = text[:-2]
        return words.id_(plan.mapping.prefix + text)

    def _yes_no(self, _: FieldPlan, cell: Cell) -> bool:
        if isinstance(cell, bool):
            return cell
        word = shown(cell).casefold()
        if word in self._yes or word in self._no:
            return word in self._yes
        raise Unreadable(
            say("This is neither a word for yes nor one for no."),
            say("Write {yes} or {no}.", yes=min(self._yes), no=min(self._no)),
        )


def _mapped(mapping: FieldMapping, text: str) -> str:
    return mapping.values.get(text, "" if mapping.others_empty else text)
