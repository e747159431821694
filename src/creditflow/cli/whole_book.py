"""The whole book from the terminal: refresh its snapshot, evaluate everybody at once."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from creditflow.bootstrap import App
from creditflow.cli.speed import SpeedBar
from creditflow.cli.words import _, told
from creditflow.domain.errors import NotFound
from creditflow.domain.rates import Rates
from creditflow.domain.sentences import say
from creditflow.portfolio import bookkeeping
from creditflow.portfolio.backed import behind_of
from creditflow.portfolio.book import Book
from creditflow.portfolio.desks import STRAIGHT_THROUGH
from creditflow.portfolio.evaluated import Evaluated
from creditflow.portfolio.evaluating import Evaluator
from creditflow.portfolio.grouped import shares_of
from creditflow.portfolio.learned import champion_of
from creditflow.portfolio.raises import lately_of
from creditflow.portfolio.rows import rows_of
from creditflow.portfolio.rules import GRADES
from creditflow.store.column_values import plain
from creditflow.store.columns import Columns, ColumnStore


class NoSnapshot(NotFound):
    """The book was never read into columns."""


@dataclass
class Result:
    """What an evaluation of the book came to."""

    rows: int = 0
    seconds: float = 0.0
    alone: int = 0
    grades: Counter[str] = field(default_factory=Counter)
    through: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def add(self, found: Evaluated) -> None:
        """Count a block in."""
        judged = np.ones(len(found), np.bool_)
        judged[list(found.refused)] = False
        self.rows += int(judged.sum())
        self.alone += int(judged[found.alone].sum())
        through = judged & (found.frame.desk == STRAIGHT_THROUGH)
        for place, grade in enumerate(GRADES):
            of_grade = found.scores.grade == place
            self.grades[grade.value] += int((judged & of_grade).sum())
            self.through[grade.value] += int((through & of_grade).sum())
        self.refused += [
            f"{found.signals.book.customer(row)}: {told(problem.sentence)}"
            for row, problem in found.refused.items()
        ]


def folder(app: App) -> Path:
    """Where the snapshot lies."""
    return app.settings.data_dir / "book"


def refresh(app: App, *, anew: bool) -> bookkeeping.Refreshed:
    """Bring the snapshot up to the database."""
    with ColumnStore(app.settings.database).opened() as columns:
        return bookkeeping.refresh(folder(app), columns, anew=anew)


def evaluate(app: App, on: date, customers: Sequence[str] | None) -> Result:
    """Evaluate these customers, or everybody, and keep the rows in the database."""
    began = time.perf_counter()
    # All of it before the transaction, so that nobody who writes waits for an evaluation.
    result, tables = _evaluated(app, on, customers)
    with ColumnStore(app.settings.database).opened() as columns:
        columns.keep(on, customers, tables)
    result.seconds = time.perf_counter() - began
    return result


def export(app: App, on: date, file: Path, customers: Sequence[str] | None = None) -> Result:
    """Evaluate these customers, or everybody, into a Parquet or CSV file instead."""
    from pyarrow import csv, parquet

    began = time.perf_counter()
    result, tables = _evaluated(app, on, customers)
    table = pa.concat_tables(tables)
    if file.suffix == ".csv":
        csv.write_csv(plain(table), file)
    else:
        parquet.write_table(table, file, compression="zstd")
    result.seconds = time.perf_counter() - began
    return result


def _evaluated(
    app: App, on: date, customers: Sequence[str] | None
) -> tuple[Result, list[pa.Table]]:
    """The rows of block after block, while a progress bar tells customers per second."""
    with app.reading() as work:
        policy, rates = work.policies.current(), work.rates.all()
        ends = {source: work.ledger.newest([source], until=on) for source in work.ledger.ends()}
        parts = policy.caps.parts if policy.caps is not None else ()
        granted = work.limits.granted(parts, on=on)
        shares, behind = shares_of(on, work, customers), behind_of(work, customers)
        champion = champion_of(policy, work.models.scoring())
    until = {source: day for source, day in ends.items() if day is not None}
    with ColumnStore(app.settings.database).opened() as columns:
        whole = _book(app, columns, rates, customers)
        lately = lately_of(columns, policy, on, customers)
    evaluator = Evaluator(policy, on, rates, granted, until, shares, lately, champion, behind)
    result, tables = Result(), []
    with SpeedBar(_("Evaluating customers"), len(whole), _("{speed} customers/s")) as bar:
        for found in evaluator.blocks(whole):
            result.add(found)
            tables.append(rows_of(found, policy))
            bar.advance(len(found))
    return result, tables


def book(app: App, rates: Rates, customers: Sequence[str] | None = None) -> Book:
    """The book of these customers, or of everybody, as it was last read into columns."""
    with ColumnStore(app.settings.database).opened() as columns:
        return _book(app, columns, rates, customers)


def _book(app: App, columns: Columns, rates: Rates, customers: Sequence[str] | None) -> Book:
    found = bookkeeping.book_of(folder(app), columns, rates.listed(), customers)
    if found is None:
        raise NoSnapshot(
            say("The book was not read into columns yet. Say creditflow portfolio refresh first.")
        )
    return found
