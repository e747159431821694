"""A snapshot of the book on disk: files that are mapped into memory, made anew from the database.

A snapshot is a copy and never the truth: it can be thrown away at any time. It
is complete or not there, because it gets its name only when all is written.
"""

import json
import shutil
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.rates import Rate
from creditflow.portfolio.book import (
    Book,
    Customers,
    Disputes,
    Invoices,
    Orders,
    Payments,
    Statements,
)
from creditflow.portfolio.statements import RATIOS
from creditflow.portfolio.witnesses import Origins

FORMAT = 5
"""Raised whenever the files change their meaning; an older snapshot is then made anew."""

_GROUPS: Mapping[str, type[Any]] = {
    "customers": Customers,
    "invoices": Invoices,
    "payments": Payments,
    "orders": Orders,
    "disputes": Disputes,
    "statements": Statements,
    "origins": Origins,
}
_MANIFEST = "book.json"


def write(book: Book, folder: Path, marks: Mapping[str, object]) -> None:
    """Write the book into a folder, in place of what is there; `marks` are kept with it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.with_name(f"{folder.name}.{uuid4().hex[:8]}")
    building.mkdir()
    try:
        np.save(building / "ids.npy", book.ids)
        for group, made in _GROUPS.items():
            columns = getattr(book, group)
            for name in _columns(made):
                np.save(building / f"{group}.{name}.npy", getattr(columns, name))
        manifest = {
            "format": _format(),
            "marks": dict(marks),
            "sectors": book.sectors,
            "countries": book.countries,
            "regions": book.regions,
            "entities": book.entities,
            "sources": book.origins.names,
            "rates": [
                [r.currency, r.on.isoformat(), str(r.per_pivot), r.source] for r in book.rates
            ],
        }
        (building / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
        remove(folder)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def read(folder: Path) -> tuple[Book, dict[str, Any]] | None:
    """The book that lies in a folder, mapped, not loaded, and its marks; None where none fits."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
        if manifest.get("format") != _format():
            return None
        ids = _mapped(folder / "ids.npy")
        groups = {
            group: made(*(_mapped(folder / f"{group}.{name}.npy") for name in _columns(made)))
            for group, made in _GROUPS.items()
        }
    except (OSError, ValueError, EOFError):
        return None
    groups["origins"] = groups["origins"]._replace(names=tuple(manifest["sources"]))
    book = Book(
        ids=ids,
        sectors=tuple(manifest["sectors"]),
        countries=tuple(manifest["countries"]),
        regions=tuple(manifest["regions"]),
        entities=tuple(manifest["entities"]),
        rates=tuple(
            Rate(currency, date.fromisoformat(on), Decimal(per_pivot), source)
            for currency, on, per_pivot, source in manifest["rates"]
        ),
        **groups,
    )
    return book, manifest["marks"]


def remove(folder: Path) -> None:
    """Throw a snapshot away, if there is one."""
    shutil.rmtree(folder, ignore_errors=True)


def _mapped(file: Path) -> NDArray[Any]:
    """A column as it lies on disk; what is written to it stays in memory."""
    return np.asarray(np.load(file, mmap_mode="c" if file.stat().st_size > _SMALL else None))


_SMALL = 4096


def _columns(made: type[Any]) -> list[str]:
    """The arrays of a group; what is no array is in the manifest."""
    return [name for name in made._fields if name != "names"]


def _format() -> list[object]:
    """What the files mean: also which ratios of a statement they hold."""
    return [FORMAT, list(RATIOS)]
