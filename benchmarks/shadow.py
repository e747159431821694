"""How long a draft policy takes to be tried on a whole book, in columns and one by one.

    python -m benchmarks.shadow [--customers 100000] [--alone 300] [--optimise] [--learned]

A generated portfolio of `--real` customers is reviewed as usual, in SQLite. Its
customers, evaluations, cases, proposals and limits are then copied under new
names until the book is as large as asked for, so that every row is what a
review keeps. Measured is all of a shadow run: reading, judging by both
policies, and the sums. Beside it a sample goes one by one, to compare, and
every move of the sample has to be the same. `--optimise` also gathers the book
for the allocation; with `--learned` the draft lets a learned model count.
Compiled code is loaded before.

The last line is JSON with all figures.
"""

import argparse
import json
import resource
import sqlite3
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.portfolio_champion import champion
from creditflow.cli.demo import demo_settings, fill
from creditflow.cli.installing import prepare
from creditflow.domain.policy_reading import policy_from_json
from creditflow.portfolio import shadowing as columns
from creditflow.portfolio.collecting import at_rest
from creditflow.services import shadowing
from creditflow.services.optimising import gather_book
from creditflow.sources.budget_files import example_budgets, load_budgets
from creditflow.sources.policy_files import policy_text, shipped_policy_documents

COPIED = {
    "customer": ("id",),
    "credit_case": ("id", "customer_id", "occasion_key", "evaluation_id", "proposal_id"),
    "evaluation": ("id", "customer_id", "case_id"),
    "proposal": ("id", "customer_id", "case_id", "evaluation_id"),
    "credit_limit": ("customer_id", "case_id"),
}
"""Tables of which every copy gets names of its own, in these columns."""


def multiplied(file: str, customers: int) -> None:
    """Copy what was reviewed under new names until there are so many customers."""
    database = sqlite3.connect(file)
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("PRAGMA synchronous = OFF")
    (there,) = database.execute("SELECT COUNT(*) FROM customer").fetchone()
    first = {
        table: database.execute(f"SELECT COALESCE(MAX(rowid), 0) FROM {table}").fetchone()[0]
        for table in COPIED
    }
    for copy in range(1, -(-customers // there)):
        for table, named in COPIED.items():
            columns_ = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            values = [f"{c} || '-{copy}'" if c in named else c for c in columns_]
            database.execute(
                f"INSERT INTO {table} ({', '.join(columns_)}) SELECT {', '.join(values)}"
                f" FROM {table} WHERE rowid <= {first[table]}"
            )
    database.commit()
    database.execute("ANALYZE")
    database.close()


def main() -> None:
    """Build the book, try the draft, print seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--real", type=int, default=200)
    parser.add_argument("--alone", type=int, default=300)
    parser.add_argument("--optimise", action="store_true")
    parser.add_argument("--learned", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = prepare(demo_settings(Path(folder)))
        fill(app, customers=asked.real)
        app.database.close()
        began = time.monotonic()
        multiplied(str(Path(folder) / "creditflow.db"), asked.customers)
        print(f"{'copying':>28} {time.monotonic() - began:9.1f} s")
        documents = shipped_policy_documents()
        documents["policy.yaml"] = (
            documents["policy.yaml"]
            .replace("cap: 10000000,", "cap: 5000000,")
            .replace("name_cap: 50000000", "name_cap: 500000")
        )
        draft = policy_from_json(policy_text(documents), 0)
        if asked.learned:
            one = champion()
            draft = replace(draft, learned=one.rule)
            with app.work() as work:
                work.models.add(one.registered)
        print(json.dumps(measured(app, draft, asked)))


def measured(app, draft, asked) -> dict[str, object]:
    """Seconds of each way, and whether both came to the same."""
    with app.reading() as work:
        ids = work.customers.ids()[: asked.customers]
        columns.shadow_run(draft, work=work, customers=ids[:10])
        wall, cpu = time.monotonic(), time.process_time()
        found = columns.shadow_run(draft, work=work, customers=ids)
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        sample = ids[:: max(1, len(ids) // asked.alone)]
        alone_cpu = time.process_time()
        alone = shadowing.shadow_run(draft, work=work, customers=sample)
        alone_cpu = (time.process_time() - alone_cpu) * len(ids) / len(sample)
        moves = {move.customer: move for move in found.moves}
        figures: dict[str, object] = {
            "customers": len(ids),
            "judged": len(found.moves),
            "moved": sum(move.moves for move in found.moves),
            "seconds": round(wall, 2),
            "cpu_seconds": round(cpu, 2),
            "alone_cpu_seconds": round(alone_cpu, 1),
            "times_faster": round(alone_cpu / cpu, 1),
            "same_moves": all(moves[move.customer] == move for move in alone.moves),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        if asked.optimise:
            cpu = time.process_time()
            plan = load_budgets(example_budgets(), "budgets.yaml")
            with at_rest():
                lines = gather_book(plan, on=app.today(), work=work)
            figures["gathered"] = len(lines)
            figures["gather_cpu_seconds"] = round(time.process_time() - cpu, 2)
    for name, figure in figures.items():
        print(f"{name:>28} {figure:>9}")
    return figures


if __name__ == "__main__":
    main()
