"""Training: a sample becomes a points model and a tree model, validated on later days.

The latest cut-off days are set aside, and those before them whose outcome was
not over when they began. What the models reach there is what the report says;
then they learn from everything. Calibration rests on customers that a model
did not see.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from creditflow.domain.errors import Refusal
from creditflow.domain.grade import Grade
from creditflow.domain.learned import (
    BadOutcome,
    Calibration,
    Form,
    GradeReach,
    LearnedModel,
    MeanForm,
    ModelKind,
    Origins,
    PointsForm,
)
from creditflow.domain.learned_scoring import FACTOR, OFFSET, over_a_year
from creditflow.domain.sentences import say
from creditflow.models.applying import probabilities, raw_log_odds
from creditflow.models.calibrating import anchored, platt
from creditflow.models.points import PointsRules, bin_index, fit_points
from creditflow.models.sample import Flags, Numbers, Sample, counts
from creditflow.models.trees import TreesRules, fit_trees
from creditflow.models.validating import (
    Class,
    auc_interval,
    calibration,
    index_of_stability,
    measure,
    roc,
    stability,
)

SET_ASIDE = 0.25
"""Share of the cut-off days that the models are validated on."""
LEAST_VALIDATION_EVENTS = 5
CURVE_POINTS, HISTOGRAM_BINS = 101, 24

Fit = Callable[[Sample], Form]

MILDER = 2
"""A rare outcome is learned together with the one of half as many days past due."""


class TooFewEvents(Refusal):
    """There is too little to learn from; the expert scorecard goes on judging."""


@dataclass(frozen=True)
class TrainingRules:
    """What is foretold, how little is too little, and what the level is anchored to.

    `long_run_rate` is the share of rows that turn bad in the long run; None
    takes the share in the whole sample.
    """

    outcome: BadOutcome
    grades: tuple[GradeReach, ...]
    least_events: int = 50
    long_run_rate: float | None = None
    points: PointsRules = field(default_factory=PointsRules)
    trees: TreesRules = field(default_factory=TreesRules)


@dataclass(frozen=True)
class Trained:
    """A model and what validation found, as plain data."""

    model: LearnedModel
    report: Mapping[str, object]


def milder(outcome: BadOutcome) -> BadOutcome:
    """What befalls more customers, and much the same ones: half as many days past due."""
    return replace(outcome, days_past_due=max(1, outcome.days_past_due // MILDER))


def train(
    sample: Sample, kind: ModelKind, rules: TrainingRules, mild: Sample | None = None
) -> Trained:
    """Learn, validate on later days, learn again from everything; raises TooFewEvents.

    `mild` is the sample of the milder outcome, from which a mean learns too.
    """
    fit = learner(kind, rules, mild)
    early, later = split(sample, rules.outcome)
    if sample.events < rules.least_events or min(early.events, later.events) < min(
        LEAST_VALIDATION_EVENTS, rules.least_events
    ):
        raise TooFewEvents(
            say(
                "{events} bad outcomes in {rows} observations are too few to learn from: it takes"
                " {least}, some of them in the latest quarter of the days. The expert scorecard"
                " goes on judging.",
                events=sample.events,
                rows=len(sample),
                least=rules.least_events,
            )
        )
    tried = _model(early, fit, rules)
    final = _model(sample, fit, rules)
    return Trained(final, _report(tried, final, early, later, sample))


def split(sample: Sample, outcome: BadOutcome) -> tuple[Sample, Sample]:
    """Earlier days whose outcome was over when the first later day came, and the later days."""
    days = np.unique(sample.day)
    first = days[min(len(days) - 1, int(len(days) * (1 - SET_ASIDE)))] if len(days) else 0
    over = sample.day + outcome.within_days <= first
    return sample.where(over), sample.where(sample.day >= first)


def learner(kind: ModelKind, rules: TrainingRules, mild: Sample | None = None) -> Fit:
    """How a model of that kind is learned."""
    points, trees = by_points(rules.points), by_trees(rules.trees)
    mean = by_mean(points, trees, mild=mild)
    return {ModelKind.POINTS: points, ModelKind.TREES: trees, ModelKind.MEAN: mean}[kind]


def by_points(rules: PointsRules) -> Fit:
    """Learning a points model by these rules."""
    return lambda sample: fit_points(sample.columns, sample.bad, rules)


def by_trees(rules: TreesRules) -> Fit:
    """Learning trees by these rules."""
    return lambda sample: fit_trees(sample.columns, sample.bad, rules)


def by_mean(*fits: Fit, mild: Sample | None = None) -> Fit:
    """Learning a model by each of these ways, and taking their mean.

    Where there is a sample of a milder outcome, they learn from that as well,
    but from no other day and customer than those of the sample itself: what a
    rare outcome cannot teach, a commoner one can that befalls the same customers.
    """

    def fit(sample: Sample) -> Form:
        samples = [sample] if mild is None else [sample, alongside(mild, sample)]
        learned = [one(s) for s in samples if 0 < s.events < len(s) for one in fits]
        return MeanForm(tuple(form for form in learned if not isinstance(form, MeanForm)))

    return fit


def alongside(mild: Sample, sample: Sample) -> Sample:
    """The rows of the milder outcome on the days and of the customers of that sample."""
    days, customers = np.unique(sample.day), np.unique(sample.customer)
    return mild.where(np.isin(mild.day, days) & np.isin(mild.customer, customers))


def _model(sample: Sample, fit: Fit, rules: TrainingRules) -> LearnedModel:
    form = fit(sample)
    rate = rules.long_run_rate or float(sample.bad.mean())
    first, last = sample.first_and_last()
    return LearnedModel(
        form=form,
        outcome=rules.outcome,
        calibration=calibrated(form, sample, fit, rate),
        grades=rules.grades,
        origins=Origins(first, last, len(sample), sample.events, sample.customers, round(rate, 6)),
    )


def calibrated(form: Form, sample: Sample, fit: Fit, rate: float) -> Calibration:
    """The slope from customers that a model of the same kind did not see, the mean at `rate`."""
    return anchored(_unseen(sample, fit), raw_log_odds(form, sample.columns), rate)


def _unseen(sample: Sample, fit: Fit) -> Calibration:
    """Platt scaling on customers that a model of the same kind did not see."""
    raw, part = np.zeros(len(sample)), sample.customer % 2 == 0
    for half in (part, ~part):
        if not sample.bad[half].any() or sample.bad[half].all():
            return Calibration(0.0, 1.0)
        rest = sample.where(half)
        form = fit(rest)
        raw[~half] = raw_log_odds(form, sample.where(~half).columns)
    return platt(raw, sample.bad)


# ---------------------------------------------------------------------- what the card says


def _report(
    tried: LearnedModel, final: LearnedModel, early: Sample, later: Sample, whole: Sample
) -> dict[str, object]:
    """Everything that the model card shows; figures are those of the later days."""
    pd = probabilities(tried, later.columns)
    before, after = (raw_log_odds(tried.form, s.columns) for s in (early, later))
    first, last = later.first_and_last()
    interval = auc_interval(pd, later.bad, later.customer)
    return {
        "validated_from": first.isoformat(),
        "validated_until": last.isoformat(),
        "measures": _rounded(asdict(measure(pd, later.bad))),
        "auc_interval": [round(end, 4) for end in interval if np.isfinite(end)],
        "stability": round(stability(before, after), 4),
        "grades": [_rounded(asdict(c)) for c in _by_grade(tried, pd, later.bad)],
        "roc": _curve(pd, later.bad),
        "scores": _histogram(OFFSET - FACTOR * after, later.bad),
        "columns": [_about_column(c, early, later, whole) for c in _columns(final)],
    }


def _by_grade(model: LearnedModel, pd: Numbers, bad: Flags) -> list[Class]:
    yearly = np.array([over_a_year(p, model.outcome.within_days) for p in pd.tolist()])
    reach = np.array([g.most for g in model.grades[:-1]])
    index = np.searchsorted(reach, yearly, side="left").astype(np.float64)
    return calibration(pd, bad, [grade.value for grade in Grade], index)


def _curve(pd: Numbers, bad: Flags) -> list[list[float]]:
    wrong, right = roc(pd, bad)
    places = np.unique(np.linspace(0, len(wrong) - 1, CURVE_POINTS).astype(int))
    return [[round(float(wrong[i]), 4), round(float(right[i]), 4)] for i in places]


def _histogram(scores: Numbers, bad: Flags) -> list[list[float]]:
    """Lower edge of each class of scores, share of good and share of bad rows in it."""
    edges = np.linspace(float(scores.min()), float(scores.max()) + 1e-6, HISTOGRAM_BINS + 1)
    good = np.histogram(scores[~bad], edges)[0] / max(1, int((~bad).sum()))
    worse = np.histogram(scores[bad], edges)[0] / max(1, int(bad.sum()))
    rows = zip(edges[:-1].tolist(), good.tolist(), worse.tolist(), strict=True)
    return [[round(edge, 1), round(g, 4), round(b, 4)] for edge, g, b in rows]


def _columns(
    model: LearnedModel,
) -> list[tuple[str, Numbers, tuple[tuple[str, ...], ...], tuple[int, ...]]]:
    """Name, edges, groups of words and points of each column that the model asks."""
    if isinstance(model.form, PointsForm):
        return [
            (c.name, np.array(c.edges), c.words, (*c.points, c.missing_points))
            for c in model.form.columns
        ]
    members = model.form.members if isinstance(model.form, MeanForm) else (model.form,)
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for member in members:
        if isinstance(member, PointsForm):
            found |= {c.name: c.words for c in member.columns}
        else:
            asked = {f for tree in member.trees for f in tree.feature if f >= 0}
            found |= {
                c.name: tuple((word,) for word in c.codes or ())
                for i, c in enumerate(member.columns)
                if i in asked
            }
    return [(name, np.empty(0), words, ()) for name, words in found.items()]


def _about_column(
    column: tuple[str, Numbers, tuple[tuple[str, ...], ...], tuple[int, ...]],
    early: Sample,
    later: Sample,
    whole: Sample,
) -> dict[str, object]:
    """A column's bins with rows, bad outcomes and points, and how its shares moved (PSI)."""
    name, edges, words, points = column
    values = whole.columns[name]
    if not points and not words:
        edges = np.unique(np.nanquantile(values.astype(np.float64), np.linspace(0.1, 0.9, 9)))
    bins = (len(words) or len(edges) + 1) + 1
    rows = counts(bin_index(values, edges, words), bins)
    bad = counts(bin_index(values, edges, words), bins, whole.bad)
    shares = [
        counts(bin_index(s.columns[name], edges, words), bins) / max(1, len(s))
        for s in (early, later)
    ]
    return {
        "name": name,
        "edges": [float(edge) for edge in edges.tolist()],
        "words": [list(group) for group in words],
        "rows": [int(n) for n in rows.tolist()],
        "bad": [int(n) for n in bad.tolist()],
        "points": list(points),
        "stability": round(index_of_stability(*shares), 4),
    }


def _rounded(figures: Mapping[str, object]) -> dict[str, object]:
    return {k: round(v, 5) if isinstance(v, float) else v for k, v in figures.items()}
