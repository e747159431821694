"""Files as people hand them in, made in the test that reads them."""

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

from creditflow.domain.hand_in import HandIn, RowProblem, Severity
from creditflow.sources.loading import load_profile
from creditflow.sources.mapping import Profile
from creditflow.sources.reading import read_hand_in

INVOICE = {
    "customer": "C001", "document": "IN-1", "type": "invoice", "issued_on": "2026-01-05",
    "due_on": "2026-03-06", "amount": "100.00", "currency": "CNY", "disputed": "no",
}  # fmt: skip
PAYMENT = {
    "customer": "C001", "document": "PY-1", "paid_on": "2026-02-01", "amount": "100.00",
    "currency": "CNY", "invoice": "IN-1",
}  # fmt: skip
ORDER = {
    "customer": "C001", "document": "OR-1", "ordered_on": "2026-01-05", "expected_on": "",
    "amount": "100.00", "currency": "CNY", "status": "open",
}  # fmt: skip
CUSTOMER = {
    "customer": "C001", "name": "上海恒泰机械有限公司", "name_en": "Hengtai", "country": "CN",
    "currency": "CNY", "language": "zh-CN", "email": "finance@hengtai.example",
    "terms_days": "60", "requested_limit": "", "current_limit": "500000.00",
    "current_limit_from": "2025-01-01",
}  # fmt: skip
STATEMENT = {
    "customer": "C001", "period_end": "2025-12-31", "months": "12", "currency": "CNY",
    "audited": "yes", "revenue": "1000", "net_profit": "-50", "total_assets": "900",
    "total_liabilities": "500", "equity": "400",
}  # fmt: skip
RATE = {"date": "2026-01-05", "currency": "CNY", "base": "EUR", "rate": "7.8123", "source": "ECB"}

SIGNAL = {
    "customer": "C001", "sector": "", "country": "", "signal": "court_cases_12m",
    "observed_on": "2026-02-15", "value": "2", "scale": "", "provider": "Example Bureau",
    "valid_until": "",
}  # fmt: skip

ROWS: Mapping[str, Mapping[str, str]] = {
    "invoices": INVOICE, "payments": PAYMENT, "orders": ORDER, "customers": CUSTOMER,
    "statements": STATEMENT, "rates": RATE, "signals": SIGNAL,
}  # fmt: skip


def csv_text(rows: Sequence[Mapping[str, str]], delimiter: str = ",", end: str = "\n") -> str:
    """Rows as CSV without any quoting: what a test puts into a cell stands there as it is."""
    lines = [delimiter.join(rows[0]), *(delimiter.join(row.values()) for row in rows)]
    return end.join(lines) + end


def xlsx(rows: Sequence[Sequence[object]], **formats: str) -> bytes:
    """Rows as a spreadsheet with their Python types; text stays text."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("data")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if hasattr(cell, "year"):
                    sheet.write_datetime(at, column, cell, day)
                else:
                    sheet.write(at, column, cell)
    return file.getvalue()


def read(data: bytes | str, kind: str | None = "invoices", name: str = "f.csv", **more) -> HandIn:
    """Read a file by our own mapping unless the test says otherwise."""
    profile: Profile = more.pop("profile", None) or load_profile("creditflow")
    content = data.encode() if isinstance(data, str) else data
    return read_hand_in(
        content, name, profile=profile, kinds=None if kind is None else [kind], **more
    )


def row(kind: str, **changed: str) -> HandIn:
    """Read one row of that kind in which only what the test names is different."""
    return read(csv_text([{**ROWS[kind], **changed}]), kind)


def errors(hand_in: HandIn) -> list[RowProblem]:
    return [p for p in hand_in.problems if p.severity is Severity.ERROR]


def said(hand_in: HandIn) -> list[tuple[int | None, str, str]]:
    """Line, column and sentence of every error."""
    return [(p.line, p.column, str(p.what)) for p in errors(hand_in)]
