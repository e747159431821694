"""The whole book from the terminal: refresh its snapshot, evaluate everybody at once."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

import pyarrow as pa
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from creditflow.bootstrap import App
from creditflow.cli.words import _, told
from creditflow.domain.errors import NotFound
from creditflow.domain.model_registry import ModelState
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.domain.sentences import say
from creditflow.portfolio import bookkeeping
from creditflow.portfolio.book import Book
from creditflow.portfolio.evaluating import Evaluated, Evaluator
from creditflow.portfolio.rows import rows_of
from creditflow.portfolio.rules import GRADES
from creditflow.store.columns import ColumnStore, plain


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
        judged = [row for row in range(len(found)) if row not in found.refused]
        self.rows += len(judged)
        self.alone += len(found.alone)
        grades, desks = found.scores.grade.tolist(), found.frame.desk.tolist()
        self.grades.update(GRADES[grades[row]].value for row in judged)
        self.through.update(GRADES[grades[row]].value for row in judged if desks[row] < 0)
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
    store, result = ColumnStore(app.settings.database), Result()
    with app.reading() as work:
        policy, rates = work.policies.current(), work.rates.all()
    book = _book(app, store, rates, customers)
    began = time.perf_counter()
    made = _tables(book, policy, rates, on, (result, store.is_sqlite))
    with store.opened() as columns:
        where = f"on_day = '{on.isoformat()}'"
        if customers is not None:
            quoted = ", ".join("'" + c.replace("'", "''") + "'" for c in customers) or "NULL"
            where += f" AND customer_id IN ({quoted})"
        columns.replace("portfolio_evaluation", where, made)
    result.seconds = time.perf_counter() - began
    return result


def export(app: App, on: date, file: Path) -> Result:
    """Evaluate everybody into a Parquet or CSV file instead."""
    from pyarrow import csv, parquet

    result = Result()
    with app.reading() as work:
        policy, rates = work.policies.current(), work.rates.all()
    book = _book(app, ColumnStore(app.settings.database), rates, None)
    began = time.perf_counter()
    table = pa.concat_tables(list(_tables(book, policy, rates, on, (result, False))))
    if file.suffix == ".csv":
        csv.write_csv(plain(table), file)
    else:
        parquet.write_table(table, file, compression="zstd")
    result.seconds = time.perf_counter() - began
    return result


def not_carried(app: App) -> Iterator[str]:
    """What a review takes into account and a book in columns does not, in sentences."""
    with app.readings() as readings:
        observed = readings.customers_observed()
    if observed:
        yield _(
            "Of {observed} customers others have said something. A book in columns does not"
            " carry that: a review may grade them otherwise."
        ).format(observed=observed)
    with app.reading() as work:
        scoring = work.models.scoring() if work.policies.current().learned else []
    for model in scoring:
        if model.state is ModelState.CHAMPION:
            yield _(
                "The policy lets the learned model {model} count. A book in columns does not ask"
                " it: a review may grade otherwise."
            ).format(model=model.id)


def _tables(
    book: Book, policy: Policy, rates: Rates, on: date, into: tuple[Result, bool]
) -> Iterator[pa.Table]:
    """The rows of block after block, while a progress bar tells customers per second."""
    result, text_days = into
    with _Bar(len(book)) as bar:
        for found in Evaluator(policy, on, rates).blocks(book):
            result.add(found)
            yield rows_of(found, policy, text_days=text_days)
            bar.advance(len(found))


class _Bar:
    """A progress bar that tells customers per second."""

    def __init__(self, total: int) -> None:
        self._bar = Progress(
            *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
            *(TimeElapsedColumn(), TextColumn("{task.fields[speed]}")),
        )
        self._task = self._bar.add_task(_("Evaluating customers"), total=total, speed="")
        self._began = time.perf_counter()
        self._done = 0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def advance(self, customers: int) -> None:
        """So many more are done."""
        self._done += customers
        speed = self._done / max(1e-9, time.perf_counter() - self._began)
        told_speed = _("{speed} customers/s").format(speed=f"{speed:,.0f}")
        self._bar.update(self._task, advance=customers, speed=told_speed)


def _book(app: App, store: ColumnStore, rates: Rates, customers: Sequence[str] | None) -> Book:
    with store.opened() as columns:
        found = bookkeeping.book_of(folder(app), columns, rates.listed(), customers)
    if found is None:
        raise NoSnapshot(
            say("The book was not read into columns yet. Say creditflow portfolio refresh first.")
        )
    return found
