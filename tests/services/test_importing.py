"""Importing: what is new is kept once, what is known is counted, what clashes is told."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditflow.domain.hand_in import HandIn, Kind, RowProblem, Severity
from creditflow.domain.ledger import OrderStatus
from creditflow.domain.legal_entity import LegalEntity
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.services.importing import ImportReport, import_hand_in
from creditflow.sources.loading import load_profile
from creditflow.sources.reading import read_hand_in
from tests.databases import sqlite_database
from tests.fakes import FakeWork
from tests.makers import NOW, a_policy, texts
from tests.sources.hand_ins import CUSTOMER, INVOICE, ORDER, PAYMENT, RATE, STATEMENT, csv_text

LEDGER = (
    "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate\n"
)
OTHER = {**CUSTOMER, "customer": "C002", "name": "Other"}


@pytest.fixture
def work() -> FakeWork:
    work = FakeWork(a_policy())
    keep(work, "customers", CUSTOMER, OTHER)
    return work


def keep(work, kind: str, *rows: dict[str, str], at=NOW, source="own", **more) -> ImportReport:
    return import_hand_in(handed(kind, *rows, source=source), by="ann", at=at, work=work, **more)


def handed(kind: str, *rows: dict[str, str], source="own") -> HandIn:
    return read_hand_in(
        csv_text(rows).encode(), f"{kind}.csv", profile=load_profile("creditflow"),
        kinds=[kind], source=source,
    )  # fmt: skip


def numbers(report: ImportReport) -> tuple[int, int, int, int]:
    """Rows read, kept, known, rejected."""
    return report.rows_read, report.rows_kept, report.rows_known, report.rows_rejected


def errors(report: ImportReport) -> list[tuple[int | None, str, str]]:
    return [
        (p.line, p.column, str(p.what)) for p in report.problems if p.severity is Severity.ERROR
    ]


def warnings(report: ImportReport) -> list[RowProblem]:
    return [p for p in report.problems if p.severity is Severity.WARNING]


# ---------------------------------------------------------------------- once


def test_a_file_is_imported_once(work):
    first = keep(work, "invoices", INVOICE)
    entries = len(work.kept.journal)

    again = keep(work, "invoices", INVOICE, at=NOW + timedelta(days=1))

    assert numbers(first) == (1, 1, 0, 0)
    assert not first.already_imported
    assert again.already_imported
    assert numbers(again) == (1, 0, 1, 0)
    assert "imported on 2026-03-02" in str(again.problems[0].what)
    assert len(work.kept.invoices) == 1
    assert len(work.kept.journal) == entries


def test_a_file_that_overlaps_with_an_earlier_one_adds_only_what_is_new(work):
    second = {**INVOICE, "document": "IN-2"}
    keep(work, "invoices", INVOICE, second)

    report = keep(work, "invoices", second, {**INVOICE, "document": "IN-3"})

    assert numbers(report) == (2, 1, 1, 0)
    assert report.counts[Kind.INVOICES].known == 1
    assert len(work.kept.invoices) == 3


def test_the_same_number_in_another_system_is_another_document(work):
    keep(work, "invoices", INVOICE)

    report = keep(work, "invoices", INVOICE, source="sap")

    assert numbers(report) == (1, 1, 0, 0)
    assert set(work.kept.invoices) == {("own", "IN-1"), ("sap", "IN-1")}


def test_a_file_with_rejected_rows_may_be_handed_in_again_when_their_customer_is_known(work):
    rows = [INVOICE, {**INVOICE, "document": "IN-2", "customer": "C003"}]
    first = keep(work, "invoices", *rows)
    keep(work, "customers", {**CUSTOMER, "customer": "C003"})

    second = keep(work, "invoices", *rows)
    third = keep(work, "invoices", *rows)

    assert numbers(first) == (2, 1, 0, 1)
    assert numbers(second) == (2, 1, 1, 0)
    assert third.already_imported
    assert len({first.id, second.id}) == 2


def test_a_refused_file_leaves_nothing_behind(work):
    before = len(work.kept.journal), len(work.kept.hand_ins)

    report = keep(work, "invoices", {"customer": "C001"})

    assert report.refused
    assert report.errors
    assert numbers(report) == (0, 0, 0, 0)
    assert (len(work.kept.journal), len(work.kept.hand_ins)) == before


def test_a_hand_in_is_recorded_with_its_evidence(work):
    report = keep(work, "invoices", INVOICE, {**INVOICE, "document": "IN-2", "amount": "x"})

    record = work.hand_ins.get(report.id)
    assert (record.by, record.at, record.rows_rejected) == ("ann", NOW, 1)
    assert record.rejects == report.rejects
    assert (
        record.file_hash == report.file_hash == work.kept.invoices["own", "IN-1"].origin.file_hash
    )
    entry = work.kept.journal[-1].entry
    assert (entry.what, entry.subject, entry.facts["kept"]) == ("hand_in.imported", report.id, "1")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.integers(1, 12), min_size=1), min_size=1, max_size=5))
def test_files_that_overlap_in_any_way_add_up_to_each_document_once(files):
    work = FakeWork(a_policy())
    keep(work, "customers", CUSTOMER)
    for file in files:
        rows = [{**INVOICE, "document": f"IN-{n}", "amount": str(n)} for n in sorted(file)]
        keep(work, "invoices", *rows)

    amounts = sorted(i.amount.minor // 100 for i in work.ledger.of("C001").invoices)

    assert amounts == sorted(set().union(*files))


# ---------------------------------------------------------------------- clashes


def test_a_document_that_says_something_else_is_a_conflict_that_shows_both(work):
    keep(work, "invoices", INVOICE)

    report = keep(work, "invoices", {**INVOICE, "amount": "99.00", "due_on": "2026-03-07"})

    assert numbers(report) == (1, 0, 0, 1)
    assert errors(report) == [
        (2, "amount", "IN-1 is known already, with CNY 100.00 where this row has CNY 99.00."),
        (2, "due_on", "IN-1 is known already, with 2026-03-06 where this row has 2026-03-07."),
    ]
    assert work.kept.invoices["own", "IN-1"].amount == Money(10000, "CNY")
    assert b"IN-1 is known already" in report.rejects


def test_the_same_document_twice_in_a_file_is_kept_once_or_told(work):
    same = keep(work, "invoices", INVOICE, INVOICE)
    other = keep(work, "payments", PAYMENT, {**PAYMENT, "amount": "90"})

    assert numbers(same) == (2, 1, 1, 0)
    assert numbers(other) == (2, 1, 0, 1)
    assert [line for line, _, _ in errors(other)] == [3]


def test_a_stranger_is_refused_with_the_line_and_a_remedy(work):
    for kind, row in (
        ("invoices", INVOICE),
        ("payments", PAYMENT),
        ("orders", ORDER),
        ("statements", STATEMENT),
    ):
        stranger = {**row, "customer": "nobody"}
        if "document" in row:
            stranger["document"] = "X"
        report = keep(work, kind, row, stranger)
        assert errors(report) == [(3, "customer", "There is no customer nobody.")]
        assert report.rows_kept == 1


def test_documents_of_the_future_are_refused(work):
    near, far = NOW.date() + timedelta(days=31), NOW.date() + timedelta(days=32)
    row = {**INVOICE, "due_on": "2027-01-01"}

    report = keep(work, "invoices", {**row, "issued_on": str(near)},
                  {**row, "document": "IN-2", "issued_on": str(far)})  # fmt: skip

    assert errors(report) == [(3, "issued_on", "The date lies in the future, after 2026-04-02.")]


def test_an_order_moves_on_but_does_not_become_another_one(work):
    keep(work, "orders", ORDER)

    moved = keep(work, "orders", {**ORDER, "status": "delivered"})
    other = keep(work, "orders", {**ORDER, "status": "delivered", "customer": "C002"})

    assert numbers(moved) == (1, 1, 0, 0)
    assert moved.counts[Kind.ORDERS].replaced == 1
    assert work.kept.orders["own", "OR-1"].status is OrderStatus.DELIVERED
    assert [column for _, column, _ in errors(other)] == ["customer"]


def test_a_dispute_moves_on_but_nothing_else_of_an_invoice(work):
    begun = {**INVOICE, "disputed": "yes", "disputed_on": "2026-01-20"}
    over = {**begun, "disputed": "no", "dispute_settled_on": "2026-02-10"}
    keep(work, "invoices", INVOICE)

    first, same, second = (keep(work, "invoices", row) for row in (begun, begun, over))
    quiet = keep(work, "invoices", INVOICE)  # a file without days stands by it
    other = keep(work, "invoices", {**over, "amount": "101.00"})

    assert [numbers(report) for report in (first, same, second)] == [
        (1, 1, 0, 0), (1, 0, 1, 0), (1, 1, 0, 0),
    ]  # fmt: skip
    assert numbers(quiet) == (1, 0, 1, 0)
    kept = work.kept.invoices["own", "IN-1"]
    assert (kept.disputed, kept.disputed_on) == (False, date(2026, 1, 20))
    assert kept.dispute_settled_on == date(2026, 2, 10)
    assert [column for _, column, _ in errors(other)] == ["amount"]
    assert work.ledger.undated().disputes == frozenset()


def test_a_dispute_with_a_day_is_not_settled_without_one(work):
    keep(work, "invoices", {**INVOICE, "disputed": "yes", "disputed_on": "2026-01-20"})
    report = keep(work, "invoices", {**INVOICE, "disputed": "no"})

    assert {column for _, column, _ in errors(report)} == {"disputed", "disputed_on"}


def test_an_order_is_closed_on_a_day(work):
    closed = {**ORDER, "status": "delivered", "closed_on": ORDER["ordered_on"]}
    keep(work, "orders", ORDER)
    keep(work, "orders", closed)
    again = keep(work, "orders", {**ORDER, "status": "delivered"})

    assert numbers(again) == (1, 0, 1, 0)
    assert work.kept.orders["own", "OR-1"].closed_on == date.fromisoformat(ORDER["ordered_on"])
    assert work.ledger.undated().orders == frozenset()


@pytest.mark.parametrize(
    ("kind", "changed", "column", "sentence"),
    [
        ("invoices", {"dispute_settled_on": "2026-02-10"}, "disputed_on",
         "The dispute was settled on 2026-02-10, and yet has no day on which it began."),
        ("invoices", {"disputed_on": "2025-12-01", "disputed": "yes"}, "disputed_on",
         "It was contested before it was issued on 2026-01-05."),
        ("invoices", {"disputed_on": "2026-02-10", "dispute_settled_on": "2026-02-09"},
         "dispute_settled_on", "The dispute was settled before it began on 2026-02-10."),
        ("invoices", {"disputed_on": "2026-02-10", "disputed": "no"}, "disputed",
         "The days of the dispute say otherwise."),
        ("invoices", {"disputed_on": "2027-02-10", "disputed": "yes"}, "disputed_on",
         "The date lies in the future, after 2026-04-02."),
        ("orders", {"closed_on": "2026-03-01"}, "closed_on",
         "The order is open, and yet was closed on 2026-03-01."),
        ("orders", {"closed_on": "2020-01-01", "status": "cancelled"}, "closed_on", None),
    ],
)  # fmt: skip
def test_days_that_contradict_are_refused(work, kind, changed, column, sentence):
    row = {"invoices": INVOICE, "orders": ORDER}[kind]
    (found,) = errors(keep(work, kind, {**row, **changed}))
    assert found[1] == column
    if sentence is not None:
        assert found[2] == sentence


def test_to_which_project_a_document_belongs_may_be_said_later_and_is_never_taken_away(work):
    orders, invoices = {**ORDER}, {**INVOICE}
    keep(work, "orders", orders)
    keep(work, "invoices", invoices)

    said = [
        keep(work, "orders", {**orders, "project": "Harbour bridge"}),
        keep(work, "invoices", {**invoices, "project": "Harbour bridge"}),
    ]
    silent = [
        keep(work, "orders", {**orders, "status": "delivered", "project": ""}),
        keep(work, "invoices", {**invoices, "project": ""}),
    ]
    other = keep(work, "invoices", {**invoices, "project": "Tunnel", "amount": "1.00"})

    assert [numbers(report) for report in said] == [(1, 1, 0, 0)] * 2
    assert [numbers(report) for report in silent] == [(1, 1, 0, 0), (1, 0, 1, 0)]
    assert work.kept.orders["own", "OR-1"].project == "Harbour bridge"
    assert work.kept.orders["own", "OR-1"].status is OrderStatus.DELIVERED
    assert work.kept.invoices["own", "IN-1"].project == "Harbour bridge"
    # A document that says something else besides is another one.
    assert {column for _, column, _ in errors(other)} == {"amount", "project"}
    keep(work, "invoices", {**invoices, "project": "Tunnel"})
    assert work.kept.invoices["own", "IN-1"].project == "Tunnel"


@pytest.mark.parametrize("header", ["project", "project_no", "项目", "项目编号"])
def test_a_project_is_found_under_its_names_in_both_languages(work, header):
    found = handed("invoices", {**INVOICE, header: " 港口大桥 "}).invoices
    assert [invoice.project for invoice in found] == ["港口大桥"]
    assert [order.project for order in handed("orders", ORDER).orders] == [""]


def test_a_project_name_that_no_limit_could_bear_is_refused(work):
    report = keep(work, "orders", {**ORDER, "project": "x" * 121})
    assert errors(report) == [(2, "project", "121 characters are too long for a project.")]


# ---------------------------------------------------------------------- payments


@pytest.mark.parametrize(
    ("changed", "column", "sentence"),
    [
        ({"currency": "USD"}, "currency", "The invoice IN-1 is in CNY."),
        ({"customer": "C002"}, "customer", "The invoice IN-1 is one of C001."),
        (
            {"amount": "200.01"},
            "amount",
            "With this payment, IN-1 over CNY 100.00 would be paid more than 2 times.",
        ),
        ({"invoice": "CN-1"}, "invoice", "CN-1 is a credit note, which nobody pays."),
    ],
)
def test_a_payment_must_fit_its_invoice(work, changed, column, sentence):
    note = {**INVOICE, "document": "CN-1", "type": "credit_note"}
    keep(work, "invoices", INVOICE, note)

    report = keep(work, "payments", {**PAYMENT, **changed})

    assert errors(report) == [(2, column, sentence)]
    assert work.kept.payments == {}
    assert numbers(keep(work, "payments", PAYMENT)) == (1, 1, 0, 0)


def test_payments_of_earlier_files_count_too(work):
    keep(work, "invoices", INVOICE)
    keep(work, "payments", PAYMENT)

    over = keep(work, "payments", {**PAYMENT, "document": "PY-2", "amount": "100"})
    far_over = keep(work, "payments", {**PAYMENT, "document": "PY-3", "amount": "0.01"})

    assert str(warnings(over)[0].what) == "The invoice IN-1 is overpaid by CNY 100.00."
    assert over.rows_kept == 1
    assert far_over.rows_rejected == 1


def test_a_payment_for_an_unknown_invoice_is_kept_with_a_warning(work):
    report = keep(work, "payments", PAYMENT, {**PAYMENT, "document": "PY-2", "invoice": ""})

    assert numbers(report) == (2, 2, 0, 0)
    assert [p.line for p in warnings(report)] == [2]


def test_a_row_of_several_kinds_stands_or_falls_as_a_whole(work):
    rows = "391,K1,1,1/2/2013,2/1/2013,5.00,No,1/15/2013\n391,K1,2,1/2/2013,2/1/2013,5.00,No,\n"
    rows += "391,K1,3,1/2/2013,2/1/2013,5.00,No,1/15/2031\n"
    hand_in = read_hand_in((LEDGER + rows).encode(), "l.csv", profile=load_profile("ibm_ar"))

    report = import_hand_in(hand_in, by="ann", at=NOW, work=work)

    assert numbers(report) == (3, 2, 0, 1)
    assert [column for _, column, _ in errors(report)] == ["paid_on"]
    assert set(work.kept.invoices) == {("own", "1"), ("own", "2")}
    assert set(work.kept.payments) == {("own", "PAY-1")}
    assert work.kept.customers["K1"].name == "K1"


# ---------------------------------------------------------------------- master data


def test_opening_limits_begin_the_history(work):
    limit = work.limits.current("C001")

    assert (limit.version, limit.state, limit.amount) == (
        1, LimitState.AMOUNT, Money(50_000_000, "CNY")
    )  # fmt: skip
    assert (limit.from_, limit.until, limit.terms_days, limit.case_id) == (
        date(2025, 1, 1), None, 60, None
    )  # fmt: skip
    assert {"limit.opened"} <= {sealed.entry.what for sealed in work.kept.journal}


def test_a_limit_of_zero_is_a_limit_and_an_empty_one_is_none(work):
    keep(work, "customers", {**CUSTOMER, "customer": "C3", "current_limit": "0"},
         {**CUSTOMER, "customer": "C4", "current_limit": "", "current_limit_from": ""})  # fmt: skip

    assert work.limits.current("C3").state is LimitState.ZERO
    assert work.limits.current("C4") is None


def test_a_company_that_the_policy_does_not_list_is_kept_with_a_warning(work):
    def told(number, company):
        row = {**CUSTOMER, "customer": f"C{number}", "legal_entity": company}
        report = keep(work, "customers", row)
        return [str(p.what) for p in warnings(report) if p.column == "legal_entity"]

    assert told(7, "DE01") == []
    entities = [LegalEntity(at, texts(at, at)) for at in ("CN01", "DE01")]
    work.kept.policies[2] = a_policy(2, legal_entities=tuple(entities))

    assert told(8, "DE01") == told(9, "") == []
    assert told(10, "DE1") == ["The policy knows no such company; CN01 counts as granting."]
    assert work.customers.get("C10").legal_entity == "DE1"
    assert work.customers.get("C8").legal_entity == "DE01"


def test_a_limit_that_is_there_is_not_changed_by_a_file(work):
    report = keep(work, "customers", {**CUSTOMER, "current_limit": "900000", "name": "New"})

    assert "has a limit here already (CNY 500,000.00)" in str(warnings(report)[0].what)
    assert work.limits.current("C001").amount == Money(50_000_000, "CNY")
    assert work.customers.get("C001").name == "New"
    assert numbers(report) == (1, 1, 0, 0)


def test_the_currency_of_a_customer_with_a_limit_stays(work):
    keep(work, "customers", {**CUSTOMER, "customer": "C5", "current_limit": "",
                             "current_limit_from": ""})  # fmt: skip

    with_limit = keep(work, "customers", {**CUSTOMER, "currency": "USD"})
    without = keep(work, "customers", {**CUSTOMER, "customer": "C5", "currency": "USD",
                                       "current_limit": "", "current_limit_from": ""})  # fmt: skip

    assert errors(with_limit) == [
        (2, "currency", "The customer has a limit in CNY, so its currency stays.")
    ]
    assert work.customers.get("C001").currency == "CNY"
    assert numbers(without) == (1, 1, 0, 0)


def test_what_a_file_does_not_speak_of_stays_as_it_was(work):
    few = {k: CUSTOMER[k] for k in ("customer", "name", "country", "currency", "language")}

    known = keep(work, "customers", few)
    changed = keep(work, "customers", {**few, "name": "New"})

    assert numbers(known) == (1, 0, 1, 0)
    assert numbers(changed) == (1, 1, 0, 0)
    assert work.customers.get("C001").email == CUSTOMER["email"]
    assert work.customers.get("C001").name == "New"


def test_a_ledger_does_not_overwrite_master_data(work):
    keep(work, "customers", {**CUSTOMER, "customer": "C6", "current_limit": "",
                             "current_limit_from": ""})  # fmt: skip
    row = "391,C6,1,1/2/2013,2/1/2013,5.00,No,\n"
    hand_in = read_hand_in((LEDGER + row).encode(), "l.csv", profile=load_profile("ibm_ar"))

    import_hand_in(hand_in, by="ann", at=NOW, work=work)
    assert work.customers.get("C6").name == CUSTOMER["name"]

    changed = replace(hand_in, way="another", keeps_known_customers=False)
    import_hand_in(changed, by="ann", at=NOW, work=work)
    assert work.customers.get("C6").name == "C6"


def test_a_corrected_statement_takes_the_place_of_the_first_and_is_journaled(work):
    keep(work, "statements", STATEMENT)

    same = keep(work, "statements", STATEMENT, {**STATEMENT, "period_end": "2024-12-31"})
    corrected = keep(work, "statements", {**STATEMENT, "revenue": "2000"})

    assert numbers(same) == (2, 1, 1, 0)
    assert corrected.counts[Kind.STATEMENTS].replaced == 1
    assert work.statements.of("C001")[0].revenue == Money(200_000, "CNY")
    (entry,) = [s.entry for s in work.kept.journal if s.entry.what == "statement.replaced"]
    assert entry.facts["revenue"] == "CNY 1,000.00 → CNY 2,000.00"


def test_rates_are_kept_and_two_for_one_day_are_told(work):
    report = keep(work, "rates", RATE, RATE, {**RATE, "rate": "8"})

    assert numbers(report) == (3, 1, 1, 1)
    assert errors(report) == [
        (4, "rate", "CNY 2026-01-05 is known already, with 7.8123 where this row has 8.")
    ]


def test_reasons_are_told_in_the_readers_language(work):
    report = keep(work, "invoices", {**INVOICE, "amount": "x"}, tell=lambda _: "原因")

    assert "原因" in report.rejects.decode("utf-8-sig")


# ---------------------------------------------------------------------- with a real database


def test_the_same_happens_in_sql(tmp_path):
    with sqlite_database(tmp_path) as database:
        for again in (False, True):
            for kind, row in (
                ("customers", CUSTOMER),
                ("invoices", INVOICE),
                ("payments", PAYMENT),
                ("orders", ORDER),
                ("statements", STATEMENT),
                ("rates", RATE),
            ):
                with database.work() as work:
                    report = keep(work, kind, row)
                assert numbers(report) == ((1, 0, 1, 0) if again else (1, 1, 0, 0)), kind
                assert report.already_imported is again
        with database.work() as work:
            more = [{**INVOICE, "document": f"IN-{n}"} for n in range(1, 4)]
            assert numbers(keep(work, "invoices", *more)) == (3, 2, 1, 0)
            clash = keep(work, "invoices", {**INVOICE, "amount": "7"})
            assert [column for _, column, _ in errors(clash)] == ["amount"]
            moved = keep(work, "orders", {**ORDER, "status": "cancelled"})
            assert moved.counts[Kind.ORDERS].replaced == 1
        with database.reading() as work:
            assert work.limits.current("C001").version == 1
            assert len(work.ledger.of("C001").invoices) == 3


def test_sixty_thousand_rows_take_seconds(work):
    rows = [
        {
            **INVOICE,
            "document": f"IN-{n}",
            "amount": f"{n}.50",
            "issued_on": f"2025-{n % 12 + 1:02}-05",
        }
        for n in range(1, 60_001)
    ]
    data = csv_text(rows).encode()
    began = time.process_time()

    hand_in = read_hand_in(data, "l.csv", profile=load_profile("creditflow"), kinds=["invoices"])
    report = import_hand_in(hand_in, by="ann", at=NOW, work=work)

    assert numbers(report) == (60_000, 60_000, 0, 0)
    assert time.process_time() - began < 10
