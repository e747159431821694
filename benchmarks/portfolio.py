"""The whole book in columns: from raw invoices and payments to rows written, beside its peers.

    python -m benchmarks.portfolio [--customers 20000] [--blocks 0]
                                   [--peers sql,loop,polars,scorecards]

A generated ledger (benchmarks/ledgers.py: 20 invoices a customer, heavy tail,
eight currencies, payments in parts) lies in Parquet files. Measured are CPU
seconds and peak memory of processes of their own; code was compiled before. In one
run: decoding the needed columns, the review from the raw files, the review from
the snapshot (signals, score, grade, three reasons on each side, limit frame, rows in
SQLite; in PostgreSQL too where it is installed, with what its server spends apart), an
incremental review of one customer in a hundred, the same features in
plain SQL on SQLite (the oracle: every number has to be equal; up to 100,000
customers) and in Polars, and a loop over single customers with the store and the
per-customer evaluator (a sample, scaled up). Polars, and the scoring of optbinning
and toad, are compared where they are installed (`pip install 'creditflow[peers]'`)
and asked for. `--customers 20000,1000000` measures one after the other; `--blocks 5`
then reviews so many ledgers of the last size from their raw files, in one process.

A table for docs/explanation/portfolio.md is printed, and last JSON with all figures.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks import portfolio_alone, portfolio_polars, portfolio_scorecards, portfolio_sql
from benchmarks.ledgers import FILES, TODAY, rates
from benchmarks.portfolio_figures import Figures, table
from benchmarks.portfolio_measured import (
    FIRST,
    Measured,
    database_at,
    decoding,
    from_raw_files,
    from_the_snapshot,
    generated,
    in_a_process,
    policy_in_force,
    worker,
)
from benchmarks.portfolio_peers import FEATURES
from benchmarks.portfolio_written import postgresql, written
from creditflow.domain.rates import Rates
from creditflow.domain.yardstick import yardstick
from creditflow.portfolio import snapshot
from creditflow.portfolio.arithmetic import UNKNOWN
from creditflow.portfolio.book import Book, chosen
from creditflow.portfolio.choosing import asked
from creditflow.portfolio.evaluating import Evaluator
from creditflow.portfolio.exchange import fractions_of
from creditflow.portfolio.signals import AT, signals

MOST_FOR_SQL = 100_000
"""Customers up to which plain SQL is run: a million take it five minutes and 20 GB of disk."""


def one_ledger(size: int, folder: Path, peers: set[str], sample: int) -> Figures:
    figures = Figures(generated(size, folder))
    print(figures.counts, flush=True)
    urls = [f"sqlite:///{folder}/{name}.db" for name in ("raw", "review")]
    for name in ("raw", "review"):
        database_at(folder / f"{name}.db").close()
    for work, given in (
        (decoding, (folder,)),
        (from_raw_files, (folder, urls[0])),
        (from_the_snapshot, (folder, urls[1])),
    ):
        measured = in_a_process(work, *given)
        figures.add(work.__name__, measured)
        print(work.__name__, {n: round(s, 2) for n, s in measured.cpu.items()},
              f"peak {measured.peak:.2f} GB", flush=True)  # fmt: skip
    with postgresql() as server:
        if server is not None:
            figures.add_copied(written(folder, server))
    opened = snapshot.read(folder / "snapshot")
    assert opened
    book = opened[0]
    against(book, folder, peers, figures)
    if "scorecards" in peers:
        figures.scorecards = by_scorecards(book)
    if "loop" in peers:
        database = database_at(folder / "loop.db")
        each = portfolio_alone.alone(book, policy_in_force(), database, sample)
        figures.cpu["one by one"] = each * size
        database.close()
    return figures


def against(book: Book, folder: Path, peers: set[str], figures: Figures) -> None:
    """The same features by others: every number has to be equal."""
    tops, bottoms = fractions_of(Rates(rates()), TODAY)

    def timed(name: str, work: Callable[[], np.ndarray]) -> None:
        began = time.process_time()
        found = work()
        figures.cpu[name] = time.process_time() - began
        compare(book, found, name)

    if "sql" in peers and len(book) <= MOST_FOR_SQL:
        files = dict(zip(("customer", "invoice", "payment", "sales_order"), FILES, strict=False))
        full = {n: pq.read_table(folder / f"{f}.parquet") for n, f in files.items()}
        portfolio_sql.load(folder / "oracle.db", full, tops, bottoms)
        del full
        timed("plain SQL", lambda: portfolio_sql.by_sql(folder / "oracle.db"))
    if "polars" in peers:
        timed("Polars", lambda: portfolio_polars.by_polars(folder, tops, bottoms))


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
    print(f"{whose}: {found.size} numbers are equal", flush=True)


def by_scorecards(book: Book) -> dict[str, float]:
    """Rows per CPU second of other libraries, on the numbers that our questions ask for."""
    policy = policy_in_force()
    part = signals(chosen(book, np.arange(min(len(book), 50_000))), on=TODAY, policy=policy)
    cards = Evaluator(policy, TODAY, Rates(book.rates)).judges.cards
    names = sorted({q.signal for card in cards for q in yardstick(card).questions} & set(AT))
    found = asked(part, cards)[:, [AT[name] for name in names]]
    return portfolio_scorecards.scorecards(np.where(found == UNKNOWN, np.nan, found), names)


def in_blocks(size: int, blocks: int, folder: Path) -> Figures:
    """Ledgers one after the other, each from its raw files; memory is that of one process."""
    figures = Figures({"customers": 0, "invoices": 0, "payments": 0})
    url = f"sqlite:///{folder}/book.db"
    database_at(folder / "book.db").close()
    with worker() as pool:
        for number in range(blocks):
            for name, count in generated(size, folder, first=FIRST + number * size).items():
                figures.counts[name] += count
            measured: Measured = pool.submit(from_raw_files, folder, url, whole=False).result()
            figures.add("blocks", measured)
            print(f"block {number + 1}: {sum(measured.cpu.values()):.1f} CPU s,"
                  f" peak {measured.peak:.2f} GB", flush=True)  # fmt: skip
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", default="20000")
    parser.add_argument("--peers", default="sql,loop")
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--blocks", type=int, default=0)
    args = parser.parse_args()
    peers = set(args.peers.split(",")) - {""}
    if "polars" in peers and find_spec("polars") is None:
        parser.error("Polars is not installed. Say pip install polars, or leave it out of --peers.")
    sizes = [int(size) for size in args.customers.split(",")]
    found, blocks = [], None
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            found.append(one_ledger(size, Path(name), peers, args.sample))
    if args.blocks:
        with tempfile.TemporaryDirectory() as name:
            blocks = in_blocks(sizes[-1], args.blocks, Path(name))
    print(table(found, blocks))
    print(json.dumps([each.summary() for each in (*found, *([blocks] if blocks else []))]))


if __name__ == "__main__":
    main()
