"""Spreadsheets: typed cells are read as they are, formulas never, and bombs do not go off."""

import io
import resource
import tracemalloc
import zipfile
from datetime import datetime, timedelta

import pytest
import xlsxwriter

from creditflow.domain.money import Money
from tests.sources.hand_ins import INVOICE, errors, read, said, xlsx

DAY = datetime.fromisoformat("2026-01-05")
HEADER = ["customer", "document", "issued_on", "due_on", "amount", "currency"]
GOOD = ["C001", "IN-1", DAY, DAY + timedelta(days=60), 1234.56, "CNY"]


def sheet(*rows, **more):
    return read(xlsx([HEADER, *rows]), name="f.xlsx", **more)


def changed(**cells):
    return [cells.get(name, good) for name, good in zip(HEADER, GOOD, strict=True)]


def test_typed_cells_are_read_as_they_are():
    hand_in = sheet(GOOD, changed(document=4711, amount=0.1 + 0.2, customer="007"))

    assert hand_in.problems == ()
    first, second = hand_in.invoices
    assert first.amount == Money(123456, "CNY")
    assert (first.issued_on.isoformat(), first.origin.row) == ("2026-01-05", 2)
    assert (second.document, second.customer, second.amount.minor) == ("4711", "007", 30)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            {"issued_on": DAY + timedelta(hours=14)},
            "The cell holds a time of day as well as a date.",
        ),
        ({"issued_on": 46027}, "This is not a date of the form y-m-d, y/m/d, y年m月d日, yyyymmdd."),
        (
            {"issued_on": True},
            "The spreadsheet holds a date or a truth value where a number belongs.",
        ),
        ({"amount": 1e20}, "The number is larger than a spreadsheet can keep exactly."),
        ({"amount": 0.001}, "CNY has 2 decimals."),
        ({"amount": 1e-7}, "CNY has 2 decimals."),
        (
            {"amount": DAY},
            "The spreadsheet holds a date or a truth value where a number belongs.",
        ),
        ({"amount": "=1+1"}, "The cell looks like a formula; formulas are never calculated here."),
        ({"document": 1234567890123456789}, "The spreadsheet has lost digits of this long number."),
        (
            {"document": 1.5},
            "The spreadsheet holds another kind of value where a number of a document or a code belongs.",
        ),
        (
            {"document": DAY},
            "The spreadsheet holds another kind of value where a number of a document or a code belongs.",
        ),
    ],
)
def test_a_cell_of_the_wrong_type_is_refused(cells, sentence):
    assert [(line, text) for line, _, text in said(sheet(changed(**cells)))] == [(2, sentence)]


def test_day_numbers_are_dates_only_where_the_mapping_says_so(mapping):
    rows = [HEADER, changed(issued_on=46027, due_on=46028)]

    hand_in = read(xlsx(rows), name="f.xlsx", profile=mapping(dates="excel"))

    assert hand_in.invoices[0].issued_on.isoformat() == "2026-01-05"
    assert hand_in.problems == ()


def test_formulas_are_never_calculated_and_their_last_values_are_flagged():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        data = book.add_worksheet()
        data.write_row(0, 0, HEADER)
        data.write_row(1, 0, ["C001", "IN-1", "2026-01-05", "2026-03-06"])
        data.write_formula(1, 4, "=1+1", value=7)
        data.write(1, 5, "CNY")
        data.write_row(2, 0, ["C001", "IN-2", "2026-01-05", "2026-03-06"])
        data.write_formula(2, 4, "=1/0", value="#DIV/0!")
        data.write(2, 5, "CNY")

    hand_in = read(file.getvalue(), name="f.xlsx")

    assert hand_in.invoices[0].amount == Money(700, "CNY")
    assert said(hand_in) == [(3, "amount", "The cell shows an error of the spreadsheet.")]
    assert "2 cells are formulas" in str(hand_in.problems[-1].what)


def test_lines_count_as_in_the_spreadsheet_program():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        data = book.add_worksheet()
        data.write_row(3, 2, HEADER)
        data.write_row(6, 2, ["C001", "IN-1", "2026-01-05", "2026-03-06", "x", "CNY"])

    assert [p.line for p in errors(read(file.getvalue(), name="f.xlsx"))] == [7]


def test_hidden_sheets_are_not_read(mapping):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        hidden, shown = book.add_worksheet("old"), book.add_worksheet("now")
        hidden.hide()
        shown.activate()
        shown.set_first_sheet()
        for data, number in ((hidden, "IN-old"), (shown, "IN-now")):
            data.write_row(0, 0, HEADER)
            data.write_row(1, 0, ["C001", number, "2026-01-05", "2026-03-06", 1, "CNY"])

    assert read(file.getvalue(), name="f.xlsx").invoices[0].document == "IN-now"
    named = mapping("sheet: old")
    assert read(file.getvalue(), name="f.xlsx", profile=named).refused


# ---------------------------------------------------------------------- hostile files


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.fixture(scope="module")
def parts():
    return parts_of(xlsx([HEADER, [str(cell) for cell in INVOICE.values()][:6]]))


SHEET = "xl/worksheets/sheet1.xml"


def test_repacking_alone_does_no_harm(parts):
    assert not read(packed(parts), name="f.xlsx").refused


def refused(data: bytes) -> str:
    hand_in = read(data, name="f.xlsx")
    assert hand_in.refused
    return str(hand_in.problems[0].what)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(parts):
    bomb = packed({**parts, SHEET: parts[SHEET] + b" " * 300_000_000})
    assert len(bomb) < 500_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    tracemalloc.start()
    try:
        assert "unpacks into more than is allowed" in refused(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_directory_that_lies_about_sizes_is_noticed(parts):
    data = bytearray(packed({**parts, SHEET: parts[SHEET] + b" " * 30_000_000}))
    at = data.rindex(SHEET.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")

    assert "damaged" in refused(bytes(data))


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/styles.xml",
                                  "xl/workbook.xml", "docProps/core.xml"])  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_every_part(parts, part, encoding):
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    text = parts[part].decode()
    start = text.index("?>") + 2
    body = (text[:start] + laughs + text[start:]).replace('"UTF-8"', f'"{encoding}"')

    assert "declares a document type" in refused(packed({**parts, part: body.encode(encoding)}))


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r = '1048576'><c  r\n=\n'XFD1048576'><v>1</v></c></row>",
        b'<row r="1048576"><c r="&#88;FD1048576"><v>1</v></c></row>',
        b"<row>" + b"<c><v>1</v></c>" * 600 + b"</row>",
    ],
)
def test_a_cell_in_the_last_corner_is_refused(parts, row):
    body = parts[SHEET].replace(b"</sheetData>", row + b"</sheetData>")

    assert "A sheet reaches to row" in refused(packed({**parts, SHEET: body}))


def test_macros_and_other_archives_are_refused(parts):
    assert "macros" in refused(packed({**parts, "xl/vbaProject.bin": b"x"}))
    assert "not a spreadsheet" in refused(packed({"a.txt": b"x"}))
    assert "damaged" in refused(packed(parts)[:-200])
    assert "damaged" in refused(packed({**parts, SHEET: parts[SHEET][:200]}))
    many = {f"x/{n}.bin": b"" for n in range(1001)}
    assert "unpacks into more" in refused(packed({**parts, **many}))


def test_a_sheet_that_passes_for_a_picture_is_refused(parts):
    rels = "xl/_rels/workbook.xml.rels"
    disguised = {name: body for name, body in parts.items() if name != SHEET}
    disguised["xl/worksheets/sheet1.png"] = parts[SHEET]
    disguised[rels] = parts[rels].replace(b"sheet1.xml", b"sheet1.png")

    assert "damaged" in refused(packed(disguised))
    assert not read(
        packed({**parts, "xl/media/image1.png": b"\x89PNG" * 99}), name="f.xlsx"
    ).refused
