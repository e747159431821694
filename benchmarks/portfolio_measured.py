"""What is measured of the product, each part in a process of its own: CPU seconds and peak memory.

A ledger is never held here as a whole table: each column is read from its
file when the book asks for it. The peak is that of the process alone, so
that neither the generator nor a peer is in it.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.ledgers import FILES, TODAY, generate, rates
from benchmarks.portfolio_champion import champion
from creditflow.domain.policy import Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.portfolio import snapshot
from creditflow.portfolio.book import Book, block, chosen
from creditflow.portfolio.building import RawBook, build
from creditflow.portfolio.choosing import asked
from creditflow.portfolio.evaluating import Evaluator
from creditflow.portfolio.lanes import lanes
from creditflow.portfolio.rows import rows_of
from creditflow.portfolio.scoring import room_for, score
from creditflow.portfolio.sheets import FULL
from creditflow.portfolio.signals import signals
from creditflow.sources.policy_files import shipped_policy_text
from creditflow.store.columns import ColumnStore
from creditflow.store.database import Database

T = TypeVar("T")
COLUMNS = {
    "customers": None,
    "invoices": None,
    "payments": ["customer_id", "invoice", "paid_on", "amount_minor", "amount_currency"],
    "orders": None,
    "limits": None,
}


@dataclass
class Measured:
    """CPU seconds by phase, peak memory of the process and its book in GB, and what was counted."""

    cpu: dict[str, float] = field(default_factory=dict)
    peak: float = 0.0
    rows: int = 0
    rate: float = 0.0
    book: float = 0.0

    def time(self, name: str, work: Callable[[], T]) -> T:
        began = time.process_time()
        found = work()
        self.cpu[name] = self.cpu.get(name, 0.0) + time.process_time() - began
        return found


@dataclass(frozen=True)
class Parquet:
    """A file whose columns are read when they are asked for."""

    path: Path

    @property
    def column_names(self) -> Sequence[str]:
        return pq.read_schema(self.path).names

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        with pq.ParquetFile(self.path) as file:
            return file.read(columns=[name], use_threads=False)[name]


def in_a_process(work: Callable[..., T], *args: object) -> T:
    """What this makes in a new process, whose memory is measured from nothing."""
    with worker() as pool:
        return pool.submit(work, *args).result()


def worker() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def peak() -> float:
    """The most memory that this process ever held, in GB.

    The kernel's own count: what `getrusage` tells includes whoever started the process.
    """
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1e6
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def size(part: object) -> int:
    """The bytes of all arrays of a book."""
    if isinstance(part, np.ndarray):
        return part.nbytes
    if is_dataclass(part):
        return sum(size(getattr(part, each.name)) for each in fields(part))
    return sum(map(size, part)) if isinstance(part, tuple) else 0


FIRST = 10_000_001
"""Numbers of one width: customers are in the order in which a database gives them."""


def generated(size: int, folder: Path, first: int = FIRST) -> dict[str, int]:
    in_a_process(_write, size, folder, first)
    return {
        "customers": size,
        "invoices": pq.read_metadata(folder / "invoices.parquet").num_rows,
        "payments": pq.read_metadata(folder / "payments.parquet").num_rows,
    }


def _write(size: int, folder: Path, first: int) -> None:
    generate(size, first=first).write(folder)


def policy_in_force() -> Policy:
    return policy_from_json(shipped_policy_text(), 1)


def from_files(folder: Path) -> Book:
    read = {name: Parquet(folder / f"{name}.parquet") for name in FILES}
    small = {n: pq.read_table(read[n].path) for n in ("customers", "orders", "limits")}
    return build(
        RawBook(
            small["customers"], read["invoices"], read["payments"], small["orders"],
            small["limits"], rates=rates(),
        )
    )  # fmt: skip


def database_at(path: Path) -> Database:
    database = Database(f"sqlite:///{path}", policy_from_json=policy_from_json)
    database.migrate()
    return database


def warm(folder: Path) -> None:
    """Have everything compiled and loaded before the clock runs, on a small ledger."""
    small = folder / "warm"
    if not small.exists():
        small.mkdir()
        generate(500, first=99_000_001).write(small)
        database_at(small / "book.db").close()
    book = from_files(small)
    snapshot.write(book, small / "snapshot", {})
    for at in (book, snapshot.read(small / "snapshot")[0]):
        review(lambda at=at: at, f"sqlite:///{small}/book.db", Measured(), "warm", whole=True)
        with_a_champion(at)


def decoding(folder: Path) -> Measured:
    """The needed columns of all files, and nothing else."""
    found = Measured()
    pq.read_table(folder / "limits.parquet")
    found.time("decode Parquet", lambda: [
        pq.read_table(folder / f"{name}.parquet", columns=COLUMNS[name]) for name in FILES
    ])  # fmt: skip
    found.peak = peak()
    return found


def from_raw_files(folder: Path, url: str, *, whole: bool = True) -> Measured:
    """From the raw files to rows written; the snapshot is kept for others to start from."""
    warm(folder)
    found = Measured()
    book = found.time("decode and build the book", lambda: from_files(folder))
    found.rows = review(lambda: book, url, found, "raw", whole=whole)
    found.peak, found.book = peak(), size(book) / 1e9
    if whole:
        found.time("write the snapshot", lambda: snapshot.write(book, folder / "snapshot", {}))
    return found


def from_the_snapshot(folder: Path, url: str) -> Measured:
    """From the maintained snapshot to rows written; then its parts, and one customer in 100."""
    warm(folder)
    found = Measured()
    opened = found.time("open the snapshot", lambda: snapshot.read(folder / "snapshot"))
    assert opened
    book = opened[0]
    found.rows = review(lambda: book, url, found, "review", whole=True)
    found.peak = peak()
    found.time("features alone", lambda: features(book))
    found.time("with a learned model", lambda: with_a_champion(book))
    few = np.arange(0, len(book), 100)
    review(lambda: chosen(book, few), url, found, "one in a hundred", whole=False)
    found.rate = scoring_rate(chosen(book, np.arange(min(len(book), 200_000))))
    return found


def review(pick: Callable[[], Book], url: str, clock: Measured, name: str, *, whole: bool) -> int:
    """Evaluate block after block and write the rows in place of those that stood there.

    They are all there is of the day where it is the whole book.
    """
    policy = policy_in_force()
    evaluator = Evaluator(policy, TODAY, Rates(rates()))
    made = clock.time(f"{name}: evaluate", lambda: [
        rows_of(found, policy) for found in evaluator.blocks(pick())
    ])  # fmt: skip

    def write() -> int:
        with ColumnStore(url).opened() as columns:
            those = None if whole else [x for rows in made for x in rows["customer_id"].to_pylist()]
            return columns.keep(TODAY, those, made)

    return clock.time(f"{name}: write", write)


def with_a_champion(book: Book) -> None:
    """The same evaluation where a learned model counts."""
    policy = policy_in_force()
    evaluator = Evaluator(policy, TODAY, Rates(rates()), champion=champion())
    for found in evaluator.blocks(book):
        rows_of(found, policy)


def features(book: Book) -> None:
    for start in range(0, len(book), 20_000):
        signals(block(book, start, start + 20_000), on=TODAY)


def scoring_rate(book: Book) -> float:
    """Rows per CPU second of score, grade and reasons, each row by its own sheet."""
    policy = policy_in_force()
    part = signals(book, on=TODAY, policy=policy)
    evaluator = Evaluator(policy, TODAY, Rates(book.rates))
    chosen_ = evaluator.judges.choose(part)
    sheets, values = evaluator.judges.arrays(book), asked(part, evaluator.judges.cards)
    unit, room = 10**evaluator.judges.scale * FULL, (lanes(), room_for(len(book)))
    times = max(1, 200_000 // len(book))
    began = time.process_time()
    for _ in range(times):
        score(values, (chosen_.sheet, chosen_.own), sheets, unit, room)
    return len(book) * times / max(1e-9, time.process_time() - began)
