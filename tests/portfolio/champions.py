"""Random champions: forms of every kind over signals of every kind, odd ones among them."""

from datetime import timedelta
from random import Random

from creditflow.domain.catalogue import CHOICES, SIGNALS, is_category
from creditflow.domain.grade import Grade
from creditflow.domain.learned import (
    BadOutcome,
    Calibration,
    Form,
    GradeReach,
    LearnedModel,
    MeanForm,
    Origins,
    PointsColumn,
    PointsForm,
    Tree,
    TreesColumn,
    TreesForm,
)
from creditflow.domain.learned_writing import model_hash, model_to_json
from creditflow.domain.model_registry import ModelState, RegisteredModel
from tests.makers import A_REPORT, NOW, TODAY

WORDS = {
    **CHOICES,
    "sector": ("machinery", "textiles", "unheard of", "food"),
    "country": ("CN", "DE", "FR"),
}
KNOWN = (
    *("days_beyond_terms_12m", "settled_12m", "tenure_days", "paid_on_time_12m", "equity_amount"),
    *("sales_per_day_12m", "high_credit_12m", "current_ratio", "sector_outlook", "season_trend"),
    *("sector", "country", "statement_audited", "registry_status", "bureau_standing"),
)
"""Signals that many customers of a random book have."""


def a_champion(r: Random, state: ModelState = ModelState.CHAMPION) -> RegisteredModel:
    """A registered model out of a seed."""
    text = model_to_json(a_random_model(r))
    return RegisteredModel(
        f"MD-{r.randint(1, 999):04d}", text, model_hash(text), A_REPORT, "x", NOW, state
    )


def a_random_model(r: Random) -> LearnedModel:
    reach = sorted(r.sample(range(1, 999_999), 6))
    mosts = [most / 10**6 for most in reach] + [1.0]
    single = [_points, _trees]
    kind = r.choice([*single, lambda r: MeanForm(tuple(r.choice(single)(r) for _ in range(3)))])
    return LearnedModel(
        kind(r),
        BadOutcome(30, r.choice([1, 90, 365, 500])),
        Calibration(r.uniform(-6, 1), r.choice([1.0, r.uniform(0.01, 1.4)])),
        tuple(GradeReach(g, m) for g, m in zip(Grade, mosts, strict=True)),
        Origins(TODAY - timedelta(days=400), TODAY, 1000, 80, 100, 0.08),
    )


def _names(r: Random) -> list[str]:
    """Some that many have, some that few have, and one that nobody has ever heard of."""
    some = {*r.sample(KNOWN, 4), *r.sample(sorted(SIGNALS), 2)}
    return [*sorted(some), *r.choice([[], ["unheard_of"]])]


def _edge(r: Random) -> float:
    return r.choice([float(r.randint(-3, 60)), r.uniform(-1, 1), r.uniform(0, 10**6), 0.5])


def _points(r: Random) -> Form:
    columns = []
    for name in _names(r):
        words: tuple[tuple[str, ...], ...] = ()
        edges: tuple[float, ...] = tuple(sorted({_edge(r) for _ in range(r.randint(0, 4))}))
        # A model of other days may ask for words where there are numbers now, and the other way.
        if is_category(name) != (r.random() < 0.1):
            known = list(WORDS.get(name, ("1", "2")))
            words = tuple((word,) for word in r.sample(known, r.randint(1, len(known))))
            edges = ()
        points = tuple(r.randint(-60, 60) for _ in range(len(words) or len(edges) + 1))
        columns.append(PointsColumn(name, points, r.randint(-60, 60), 0.0, edges, words))
    return PointsForm(r.randint(380, 620), tuple(columns))


def _trees(r: Random) -> Form:
    columns = []
    for name in _names(r):
        codes = None
        if is_category(name) != (r.random() < 0.1):
            known = WORDS.get(name, ("1", "2"))
            codes = {word: float(at) for at, word in enumerate(known) if r.random() < 0.8}
        columns.append(TreesColumn(name, codes))
    trees = tuple(_tree(r, len(columns)) for _ in range(r.randint(0, 12)))
    return TreesForm(r.uniform(-2, 1), tuple(columns), trees)


def _tree(r: Random, columns: int) -> Tree:
    """A tree by its levels: the first nodes ask, all behind them are leaves."""
    inner = r.randint(0, 7)
    size = 2 * inner + 1
    feature = [r.randrange(columns) if node < inner else -1 for node in range(size)]
    left = [2 * node + 1 if node < inner else 0 for node in range(size)]
    right = [2 * node + 2 if node < inner else 0 for node in range(size)]
    return Tree(
        tuple(feature),
        tuple(_edge(r) for _ in range(size)),
        tuple(left),
        tuple(right),
        tuple(r.random() < 0.5 for _ in range(size)),
        tuple(r.uniform(-0.8, 0.8) for _ in range(size)),
    )
