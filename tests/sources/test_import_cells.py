"""Cells: what is nasty is refused with its place, its value and a remedy; what is good passes."""

from datetime import date
from decimal import Decimal

import pytest

from creditflow.domain.ledger import InvoiceType, OrderStatus
from creditflow.domain.money import Money
from creditflow.services.addressing import usable_addresses
from tests.sources.hand_ins import ROWS, csv_text, errors, read, row

NOT_A_NUMBER = "This is not a number of the form 1,234.56."
FORMULA = "The cell looks like a formula; formulas are never calculated here."
TEXT_FORMULA = "The text begins with {}, which a spreadsheet would calculate."
NOT_A_DATE = "This is not a date of the form y-m-d, y/m/d, y年m月d日, yyyymmdd."
NO_DAY = "There is no such day in the calendar."
YEARS = "The date is not between 1950-01-01 and 2099-12-31."
HIDDEN = "The text contains control characters or invisible ones."
EMPTY = "The cell is empty."
INFINITE = "This is no amount: it is not finite."
EXPONENT = "The number is written with an exponent."
WIDE = "The number is written with full-width characters."
LARGE = "The amount is larger than can be kept."

NASTY = [
    ("invoices", "amount", "NaN", INFINITE),
    ("invoices", "amount", "inf", INFINITE),
    ("invoices", "amount", "-inf", INFINITE),
    ("invoices", "amount", "Infinity", INFINITE),
    ("invoices", "amount", "1e308", EXPONENT),
    ("invoices", "amount", "1e300000", EXPONENT),
    ("invoices", "amount", "1E5", EXPONENT),
    ("invoices", "amount", "1_000", NOT_A_NUMBER),
    ("invoices", "amount", "１２３", WIDE),
    ("invoices", "amount", "１．５", WIDE),
    ("invoices", "amount", "١٢٣", NOT_A_NUMBER),
    ("invoices", "amount", "12.345", "CNY has 2 decimals."),
    ("invoices", "amount", "1.234.56", NOT_A_NUMBER),
    ("invoices", "amount", "1 000", NOT_A_NUMBER),
    ("invoices", "amount", "￥100", NOT_A_NUMBER),
    ("invoices", "amount", "0x10", NOT_A_NUMBER),
    ("invoices", "amount", ".5", NOT_A_NUMBER),
    ("invoices", "amount", "5.", NOT_A_NUMBER),
    ("invoices", "amount", "--5", NOT_A_NUMBER),
    ("invoices", "amount", "9" * 41, NOT_A_NUMBER),
    ("invoices", "amount", "9" * 26, LARGE),
    ("invoices", "amount", "90000000000000.01", LARGE),
    ("invoices", "amount", "-5.00", "The amount is below zero, which has no meaning here."),
    ("invoices", "amount", "(5.00)", "The amount is below zero, which has no meaning here."),
    (
        "invoices",
        "amount",
        "5.00-",
        "A number below zero is written in a way that the column mapping does not name.",
    ),
    ("invoices", "amount", "0.00", "The amount is zero, so there is nothing to keep."),
    ("invoices", "amount", "=1+1", FORMULA),
    ("invoices", "amount", "+5", FORMULA),
    ("invoices", "amount", "@SUM(A1)", FORMULA),
    ("invoices", "amount", "#DIV/0!", "The cell shows an error of the spreadsheet."),
    ("invoices", "amount", "", EMPTY),
    ("invoices", "amount", "  ", EMPTY),
    ("invoices", "currency", "cny", "Currency codes are written in capitals."),
    ("invoices", "currency", "RMB", "This is not a currency that creditflow knows."),
    ("invoices", "currency", "XXX", "This is not a currency that creditflow knows."),
    ("invoices", "currency", "", EMPTY),
    ("invoices", "issued_on", "2026-02-30", NO_DAY),
    ("invoices", "issued_on", "2025-02-29", NO_DAY),
    ("invoices", "issued_on", "1899-12-31", YEARS),
    ("invoices", "issued_on", "9999-12-31", YEARS),
    ("invoices", "issued_on", "05.01.2026", NOT_A_DATE),
    ("invoices", "issued_on", "1/5/2026", NOT_A_DATE),
    ("invoices", "issued_on", "２０２６-01-05", NOT_A_DATE),
    ("invoices", "issued_on", "46027", NOT_A_DATE),
    ("invoices", "issued_on", "2026-01-05T00:00", NOT_A_DATE),
    ("invoices", "issued_on", "=TODAY()", FORMULA),
    ("invoices", "due_on", "2025-12-31", "It was due before it was issued on 2026-01-05."),
    (
        "invoices",
        "due_on",
        "2062-03-06",
        "It is due more than five years after it was issued on 2026-01-05.",
    ),
    ("invoices", "document", "=cmd|' /C calc'!A0", TEXT_FORMULA.format("=")),
    ("invoices", "document", "＝1", TEXT_FORMULA.format("＝")),
    ("invoices", "document", "IN\u202e1", HIDDEN),
    ("invoices", "document", "IN\u200b1", HIDDEN),
    ("invoices", "document", "IN\x071", HIDDEN),
    (
        "invoices",
        "document",
        "ＩＮ１",
        "The number is written with full-width characters or look-alikes.",
    ),
    ("invoices", "document", "I" * 65, "The text has more than 64 characters."),
    ("invoices", "document", "", EMPTY),
    ("invoices", "type", "memo", "This word is not known here."),
    ("invoices", "disputed", "perhaps", "This is neither a word for yes nor one for no."),
    ("customers", "name", "-Mueller", TEXT_FORMULA.format("-")),
    ("customers", "name", "@here", TEXT_FORMULA.format("@")),
    ("customers", "name", "'=1+1", TEXT_FORMULA.format("=")),
    ("customers", "name", "x" * 201, "The text has more than 200 characters."),
    ("customers", "name", "evil\u2066name", HIDDEN),
    ("customers", "letters_by", "pigeon", "Letters leave by email or by post only."),
    ("customers", "email", "a@b.example;c@d", "This is not exactly one e-mail address."),
    ("customers", "email", '"a@b.example, c@d.example"', "This is not exactly one e-mail address."),
    (
        "customers",
        "email",
        ";".join(f"a{n}@b.example" for n in range(6)),
        "These are more than 5 e-mail addresses.",
    ),
    ("customers", "email", "Ann <a@b.example>", "This is not exactly one e-mail address."),
    ("customers", "email", "a@b", "This is not exactly one e-mail address."),
    ("customers", "email", "a..b@c.example", "This is not exactly one e-mail address."),
    ("customers", "email", "财务@c.example", "This is not exactly one e-mail address."),
    ("customers", "country", "China", "This is not a country code of two capital letters."),
    ("customers", "country", "cn", "This is not a country code of two capital letters."),
    ("customers", "language", "fr", "Letters are written in zh-CN, en only."),
    ("customers", "terms_days", "1.5", "This must be a whole number."),
    ("customers", "terms_days", "400", "The number is not between 0 and 365."),
    (
        "customers",
        "current_limit",
        "",
        "A limit in force and the day from which it is in force belong together.",
    ),
    ("statements", "months", "0", "The number is not between 1 and 24."),
    ("statements", "revenue", "-1", "The amount is below zero, which has no meaning here."),
    ("orders", "status", "", EMPTY),
    ("orders", "status", "lost", "This word is not known here."),
    ("rates", "rate", "0", "An exchange rate is above zero and has at most 12 decimals."),
    ("rates", "rate", "-7", "An exchange rate is above zero and has at most 12 decimals."),
    ("rates", "base", "USD", "Rates are kept as units for one EUR."),
    ("rates", "currency", "EUR", "A rate of EUR to itself says nothing."),
]


@pytest.mark.parametrize(("kind", "column", "value", "sentence"), NASTY)
def test_a_nasty_cell_is_refused_with_its_place_and_a_remedy(kind, column, value, sentence):
    hand_in = row(kind, **{column: value})

    assert hand_in.rejected == {2}
    (problem,) = errors(hand_in)
    assert str(problem.what) == sentence
    assert problem.line == 2
    assert len(problem.value) <= 40
    assert str(problem.remedy).endswith(".")
    if column != "current_limit":
        assert problem.column == column


@pytest.mark.parametrize("kind", ROWS)
def test_the_same_row_without_the_nasty_cell_passes(kind):
    hand_in = row(kind)

    assert hand_in.problems == ()
    assert hand_in.rows_read == 1
    assert len(getattr(hand_in, kind)) == 1


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1,234.56", 123456), ("1234.5", 123450), ("1,234,567", 123456700), ("0.01", 1),
     ("007", 700), ("12.5万", 12500000), ("1.2亿", 12000000000), ("10.000", 1000),
     (" 5 ", 500)],
)  # fmt: skip
def test_an_amount_is_read_exactly(text, minor):
    quoted = f'"{text}"'

    assert row("invoices", amount=quoted).invoices[0].amount == Money(minor, "CNY")


def test_decimals_belong_to_the_currency():
    assert row("invoices", amount="5", currency="JPY").invoices[0].amount == Money(5, "JPY")
    assert row("invoices", amount="5.125", currency="KWD").invoices[0].amount.minor == 5125
    assert str(errors(row("invoices", amount="5.5", currency="JPY"))[0].what) == (
        "JPY has 0 decimals."
    )


@pytest.mark.parametrize("text", ["2026-01-05", "2026/1/5", "2026年1月5日", "20260105"])
def test_a_date_is_read_in_each_declared_form(text):
    assert row("invoices", issued_on=text).invoices[0].issued_on == date(2026, 1, 5)


def test_chinese_words_are_read():
    hand_in = row("invoices", type="红字发票", disputed="是")

    assert hand_in.invoices[0].type is InvoiceType.CREDIT_NOTE
    assert hand_in.invoices[0].disputed
    assert row("orders", status="已交货").orders[0].status is OrderStatus.DELIVERED


def test_text_is_kept_in_composed_form_and_harmless_text_word_by_word():
    assert row("customers", name="Cafe\u0301").customers[0].name == "Café"
    sql = "Robert'); DROP TABLE customer;-- %s :param"
    assert row("customers", name=sql).customers[0].name == sql


def test_a_customer_may_have_several_addresses():
    (customer,) = row("customers", email="ap@x.example;cfo@x.example; ").customers
    assert customer.email == "ap@x.example; cfo@x.example"
    assert usable_addresses(customer.email) == ("ap@x.example", "cfo@x.example")


def test_letters_are_written_in_what_there_are_words_for():
    german = csv_text([{**ROWS["customers"], "language": "de"}])
    (problem,) = errors(read(german, "customers"))
    assert str(problem.what) == "Letters are written in zh-CN, en only."
    hand_in = read(german, "customers", languages=("de", "en", "zh-CN"))
    assert hand_in.problems == ()
    assert hand_in.customers[0].language == "de"


def test_ids_stay_text():
    assert row("invoices", customer="00123").invoices[0].customer == "00123"
    assert row("invoices", customer="1E5").invoices[0].customer == "1E5"


def test_what_is_empty_is_unknown_and_not_zero():
    statement = row("statements", revenue="", audited="").statements[0]

    assert statement.revenue is None
    assert statement.audited is None
    assert statement.cash is None
    assert statement.net_profit == Money(-5000, "CNY")
    assert row("customers", current_limit="0").limits[0].amount == Money(0, "CNY")


def test_all_problems_of_a_row_are_told_at_once():
    hand_in = row("invoices", amount="1e308", currency="rmb", issued_on="2026-02-30", document="")

    assert {p.column for p in errors(hand_in)} == {"amount", "currency", "issued_on", "document"}


def test_a_wrong_currency_makes_no_amount_wrong():
    assert [p.column for p in errors(row("invoices", currency="RMB"))] == ["currency"]


def test_a_balance_sheet_that_misses_its_sum_is_kept_with_a_warning():
    hand_in = row("statements", equity="700")

    (problem,) = hand_in.problems
    assert problem.severity.value == "warning"
    assert str(problem.what) == (
        "Assets of CNY 900.00 are not liabilities of CNY 500.00 and equity of CNY 700.00."
    )
    assert len(hand_in.statements) == 1
    assert row("statements", equity="401").problems == ()


def test_a_rate_is_exact():
    assert row("rates", rate="7.812345678901").rates[0].rate.per_pivot == Decimal("7.812345678901")
