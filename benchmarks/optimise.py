"""How fast, how well and in how much memory limits are allocated over a generated book.

    python -m benchmarks.optimise [10000 100000 1000000] [--reference 10000 100000] [--seeds 3]
                                  [--groups 10]

For every size: a book of five concave segments a customer and 53 budgets (total,
expected loss, economic capital, 20 sectors, 30 countries) is solved, rounded to
two significant digits, and solved again after 1 % of the customers changed. The
gap is measured by a certificate that looks at the question and the answer alone.
HiGHS solves the same book as one linear program in the same run (`--reference`; by
interior point and, up to `--simplex` customers, by simplex).
With `--groups`, four of five customers belong to groups of so many on average, each
of which shares a limit, five of them another one; what is owed already takes nothing.
Every measurement has a process of its own, on one thread; seconds are CPU
seconds of user and system.

The last line is JSON with all figures and ratios.
"""

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is first loaded

import numpy as np  # noqa: E402 - as above

from creditflow.portfolio.allocation.certificate import certify, profit_of  # noqa: E402
from creditflow.portfolio.allocation.dividing import divided  # noqa: E402
from creditflow.portfolio.allocation.dual import usual_profit  # noqa: E402
from creditflow.portfolio.allocation.instance import (  # noqa: E402
    BILLION,
    BudgetFamily,
    Instance,
)
from creditflow.portfolio.allocation.linear import Linear  # noqa: E402
from creditflow.portfolio.allocation.reducing import reduced  # noqa: E402
from creditflow.portfolio.allocation.rounding import SignificantDigits, rounded  # noqa: E402
from creditflow.portfolio.allocation.solving import solve  # noqa: E402

SECTORS, COUNTRIES, SEGMENTS = 20, 30, 5


def book(customers: int, seed: int, group_of: int = 0) -> Instance:
    """Heavy-tailed needs, losses by grade, margins by customer; most budgets are scarce."""
    plain = _without_groups(customers, seed)
    return _in_groups(plain, group_of, seed) if group_of else plain


def _in_groups(plain: Instance, group_of: int, seed: int) -> Instance:
    """The same where groups of about so many customers share limits, and five groups another."""
    dice, customers = np.random.default_rng(seed + 2_000), plain.customers
    groups = max(5, customers // group_of)
    group, parent = dice.integers(0, groups, customers), np.arange(groups) // 5
    group[dice.random(customers) < 0.2] = -1
    wanted = np.where(plain.profit > 0, plain.width, 0).sum(axis=0)
    owed = (wanted * dice.uniform(0, 0.6, customers)).astype(np.int64)
    most = np.bincount(group + 1, wanted - owed, groups + 1)[1:] * dice.uniform(0.2, 1.2, groups)
    together = np.bincount(parent, most) * dice.uniform(0.6, 1.1, parent[-1] + 1)
    above = np.where(group < 0, -1, parent[group])
    levels = (_shared("parent", together, above), _shared("group", most, group))
    return Instance(plain.width, plain.profit, (*plain.families, *levels), owed)


def _shared(name: str, most: np.ndarray, member: np.ndarray) -> BudgetFamily:
    names = tuple(f"{name} {i}" for i in range(len(most)))
    return BudgetFamily(name, names, most.astype(np.int64), member, beyond=True)


def _without_groups(customers: int, seed: int) -> Instance:
    dice = np.random.default_rng(seed)
    need = np.maximum(np.exp(dice.normal(18.0, 1.4, customers)), 1e5)
    pd = np.array([0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1])[
        dice.choice(8, customers, p=[0.05, 0.1, 0.2, 0.25, 0.2, 0.1, 0.07, 0.03])
    ] * np.exp(dice.normal(0, 0.2, customers))
    lgd = dice.uniform(0.3, 0.9, customers)
    width = (need / SEGMENTS * dice.uniform(0.6, 1.4, (SEGMENTS, customers))).astype(np.int64)
    chance = np.array([0.95, 0.8, 0.55, 0.3, 0.1])[:, None]
    earns = dice.uniform(0.02, 0.25, customers) * dice.uniform(3, 8, customers) * 0.3
    profit = chance * (earns - 0.045) - pd * lgd * (chance + 0.3 * (1 - chance))
    profit = np.minimum.accumulate(profit - 0.02 * (1 - chance), axis=0)
    wanted = np.where(profit > 0, width, 0).sum(axis=0)
    loss = np.rint(pd * lgd * BILLION).astype(np.int64)
    capital = np.rint(np.minimum(1, lgd * (0.02 + 3 * pd**0.7)) * BILLION).astype(np.int64)
    sector = dice.choice(SECTORS, customers, p=_falling(SECTORS, 0.7))
    country = dice.choice(COUNTRIES, customers, p=_falling(COUNTRIES, 1.2))
    return Instance(
        width,
        profit,
        (
            _family("total", 1, wanted, (0.82, 0.82), dice),
            _family("expected loss", 1, wanted, (0.62, 0.62), dice, weight=loss),
            _family("economic capital", 1, wanted, (0.72, 0.72), dice, weight=capital),
            _family("sector", SECTORS, wanted, (0.35, 0.95), dice, member=sector),
            _family("country", COUNTRIES, wanted, (0.35, 0.95), dice, member=country),
        ),
    )


def _falling(count: int, power: float) -> np.ndarray:
    shares = np.arange(1, count + 1) ** -power
    return shares / shares.sum()


def _family(
    name: str,
    parts: int,
    wanted: np.ndarray,
    share: tuple[float, float],
    dice: np.random.Generator,
    *,
    member: np.ndarray | None = None,
    weight: np.ndarray | None = None,
) -> BudgetFamily:
    """Budgets of a drawn share of what would be used without any."""
    inside = np.zeros(len(wanted), np.int64) if member is None else member.astype(np.int64)
    used = np.bincount(inside, wanted if weight is None else wanted * weight / BILLION, parts)
    most = np.rint(used * dice.uniform(*share, parts)).astype(np.int64)
    return BudgetFamily(name, tuple(f"{name} {i}" for i in range(parts)), most, inside, weight)


def changed(instance: Instance, seed: int) -> Instance:
    """The same book after 1 % of the customers came to need and to earn something else."""
    dice = np.random.default_rng(seed + 1000)
    who = dice.choice(instance.customers, max(1, instance.customers // 100), replace=False)
    width, profit = instance.width.copy(), instance.profit.copy()
    width[:, who] = (width[:, who] * dice.uniform(0.5, 1.5, len(who))).astype(np.int64)
    profit[:, who] *= dice.uniform(0.5, 1.3, len(who))
    return replace(instance, width=width, profit=np.minimum.accumulate(profit, axis=0))


# ------------------------------------------------------------------ measurements, each in a process


def ours(customers: int, seed: int, group_of: int) -> dict[str, Any]:
    instance = book(customers, seed, group_of)
    solve(book(3_000, seed, group_of))  # what is loaded once in a process is not what is measured
    began = time.process_time()
    solution = solve(instance)
    seconds = time.process_time() - began
    began = time.process_time()
    limits = rounded(instance, solution.limits, solution.prices, SignificantDigits())
    rounding_seconds = time.process_time() - began
    proven = certify(instance, limits, solution.prices)
    floor = profit_of(instance, SignificantDigits().down(solution.limits))
    after = changed(instance, seed)
    began = time.process_time()
    again = solve(after, start=solution.prices)
    return {
        "seconds": seconds,
        "method": solution.method,
        "profit": solution.certificate.profit,
        "gap": solution.certificate.gap,
        "violation": solution.certificate.violation,
        "binding": int(np.count_nonzero(solution.prices > 0)),
        "budgets": instance.rows,
        "resolve_seconds": time.process_time() - began,
        "resolve_gap": again.certificate.gap,
        "rounding_seconds": rounding_seconds,
        "rounded_keeps": proven.profit / proven.bound,
        "rounded_violation": proven.violation,
        "rounded_down_keeps": floor / proven.bound,
        "megabytes": _megabytes(),
    }


def highs(customers: int, seed: int, group_of: int, method: str) -> dict[str, Any]:
    small = reduced(divided(book(customers, seed, group_of)).instance)
    columns = small.columns
    began = time.process_time()
    model = Linear(columns, columns.most, usual_profit(columns))
    earning = small.instance.profit > 0  # in its favour: what cannot earn is left out
    for width, profit, keep in zip(small.width, small.instance.profit, earning, strict=True):
        who = np.flatnonzero(keep)
        model.add(who, profit[who], width[who] / columns.unit, np.ones(len(who)))
    solved = model.solve(method)
    profits = np.concatenate([p[k] for p, k in zip(small.instance.profit, earning, strict=True)])
    return {
        "seconds": time.process_time() - began,
        "solved": solved,
        "profit": float(profits @ model.taken) * columns.unit,
        "segments": int(earning.sum()),
        "megabytes": _megabytes(),
    }


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def in_a_process(measure: Callable[..., dict[str, Any]], *args: object) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(measure, args)


def measured(customers: int, seeds: int, group_of: int, methods: Sequence[str]) -> dict[str, Any]:
    """All seeds of one size: medians for times, worst for everything that is promised."""
    runs = [in_a_process(ours, customers, seed, group_of) for seed in range(1, seeds + 1)]
    figures: dict[str, Any] = {
        key: statistics.median(run[key] for run in runs)
        for key in ("seconds", "resolve_seconds", "rounding_seconds", "binding", "budgets")
    }
    for key in ("gap", "violation", "resolve_gap", "rounded_violation", "megabytes"):
        figures[key] = max(run[key] for run in runs)
    for key in ("rounded_keeps", "rounded_down_keeps"):
        figures[key] = min(run[key] for run in runs)
    figures["method"] = sorted({run["method"] for run in runs})
    for method in methods:
        theirs = in_a_process(highs, customers, 1, group_of, method)
        theirs["times_slower"] = theirs["seconds"] / runs[0]["seconds"]
        theirs["profit_difference"] = runs[0]["profit"] / theirs["profit"] - 1
        figures[f"highs_{method}"] = theirs
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--reference", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--simplex", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--groups", type=int, default=0)
    args = parser.parse_args()
    found = {}
    for size in args.sizes:
        methods = ("simplex", "ipm") if size <= args.simplex else ("ipm",)
        figures = measured(size, args.seeds, args.groups, methods if size in args.reference else ())
        found[str(size)] = figures
        print(said(size, figures), file=sys.stderr)
    print(json.dumps({"benchmark": "optimise", "groups_of": args.groups, "customers": found}))


def said(size: int, f: dict[str, Any]) -> str:
    lines = f"""{size:,} customers: {f["seconds"]:.2f} CPU s, {f["megabytes"]:.0f} MB, \
gap {f["gap"]:.1e}, {f["binding"]:g} of {f["budgets"]:g} budgets bind
  again after 1 % changed: {f["resolve_seconds"]:.2f} s, gap {f["resolve_gap"]:.1e}
  two digits keep {f["rounded_keeps"]:.3%} of the bound, {f["rounding_seconds"]:.2f} s \
(rounding down alone {f["rounded_down_keeps"]:.3%}), excess {f["rounded_violation"]}"""
    for method in ("simplex", "ipm"):
        if theirs := f.get(f"highs_{method}"):
            lines += f"""
  HiGHS {method}: {theirs["seconds"]:.1f} s, {theirs["megabytes"]:.0f} MB, \
{theirs["times_slower"]:.0f} times as long, profit differs by {theirs["profit_difference"]:.1e}"""
    return lines


if __name__ == "__main__":
    main()
