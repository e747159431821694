"""The model card: one page that can be kept and sent, with plots, in the reader's language."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined

from creditflow.domain.customer import Language
from creditflow.domain.learned_judging import read_once
from creditflow.domain.model_registry import RegisteredModel
from creditflow.web.language import Speech, speech
from creditflow.web.model_names import MODEL_KINDS, MODEL_STATES
from creditflow.web.signal_names import signal_name

SIDE, ROOM = 300, 30
"""Height and width of a plot, and the room around it for what is written."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a plot; `kind` is good, bad or one."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


def measures(model: RegisteredModel) -> dict[str, float]:
    """The figures of validation, by name."""
    found: dict[str, float] = json.loads(model.report)["measures"]
    return found


def card_html(model: RegisteredModel, language: Language) -> str:
    """The whole card as one HTML document that needs no other file."""
    said = speech(language)
    report, made = json.loads(model.report), read_once(model.text)
    environment = Environment(
        loader=PackageLoader("creditflow", "templates/web"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        said.gettext, said.ngettext, newstyle=True
    )
    return environment.get_template("model_card.html").render(
        language=language,
        model=model,
        made=made,
        report=report,
        kind=said.gettext(MODEL_KINDS[made.kind]),
        state=said.gettext(MODEL_STATES[model.state]),
        curve=_path(report["roc"]),
        scores=_histogram(report["scores"]),
        grades=_grades(report["grades"]),
        columns=[_column(column, said) for column in report["columns"]],
        side=SIDE,
        room=ROOM,
    )


def _path(points: Sequence[Sequence[float]]) -> str:
    """The ROC curve: share of good rows to the right, of bad rows upwards."""
    places = (f"{ROOM + x * SIDE:.1f},{ROOM + (1 - y) * SIDE:.1f}" for x, y in points)
    return "M" + " L".join(places)


def _histogram(rows: Sequence[Sequence[float]]) -> list[Box]:
    """Good and bad rows by score, side by side."""
    highest = max((max(good, bad) for _, good, bad in rows), default=0) or 1
    step, boxes = SIDE / max(1, len(rows)), []
    for place, (edge, *shares) in enumerate(rows):
        for half, (share, kind) in enumerate(zip(shares, ("good", "bad"), strict=True)):
            height = share / highest * SIDE
            x = ROOM + step * (place + half / 2)
            title = f"{edge:.0f}: {share:.1%}"
            y = ROOM + SIDE - height
            left, top, width, tall = (round(n, 1) for n in (x, y, step / 2, height))
            boxes.append(Box(left, top, width, tall, kind, title))
    return boxes


def _grades(grades: Sequence[dict[str, float]]) -> list[dict[str, object]]:
    """What was foretold and what came, with its interval, as bars of one scale."""
    highest = max((g["high"] for g in grades), default=0) or 1
    return [
        {**g, **{f"{name}_at": g[name] / highest * SIDE for name in _ENDS}, "true": _holds(g)}
        for g in grades
    ]


_ENDS = ("mean_pd", "rate", "low", "high")


def _holds(grade: dict[str, float]) -> bool:
    """Whether what was foretold lies within the interval of what came."""
    return grade["low"] <= grade["mean_pd"] <= grade["high"]


def _column(column: dict, said: Speech) -> dict[str, object]:  # type: ignore[type-arg]
    """A column's bins as rows of a table, with the share of bad outcomes as a bar."""
    rates = [b / n if n else 0.0 for n, b in zip(column["rows"], column["bad"], strict=True)]
    highest = max(rates) or 1
    names = [*_bin_names(column), said.gettext("unknown")]
    points = column["points"] or [None] * len(names)
    bins = [
        {"name": name, "rows": n, "bad": b, "rate": rate, "bar": rate / highest * 100, "points": p}
        for name, n, b, rate, p in zip(
            names, column["rows"], column["bad"], rates, points, strict=True
        )
    ]
    return {
        "name": said.gettext(signal_name(column["name"])),
        "bins": bins,
        "stability": column["stability"],
    }


def _bin_names(column: dict) -> list[str]:  # type: ignore[type-arg]
    if column["words"]:
        return [", ".join(words) for words in column["words"]]
    edges = [f"{edge:g}" for edge in column["edges"]]
    if not edges:
        return ["–"]
    between = [f"{low} – {high}" for low, high in pairwise(edges)]
    return [f"< {edges[0]}", *between, f"≥ {edges[-1]}"]
