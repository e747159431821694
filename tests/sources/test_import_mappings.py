"""Column mappings: the shipped ones are valid, and every fault of another one has its line."""

import textwrap

import pytest
from babel import Locale

from creditflow.domain.errors import NotFound
from creditflow.domain.hand_in import Kind
from creditflow.sources import days, words
from creditflow.sources.fields import FIELDS
from creditflow.sources.loading import load_profile, profile_names
from creditflow.sources.mapping_reading import ProfileRefused
from tests.sources.hand_ins import csv_text, errors, read

GOOD = textwrap.dedent("""\
    name: own
    numbers: "1.234,56"
    dates: [d/m/y]
    ignore: ["*"]
    kinds:
      payments:
        fields:
          customer: Kunde
          document: {column: Beleg, prefix: "Z-", whole_number: true}
          paid_on: Datum
          amount: Betrag
          currency: {constant: EUR}
    """)


def faults(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ProfileRefused) as refusal:
        load_profile(text)
    assert all(str(p.remedy) for p in refusal.value.problems)
    return [(p.line, p.column, str(p.what)) for p in refusal.value.problems]


def test_the_shipped_mappings_are_valid():
    assert profile_names() == ("creditflow", "ibm_ar", "sap_open_items")
    own = load_profile("creditflow")
    assert set(own.kinds) == set(Kind)
    for kind, mapping in own.kinds.items():
        assert set(mapping.fields) == set(FIELDS[kind])
    assert load_profile("ibm_ar").together


def test_a_mapping_of_ones_own_reads_another_systems_file(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(GOOD)
    file = "Kunde;Beleg;Datum;Betrag;Sonst\nK1;4711.0;31/12/2025;1.234,50;x\n"

    hand_in = read(file, "payments", profile=load_profile(str(path)))

    assert hand_in.problems == ()
    (payment,) = hand_in.payments
    assert (payment.document, payment.paid_on.isoformat()) == ("Z-4711", "2025-12-31")
    assert payment.amount.minor == 123450
    assert load_profile(GOOD) == load_profile(str(path))


def test_a_mapping_that_is_nowhere_is_not_found():
    with pytest.raises(NotFound, match="There is no column mapping nowhere"):
        load_profile("nowhere")
    with pytest.raises(NotFound):
        load_profile("/etc/passwd")
    with pytest.raises(NotFound):
        load_profile("../profiles/creditflow")


def test_all_faults_are_told_at_once_with_their_lines():
    bad = (
        GOOD.replace("1.234,56", "1.2")
        .replace("Betrag", "{column: Betrag, constant: 5}")
        .replace("constant: EUR", "constant: eur")
        .replace("paid_on: Datum", "paid: Datum")
    )

    assert faults(bad) == [
        (2, "1.2", "This name is not known here."),
        (8, "paid_on", "The field paid_on of payments is missing."),
        (10, "paid", "This name is not known here."),
        (11, "amount", "A field comes either from a column or from a constant."),
        (11, "amount", "Nothing says how numbers are written."),
        (12, "currency", "Currency codes are written in capitals."),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("name: own", "title: own", 1, "This name is not known here."),
        (
            "dates: [d/m/y]",
            "dates: [d/m/y, m/d/y]",
            3,
            "Under d/m/y and m/d/y the same date means two days.",
        ),
        ("dates: [d/m/y]", "dates: [d/m/d]", 3, "This is not a form of dates."),
        ("dates: [d/m/y]", "negative: [red]", 3, "This name is not known here."),
        ("dates: [d/m/y]", "encoding: klingon", 3, "There is no encoding of this name."),
        ("dates: [d/m/y]", "encoding: rot13", 3, "There is no encoding of this name."),
        ("dates: [d/m/y]", "header_line: 0", 3, "This is not a line number between 1 and 100."),
        ("dates: [d/m/y]", "delimiter: '|'", 3, "This name is not known here."),
        ("dates: [d/m/y]", "together: maybe", 3, "This name is not known here."),
        ("dates: [d/m/y]", "name: again", 3, "This name stands here twice."),
        ("  payments:", "  payouts:", 6, "This name is not known here."),
        ("  fields:", "  repeated: first\n    fields:", 7, "This name is not known here."),
        ("Datum", "[[Datum]]", 10, "Here must be one value."),
        ("Datum", "{column: Datum, dates: [y]}", 10, "This is not a form of dates."),
        ("kinds:", "kinds: 7\nno:", 5, "Here must be names with values."),
    ],
)
def test_a_fault_has_its_line(old, new, line, sentence):
    assert (line, sentence) in [(at, what) for at, _, what in faults(GOOD.replace(old, new, 1))]


@pytest.mark.parametrize(
    "text",
    ["\n", "just text\n", "- a\n- b\n", "a: [\n", "a: &x [*x]\nb: *y\n", "[" * 5000 + "\n",
     "a: !!python/object/apply:os.system [id]\n", "x" * 200_000 + "\n", "\x00\n", "? [a]\n: b\n",
     "a: 1\n" * 5000],
)  # fmt: skip
def test_what_is_no_mapping_is_refused_and_nothing_worse(text):
    assert faults(text)


def test_a_kind_that_the_mapping_does_not_know_is_named():
    hand_in = read("customerID\nx\n", "orders", profile=load_profile("ibm_ar"))

    assert str(hand_in.problems[0].what) == "The column mapping ibm_ar says nothing of orders."


def test_words_that_stand_for_nothing_are_empty(mapping):
    text = csv_text([{"customer": "C1", "document": "N/A", "issued_on": "2026-01-05",
                      "due_on": "2026-01-05", "amount": "1", "currency": "CNY",
                      "disputed": "N/A"}])  # fmt: skip

    hand_in = read(text, profile=mapping('empty: ["N/A"]'))

    assert [(p.column, str(p.what)) for p in errors(hand_in)] == [
        ("document", "The cell is empty.")
    ]


def test_negative_invoices_become_credit_notes_only_where_the_mapping_says_so():
    header = ("cust_number,name_customer,business_code,invoice_currency,cust_payment_terms,"
              "invoice_id,document type,document_create_date,due_in_date,total_open_amount\n")  # fmt: skip
    file = header + "007,ACME,U001,USD,XXXX,1.0,RV,2020-02-27,2020-03-13,-5.00\n"

    hand_in = read(file, None, profile=load_profile("sap_open_items"))

    assert hand_in.problems == ()
    (note,) = hand_in.invoices
    assert (note.type.value, note.amount.minor, note.document) == ("credit_note", 500, "1")
    assert hand_in.customers[0].terms_days is None


def test_header_further_down_can_be_named(mapping):
    text = "Report of 2026\n\ncustomer,document,issued_on,due_on,amount,currency\n"
    text += "C1,IN-1,2026-01-05,2026-02-05,1,CNY\n"

    hand_in = read(text, profile=mapping("header_line: 3"))

    assert hand_in.invoices[0].origin.row == 4


def test_date_forms_clash_only_where_a_text_could_be_two_days():
    assert days.clash(["d/m/y", "m/d/y"])
    assert days.clash(["yyyymmdd", "yyyyddmm"])
    assert days.clash(["d/m/y", "d.m.y", "y-m-d", "yyyymmdd", "excel"]) is None


def test_countries_are_those_of_the_standard():
    unicode_codes = {c for c in Locale("en").territories if len(c) == 2 and c.isalpha()}

    assert len(words.COUNTRIES) == 250
    assert unicode_codes >= words.COUNTRIES
