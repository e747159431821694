"""The figures of the book in columns: what was measured, its ratios, and the table for the docs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.portfolio_measured import Measured

DECODE, BUILD, OPEN = "decode Parquet", "decode and build the book", "open the snapshot"
OWN, SERVER = "PostgreSQL: write", "PostgreSQL: write, the server's part"
FEATURES, FEW, LEARNED = "features alone", "one in a hundred", "with a learned model"


@dataclass
class Figures:
    """One ledger: its size, CPU seconds by phase, and the peak memory of each process in GB."""

    counts: dict[str, int]
    cpu: dict[str, float] = field(default_factory=dict)
    peak: dict[str, float] = field(default_factory=dict)
    rows: int = 0
    rate: float = 0.0
    scorecards: dict[str, float] = field(default_factory=dict)
    book: float = 0.0
    copied: int = 0

    def add(self, process: str, found: Measured) -> None:
        for name, seconds in found.cpu.items():
            self.cpu[name] = self.cpu.get(name, 0.0) + seconds
        self.peak[process] = max(self.peak.get(process, 0.0), found.peak)
        self.rows, self.rate = self.rows + found.rows, self.rate or found.rate
        self.book = max(self.book, found.book)

    def add_copied(self, found: Measured) -> None:
        """What was written to PostgreSQL, apart from what goes into SQLite."""
        self.cpu.update(found.cpu)
        self.copied = found.rows

    def total(self, *names: str) -> float | None:
        """The sum of these phases; None where one was not run."""
        if any(name not in self.cpu for name in names):
            return None
        return sum(self.cpu[name] for name in names)

    @property
    def from_snapshot(self) -> float | None:
        return self.total(OPEN, "review: evaluate", "review: write")

    @property
    def from_raw_files(self) -> float | None:
        return self.total(BUILD, "raw: evaluate", "raw: write")

    def ratio(self, part: float | None, whole: float | None) -> float | None:
        return None if part is None or not whole else round(part / whole, 4)

    def summary(self) -> dict[str, object]:
        """Everything, with the ratios; what was not run is left out."""
        few = self.total(f"{FEW}: evaluate", f"{FEW}: write")
        features, by_files = self.total(FEATURES), self.total(BUILD, FEATURES)
        alone = self.total("one by one")
        found = {
            "review_from_snapshot": self.from_snapshot,
            "review_from_raw_files": self.from_raw_files,
            "incremental_1_percent_to_whole": self.ratio(few, self.from_snapshot),
            "features_to_decoding": self.ratio(features, self.total(DECODE)),
            "features_from_snapshot_to_sql": self.ratio(features, self.total("plain SQL")),
            "features_from_files_to_sql": self.ratio(by_files, self.total("plain SQL")),
            "features_from_snapshot_to_polars": self.ratio(features, self.total("Polars")),
            "features_from_files_to_polars": self.ratio(by_files, self.total("Polars")),
            "review_to_loop": self.ratio(self.from_snapshot, alone),
            "rows_written_per_cpu_second": self.writing(),
            "rows_written_to_postgresql_per_cpu_second": self.copying(OWN),
            "rows_written_to_postgresql_per_cpu_second_of_the_server": self.copying(SERVER),
            "book_gb": round(self.book, 2) or None,
            "scored_rows_per_cpu_second": round(self.rate) or None,
            "scored_rows_per_cpu_second_of": {n: round(r) for n, r in self.scorecards.items()},
            "scoring_to": {n: round(self.rate / r, 1) for n, r in self.scorecards.items()},
        }
        return {
            **self.counts,
            "cpu_seconds": {name: round(seconds, 3) for name, seconds in self.cpu.items()},
            "peak_memory_gb": {name: round(most, 2) for name, most in self.peak.items()},
            **{n: round(v, 4) if isinstance(v, float) else v for n, v in found.items() if v},
        }

    def writing(self) -> int | None:
        """Rows per CPU second that go into SQLite."""
        seconds = self.total("raw: write")
        seconds = seconds if seconds is None else seconds + self.cpu.get("review: write", 0)
        return round(self.rows / seconds) if seconds else None

    def copying(self, whose: str) -> int | None:
        """Rows per CPU second that go into PostgreSQL, by our process's seconds or the server's."""
        seconds = self.total(whose)
        return round(self.copied / seconds) if seconds else None


Row = tuple[str, Callable[[Figures], float | None]]

ROWS: Sequence[Row] = (
    ("decoding the Parquet files", lambda f: f.total(DECODE)),
    ("decoding them and building the book", lambda f: f.total(BUILD)),
    ("all features, from the snapshot", lambda f: f.total(FEATURES)),
    ("the same in Polars, streaming, from the files", lambda f: f.total("Polars")),
    ("the same in plain SQL on SQLite", lambda f: f.total("plain SQL")),
    (
        "evaluation from the snapshot (signals, score, grade, reasons, limit frame, Arrow rows)",
        lambda f: f.total("review: evaluate"),
    ),
    (
        "the same evaluation where a learned model counts (mean of points and 100 trees)",
        lambda f: f.total(LEARNED),
    ),
    ("writing the rows to SQLite", lambda f: f.total("review: write")),
    ("**the whole review, from the snapshot**", lambda f: f.from_snapshot),
    ("**the whole review, from the raw files**", lambda f: f.from_raw_files),
    (
        "one customer in a hundred, evaluated and written",
        lambda f: f.total(f"{FEW}: evaluate", f"{FEW}: write"),
    ),
    (
        "one by one through the store and the per-customer evaluator, scaled up from a sample",
        lambda f: f.total("one by one"),
    ),
    ("peak memory from the snapshot, GB", lambda f: f.peak.get("from_the_snapshot")),
    ("peak memory from the raw files, GB", lambda f: f.peak.get("from_raw_files")),
    ("million rows scored per CPU second, with reasons", lambda f: f.rate / 1e6 or None),
    ("the book in memory, GB", lambda f: f.book or None),
    ("thousand rows written to SQLite per CPU second", lambda f: _thousand(f.writing())),
    (
        "thousand rows written to PostgreSQL per CPU second of our process",
        lambda f: _thousand(f.copying(OWN)),
    ),
    (
        "thousand rows written to PostgreSQL per CPU second of the server",
        lambda f: _thousand(f.copying(SERVER)),
    ),
)


def table(found: Sequence[Figures], blocks: Figures | None) -> str:
    """All figures of one run as Markdown."""
    heads = [f"{f.counts['customers']:,} customers, {f.counts['invoices']:,} invoices"
             for f in found]  # fmt: skip
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(found) + 1) + "|"]
    for name, of in ROWS:
        cells = [of(f) for f in found]
        if any(cell is not None for cell in cells):
            lines.append(f"| {name} | {' | '.join(_cell(cell) for cell in cells)} |")
    if blocks is not None:
        customers, invoices = blocks.counts["customers"], blocks.counts["invoices"]
        seconds, most = sum(blocks.cpu.values()), max(blocks.peak.values())
        said = f"{customers:,} customers and {invoices:,} invoices"
        lines += ["", f"In blocks: {said}, {seconds:.1f} CPU seconds, {most:.2f} GB."]
    return "\n".join(lines)


def _thousand(rows: int | None) -> float | None:
    return rows / 1e3 if rows else None


def _cell(number: float | None) -> str:
    if number is None:
        return "not run"
    return f"{number:,.2f}" if number < 20 else f"{number:,.0f}"
