"""The generated portfolio is repeatable, adds up, and looks like a receivables book."""

import csv
import hashlib
import re
import statistics
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from creditflow.sources.generated import COLUMNS, GeneratedFiles, Kind, kinds, write_portfolio
from creditflow.sources.generated.registration import (
    credit_code_check_digit,
    organisation_check_digit,
)

UNTIL = date(2026, 11, 23)


@dataclass(frozen=True)
class Book:
    files: GeneratedFiles
    rows: dict[str, list[dict[str, str]]]

    def by_customer(self, name):
        found = defaultdict(list)
        for row in self.rows[name]:
            found[row["customer"]].append(row)
        return found


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _book(folder: Path, **arguments) -> Book:
    files = write_portfolio(folder, until=UNTIL, **arguments)
    return Book(files, {name: _read(getattr(files, name)) for name in COLUMNS})


def _digest(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return _book(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return _book(tmp_path_factory.mktemp("small"), customers=12)


def test_the_same_arguments_give_the_same_bytes_and_another_seed_gives_others(tmp_path):
    for name, seed in (("one", 7), ("two", 7), ("other", 8)):
        write_portfolio(tmp_path / name, customers=20, months=6, until=UNTIL, seed=seed)
    assert _digest(tmp_path / "one") == _digest(tmp_path / "two")
    other = _digest(tmp_path / "other")
    assert all(other[name] != value for name, value in _digest(tmp_path / "one").items())


def test_the_files_have_the_columns_of_the_import_template_and_the_counts_they_report(book):
    assert set(book.files.counts) == set(COLUMNS)
    for name, columns in COLUMNS.items():
        path = getattr(book.files, name)
        assert path.name == f"{name}.csv"
        raw = path.read_bytes()
        assert raw.decode("utf-8").splitlines()[0] == ",".join(columns)
        assert b"\r" not in raw
        assert len(book.rows[name]) == book.files.counts[name]
        assert all(None not in row and None not in row.values() for row in book.rows[name])
    assert book.files.counts["customers"] == 300
    assert 12_000 < book.files.counts["invoices"] < 30_000


def test_customers_and_documents_have_names_of_their_own(book):
    customers = book.rows["customers"]
    for column in ("customer", "name", "email", "registration_no"):
        assert len({row[column] for row in customers}) == len(customers), column
    for name in ("invoices", "payments", "orders"):
        documents = [row["document"] for row in book.rows[name]]
        assert len(set(documents)) == len(documents), name


def test_customers_have_the_promised_mix(book):
    customers = book.rows["customers"]
    shares = Counter(row["currency"] for row in customers)
    assert shares == {"CNY": 180, "USD": 66, "EUR": 54}
    assert {row["language"] for row in customers} == {"zh-CN", "en"}
    assert {row["terms_days"] for row in customers} == {"30", "45", "60", "90"}
    new = [
        row
        for row in customers
        if UNTIL - date.fromisoformat(row["onboarded_on"]) < timedelta(days=180)
    ]
    assert 18 <= len(new) <= 42
    assert {row["customer"] for row in new} == {
        row["customer"] for row in customers if not row["current_limit"]
    }
    assert all(row["requested_limit"] for row in new)
    asked = sum(1 for row in customers if row["requested_limit"])
    assert len(new) < asked < 100


def test_chinese_customers_have_a_chinese_and_an_english_name_and_others_one(book):
    for row in book.rows["customers"]:
        chinese = row["country"] == "CN"
        assert bool(re.search(r"[\u4e00-\u9fff]", row["name"])) is chinese
        assert row["name_en"].isascii()
        assert bool(row["name_en"]) is chinese
        assert (row["currency"] == "CNY") is chinese
        assert (row["language"] == "zh-CN") is chinese
        assert row["name"].endswith("有限公司") is chinese


def test_no_text_can_be_taken_for_a_formula_and_no_address_can_receive_mail(book):
    for name, rows in book.rows.items():
        for row in rows:
            for column, value in row.items():
                number = re.fullmatch(r"-?\d+(\.\d+)?", value)
                assert number or not value.startswith(("=", "+", "-", "@", "\t")), (name, column)
                assert value == value.strip()
    for row in book.rows["customers"]:
        assert re.fullmatch(r"finance@[a-z0-9]+(-[a-z0-9]+)*\.example", row["email"])


def test_groups_have_two_to_five_members_that_share_name_and_brand(book):
    members = defaultdict(list)
    for row in book.rows["customers"]:
        assert bool(row["group"]) is bool(row["group_name"])
        if row["group"]:
            members[row["group"]].append(row)
    assert {len(rows) for rows in members.values()} <= {2, 3, 4, 5}
    assert max(len(rows) for rows in members.values()) >= 3
    assert 30 <= sum(len(rows) for rows in members.values()) <= 42
    for rows in members.values():
        assert len({row["group_name"] for row in rows}) == 1
        brand = re.sub(r"集团| Group| Holding", "", rows[0]["group_name"])
        assert all(brand in row["name"] for row in rows)


def test_the_check_digits_are_those_of_the_standard():
    # The example that GB 32100-2015 itself gives.
    assert credit_code_check_digit("91350100M000100Y4") == "3"
    assert organisation_check_digit("M000100Y") == "4"
    # One changed character is noticed.
    assert credit_code_check_digit("91350100M000100Y5") != "3"


def test_every_chinese_customer_has_a_valid_credit_code(book):
    codes = [r["registration_no"] for r in book.rows["customers"] if r["country"] == "CN"]
    for code in codes:
        assert re.fullmatch(r"91\d{6}[0-9A-HJ-NPQRTUWXY]{9}[0-9A-HJ-NPQRTUWXY]", code)
        assert credit_code_check_digit(code[:17]) == code[17]
        assert organisation_check_digit(code[8:16]) == code[16]
    others = [r["registration_no"] for r in book.rows["customers"] if r["country"] != "CN"]
    assert all(4 < len(number) < 24 for number in others)


def test_every_row_is_in_the_currency_of_its_customer(book):
    currency = {row["customer"]: row["currency"] for row in book.rows["customers"]}
    for name in ("invoices", "payments", "orders", "statements"):
        assert all(row["currency"] == currency[row["customer"]] for row in book.rows[name]), name


def test_amounts_are_positive_with_two_decimals(book):
    for name in ("invoices", "payments", "orders"):
        for row in book.rows[name]:
            assert re.fullmatch(r"\d+\.\d\d", row["amount"])
            assert Decimal(row["amount"]) > 0
    for row in book.rows["customers"]:
        for column in ("requested_limit", "current_limit"):
            assert re.fullmatch(r"(\d+000?\.00)?", row[column])


def test_nothing_is_dated_outside_its_time(book):
    onboarded = {r["customer"]: date.fromisoformat(r["onboarded_on"])
                 for r in book.rows["customers"]}  # fmt: skip
    terms = {row["customer"]: int(row["terms_days"]) for row in book.rows["customers"]}
    for row in book.rows["invoices"]:
        issued, due = date.fromisoformat(row["issued_on"]), date.fromisoformat(row["due_on"])
        assert max(onboarded[row["customer"]], date(2024, 12, 1)) <= issued <= UNTIL
        days = terms[row["customer"]] if row["type"] == "invoice" else 0
        assert due == issued + timedelta(days=days)
    for row in book.rows["orders"]:
        ordered = date.fromisoformat(row["ordered_on"])
        assert onboarded[row["customer"]] <= ordered <= UNTIL
        assert ordered <= date.fromisoformat(row["expected_on"])
        assert row["status"] in {"open", "delivered", "cancelled"}
        if row["status"] == "open":
            assert UNTIL - ordered <= timedelta(days=40)
    for row in book.rows["customers"]:
        if row["current_limit"]:
            since = date.fromisoformat(row["current_limit_from"])
            assert onboarded[row["customer"]] < since < UNTIL


def test_payments_come_after_their_invoice_and_never_pay_more_than_it(book):
    invoices = {row["document"]: row for row in book.rows["invoices"]}
    paid = Counter()
    parts = Counter()
    for row in book.rows["payments"]:
        assert date.fromisoformat(row["paid_on"]) <= UNTIL
        if row["invoice"]:
            invoice = invoices[row["invoice"]]
            assert invoice["type"] == "invoice"
            assert invoice["customer"] == row["customer"]
            assert date.fromisoformat(invoice["issued_on"]) < date.fromisoformat(row["paid_on"])
            paid[row["invoice"]] += Decimal(row["amount"])
            parts[row["invoice"]] += 1
    assert all(total <= Decimal(invoices[document]["amount"]) for document, total in paid.items())
    open_ones = [d for d, row in invoices.items() if paid[d] < Decimal(row["amount"])]
    overdue = [d for d in open_ones if date.fromisoformat(invoices[d]["due_on"]) < UNTIL]
    assert 0.03 < len(open_ones) / len(invoices) < 0.2
    assert overdue
    assert sum(1 for count in parts.values() if count > 1) > 100
    assert any(paid[d] > 0 for d in open_ones)


def test_there_are_a_few_credit_notes_disputes_and_payments_on_account(book):
    types = Counter(row["type"] for row in book.rows["invoices"])
    assert 5 <= types["credit_note"] <= 40
    assert set(types) == {"invoice", "credit_note"}
    disputed = Counter(row["disputed"] for row in book.rows["invoices"])
    assert set(disputed) == {"yes", "no"}
    assert 0.005 < disputed["yes"] / disputed.total() < 0.05
    assert 5 <= sum(1 for row in book.rows["payments"] if not row["invoice"]) <= 30


def _figures(row):
    return {name: Decimal(row[name]) if row[name] else None for name in COLUMNS["statements"][5:]}


def test_statements_add_up(book):
    for row in book.rows["statements"]:
        f = _figures(row)
        assert f["total_assets"] == f["total_liabilities"] + f["equity"]
        assert f["cash"] + f["inventory"] + f["receivables"] <= f["current_assets"]
        assert f["current_assets"] <= f["total_assets"]
        assert 0 <= f["current_liabilities"] <= f["total_liabilities"]
        assert f["cost_of_sales"] + f["ebit"] <= f["revenue"]
        assert f["net_profit"] <= f["ebit"] - f["interest_expense"]
        assert min(f["cash"], f["revenue"], f["cost_of_sales"], f["interest_expense"]) >= 0


def test_equity_rolls_forward_from_year_to_year(book):
    pairs = [rows for rows in book.by_customer("statements").values() if len(rows) == 2]
    assert len(pairs) > 80
    for before, after in (map(_figures, rows) for rows in pairs):
        dividend = before["equity"] + after["net_profit"] - after["equity"]
        assert dividend >= 0
        if before["retained_earnings"] is not None:
            kept = after["retained_earnings"] - before["retained_earnings"]
            assert kept == after["net_profit"] - dividend


def test_most_customers_have_statements_some_old_and_all_larger_than_what_they_buy(book):
    found = book.by_customer("statements")
    assert 0.62 < len(found) / 300 < 0.78
    ends = [max(date.fromisoformat(row["period_end"]) for row in rows) for rows in found.values()]
    assert all(UNTIL - end >= timedelta(days=110) for end in ends)
    assert 5 < sum(1 for end in ends if UNTIL - end > timedelta(days=550)) < 60
    bought = Counter()
    for row in book.rows["invoices"]:
        bought[row["customer"]] += Decimal(row["amount"]) / 2
    for customer, rows in found.items():
        assert bought[customer] < Decimal(rows[-1]["revenue"]) * Decimal("0.5")


def test_rates_cover_the_month_ends_and_the_last_ten_business_days(book):
    by_currency = defaultdict(dict)
    for row in book.rows["rates"]:
        assert (row["base"], row["source"]) == ("EUR", "generated")
        by_currency[row["currency"]][date.fromisoformat(row["date"])] = Decimal(row["rate"])
    assert set(by_currency) == {"CNY", "USD"}
    assert all(Decimal("7.8") <= rate <= Decimal("8.3") for rate in by_currency["CNY"].values())
    assert all(Decimal("1.05") <= rate <= Decimal("1.18") for rate in by_currency["USD"].values())
    for rates in by_currency.values():
        assert max(rates) == UNTIL
        assert sum(1 for on in rates if UNTIL - on < timedelta(days=14)) == 10
        months = {(on.year, on.month) for on in rates}
        assert {(year, month) for year in (2024, 2025) for month in range(1, 13)} <= months
        assert len(set(rates.values())) > len(rates) // 2


def _average_days_late(book):
    due = {r["document"]: date.fromisoformat(r["due_on"]) for r in book.rows["invoices"]}
    late = defaultdict(list)
    for row in book.rows["payments"]:
        if row["invoice"]:
            late[row["customer"]].append(
                (date.fromisoformat(row["paid_on"]) - due[row["invoice"]]).days
            )
    return late


def test_customers_behave_as_their_hidden_kind_says(book):
    truth = kinds(until=UNTIL)
    late = _average_days_late(book)
    usual = defaultdict(list)
    change = defaultdict(list)
    for customer, days in late.items():
        third = len(days) // 3
        if third >= 8:
            usual[truth[customer]].append(statistics.mean(days))
            change[truth[customer]].append(
                statistics.mean(days[-third:]) - statistics.mean(days[:third])
            )
    typical = {kind: statistics.median(values) for kind, values in usual.items()}
    assert typical[Kind.PROMPT] < 2
    assert 15 < typical[Kind.SLOW] < 40
    assert typical[Kind.TROUBLE] > typical[Kind.SLOW]
    assert statistics.median(change[Kind.IMPROVING]) < -10
    assert statistics.median(change[Kind.DETERIORATING]) > 20
    assert abs(statistics.median(change[Kind.SLOW])) < 6


def test_growing_customers_buy_more_and_shrinking_ones_less(book):
    truth = kinds(until=UNTIL)
    halves = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in book.rows["invoices"]:
        later = date.fromisoformat(row["issued_on"]) >= date(2025, 12, 1)
        halves[row["customer"]][later] += Decimal(row["amount"])
    growth = defaultdict(list)
    for customer, (before, after) in halves.items():
        if before:
            growth[truth[customer]].append(after / before)
    assert statistics.median(growth[Kind.GROWING]) > Decimal("1.3")
    assert statistics.median(growth[Kind.SHRINKING]) < Decimal("0.8")
    assert Decimal("0.8") < statistics.median(growth[Kind.PROMPT]) < Decimal("1.3")


def test_a_small_book_has_every_kind_a_group_and_all_the_special_cases(small):
    assert set(kinds(customers=12, until=UNTIL).values()) == set(Kind)
    assert {row["currency"] for row in small.rows["customers"]} == {"CNY", "USD", "EUR"}
    assert sum(1 for row in small.rows["customers"] if row["group"]) >= 2
    assert {row["type"] for row in small.rows["invoices"]} == {"invoice", "credit_note"}
    assert any(not row["invoice"] for row in small.rows["payments"])
    assert any(row["disputed"] == "yes" for row in small.rows["invoices"])
    assert all(small.files.counts.values())


@pytest.mark.parametrize(
    ("customers", "months", "until"),
    [(1, 1, UNTIL), (3, 2, date(2028, 2, 29)), (8, 40, date(2025, 1, 1))],
)
def test_odd_sizes_and_days_work_too(tmp_path, customers, months, until):
    files = write_portfolio(tmp_path, customers=customers, months=months, until=until)
    assert files.counts["customers"] == customers
    assert max(row["date"] for row in _read(files.rates)) <= until.isoformat()


def test_a_portfolio_without_customers_or_months_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 1 customer"):
        write_portfolio(tmp_path, customers=0, until=UNTIL)
    with pytest.raises(ValueError, match="and 1 month"):
        write_portfolio(tmp_path, months=0, until=UNTIL)
    assert list(tmp_path.iterdir()) == []


def test_three_hundred_customers_take_a_few_seconds_at_most(tmp_path):
    started = time.process_time()
    write_portfolio(tmp_path, until=UNTIL)
    assert time.process_time() - started < 6


def test_groups_stand_in_a_tree_two_deep_and_one_limit_is_tight(tmp_path):
    files = write_portfolio(tmp_path, customers=60, until=UNTIL)
    with files.groups.open(encoding="utf-8", newline="") as file:
        groups = {row["id"]: row for row in csv.DictReader(file)}
    with files.customers.open(encoding="utf-8", newline="") as file:
        members = [row for row in csv.DictReader(file) if row["group"]]
    assert {row["group"] for row in members} == set(groups) - {"H0001"}
    under = [x for x, row in groups.items() if row["parent"] == "H0001"]
    assert len(under) == 2
    (tight,) = [x for x in under if groups[x]["limit"]]
    granted = sum(
        float(row["current_limit"] or 0) * {"CNY": 1, "USD": 7.15, "EUR": 8}[row["currency"]]
        for row in members
        if row["group"] == tight
    )
    assert 0 < float(groups[tight]["limit"]) < granted < float(groups["H0001"]["limit"])
