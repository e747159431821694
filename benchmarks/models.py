"""How well learned models foretell late payment and bankruptcy, beside what is known without them.

    python -m benchmarks.models [--data FOLDER] [--part all|ledger|statements] [--no-expert]
        [--only even|odd] [--resamples 200]

The data sets are not ours to ship; `--data` or REAL_DATA names the folder.

Ledger (datarisk_half, or any folder of its shape with `--ledger`): monthly
cut-offs 2018-11 to 2021-03, customers that perform, an invoice becomes 15, 30
or 60 days past due within 90 days. Features as of the cut-off, models trained
anew each quarter on cut-offs whose outcome is over, tested on 2019-10 to
2021-03. Hyperparameters are chosen by walking forward within the cut-offs
before the test; nothing is tuned on the test. Statements
(polish_bankruptcy): stratified 70/30, seed 42.

`low` and `high` hold the middle 90 % of AUC over customers drawn anew with
replacement (`new_low` and `new_high` of new customers, who turn bad rarely);
`half_1` and `half_2` are those of two halves of the customers. The last line is
JSON with all figures.
"""

import argparse
import csv
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

from benchmarks.expert import Expert
from benchmarks.receivables import (
    Numbers,
    Receivables,
    features,
    month_ends,
    performing,
    read,
    turns_bad,
)
from benchmarks.spreading import halves, spread
from creditflow.domain.learned import BadOutcome, Calibration, Form
from creditflow.models.applying import raw_log_odds
from creditflow.models.binning import BinRules
from creditflow.models.points import PointsRules
from creditflow.models.sample import Flags, Sample
from creditflow.models.training import Fit, by_mean, by_points, by_trees, calibrated, milder
from creditflow.models.trees import TreesRules, area_under
from creditflow.models.validating import measure

FIRST, TEST, LAST, WITHIN = (2018, 11), (2019, 10), (2021, 3), 90
GOALS = {15: 0.808, 30: 0.865, 60: 0.946}
MILDER = {late: milder(BadOutcome(late, WITHIN)).days_past_due for late in GOALS}
BASELINES = {
    "ageing bucket": ("max_dpd", 1),
    "past-due share": ("overdue_share", 1),
    "average days late": ("days_late_365", 1),
}
NEW_DAYS = 180

POINTS_GRID = [
    PointsRules(alike=a, ridge=r, most_columns=14) for a in (0.6, 0.75) for r in (20.0, 60.0)
]
TREES_GRID = [
    TreesRules(),
    TreesRules(leaves=15),
    TreesRules(leaves=4, trees=150),
    TreesRules(leaves=15, least_rows=20, columns_per_split=1.0),
]


# ---------------------------------------------------------------------- the ledger


def samples(book: Receivables, table: list[dict], days: list[int]) -> dict[int, Sample]:
    """One sample per lateness: performing customers at each cut-off."""
    found = {}
    for late in sorted({*GOALS, *MILDER.values()}):
        rows = [performing(book, day, late) for day in days]
        columns = {
            name: np.concatenate([t[name][r] for t, r in zip(table, rows, strict=True)])
            for name in table[0]
        }
        bad = [turns_bad(book, d, late, WITHIN)[r] for d, r in zip(days, rows, strict=True)]
        day = [np.full(int(r.sum()), d) for d, r in zip(days, rows, strict=True)]
        customer = [np.flatnonzero(r) for r in rows]
        found[late] = Sample(columns, *map(np.concatenate, (bad, day, customer)))
    return found


def walk(sample: Sample, fit: Fit, tests: list[int], *, leveled: bool) -> Numbers:
    """Log-odds of each row of the test days; each quarter's model knows only what is over."""
    found = np.full(len(sample), np.nan)
    for start in range(0, len(tests), 3):
        over = sample.where(sample.day + WITHIN <= tests[start])
        form = fit(over)
        scale = true_level(form, over, fit) if leveled else Calibration(0.0, 1.0)
        rows = np.isin(sample.day, tests[start : start + 3])
        raw = raw_log_odds(form, sample.where(rows).columns)
        found[rows] = scale.intercept + scale.slope * raw
    return found


def true_level(form: Form, sample: Sample, fit: Fit) -> Calibration:
    """As in training, at the level that the sample itself has."""
    return calibrated(form, sample, fit, float(sample.bad.mean()))


def chosen(found: Mapping[int, Sample], tests: list[int]) -> tuple[PointsRules, TreesRules]:
    """The rules that rank best when walking forward within the cut-offs before the test."""
    inner = month_ends((2019, 4), (2019, 7))
    known = {n: found[n].where(found[n].day + WITHIN <= tests[0]) for n in (15, 30)}

    def inside(fit: Fit) -> float:
        areas = []
        for sample in known.values():
            odds = walk(sample, fit, inner, leveled=False)
            seen = ~np.isnan(odds)
            areas.append(area_under(odds[seen], sample.bad[seen]))
        return float(np.mean(areas))

    points = max(POINTS_GRID, key=lambda rules: inside(by_points(rules)))
    trees = max(TREES_GRID, key=lambda rules: inside(by_trees(rules)))
    return points, trees


@dataclass
class Lines:
    """What is printed, and what the last line says."""

    figures: dict[str, object] = field(default_factory=dict)

    def say(
        self, group: str, name: str, odds: Numbers, bad: Flags, more: dict, *, pd: bool
    ) -> None:
        """One line of measures; without probabilities Brier and mean mean nothing."""
        p = 1 / (1 + np.exp(-np.clip(odds, -700, 700))) if pd else odds
        found = asdict(measure(p, bad))
        if not pd:
            found["brier"] = found["mean_pd"] = None
        found |= more
        shown = {k: f"{v:.4f}" for k, v in found.items() if isinstance(v, float)}
        brier = f"{shown['brier']} {shown['mean_pd']}" if pd else "     -      -"
        extra = "  ".join(f"{k} {found[k]:.3f}" for k in more)
        print(
            f"{group:18} {name:20} {shown['auc']} {shown['ks']} {brier} {shown['rate']}"
            f" {shown['average_precision']} {shown['captured']}  {extra}"
        )
        self.figures.setdefault(group, {})[name] = {
            k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()
        }


def ledger(folder: Path, lines: Lines, *, expert: bool, only: str, resamples: int) -> None:
    book, days = read(folder), month_ends(FIRST, LAST)
    table = [features(book, day) for day in days]
    found, tests = samples(book, table, days), month_ends(TEST, LAST)
    if only:
        keep = np.array([_half(i) == only for i in book.ids])
        found = {n: s.where(keep[s.customer]) for n, s in found.items()}
    points, trees = chosen(found, tests)
    print(f"chosen within the training days: {points}, {trees}")
    risk = _expert_risk(book, tests) if expert else {}
    for late in GOALS:
        sample, one, two = found[late], by_points(points), by_trees(trees)
        fits = one, two, by_mean(one, two, mild=found[MILDER[late]])
        _one_lateness(
            late, sample, fits=fits, tests=tests, risk=risk, lines=lines, resamples=resamples
        )


def _one_lateness(
    late: int, sample: Sample, *, fits: tuple[Fit, Fit, Fit], tests: list[int],
    risk: dict[int, Numbers], lines: Lines, resamples: int,
) -> None:  # fmt: skip
    test = np.isin(sample.day, tests)
    seen, new = sample.where(test), sample.columns["since_first"][test] < NEW_DAYS
    lines_of: dict[str, tuple[Numbers, bool]] = {}
    for name, (column, sign) in BASELINES.items():
        lines_of[name] = sign * np.nan_to_num(seen.columns[column]), False
    if risk:
        pairs = zip(seen.day.tolist(), seen.customer.tolist(), strict=True)
        lines_of["expert, unfitted"] = (np.array([risk[d][c] for d, c in pairs]), False)
    for name, fit in zip(("points", "monotone trees", "mean of both"), fits, strict=True):
        lines_of[name] = walk(sample, fit, tests, leveled=True)[test], True
    for name, (odds, pd) in lines_of.items():
        more = spread(odds, seen.bad, seen.customer, resamples)
        more |= halves(odds, seen.bad, seen.customer)
        if seen.bad[new].any():
            found = spread(odds[new], seen.bad[new], seen.customer[new], resamples)
            more["new"] = area_under(odds[new], seen.bad[new])
            more |= {f"new_{end}": value for end, value in found.items()}
        lines.say(f"{late}+ days", name, odds, seen.bad, more, pd=pd)
    lines.figures[f"{late}+ days"] |= {"goal": GOALS[late], "new_events": int(seen.bad[new].sum())}


def _expert_risk(book: Receivables, tests: list[int]) -> dict[int, Numbers]:
    expert = Expert(book)
    return {day: expert.risk(day, performing(book, day, 60)) for day in tests}


def _half(customer: str) -> str:
    return "odd" if hashlib.sha256(f"half:{customer}".encode()).digest()[0] % 2 else "even"


# ---------------------------------------------------------------------- statements


def statements(folder: Path, lines: Lines, resamples: int) -> None:
    for name in ("5year", "1year"):
        rows = list(csv.reader((folder / f"{name}.csv").open(encoding="utf-8")))
        values = np.array([[float(v) if v else np.nan for v in r] for r in rows[1:]])
        bad = values[:, -1] > 0
        train, test = train_test_split(
            np.arange(len(bad)), test_size=0.3, stratify=bad, random_state=42
        )
        columns = dict(zip(rows[0][:-1], values[:, :-1].T, strict=True))
        whole = Sample(columns, bad, np.zeros(len(bad), np.int64), np.arange(len(bad)))
        learn, judge = (whole.where(np.isin(whole.customer, part)) for part in (train, test))
        altman = 6.56 * judge.columns["Attr3"] + 3.26 * judge.columns["Attr6"]
        altman += 6.72 * judge.columns["Attr7"] + 1.05 * judge.columns["Attr8"]
        odds = np.nan_to_num(-altman)
        more = spread(odds, judge.bad, judge.customer, resamples)
        lines.say(name, "Altman Z''", odds, judge.bad, more, pd=False)
        points, trees = by_points(STATEMENT_POINTS), by_trees(STATEMENT_TREES)
        for label, fit in (
            ("points", points),
            ("monotone trees", trees),
            ("mean of both", by_mean(points, trees)),
        ):
            form = fit(learn)
            scale = true_level(form, learn, fit)
            odds = scale.intercept + scale.slope * raw_log_odds(form, judge.columns)
            more = spread(odds, judge.bad, judge.customer, resamples)
            lines.say(name, label, odds, judge.bad, more, pd=True)


STATEMENT_POINTS = PointsRules(
    alike=0.75, most_columns=24, ridge=10.0, bins=BinRules(shapes=True, prior=10)
)
"""Chosen by cross-validation within the training part: ratios are many, each tells a little, and
some are bad at both ends."""
STATEMENT_TREES = TreesRules(
    trees=300, leaves=15, least_rows=20, columns_per_split=1.0, ridge=0.0, sure=2.0, turns=True
)
"""300 trees of 15 leaves as in published comparisons; signs only where rank correlation is sure and
nothing turns, chosen like the rules above."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("REAL_DATA"))
    parser.add_argument("--ledger", default="datarisk_half")
    parser.add_argument("--part", choices=("all", "ledger", "statements"), default="all")
    parser.add_argument("--no-expert", action="store_true")
    parser.add_argument("--only", choices=("", "even", "odd"), default="")
    parser.add_argument("--resamples", type=int, default=200)
    wanted = parser.parse_args()
    if not wanted.data or not Path(wanted.data).is_dir():
        raise SystemExit("Name the folder with the data sets: --data FOLDER, or REAL_DATA.")
    lines, began = Lines(), time.process_time()
    print(f"{'':39} AUC    KS     Brier  PD     rate   AP     worst 10 %")
    if wanted.part != "ledger":
        statements(Path(wanted.data) / "polish_bankruptcy", lines, wanted.resamples)
    if wanted.part != "statements":
        ledger(
            Path(wanted.data) / wanted.ledger,
            lines,
            expert=not wanted.no_expert,
            only=wanted.only,
            resamples=wanted.resamples,
        )
    lines.figures["cpu_seconds"] = round(time.process_time() - began, 1)
    print(json.dumps(lines.figures))


if __name__ == "__main__":
    main()
