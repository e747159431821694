"""Calibration: raw log-odds become probabilities that come true on average, and grades.

Platt scaling [Platt 1999] with his smoothed targets, fitted on rows that the
model did not learn from, then a shift of the intercept that brings the mean to
the long-run rate. On few events this beats isotonic regression and tables.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from creditflow.domain.grade import Grade
from creditflow.domain.learned import Calibration, GradeReach
from creditflow.models.sample import Flags, Numbers

STEPS = 60
LEAST_SLOPE, MOST_SLOPE = 0.2, 3.0
"""A slope outside says that there was too little to learn it from."""


def platt(raw: Numbers, bad: Flags) -> Calibration:
    """Fit intercept and slope on raw log-odds and outcomes; both outcomes must occur.

    The targets are pulled a little towards each other, as if each class had
    been seen once more, and a weak prior holds the slope near one.
    """
    worse, better = float(bad.sum()), float((~bad).sum())
    targets = np.where(bad, (worse + 1) / (worse + 2), 1 / (better + 2))
    design = np.column_stack([np.ones(len(raw)), raw])
    found = np.array([0.0, 1.0])
    prior, pull = np.array([0.0, 1.0]), np.diag([1e-6, 1.0])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        spread = np.maximum(p * (1 - p), 1e-9)
        gradient = design.T @ (targets - p) - pull @ (found - prior)
        step = np.linalg.solve((design.T * spread) @ design + pull, gradient)
        found += np.clip(step, -1, 1)
        if float(np.abs(step).max()) < 1e-10:  # noqa: PLR2004 - as close as doubles come
            break
    slope = min(MOST_SLOPE, max(LEAST_SLOPE, float(found[1])))
    return anchored(Calibration(0.0, slope), raw, float(targets.mean()))


def anchored(calibration: Calibration, raw: Numbers, rate: float) -> Calibration:
    """The same slope, with the intercept that makes the mean probability equal `rate`."""
    odds = calibration.slope * raw
    low, high = -50.0, 50.0
    for _ in range(80):
        middle = (low + high) / 2
        mean = float(np.mean(1 / (1 + np.exp(-np.clip(odds + middle, -700, 700)))))
        low, high = (middle, high) if mean < rate else (low, middle)
    return Calibration(round((low + high) / 2, 9), round(calibration.slope, 9))


def master_scale(yearly: Sequence[tuple[Grade, float]]) -> tuple[GradeReach, ...]:
    """Grades by yearly probability; each reaches to the geometric mean with the next one."""
    edges = [math.sqrt(here * there) for (_, here), (_, there) in pairwise(yearly)]
    return tuple(
        GradeReach(grade, round(most, 6))
        for (grade, _), most in zip(yearly, [*edges, 1.0], strict=True)
    )
