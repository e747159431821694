"""A table as it stands in a file: a header, and rows of cells with their true line numbers."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Protocol

from creditflow.domain.sentences import Sentence, say
from creditflow.sources.amounts import Unreadable

Cell = str | int | float | bool | date | time | timedelta
"""What a cell holds: always text in a CSV file, typed in a spreadsheet."""

Row = tuple[int, Sequence[Cell] | Unreadable]
"""A line number with the cells that begin there, or with why they cannot be read."""

MOST_COLUMNS = 500

SHEET_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#ERROR!"}
)
"""What a spreadsheet shows in place of a value that it cannot calculate."""

SHEET_ERROR = "#ERROR!"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is read at most: bytes as handed in, and rows."""

    bytes: int = 50_000_000
    rows: int = 2_000_000

    @property
    def unpacked(self) -> int:
        """Bytes that a spreadsheet may have once it is unpacked."""
        return 4 * self.bytes


@dataclass(frozen=True, slots=True)
class Layout:
    """What a column mapping says about the file itself; None means: find out."""

    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header_line: int = 1


class FileUnreadable(Exception):
    """The file as a whole cannot be read: what is wrong with it, what helps, and where."""

    def __init__(self, what: Sentence, remedy: Sentence, *, line: int | None = None) -> None:
        super().__init__(str(what))
        self.what = what
        self.remedy = remedy
        self.line = line


class Table(Protocol):
    """A header and the rows below it, which can be read as often as one likes."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        ...

    @property
    def header_line(self) -> int:
        """The line that the header stands in."""
        ...

    def rows(self) -> Iterator[Row]:
        """The rows that are not empty, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Again:
    """A table that is read again for the rows that are to be given back."""

    table: Table

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.table.header

    def rows(self, lines: Collection[int]) -> Mapping[int, tuple[str, ...]]:
        """The cells of these lines as text, by line."""
        found = {}
        for line, cells in self.table.rows():
            if line in lines:
                texts = (cells.raw,) if isinstance(cells, BrokenRow) else _texts(cells)
                found[line] = texts
        return found


class BrokenRow(Unreadable):
    """A row that could not be taken apart into cells, with its text as far as it is known."""

    def __init__(self, what: Sentence, remedy: Sentence, raw: str) -> None:
        super().__init__(what, remedy)
        self.raw = raw


@dataclass(frozen=True, slots=True)
class Nothing:
    """The original of a file that could not be read at all."""

    header: tuple[str, ...] = ()

    def rows(self, lines: Collection[int]) -> Mapping[int, tuple[str, ...]]:
        """No line has any cells."""
        return dict.fromkeys(lines, ())


def shown(cell: Cell) -> str:
    """A cell as text, the way its reader would write it."""
    if type(cell) is str:
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return str(cell)


def too_many_rows(most: int) -> FileUnreadable:
    """The complaint about a file with more rows than are read."""
    return FileUnreadable(
        say("The file has more than {most} rows.", most=most),
        say("Split it into several files."),
    )


def empty_file() -> FileUnreadable:
    """The complaint about a file without anything in it."""
    return FileUnreadable(
        say("The file is empty."), say("Export it again; the template shows what is needed.")
    )


def _texts(cells: Sequence[Cell] | Unreadable) -> tuple[str, ...]:
    return () if isinstance(cells, Unreadable) else tuple(shown(cell) for cell in cells)
