"""XLSX files, read without ever calculating a formula and weighed before they are opened.

A spreadsheet is a zip archive of XML. A few kilobytes can unpack into gigabytes,
and one cell in the last corner makes a reader set aside the whole area before it,
so everything is counted by a stream that keeps nothing before the reader sees it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from creditflow.domain.sentences import Sentence, say
from creditflow.sources.tables import (
    MOST_COLUMNS,
    SHEET_ERROR,
    Bounds,
    Cell,
    FileUnreadable,
    Layout,
    Row,
    empty_file,
    too_many_rows,
)

MOST_PARTS = 1000
MOST_RATIO = 200
SMALL = 20_000_000
"""Bytes that an archive may unpack into whatever its ratio."""

MOST_AREA = 40_000_000
_CHUNK = 1 << 18
_SHEET_DATA = b"sheetData"
"""Without this element a part has no cells; one that has it must not pass for a picture."""

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class _Weighed:
    """What a pass over the whole archive has counted."""

    unpacked: int = 0
    formulas: int = 0
    errors: set[tuple[int, int]] = field(default_factory=set)
    """Row and column of cells that show an error, such as a division by zero."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One sheet of a spreadsheet."""

    data: bytes = field(repr=False)
    sheet: str
    header: tuple[str, ...]
    header_line: int
    most_rows: int
    formulas: int
    """How many cells of the file are formulas; their last calculated values are read."""
    errors: frozenset[tuple[int, int]]

    def rows(self) -> Iterator[Row]:
        """The rows below the header that are not empty."""
        count = 0
        for line, cells in _rows(self.data, self.sheet, self.errors):
            if line <= self.header_line or all(cell == "" for cell in cells):
                continue
            count += 1
            if count > self.most_rows:
                raise too_many_rows(self.most_rows)
            yield line, cells


def read_sheet(data: bytes, layout: Layout, bounds: Bounds) -> SheetTable:
    """Weigh the file, choose the sheet (the named or first visible one); raises FileUnreadable."""
    weighed = _weigh(data, bounds)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
        ]
    except BaseException as error:  # noqa: BLE001 - a panic of the reader is none of Exception
        raise _broken(error) from None
    name = layout.sheet or next(iter(visible), None)
    if name is None or name not in visible:
        raise FileUnreadable(
            say("There is no visible sheet {sheet}.", sheet=layout.sheet or ""),
            say("Name one of its sheets in the column mapping (sheet: …), or show it."),
        )
    errors = frozenset(weighed.errors)
    for line, cells in _rows(data, name, errors):
        if line >= layout.header_line and any(cell != "" for cell in cells):
            header = tuple(str(cell).strip() for cell in cells)
            return SheetTable(data, name, header, line, bounds.rows, weighed.formulas, errors)
    raise empty_file()


def _rows(
    data: bytes, name: str, errors: frozenset[tuple[int, int]]
) -> Iterator[tuple[int, list[Cell]]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name)
        # The reader leaves out empty columns on the left, and shows an error as an empty cell.
        first = (sheet.start or (0, 0))[1] + 1
        lines = {line for line, _ in errors}
        for line, cells in enumerate(sheet.iter_rows(), start=1):
            if line in lines:
                for at, cell in enumerate(cells):
                    if cell == "" and (line, first + at) in errors:
                        cells[at] = SHEET_ERROR
            yield line, cells
    except GeneratorExit:
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of the reader is none of Exception
        raise _broken(error) from None


def _broken(error: BaseException) -> BaseException:
    """What to raise for an error of the reader, whose panics are no ordinary exceptions."""
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
        return error
    return _refusal(say("The spreadsheet is damaged."))


def _refusal(what: Sentence) -> FileUnreadable:
    return FileUnreadable(
        what, say("Open it in your spreadsheet program and save it as a new .xlsx file.")
    )


def _weigh(data: bytes, bounds: Bounds) -> _Weighed:
    """Unpack everything once without keeping it; raises FileUnreadable where it is too much."""
    weighed = _Weighed()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_directory(parts, len(data), bounds)
            for part in parts:
                _weigh_part(archive, part, weighed, bounds)
    except FileUnreadable:
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError,
            EOFError, OSError, LookupError, UnicodeError, expat.ExpatError):  # fmt: skip
        raise _refusal(say("The spreadsheet is damaged.")) from None
    return weighed


def _check_directory(parts: list[zipfile.ZipInfo], packed: int, bounds: Bounds) -> None:
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names:
        raise _refusal(say("The file is a zip archive, but not a spreadsheet."))
    if any("vbaProject" in name for name in names):
        raise _refusal(say("The spreadsheet contains macros."))
    size = sum(part.file_size for part in parts)
    too_dense = size > SMALL and size > MOST_RATIO * packed
    if len(parts) > MOST_PARTS or len(set(names)) < len(names) or too_dense:
        raise _bomb(bounds)
    if size > bounds.unpacked:
        raise _bomb(bounds)
    if any(part.flag_bits & 1 for part in parts):
        raise _refusal(say("The spreadsheet is protected by a password."))


def _bomb(bounds: Bounds) -> FileUnreadable:
    return FileUnreadable(
        say("The spreadsheet unpacks into more than is allowed ({most} MB) or is packed far too"
            " densely.", most=bounds.unpacked // 1_000_000),
        say("Hand the rows in as CSV, or split the file."),
    )  # fmt: skip


def _weigh_part(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, weighed: _Weighed, bounds: Bounds
) -> None:
    counter = _Counter(weighed)
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    before = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            weighed.unpacked += len(chunk)
            if weighed.unpacked > bounds.unpacked:
                raise _bomb(bounds)
            if is_xml:
                counter.parser.Parse(chunk, False)
            elif _SHEET_DATA in before + chunk:
                raise _refusal(say("The spreadsheet is damaged."))
            before = chunk[-len(_SHEET_DATA) :]
    if is_xml:
        counter.parser.Parse(b"", True)


class _Counter:
    """Counts what a part of the archive holds; refuses document type declarations."""

    def __init__(self, weighed: _Weighed) -> None:
        self._weighed = weighed
        self._in_cell = False
        self._row = self._column = self._rows = self._columns = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        # Any part may turn out to be a sheet: its name says nothing about that.
        self.parser.StartElementHandler = self._element

    def _doctype(self, *_: object) -> None:
        raise _refusal(say("The spreadsheet declares a document type, which no program writes."))

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            number = attributes.get("r", "")
            self._reach(int(number) if number.isdecimal() else self._row + 1, 0)
            self._in_cell = False
        elif name == "f" and self._in_cell:
            self._weighed.formulas += 1

    def _cell(self, attributes: dict[str, str]) -> None:
        self._in_cell = True
        place = _PLACE.fullmatch(attributes.get("r", ""))
        if place:
            self._reach(int(place[2]), _column(place[1]))
        else:
            self._reach(self._row, self._column + 1)
        if attributes.get("t") == "e":
            self._weighed.errors.add((self._row, self._column))

    def _reach(self, row: int, column: int) -> None:
        self._row, self._column = row, column
        self._rows, self._columns = max(self._rows, row), max(self._columns, column)
        if self._columns > MOST_COLUMNS or self._rows * self._columns > MOST_AREA:
            raise FileUnreadable(
                say("A sheet reaches to row {row} and column {column}.",
                    row=self._rows, column=self._columns),
                say("Delete the cells far away from the table, or hand the rows in as CSV."),
            )  # fmt: skip


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
