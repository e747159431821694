"""CSV files in the encodings and with the separators that people's programs write."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from creditflow.domain.sentences import say
from creditflow.sources.tables import (
    MOST_COLUMNS,
    Bounds,
    BrokenRow,
    FileUnreadable,
    Layout,
    Row,
    empty_file,
    too_many_rows,
)

DELIMITERS = (",", ";", "\t")
MOST_LINES_OF_A_ROW = 50

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_CHUNK = 1 << 20
_RARE_SHARE = 0.2
_TWO_BYTES = re.compile(rb"[\x81-\xfe](?:[\x40-\xfe]|[\x30-\x39][\x81-\xfe][\x30-\x39])")
_COMMON = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\s*")


@dataclass(frozen=True, slots=True)
class SeparatedTable:
    """A CSV file whose encoding and separator are known."""

    data: bytes = field(repr=False)
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    most_rows: int

    def rows(self) -> Iterator[Row]:
        """The rows below the header that are not empty; a broken one comes as its problem."""
        count = 0
        for line, cells in _records(self.data, self.encoding, self.delimiter):
            if line <= self.header_line:
                continue
            count += 1
            if count > self.most_rows:
                raise too_many_rows(self.most_rows)
            if isinstance(cells, list) and len(cells) != len(self.header):
                yield line, _evened(cells, len(self.header), self.delimiter)
            else:
                yield line, cells


def read_separated(
    data: bytes, layout: Layout, columns: Collection[str], bounds: Bounds
) -> SeparatedTable:
    """Find encoding, separator and header; raises FileUnreadable.

    `columns` are names that a header may have, in small letters: the separator
    under which most of them appear is the one.
    """
    encoding = _encoding(data, layout.encoding)
    if b"\0" in data and not encoding.startswith(("utf-16", "utf-32")):
        raise FileUnreadable(
            say("The file contains NUL bytes, so it is not a text file."),
            say("Export it again as CSV; look at the line that is named."),
            line=data.count(b"\n", 0, data.index(b"\0")) + 1,
        )
    head, first = _head(data, encoding, layout.header_line)
    named = _SEPARATOR_LINE.fullmatch(head)
    if named:
        head, first = _head(data, encoding, first + 1)
    delimiter = layout.delimiter or (named[1] if named else _delimiter(head, columns))
    for line, cells in _records(data, encoding, delimiter):
        if line < first:
            continue
        if not isinstance(cells, list):
            raise FileUnreadable(cells.what, cells.remedy, line=line)
        if len(cells) > MOST_COLUMNS:
            raise FileUnreadable(
                say("The file has more than {most} columns.", most=MOST_COLUMNS),
                say("Leave out the columns that are not needed."),
            )
        header = tuple(name.strip() for name in cells)
        return SeparatedTable(data, encoding, delimiter, header, line, bounds.rows)
    raise empty_file()


def _records(data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str] | BrokenRow]]:  # noqa: E501  # fmt: skip
    """All records that are not empty with the line where each begins."""
    lines = _Lines(data, encoding)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            swallowed = "unexpected end" in str(error) or "field larger" in str(error)
            yield start, _unclosed(lines) if swallowed else _misquoted(lines)
            if swallowed:
                return
            continue
        if lines.number - start >= MOST_LINES_OF_A_ROW:
            yield start, _unclosed(lines)
        elif any(cells) and any(cell.strip() for cell in cells):
            yield start, cells


class _Lines:
    """The lines of a text file one by one, with those of the record that is being read."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self._lines = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline=None)
        self.number = 0
        self.seen: list[str] = []

    def begin(self) -> int:
        """A new record begins with the next line, which has this number."""
        self.seen.clear()
        return self.number + 1

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self.seen.append(line)
        return line

    @property
    def raw(self) -> str:
        """The text of the record as far as it is of use to its reader."""
        return "".join(self.seen[:MOST_LINES_OF_A_ROW])[:2000].rstrip("\n")


def _unclosed(lines: _Lines) -> BrokenRow:
    return BrokenRow(
        say("A quotation mark that opens in this row is not closed again in time."),
        say("Close it or remove it, and hand the file in again; what follows was not read."),
        lines.raw,
    )


def _misquoted(lines: _Lines) -> BrokenRow:
    return BrokenRow(
        say("A quotation mark stands in the middle of a cell."),
        say("Write two quotation marks for one inside a quoted cell, or remove it."),
        lines.raw,
    )


def _evened(cells: list[str], width: int, delimiter: str) -> list[str] | BrokenRow:
    """A row with as many cells as the header has, as long as nothing is lost by it."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return BrokenRow(
        say(
            "The row has {cells} cells, the header has {columns}.",
            cells=len(cells),
            columns=width,
        ),
        say("Put cells that contain the separator in quotation marks; add those that are missing."),
        delimiter.join(cells),
    )


def _delimiter(head: str, columns: Collection[str]) -> str:
    """The separator under which the header has most of the names, then most cells."""

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            names = next(csv.reader([head], delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return sum(name.strip().casefold() in columns for name in names), len(names)

    return max(DELIMITERS, key=fit)


def _head(data: bytes, encoding: str, least: int) -> tuple[str, int]:
    """The first line from that one on that is not empty, and its number."""
    lines = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline=None)
    for number, line in enumerate(lines, start=1):
        if number >= least and line.strip():
            return line, number
    raise empty_file()


def _encoding(data: bytes, declared: str | None) -> str:
    marked = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if marked or declared:
        encoding = marked or declared or ""
        wrong = _undecodable(data, encoding)
        if wrong is None:
            return encoding
        raise FileUnreadable(
            say("The text cannot be read as {encoding}.", encoding=encoding),
            say("Save the file as UTF-8 and hand it in again."),
            line=wrong,
        )
    wrong = _undecodable(data, "utf-8")
    if wrong is None:
        return "utf-8"
    if _undecodable(data, "gb18030") is None and _looks_chinese(data):
        return "gb18030"
    raise FileUnreadable(
        say("The text is neither UTF-8 nor GB18030, so its letters are uncertain."),
        say("Save it as UTF-8, or name the encoding in the column mapping (encoding: …)."),
        line=wrong,
    )


def _undecodable(data: bytes, encoding: str) -> int | None:
    """The line of the first bytes that are not of that encoding; None if all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            line += decoder.decode(chunk, final=start + _CHUNK >= len(data)).count("\n")
    except UnicodeDecodeError as error:
        # The decoder may hold back bytes of the chunk before; lines are near enough.
        return line + error.object[: error.start].count(b"\n")
    return None


def _looks_chinese(data: bytes) -> bool:
    """Whether the bytes beyond ASCII pair up into everyday Chinese.

    Western text, and UTF-8 with a few wrong bytes, can often be decoded as
    GB18030 too, but then most of its pairs are characters that nobody uses.
    """
    pairs = _TWO_BYTES.findall(data[:_CHUNK])
    rare = sum(_COMMON.fullmatch(pair) is None for pair in pairs)
    return bool(pairs) and rare <= _RARE_SHARE * len(pairs)
