"""The scoring of optbinning and toad beside ours: the same machine, rows and kind of numbers.

They score one scorecard with bins of their own, fitted on the same numbers to a made-up
outcome (what it says does not matter for the time that scoring takes). optbinning gives no
reasons; toad does (`get_reason`), three as ours. Neither is needed for anything else:
`pip install 'creditflow[peers]'`.
"""

import time
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

PEERS = ("optbinning", "toad")
ROWS_TO_FIT = 2_000
QUESTIONS = 15
"""As many of the questions that most customers answer: neither is handed what nobody knows."""


def scorecards(values: np.ndarray, names: list[str]) -> dict[str, float]:
    """Rows per CPU second of each peer that is installed, and a sentence for each that is not.

    `values` has a row for each customer, NaN where unknown.
    """
    known = np.isfinite(values).mean(axis=0)
    best = np.argsort(-known, kind="stable")[:QUESTIONS]
    values, names = values[:, best], [names[at] for at in best]
    bad = np.random.default_rng(7).random(len(values)) < 0.1
    bad[:ROWS_TO_FIT] |= np.nan_to_num(values[:ROWS_TO_FIT, 0]) > np.nanmedian(values[:, 0])
    found: dict[str, float] = {}
    for peer in PEERS:
        if find_spec(peer) is None:
            print(f"{peer}: not installed, not compared. pip install 'creditflow[peers]'")
            continue
        run = _optbinning if peer == "optbinning" else _toad
        found |= run(values, names, bad.astype(int))
    return found


def _optbinning(values: np.ndarray, names: list[str], bad: np.ndarray) -> dict[str, float]:
    import pandas as pd
    from optbinning import BinningProcess, Scorecard
    from sklearn.linear_model import LogisticRegression

    table = pd.DataFrame(values, columns=names)
    card = Scorecard(
        binning_process=BinningProcess(names, max_n_bins=6),
        estimator=LogisticRegression(max_iter=1_000),
        scaling_method="min_max",
        scaling_method_params={"min": 0, "max": 1_000},
    )
    card.fit(table.head(ROWS_TO_FIT), bad[:ROWS_TO_FIT])
    return {"optbinning": _rate(lambda: card.score(table), len(table))}


def _toad(values: np.ndarray, names: list[str], bad: np.ndarray) -> dict[str, float]:
    import pandas as pd
    from toad import ScoreCard
    from toad.transform import Combiner, WOETransformer

    table = pd.DataFrame(values, columns=names).fillna(-1)
    few = table.head(ROWS_TO_FIT)
    combiner = Combiner().fit(few, bad[:ROWS_TO_FIT], method="quantile", n_bins=6)
    woe = WOETransformer()
    fitted = woe.fit_transform(combiner.transform(few), bad[:ROWS_TO_FIT])
    card = ScoreCard(combiner=combiner, transer=woe)
    card.fit(fitted, bad[:ROWS_TO_FIT])
    part = table.head(max(1, len(table) // 5))
    return {
        "toad": _rate(lambda: card.predict(table), len(table)),
        "toad with reasons": _rate(lambda: card.get_reason(part, keep=3), len(part)),
    }


def _rate(work: Callable[[], object], rows: int) -> float:
    work()
    began = time.process_time()
    work()
    return rows / max(1e-9, time.process_time() - began)
