"""Learned model reading: stored JSON becomes a model again, or everything that is wrong with it.

A file may come from elsewhere or have been changed by hand, so nothing is taken
on trust: numbers are finite, arrays fit each other, trees lead downward only.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

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
    PointsColumn,
    PointsForm,
    Tree,
    TreesColumn,
    TreesForm,
)
from creditflow.domain.learned_writing import FORMAT
from creditflow.domain.sentences import Sentence, say

T = TypeVar("T")


class BadModel(Refusal):
    """What was read is no model that can be applied."""


def model_from_json(text: str) -> LearnedModel:
    """Read a model; raises BadModel with everything that is wrong with it at once."""
    try:
        plain = json.loads(text, parse_constant=_refuse)
    except ValueError:
        raise BadModel(say("This is no JSON: {start}", start=text[:40])) from None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise BadModel(say("This is no model in the format {format}.", format=FORMAT))
    problems: list[Sentence] = []
    parts: dict[str, Any] = {
        name: _part(plain, name, read, problems) for name, read in _PARTS.items()
    }
    form = _part(plain, "kind", lambda _: _form(plain), problems)
    if problems or form is None:
        raise BadModel(
            say("This model cannot be applied. {problems}", problems=" ".join(map(str, problems))),
            details=problems,
        )
    return LearnedModel(form=form, **parts)


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _part(
    plain: Mapping[str, Any],
    name: str,
    read: Callable[[Any], T],
    problems: list[Sentence],
) -> T | None:
    """One part of the document; what cannot be read becomes a problem that names the part."""
    try:
        return read(plain[name])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        detail = f"{type(error).__name__}: {error}"[:120]
        problems.append(
            say("Part {part} is missing or malformed ({detail}).", part=name, detail=detail)
        )
        return None


def _outcome(plain: Mapping[str, Any]) -> BadOutcome:
    outcome = BadOutcome(int(plain["days_past_due"]), int(plain["within_days"]))
    _hold(outcome.days_past_due >= 1 and outcome.within_days >= 1, "days are at least 1")
    return outcome


def _calibration(plain: Mapping[str, Any]) -> Calibration:
    calibration = Calibration(_number(plain["intercept"]), _number(plain["slope"]))
    _hold(calibration.slope > 0, "the slope is above zero")
    return calibration


def _grades(plain: Sequence[Mapping[str, Any]]) -> tuple[GradeReach, ...]:
    grades = tuple(GradeReach(Grade(g["grade"]), _number(g["most"])) for g in plain)
    _hold([g.grade for g in grades] == list(Grade), "one entry per grade, A first")
    rising = all(a.most < b.most for a, b in pairwise(grades))
    _hold(rising and grades[-1].most == 1, "probabilities rise to 1")
    return grades


def _origins(plain: Mapping[str, Any]) -> Origins:
    return Origins(
        first=date.fromisoformat(plain["first"]),
        last=date.fromisoformat(plain["last"]),
        rows=int(plain["rows"]),
        events=int(plain["events"]),
        customers=int(plain["customers"]),
        long_run_rate=_number(plain["long_run_rate"]),
    )


_PARTS: Mapping[str, Callable[[Any], Any]] = {
    "outcome": _outcome,
    "calibration": _calibration,
    "grades": _grades,
    "origins": _origins,
}


def _form(plain: Mapping[str, Any]) -> Form:
    if ModelKind(plain["kind"]) is not ModelKind.MEAN:
        return _single(plain)
    members = tuple(map(_single, plain["members"]))
    _hold(bool(members), "a mean has at least one member")
    return MeanForm(members)


def _single(plain: Mapping[str, Any]) -> PointsForm | TreesForm:
    kind = ModelKind(plain["kind"])
    _hold(kind is not ModelKind.MEAN, "a mean has no mean within")
    if kind is ModelKind.POINTS:
        return PointsForm(int(plain["base"]), tuple(map(_points_column, plain["columns"])))
    columns = tuple(
        TreesColumn(
            str(c["name"]),
            None
            if c["codes"] is None
            else {str(word): _number(code) for word, code in c["codes"].items()},
        )
        for c in plain["columns"]
    )
    trees = tuple(_tree(tree, len(columns)) for tree in plain["trees"])
    return TreesForm(_number(plain["base"]), columns, trees)


def _points_column(plain: Mapping[str, Any]) -> PointsColumn:
    column = PointsColumn(
        name=str(plain["name"]),
        points=tuple(map(int, plain["points"])),
        missing_points=int(plain["missing_points"]),
        average=_number(plain["average"]),
        edges=tuple(map(_number, plain["edges"])),
        words=tuple(tuple(map(str, words)) for words in plain["words"]),
    )
    bins = len(column.words) or len(column.edges) + 1
    _hold(len(column.points) == bins, f"{column.name}: as many points as bins")
    _hold(list(column.edges) == sorted(set(column.edges)), f"{column.name}: edges rise")
    return column


def _tree(plain: Mapping[str, Any], columns: int) -> Tree:
    tree = Tree(
        feature=tuple(map(int, plain["feature"])),
        threshold=tuple(map(_number, plain["threshold"])),
        left=tuple(map(int, plain["left"])),
        right=tuple(map(int, plain["right"])),
        missing_left=tuple(map(bool, plain["missing_left"])),
        value=tuple(map(_number, plain["value"])),
    )
    size = len(tree.feature)
    arrays = (tree.threshold, tree.left, tree.right, tree.missing_left, tree.value)
    _hold(size > 0 and all(len(array) == size for array in arrays), "arrays of one length")
    for node, feature in enumerate(tree.feature):
        below = (tree.left[node], tree.right[node])
        downward = all(node < child < size for child in below)
        _hold(feature < 0 or (feature < columns and downward), f"node {node} leads downward")
    return tree


def _number(value: object) -> float:
    number = float(value)  # type: ignore[arg-type] # TypeError is a problem like any other
    _hold(math.isfinite(number) and not isinstance(value, bool), f"{value} is a finite number")
    return number


def _hold(condition: bool, rule: str) -> None:
    if not condition:
        raise ValueError(rule)
