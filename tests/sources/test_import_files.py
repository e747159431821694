"""Files as a whole: encodings, separators, headers, quotes, sizes, and what only looks like CSV."""

import pytest

from creditflow.domain.hand_in import REASON, Severity
from creditflow.services.rejecting import write_rejects
from creditflow.sources.reading import safe_name
from tests.sources.hand_ins import CUSTOMER, INVOICE, csv_text, errors, read, said, xlsx

CHINESE = {"客户编号": "C001", "单据号": "发票-1", "开票日期": "2026年1月5日",
           "到期日": "2026年3月6日", "金额": "12.5万", "币种": "CNY"}  # fmt: skip


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_common_encoding_and_separator_is_read(encoding, delimiter):
    text = csv_text([CHINESE], delimiter, "\r\n")
    if encoding.startswith("utf-16-"):
        text = "\ufeff" + text

    hand_in = read(text.encode(encoding))

    assert hand_in.problems == ()
    assert hand_in.invoices[0].document == "发票-1"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("customer;document\nC1;Müller\nC2;Société\n".encode("latin-1"), id="latin-1"),
        pytest.param(
            "客户编号,名称\nC1,上海恒泰机械有限公司\n".encode() + b"C2,\xff\n", id="mixed"
        ),
    ],
)
def test_letters_that_are_uncertain_are_refused_and_never_guessed(data):
    hand_in = read(data, "customers")

    assert hand_in.refused
    assert "neither UTF-8 nor GB18030" in str(hand_in.problems[0].what)
    assert hand_in.problems[0].line in {2, 3}


def test_a_declared_encoding_is_believed(mapping):
    text = csv_text([{**INVOICE, "document": "Zürich-1"}])

    hand_in = read(text.encode("latin-1"), profile=mapping("encoding: latin-1"))

    assert hand_in.invoices[0].document == "Zürich-1"


def test_a_declared_separator_wins_over_what_the_header_looks_like(mapping):
    text = csv_text([INVOICE], ";").replace("100.00", "1,5,0,0")

    assert str(errors(read(text))[0].what).startswith("This is not a number")
    assert read(text, profile=mapping("delimiter: comma")).refused
    assert read(csv_text([INVOICE], ";"), profile=mapping("delimiter: semicolon")).invoices


def test_excels_line_that_names_the_separator_is_understood():
    hand_in = read("sep=;\n" + csv_text([INVOICE], ";"))

    assert hand_in.problems == ()
    assert hand_in.invoices[0].origin.row == 3


def test_lines_are_those_of_the_file_also_after_a_quoted_line_break():
    good = csv_text([CUSTOMER, {**CUSTOMER, "customer": "C002", "country": "China"}])
    broken = good.replace("Hengtai", '"Heng\ntai"', 1)

    assert [p.line for p in errors(read(broken, "customers"))] == [2, 4]
    assert [p.line for p in errors(read(good, "customers"))] == [3]


def test_a_quotation_mark_that_swallows_the_rest_is_named_where_it_opens():
    rows = [{**INVOICE, "document": f"IN-{n}"} for n in range(1, 400)]
    text = csv_text(rows)
    bad = text.replace("IN-7,", '"IN-7,')

    hand_in = read(bad)

    assert [p.line for p in errors(hand_in)] == [8]
    assert "quotation mark that opens" in str(errors(hand_in)[0].what)
    assert len(hand_in.invoices) == 6
    assert len(read(text).invoices) == 399
    # A small field limit protects the memory; a large file gives the same answer.
    huge = read(bad + "x" * 200_000 + "\n")
    assert [p.line for p in errors(huge)] == [8]


def test_a_stray_quotation_mark_costs_one_row_only():
    rows = [{**INVOICE, "document": d} for d in ("IN-1", '"IN"-2', "IN-3")]

    hand_in = read(csv_text(rows))

    assert [i.document for i in hand_in.invoices] == ["IN-1", "IN-3"]
    assert [p.line for p in errors(hand_in)] == [3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_ending_counts(end):
    text = csv_text([INVOICE, {**INVOICE, "document": "", "customer": "C2"}], end=end)

    assert [p.line for p in errors(read(text))] == [3]


def test_rows_with_too_few_or_too_many_cells_are_refused_unless_nothing_is_lost():
    text = csv_text([{**INVOICE, "document": f"IN-{n}"} for n in range(4)])
    lines = text.splitlines()
    lines[1] += ",,"
    lines[2] += ",more"
    lines[3] = lines[3].rpartition(",")[0]

    hand_in = read("\n".join(lines))

    assert [(p.line, str(p.what)) for p in errors(hand_in)] == [
        (3, "The row has 9 cells, the header has 8."),
        (4, "The row has 7 cells, the header has 8."),
    ]
    assert [i.document for i in hand_in.invoices] == ["IN-0", "IN-3"]


def test_missing_columns_are_all_named_and_nothing_is_read():
    hand_in = read("customer,document\nC1,IN-1\n")

    assert hand_in.refused
    assert {p.column for p in hand_in.problems} == {
        "issued_on / 开票日期", "due_on / 到期日", "amount / 金额", "currency / 币种"
    }  # fmt: skip
    assert "customer, document" in str(hand_in.problems[0].remedy)


def test_a_column_twice_is_refused_and_a_stranger_is_only_mentioned():
    twice = csv_text([INVOICE]).replace("disputed", "Amount").replace(",no", ",7")
    strange = csv_text([{**INVOICE, "colour": "red"}])

    assert said(read(twice)) == [(None, "amount", "The header has this column 2 times.")]
    hand_in = read(strange)
    assert [(p.column, p.severity) for p in hand_in.problems] == [("colour", Severity.WARNING)]
    assert len(hand_in.invoices) == 1


def test_the_order_of_columns_does_not_matter():
    turned = csv_text([dict(reversed(INVOICE.items()))])

    assert read(turned).invoices == read(csv_text([INVOICE])).invoices


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "a.csv", "The file is empty."),
        (b"\n\n  \n", "a.csv", "The file is empty."),
        (b"\xef\xbb\xbf", "a.csv", "The file is empty."),
        (b"MZ\x90\x00\x03", "a.csv", "This is a program, a picture or an archive, not a table."),
        (b"\x7fELF\x02", "a.csv", "This is a program, a picture or an archive, not a table."),
        (b"%PDF-1.7", "a.csv", "This is a program, a picture or an archive, not a table."),
        (b"<html><table>", "a.xls", "Files of this type are not read."),
        (b"<html><table>", "a.xlsx", "This is a web page or XML, not a table."),
        (b"  <!DOCTYPE html>", "a.csv", "This is a web page or XML, not a table."),
        (
            b"\xd0\xcf\x11\xe0\xa1",
            "a.xlsx",
            "This is a spreadsheet of the old kind (.xls) or one with a password.",
        ),
        (b"PK\x03\x04", "a.csv", "The content of the file is not what its name says."),
        (b"customer,document", "a.xlsx", "The content of the file is not what its name says."),
        (b"a,b", "a.exe", "Files of this type are not read."),
        (b"a,b", "noname", "Files of this type are not read."),
        (
            b"customer,docu\0ment\nC1,1\n",
            "a.csv",
            "The file contains NUL bytes, so it is not a text file.",
        ),
        (b"customer,name\n", "a.csv", "The file has no column for issued_on of invoices."),
        (
            csv_text([INVOICE]).splitlines()[0].encode(),
            "a.csv",
            "The file has a header but no rows.",
        ),
        (b"a," * 600, "a.csv", "The file has more than 500 columns."),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(data, name, sentence):
    hand_in = read(data, name=name)

    assert hand_in.refused
    assert sentence in [str(p.what) for p in hand_in.problems]
    assert (hand_in.invoices, hand_in.rows_read) == ((), 0)


def test_sizes_are_bounded():
    text = csv_text([{**INVOICE, "document": f"IN-{n}"} for n in range(10)])

    assert str(read(text, most_bytes=100).problems[0].what) == "The file is larger than 0 MB."
    assert str(read(text, most_rows=9).problems[0].what) == "The file has more than 9 rows."
    assert read(text, most_rows=9).invoices == ()
    assert len(read(text, most_rows=10).invoices) == 10


def test_a_cell_of_a_megabyte_is_refused_without_trouble():
    hand_in = read(csv_text([{**INVOICE, "document": "x" * 100_000}]))
    larger = read(csv_text([{**INVOICE, "document": "x" * 1_000_000}]))

    assert str(errors(hand_in)[0].what) == "The text has more than 64 characters."
    assert len(errors(hand_in)[0].value) == 40
    assert errors(larger)


def test_a_customer_twice_is_refused_unless_the_mapping_takes_the_first():
    hand_in = read(csv_text([CUSTOMER, {**CUSTOMER, "name": "Other"}]), "customers")

    assert said(hand_in) == [(3, "customer", "The customer stands in line 2 already.")]
    assert [c.name for c in hand_in.customers] == [CUSTOMER["name"]]


def test_the_kind_is_found_by_its_columns_where_nobody_names_it():
    assert len(read(csv_text([INVOICE]), None).invoices) == 1
    assert len(read(csv_text([CUSTOMER]), None).customers) == 1
    assert read("a,b\n1,2\n", None).refused


def test_every_row_knows_where_it_came_from():
    hand_in = read(csv_text([INVOICE]), name="../../etc/ledger.csv")

    origin = hand_in.invoices[0].origin
    assert (origin.file_hash, origin.file_name, origin.row) == (
        hand_in.file_hash, "ledger.csv", 2
    )  # fmt: skip
    assert len(hand_in.file_hash) == 64


def test_file_names_are_made_safe():
    assert safe_name("C:\\temp\\a.csv") == "a.csv"
    assert safe_name("../../../etc/passwd") == "passwd"
    assert safe_name("x" * 5000 + ".csv") == "x" * 99 + "….csv"
    assert safe_name("exe\u202evsc.csv") == "exe�vsc.csv"


def test_rejects_are_given_back_with_reasons_and_harmless_for_spreadsheets():
    rows = [INVOICE, {**INVOICE, "document": "=cmd|x", "amount": "-5"},
            {**INVOICE, "document": "@a"}]  # fmt: skip
    hand_in = read(csv_text(rows))

    rejects = write_rejects(hand_in)

    text = rejects.decode("utf-8")
    assert text.startswith("\ufeffcustomer,")
    header, first, second = text.strip().split("\r\n")
    assert header.endswith(f",{REASON}")
    assert ",'=cmd|x," in first
    assert ",'-5," in first
    assert "[3] document: The text begins with =" in first
    assert ",'@a," in second
    assert write_rejects(read(csv_text([INVOICE]))) == b""


def test_a_rejects_file_that_was_corrected_can_be_handed_in():
    statement = (
        "customer,period_end,months,currency,revenue,net_profit\nC1,2025-12-31,99,CNY,1,-5\n"
    )
    rejects = write_rejects(read(statement, "statements")).decode("utf-8-sig")
    assert ",'-5," in rejects

    again = read(rejects.replace(",99,", ",12,"), "statements")

    assert again.problems == ()
    assert again.statements[0].net_profit.minor == -500
    # What is still wrong is given back once more, with one column of reasons.
    once_more = write_rejects(read(rejects, "statements")).decode("utf-8-sig")
    assert once_more.count(REASON) == 1


def test_rejects_of_spreadsheets_are_given_back_too():
    hand_in = read(xlsx([list(INVOICE), [*list(INVOICE.values())[:-1], "hm"]]), name="f.xlsx")

    assert "IN-1" in write_rejects(hand_in).decode("utf-8-sig")


def test_a_hopeless_file_stops_with_one_sentence(monkeypatch):
    monkeypatch.setattr("creditflow.sources.reading.MOST_PROBLEMS", 10)
    rows = [{**INVOICE, "document": f"IN-{n}", "amount": "x"} for n in range(20)]

    hand_in = read(csv_text(rows))

    assert hand_in.refused
    assert [str(p.what) for p in hand_in.problems] == ["The file has more than 10 problems."]
