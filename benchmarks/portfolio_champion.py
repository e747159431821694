"""A champion of usual size for measurements: the mean of a points model and of a hundred trees."""

from datetime import UTC, date, datetime
from random import Random

from creditflow.domain.grade import Grade
from creditflow.domain.learned import (
    BadOutcome,
    Calibration,
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
from creditflow.domain.policy import Combine, LearnedRule
from creditflow.portfolio.learned import Champion

NAMES = (
    *("days_beyond_terms_3m", "days_beyond_terms_12m", "paid_on_time_12m", "worst_days_late_12m"),
    *("overdue_share", "late_5_share_12m", "tenure_days", "settled_12m", "balance_to_high_credit"),
    *("sales_trend_3m", "sales_per_day_12m", "purchase_gap", "dso_countback", "lateness_trend"),
)
TREES, ASKING = 100, 7
REACH = (0.01, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0)


def champion() -> Champion:
    """What it says means nothing; what it costs is what a learned one costs."""
    r = Random(42)
    points = tuple(
        PointsColumn(name, tuple(r.randint(-20, 20) for _ in range(6)), 0, 0.0, _edges(r))
        for name in NAMES
    )
    trees = tuple(_tree(r) for _ in range(TREES))
    columns = tuple(TreesColumn(name) for name in NAMES)
    model = LearnedModel(
        MeanForm((PointsForm(560, points), TreesForm(-3.0, columns, trees))),
        BadOutcome(30, 90),
        Calibration(0.0, 1.0),
        tuple(GradeReach(g, most) for g, most in zip(Grade, REACH, strict=True)),
        Origins(date(2024, 1, 1), date(2025, 1, 1), 100_000, 3_000, 20_000, 0.03),
    )
    text = model_to_json(model)
    at = datetime(2025, 1, 2, tzinfo=UTC)
    registered = RegisteredModel(
        "MD-0001", text, model_hash(text), "{}", "benchmark", at, ModelState.CHAMPION
    )
    return Champion(registered, LearnedRule(Combine.WORSE_OF))


def _edges(r: Random) -> tuple[float, ...]:
    return tuple(sorted(r.uniform(0, 1) * 10 ** r.randint(0, 3) for _ in range(5)))


def _tree(r: Random) -> Tree:
    size = 2 * ASKING + 1
    inner = range(ASKING)
    leaves = [0] * (ASKING + 1)
    return Tree(
        tuple([r.randrange(len(NAMES)) for _ in inner] + [-1] * (ASKING + 1)),
        tuple(r.uniform(0, 1) * 10 ** r.randint(0, 3) for _ in range(size)),
        tuple([2 * node + 1 for node in inner] + leaves),
        tuple([2 * node + 2 for node in inner] + leaves),
        tuple(r.random() < 0.5 for _ in range(size)),
        tuple(r.uniform(-0.05, 0.05) for _ in range(size)),
    )
