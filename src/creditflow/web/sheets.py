"""A sheet: the figures of a page as rows, for a file that opens rightly in Excel, or a terminal."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

Cell = str | int | float | Decimal | Fraction | date | None

_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_PLACES = 6


@dataclass(frozen=True)
class Sheet:
    """A titled table; None is an unknown figure and stays empty, never zero."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_csv(sheets: Sequence[Sheet]) -> bytes:
    """The sheets below each other, in UTF-8 with the mark by which Excel knows it.

    A text that a spreadsheet would calculate begins with an apostrophe; numbers
    have a point and no grouping, days are written 2026-03-31.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for place, sheet in enumerate(sheets):
        if len(sheets) > 1:
            writer.writerows([[]] if place else [])
            writer.writerow([_harmless(sheet.title)])
        writer.writerow(map(_harmless, sheet.head))
        writer.writerows([plain(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def plain(cell: Cell) -> str:
    """A cell as a file has it."""
    match cell:
        case None:
            return ""
        case str():
            return _harmless(cell)
        case float() | Fraction():
            return f"{float(cell):.{_PLACES}f}".rstrip("0").rstrip(".")
        case _:
            return str(cell)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_CALCULATED) else text
