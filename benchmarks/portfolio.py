"""The whole book in columns: from raw invoices and payments to rows written, beside its peers.

    python -m benchmarks.portfolio [--customers 20000] [--blocks 0]
                                   [--peers sql,loop,polars,scorecards]

A generated ledger (benchmarks/ledgers.py: 20 invoices a customer, heavy tail,
eight currencies, payments in parts) lies in Parquet files. Measured are CPU
seconds of this process; code was compiled before. In one run: decoding the
needed columns, building the snapshot, the review from the snapshot (signals,
score, grade, three reasons on each side, limit frame, rows in SQLite), an
incremental review of one customer in a hundred, the same features in plain SQL
on SQLite (the oracle: every number has to be equal) and in Polars, and a loop
over single customers with the store and the per-customer evaluator (a sample,
scaled up). Polars, and the scoring of optbinning and toad, are compared where they
are installed (`pip install 'creditflow[peers]'`) and asked for. `--blocks 5` reviews
so many ledgers of `--customers` one after the other. Peak memory is that of this
process; the ledger is generated in another one.

The last line is JSON with all figures and ratios.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import portfolio_alone, portfolio_polars, portfolio_scorecards, portfolio_sql
from benchmarks.ledgers import FILES, TODAY, generate, rates
from benchmarks.portfolio_peers import FEATURES
from creditflow.domain.policy import Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.rates import Rates
from creditflow.domain.yardstick import yardstick
from creditflow.portfolio import snapshot
from creditflow.portfolio.arithmetic import UNKNOWN
from creditflow.portfolio.book import Book, chosen
from creditflow.portfolio.building import RawBook, build
from creditflow.portfolio.choosing import asked
from creditflow.portfolio.evaluating import Evaluator
from creditflow.portfolio.exchange import fractions_of
from creditflow.portfolio.lanes import lanes
from creditflow.portfolio.rows import rows_of
from creditflow.portfolio.scoring import room_for, score
from creditflow.portfolio.sheets import FULL
from creditflow.portfolio.signals import AT, signals
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


class Clock:
    """CPU seconds by phase."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.cpu: dict[str, float] = {}
        self.quiet = quiet

    def time(self, name: str, work: Callable[[], T]) -> T:
        began = time.process_time()
        found = work()
        self.cpu[name] = self.cpu.get(name, 0.0) + time.process_time() - began
        if not self.quiet:
            print(f"{name:>28} {self.cpu[name]:9.3f} CPU s", flush=True)
        return found


def generated(size: int, folder: Path, first: int = 1) -> dict[str, int]:
    """Have a ledger written by another process, so that its memory is not counted as ours."""
    writer = multiprocessing.get_context("spawn").Process(target=_write, args=(size, folder, first))
    writer.start()
    writer.join()
    if writer.exitcode:
        raise SystemExit("The ledger could not be generated.")
    return {
        "customers": size,
        "invoices": pq.read_metadata(folder / "invoices.parquet").num_rows,
        "payments": pq.read_metadata(folder / "payments.parquet").num_rows,
    }


def _write(size: int, folder: Path, first: int) -> None:
    generate(size, first=first).write(folder)


def decode(folder: Path) -> dict[str, pa.Table]:
    return {n: pq.read_table(folder / f"{n}.parquet", columns=COLUMNS[n]) for n in FILES}


def raw_book(tables: dict[str, pa.Table]) -> RawBook:
    return RawBook(
        tables["customers"], tables["invoices"], tables["payments"], tables["orders"],
        tables["limits"], rates=rates(),
    )  # fmt: skip


def from_files(folder: Path, clock: Clock) -> Book:
    tables = clock.time("decode Parquet", lambda: decode(folder))
    return clock.time("build the book", lambda: build(raw_book(tables)))


def database_at(path: Path) -> Database:
    database = Database(f"sqlite:///{path}", policy_from_json=policy_from_json)
    database.migrate()
    return database


def review(
    pick: Callable[[], Book], policy: Policy, url: str, clock: Clock, name: str, *, whole: bool
) -> int:
    """Evaluate block after block and write the rows in place of those that stood there.

    They are all there is of the day where it is the whole book.
    """
    evaluator = Evaluator(policy, TODAY, Rates(rates()))
    made = clock.time(f"{name}: evaluate", lambda: [
        rows_of(found, policy) for found in evaluator.blocks(pick())
    ])  # fmt: skip

    def write() -> int:
        with ColumnStore(url).opened() as columns:
            those = None if whole else [x for rows in made for x in rows["customer_id"].to_pylist()]
            return columns.keep(TODAY, those, made)

    return clock.time(f"{name}: write", write)


def scoring_rate(book: Book, policy: Policy, clock: Clock) -> float:
    """Rows per CPU second of score, grade and reasons, each row by its own sheet."""
    part = signals(book, on=TODAY, policy=policy)
    evaluator = Evaluator(policy, TODAY, Rates(book.rates))
    chosen_ = evaluator.judges.choose(part)
    sheets, values = evaluator.judges.arrays(book), asked(part, evaluator.judges.cards)
    unit, room = 10**evaluator.judges.scale * FULL, (lanes(), room_for(len(book)))
    times = max(1, 200_000 // len(book))

    def run() -> None:
        for _ in range(times):
            score(values, (chosen_.sheet, chosen_.own), sheets, unit, room)

    before = clock.cpu.get("scoring", 0.0)
    clock.time("scoring", run)
    return len(book) * times / max(1e-9, clock.cpu["scoring"] - before)


def by_scorecards(book: Book, policy: Policy) -> dict[str, float]:
    """Rows per CPU second of other libraries, on the numbers that our questions ask for."""
    part = signals(chosen(book, np.arange(min(len(book), 50_000))), on=TODAY, policy=policy)
    cards = Evaluator(policy, TODAY, Rates(book.rates)).judges.cards
    names = sorted({q.signal for card in cards for q in yardstick(card).questions} & set(AT))
    found = asked(part, cards)[:, [AT[name] for name in names]]
    return portfolio_scorecards.scorecards(np.where(found == UNKNOWN, np.nan, found), names)


def compare(book: Book, other: np.ndarray, whose: str) -> None:
    """Every feature of every customer has to be the same number."""
    found = signals(book, on=TODAY).table[:, [AT[name] for name in FEATURES]]
    wrong = np.argwhere(found != other)
    if len(wrong):
        row, column = wrong[0]
        name = FEATURES[column]
        raise SystemExit(
            f"{whose}: {len(wrong)} numbers differ, such as {name} of customer {row}:"
            f" {found[row, column]} and {other[row, column]}"
        )
    print(f"{whose}: {found.size} numbers are equal")


def one_ledger(size: int, folder: Path, args: argparse.Namespace) -> dict[str, object]:
    clock, policy = Clock(), policy_from_json(shipped_policy_text(), 1)
    wanted = set(args.peers.split(",")) - {""}
    counts = generated(size, folder)
    print(counts)
    warm(policy, folder)
    url = f"sqlite:///{folder}/book.db"
    database_at(folder / "book.db").close()
    book = from_files(folder, clock)
    clock.time("write the snapshot", lambda: snapshot.write(book, folder / "snapshot", {}))
    del book
    opened = clock.time("open the snapshot", lambda: snapshot.read(folder / "snapshot"))
    assert opened
    book = opened[0]
    clock.time("features alone", lambda: features(book))
    written = review(lambda: book, policy, url, clock, "review", whole=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    few = np.arange(0, size, 100)
    review(lambda: chosen(book, few), policy, url, clock, "one in a hundred", whole=False)
    rate = scoring_rate(chosen(book, np.arange(min(size, 200_000))), policy, clock)
    tops, bottoms = fractions_of(Rates(rates()), TODAY)
    if "sql" in wanted:
        files = dict(zip(("customer", "invoice", "payment", "sales_order"), FILES, strict=False))
        full = {n: pq.read_table(folder / f"{f}.parquet") for n, f in files.items()}
        portfolio_sql.load(folder / "oracle.db", full, tops, bottoms)
        del full
        compare(
            book, clock.time("plain SQL", lambda: portfolio_sql.by_sql(folder / "oracle.db")), "SQL"
        )
    if "polars" in wanted:
        found = clock.time("Polars", lambda: portfolio_polars.by_polars(folder, tops, bottoms))
        compare(book, found, "Polars")
    others = by_scorecards(book, policy) if "scorecards" in wanted else {}
    each = None
    if "loop" in wanted:
        database = database_at(folder / "loop.db")
        each = portfolio_alone.alone(book, policy, database, args.sample)
        database.close()
    return summary(clock.cpu, counts, each) | {
        "rows_written_per_cpu_second": round(written / clock.cpu["review: write"]),
        "scored_rows_per_cpu_second": round(rate),
        "scored_rows_per_cpu_second_of": {name: round(found) for name, found in others.items()},
        "scoring_to": {name: round(rate / found, 1) for name, found in others.items()},
        "peak_memory_gb": round(peak, 2),
    }


def warm(policy: Policy, folder: Path) -> None:
    """Have everything compiled and loaded before the clock runs."""
    tables = {n: t.slice(0, 2_000) for n, t in decode(folder).items()}
    book = build(raw_book(tables))
    database_at(folder / "warm.db").close()
    url, quiet = f"sqlite:///{folder}/warm.db", Clock(quiet=True)
    review(lambda: book, policy, url, quiet, "warm", whole=True)


def features(book: Book) -> None:
    from creditflow.portfolio.book import block

    for start in range(0, len(book), 20_000):
        signals(block(book, start, start + 20_000), on=TODAY)


def summary(cpu, counts, each) -> dict[str, object]:
    size = counts["customers"]
    from_snapshot = cpu["open the snapshot"] + cpu["review: evaluate"] + cpu["review: write"]
    from_files = cpu["decode Parquet"] + cpu["build the book"] + from_snapshot
    by_files = cpu["decode Parquet"] + cpu["build the book"] + cpu["features alone"]
    few = cpu["one in a hundred: evaluate"] + cpu["one in a hundred: write"]
    found: dict[str, object] = {
        **counts,
        "cpu_seconds": {name: round(value, 3) for name, value in cpu.items()},
        "review_from_snapshot": round(from_snapshot, 2),
        "review_from_raw_files": round(from_files, 2),
        "incremental_1_percent_to_whole": round(few / from_snapshot, 4),
        "features_to_decoding": round(cpu["features alone"] / cpu["decode Parquet"], 2),
    }
    for name in ("plain SQL", "Polars"):
        if name in cpu:
            short = name.split()[-1].lower()
            found[f"features_from_snapshot_to_{short}"] = round(
                cpu["features alone"] / cpu[name], 4
            )
            found[f"features_from_files_to_{short}"] = round(by_files / cpu[name], 4)
    if each is not None:
        found["loop_cpu_seconds_scaled_from_sample"] = round(each * size, 1)
        found["review_to_loop"] = round(from_snapshot / (each * size), 5)
    return found


def in_blocks(size: int, blocks: int, folder: Path) -> dict[str, object]:
    """Ledgers one after the other, each from its raw files; memory is that of one."""
    policy, clock = policy_from_json(shipped_policy_text(), 1), Clock()
    url = f"sqlite:///{folder}/book.db"
    database_at(folder / "book.db").close()
    counts = {"customers": 0, "invoices": 0, "payments": 0}
    for number in range(blocks):
        for name, count in generated(size, folder, first=1 + number * size).items():
            counts[name] += count
        if number == 0:
            warm(policy, folder)
        book = from_files(folder, clock)
        review(lambda book=book: book, policy, url, clock, "review", whole=False)
        del book
    total = sum(clock.cpu.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {**counts, "blocks": blocks, "cpu_seconds": round(total, 1),
            "peak_memory_gb": round(peak, 2)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--peers", default="sql,loop")
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--blocks", type=int, default=0)
    args = parser.parse_args()
    if "polars" in args.peers and find_spec("polars") is None:
        parser.error("Polars is not installed. Say pip install polars, or leave it out of --peers.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.blocks:
            found = in_blocks(args.customers, args.blocks, folder)
        else:
            found = one_ledger(args.customers, folder, args)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
