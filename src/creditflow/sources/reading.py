"""Read a handed-in file: good rows become domain values, bad ones problems; never a traceback."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.hand_in import REASON, HandIn, Kind, RowProblem, Severity, shortened
from creditflow.domain.sentences import Sentence, say
from creditflow.sources.amounts import Unreadable
from creditflow.sources.columns import plans, understood
from creditflow.sources.documents import BUILDERS, Build, Found
from creditflow.sources.loading import load_profile, profile_names
from creditflow.sources.mapping import KindMapping, Profile
from creditflow.sources.rows import RowReader
from creditflow.sources.separated import read_separated
from creditflow.sources.spreadsheets import SheetTable, read_sheet
from creditflow.sources.tables import (
    Again,
    Bounds,
    FileUnreadable,
    Nothing,
    Table,
    empty_file,
)

__all__ = ["Profile", "load_profile", "profile_names", "read_hand_in", "safe_name"]

MOST_PROBLEMS = 100_000
"""A file with more problems than this was read by the wrong mapping, and nothing of it is kept."""

_SEPARATED = (".csv", ".txt", ".tsv")
_SPREADSHEET = ".xlsx"
_MAGIC = (b"MZ", b"\x7fELF", b"%PDF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x89PNG", b"GIF8",
          b"\xff\xd8\xff", b"{\\rtf", b"\xca\xfe\xba\xbe")  # fmt: skip
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|!--|script|svg)", re.IGNORECASE)  # noqa: E501  # fmt: skip


def read_hand_in(
    data: bytes,
    file_name: str,
    *,
    profile: Profile,
    kinds: Collection[str] | None = None,
    source: str = "own",
    most_bytes: int = Bounds().bytes,
    most_rows: int = Bounds().rows,
    languages: Collection[str] = LANGUAGES,
) -> HandIn:
    """Read a CSV or XLSX file by a column mapping; every problem is in the result.

    `kinds` are the kinds of rows to read from it; None means all that the mapping
    finds. `source` names the system that the documents come from. `most_bytes` and
    `most_rows` bound the file; `languages` are those of letters. Raises ValueError
    for a kind that there is not.
    """
    chosen = None if kinds is None else {Kind(kind) for kind in kinds}
    named = sorted(chosen or ())
    way = hashlib.sha256(repr((profile.digest, named, source)).encode()).hexdigest()
    digest, name = hashlib.sha256(data).hexdigest(), safe_name(file_name)
    hand_in = HandIn(digest, name, source, way, Nothing())
    try:
        table = _table(data, file_name, profile, Bounds(most_bytes, most_rows))
        return _Reading(table, profile, chosen, hand_in, languages).result()
    except FileUnreadable as no:
        problem = RowProblem(no.line, "", "", no.what, no.remedy)
        return replace(hand_in, problems=(problem,), refused=True)


def safe_name(file_name: str) -> str:
    """The file's name without any folder, invisible characters or excessive length."""
    name = re.split(r"[/\\]", file_name)[-1]
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 8:  # noqa: PLR2004 - no suffix is longer
        return shortened(name, 100) or "unnamed"
    return shortened(stem, 100) + "." + shortened(suffix, 8)


def _table(data: bytes, file_name: str, profile: Profile, bounds: Bounds) -> Table:
    if not data.strip():
        raise empty_file()
    if len(data) > bounds.bytes:
        raise FileUnreadable(
            say("The file is larger than {most} MB.", most=bounds.bytes // 1_000_000),
            say("Split it into several files."),
        )
    suffix = "." + file_name.lower().rpartition(".")[2]
    if suffix not in (*_SEPARATED, _SPREADSHEET):
        raise FileUnreadable(
            say("Files of this type are not read."), say("Hand in a .csv or .xlsx file.")
        )
    _check_content(data, is_spreadsheet=suffix == _SPREADSHEET)
    if suffix == _SPREADSHEET:
        return read_sheet(data, profile.layout, bounds)
    return read_separated(data, profile.layout, understood(profile), bounds)


def _check_content(data: bytes, *, is_spreadsheet: bool) -> None:
    """What is inside must be what the name says."""
    head = data[:512]
    what = None
    if head.startswith(_OLD_OFFICE):
        what = say("This is a spreadsheet of the old kind (.xls) or one with a password.")
    elif head.startswith(_MAGIC):
        what = say("This is a program, a picture or an archive, not a table.")
    elif _MARKUP.match(head):
        what = say("This is a web page or XML, not a table.")
    elif head.startswith(_ZIP) != is_spreadsheet:
        what = say("The content of the file is not what its name says.")
    if what:
        raise FileUnreadable(
            what, say("Open it in your spreadsheet program and save it as .csv or .xlsx.")
        )


def _remark(what: Sentence, remedy: Sentence) -> RowProblem:
    return RowProblem(None, "", "", what, remedy, Severity.WARNING)


class _Reading:
    """One pass over the rows of a table."""

    def __init__(
        self, table: Table, profile: Profile, kinds: Collection[Kind] | None, hand_in: HandIn,
        languages: Collection[str],
    ) -> None:  # fmt: skip
        self._table = table
        self._profile = profile
        self._hand_in = hand_in
        self._columns = plans(table.header, profile, kinds)
        self._found = Found(hand_in.file_hash, hand_in.file_name, hand_in.source, languages)
        self._problems: list[RowProblem] = list(self._columns.problems)
        self._rejected: set[int] = set()
        self._read = 0

    def result(self) -> HandIn:
        """What the file says; nothing but problems where its columns do not fit the mapping."""
        if self._columns.refused:
            return replace(self._hand_in, problems=tuple(self._problems), refused=True)
        self._read_rows()
        if not self._read:
            raise FileUnreadable(
                say("The file has a header but no rows."), say("Fill in rows below the header.")
            )
        self._add_remarks()
        found = self._found
        customers = self._columns.plans.get(Kind.CUSTOMERS, {})
        mapping = self._profile.kinds.get(Kind.CUSTOMERS)
        return replace(
            self._hand_in,
            original=Again(self._table),
            groups=tuple(found.groups.values()),
            customers=tuple(found.customers.values()),
            invoices=tuple(found.invoices),
            payments=tuple(found.payments),
            orders=tuple(found.orders),
            statements=tuple(found.statements),
            rates=tuple(found.rates),
            signals=tuple(found.signals),
            covers=tuple(found.covers),
            guarantees=tuple(found.guarantees),
            limits=tuple(found.limits),
            problems=tuple(self._problems),
            rows_read=self._read,
            rejected=frozenset(self._rejected),
            given=frozenset(customers),
            keeps_known_customers=mapping is not None and mapping.options["known"] == "keep",
        )

    def _read_rows(self) -> None:
        readers = self._readers()
        for line, cells in self._table.rows():
            self._read += 1
            if isinstance(cells, Unreadable):
                self._problems.append(RowProblem(line, "", "", cells.what, cells.remedy))
                self._rejected.add(line)
                continue
            keeps, failed = [], False
            for row, mapping, build in readers:
                row.put(line, cells)
                if mapping.skip_when_empty and not all(map(row.has, mapping.skip_when_empty)):
                    continue
                keeps.append(build(row, mapping, self._found))
                failed = failed or row.failed
                if row.problems:
                    self._take(row)
            # A row is kept as a whole or not at all.
            if failed:
                self._rejected.add(line)
                continue
            for keep in keeps:
                keep()

    def _readers(self) -> list[tuple[RowReader, KindMapping, Build]]:
        escaped = REASON in self._table.header
        return [
            (
                RowReader(self._columns.plans[kind], self._profile, escaped=escaped),
                self._profile.kinds[kind],
                BUILDERS[kind],
            )
            for kind in Kind
            if kind in self._columns.plans
        ]

    def _take(self, row: RowReader) -> None:
        # Kinds that share a column find the same fault in it; it is said once.
        seen = {(p.line, p.column, p.what.text) for p in self._problems[-20:]}
        for problem in row.problems:
            if (problem.line, problem.column, problem.what.text) not in seen:
                self._problems.append(problem)
        row.problems.clear()
        if len(self._problems) > MOST_PROBLEMS:
            raise FileUnreadable(
                say("The file has more than {most} problems.", most=MOST_PROBLEMS),
                say("Choose the column mapping that fits this file."),
            )

    def _add_remarks(self) -> None:
        """What is true of the file as a whole and worth a look."""
        if self._found.renamed:
            what = say(
                "{count} customers have several names in the file; the first one was taken.",
                count=len(self._found.renamed),
            )
            remedy = say("Hand in master data of customers to give them their right names.")
            self._problems.append(_remark(what, remedy))
        if isinstance(self._table, SheetTable) and self._table.formulas:
            what = say(
                "{count} cells are formulas; the values that were last calculated were read.",
                count=self._table.formulas,
            )
            remedy = say("Make sure that the file was saved after its last change.")
            self._problems.append(_remark(what, remedy))
