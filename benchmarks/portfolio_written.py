"""Evaluated rows written to PostgreSQL: CPU seconds of our process, and of its server apart."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa

from benchmarks.ledgers import TODAY, rates
from benchmarks.portfolio_figures import OWN, SERVER
from benchmarks.portfolio_measured import Measured, in_a_process, policy_in_force, warm
from creditflow.domain.rates import Rates
from creditflow.portfolio import snapshot
from creditflow.portfolio.evaluating import Evaluator
from creditflow.portfolio.rows import rows_of
from creditflow.store.columns import ColumnStore
from tests.databases import postgres_cluster, postgres_database, postgres_programs

_TICK = os.sysconf("SC_CLK_TCK")
_SETTLED = 0.3
"""Seconds in which the server notes what a session that has ended has used."""


@contextmanager
def postgresql() -> Iterator[str | None]:
    """A throwaway server; None where PostgreSQL is not installed."""
    with ExitStack() as stack:
        programs = postgres_programs()
        yield None if programs is None else stack.enter_context(postgres_cluster(programs))


def written(folder: Path, server: str) -> Measured:
    """The rows of the snapshot's review, written into a new database of that server."""
    with postgres_database(server) as database:
        return in_a_process(_write, folder, database.url)


def _write(folder: Path, url: str) -> Measured:
    warm(folder)
    opened = snapshot.read(folder / "snapshot")
    assert opened
    policy, store = policy_in_force(), ColumnStore(url)
    evaluator = Evaluator(policy, TODAY, Rates(rates()))
    made = [rows_of(found, policy) for found in evaluator.blocks(opened[0])]
    # Every row refers to a customer, which the server looks up.
    with store.opened() as columns:
        for rows in made:
            columns.append("customer", _customers(rows))
        (place,) = columns.table("SELECT current_setting('data_directory') AS data").to_pylist()
    main = int((Path(place["data"]) / "postmaster.pid").read_text().split()[0])
    found = Measured(rows=sum(rows.num_rows for rows in made))
    before = _used(main)

    def write() -> None:
        with store.opened() as columns:
            columns.keep(TODAY, None, made)

    found.time(OWN, write)
    time.sleep(_SETTLED)
    found.cpu[SERVER] = _used(main) - before
    return found


def _customers(rows: pa.Table) -> pa.Table:
    """Customers that have these ids, and of everything else what has to be there."""
    same = {"name": "x", "currency": "CNY", "country": "CN", "language": "en", "email": ""}
    alike = {name: pa.array([word] * len(rows)) for name, word in same.items()}
    return pa.table({"id": rows["customer_id"], **alike, "letters_by": pa.array([""] * len(rows))})


def _used(main: int) -> float:
    """CPU seconds of a server: its main process, sessions that have ended, and those that have not.

    A process that has ended is counted with the one that started it.
    """
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == main:
            ticks += sum(int(part) for part in parts[11:15])
        elif int(parts[1]) == main:
            ticks += sum(int(part) for part in parts[11:13])
    return ticks / _TICK
