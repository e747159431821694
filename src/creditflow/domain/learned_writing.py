"""Write learned models as canonical JSON, by whose hash they are known."""

import hashlib
import json

from creditflow.domain.learned import Form, LearnedModel, MeanForm, PointsForm, TreesForm, kind_of


def model_hash(text: str) -> str:
    """The hash of a model as it is stored: the same text, the same model."""
    return hashlib.sha256(text.encode()).hexdigest()


def model_to_json(model: LearnedModel) -> str:
    """Write a model as canonical JSON; domain/learned_reading.py reads it back."""
    plain = {
        "format": FORMAT,
        "kind": model.kind.value,
        "outcome": {
            "days_past_due": model.outcome.days_past_due,
            "within_days": model.outcome.within_days,
        },
        "calibration": {
            "intercept": model.calibration.intercept,
            "slope": model.calibration.slope,
        },
        "grades": [{"grade": g.grade.value, "most": g.most} for g in model.grades],
        "origins": {
            "first": model.origins.first.isoformat(),
            "last": model.origins.last.isoformat(),
            "rows": model.origins.rows,
            "events": model.origins.events,
            "customers": model.origins.customers,
            "long_run_rate": model.origins.long_run_rate,
        },
        **_written(model.form),
    }
    return json.dumps(
        plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


FORMAT = "creditflow-model-1"
"""Changes whenever an older reader would misread what is written."""


def _written(form: Form) -> dict[str, object]:
    if isinstance(form, MeanForm):
        members = [{"kind": kind_of(m).value, **_written(m)} for m in form.members]
        return {"members": members}
    return _points(form) if isinstance(form, PointsForm) else _trees(form)


def _points(form: PointsForm) -> dict[str, object]:
    return {
        "base": form.base,
        "columns": [
            {
                "name": column.name,
                "points": list(column.points),
                "missing_points": column.missing_points,
                "average": column.average,
                "edges": list(column.edges),
                "words": [list(words) for words in column.words],
            }
            for column in form.columns
        ],
    }


def _trees(form: TreesForm) -> dict[str, object]:
    return {
        "base": form.base,
        "columns": [
            {"name": column.name, "codes": None if column.codes is None else dict(column.codes)}
            for column in form.columns
        ],
        "trees": [
            {
                "feature": list(tree.feature),
                "threshold": list(tree.threshold),
                "left": list(tree.left),
                "right": list(tree.right),
                "missing_left": list(tree.missing_left),
                "value": list(tree.value),
            }
            for tree in form.trees
        ],
    }
