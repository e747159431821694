"""The champion in columns: what it says of everybody, and what the policy's rule makes of it.

Mirrors domain/learned_judging.py. Where the last digit of a float could make
another millionth or another grade, the domain itself reckons.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.learned import LearnedModel
from creditflow.domain.learned_judging import read_once
from creditflow.domain.learned_scoring import (
    grade_of,
    kept_probability,
    log_odds,
    over_a_year,
    probability,
)
from creditflow.domain.model_registry import ModelState, RegisteredModel
from creditflow.domain.policy import Combine, LearnedRule, Policy
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.choosing import Chosen
from creditflow.portfolio.forms import Bools, Floats, inexact, raw_log_odds
from creditflow.portfolio.probabilities import pds_of
from creditflow.portfolio.rules import GRADES
from creditflow.portfolio.scoring import Scores
from creditflow.portfolio.sheets import Sheet
from creditflow.portfolio.signals import Signals

MILLION = 1_000_000
_NEAR = 1e-10
"""So near to a border no float of another library is trusted; it errs by far less than that."""

Said = tuple[Ints, NDArray[np.int8]]
"""Yearly probabilities in millionths, and the places of their grades."""


@dataclass(frozen=True, slots=True)
class Combined:
    """What became of grades where a model had a say, a row each.

    `counts` is where it had: not after a knock-out. `grade` is the scorecard's
    own. `ppm` are the PDs of both together in millionths, UNKNOWN where that of
    the scorecard stands.
    """

    model: str
    counts: Bools
    grade: NDArray[np.int8]
    ppm: Ints

    def fill(self, row: int, evaluation: Evaluation) -> None:
        """Put in what the domain makes of a customer."""
        of, both = evaluation.combined, (evaluation.grade, evaluation.pd)
        self.counts[row] = of is not None
        self.grade[row] = GRADES.index(of.grade if of is not None else evaluation.grade)
        stands = of is None or both == (of.grade, of.pd)
        self.ppm[row] = UNKNOWN if stands else int(evaluation.pd * MILLION)


@dataclass(frozen=True, slots=True)
class Champion:
    """The champion among learned models and the policy's rule about it, made ready for columns."""

    registered: RegisteredModel
    rule: LearnedRule
    model: LearnedModel = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "model", read_once(self.registered.text))

    @property
    def names(self) -> tuple[str, ...]:
        """The signals that it asks for."""
        return self.model.form.names

    def combine(
        self, found: Signals, by: tuple[Chosen, Sequence[Sheet], Scores], unsure: Ints
    ) -> Combined:
        """Put the grade of both into the scores; `unsure` gets a one for whom that cannot be."""
        chosen, sheets, scores = by
        alone = scores.grade.copy()
        expert, places = pds_of(chosen, sheets, alone)
        unsure[inexact(self.model.form, found)] = 1
        says = self.judged(found)
        if self.rule.combine is Combine.WORSE_OF:
            ppm, grade = _worse((alone, expert, places), says)
        else:
            ppm, grade = self._blended(expert, places, says[0])
        counts = scores.knock_outs == 0
        scores.grade[:] = np.where(counts, grade, alone)
        return Combined(self.registered.id, counts, alone, np.where(counts, ppm, UNKNOWN))

    def judged(self, found: Signals) -> Said:
        """What the model alone says."""
        calibration, days = self.model.calibration, self.model.outcome.within_days
        odds = calibration.intercept + calibration.slope * raw_log_odds(self.model.form, found)
        yearly = 1 - np.power(1 - np.minimum(_probabilities(odds), 1.0), 365 / days)

        @cache
        def exact(value: float) -> float:
            return over_a_year(probability(value), days)

        return self._settled(yearly, lambda row: exact(float(odds[row])))

    def _blended(self, expert: Sequence[Decimal], places: Ints, ppm: Ints) -> Said:
        """The mean of both log-odds, by weight."""
        share = float(self.rule.weight)
        own = np.array([log_odds(pd) for pd in expert], np.float64)[places]
        p = np.clip(ppm / MILLION, 1e-6, 1 - 1e-6)
        yearly = _probabilities((1 - share) * own + share * np.log(p / (1 - p)))

        @cache
        def exact(place: int, millionths: int) -> float:
            said = log_odds(Decimal(millionths).scaleb(-6))
            return probability((1 - share) * log_odds(expert[place]) + share * said)

        return self._settled(yearly, lambda row: exact(int(places[row]), int(ppm[row])))

    def _settled(self, yearly: Floats, exact: Callable[[int], float]) -> Said:
        """Probabilities as they are kept, and their grades; `exact` is what the domain has."""
        fine = yearly * MILLION
        near = np.abs(fine - np.floor(fine) - 0.5) < _NEAR * MILLION
        grade = np.full(len(yearly), GRADES.index(self.model.grades[-1].grade), np.int8)
        for reach in reversed(self.model.grades):
            grade[yearly <= reach.most] = GRADES.index(reach.grade)
            near |= np.abs(yearly - reach.most) < _NEAR
        ppm = np.rint(fine).astype(np.int64)
        for row in np.flatnonzero(near).tolist():
            value = exact(row)
            ppm[row] = int(kept_probability(value) * MILLION)
            grade[row] = GRADES.index(grade_of(self.model, value))
        return ppm, grade


def champion_of(policy: Policy, models: Iterable[RegisteredModel]) -> Champion | None:
    """The champion among these, where the policy lets it count."""
    champion = next((m for m in models if m.state is ModelState.CHAMPION), None)
    if policy.learned is None or champion is None:
        return None
    return Champion(champion, policy.learned)


def _probabilities(odds: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-np.clip(odds, -700.0, 700.0)))
    return found


def _worse(of: tuple[NDArray[np.int8], Sequence[Decimal], Ints], says: Said) -> Said:
    """The worse of two grades, of equal ones the one with the higher probability."""
    alone, expert, places = of
    ppm, grade = says
    # A whole number is more than the expert's millionths where it is more than their whole part.
    own = np.array([int(pd * MILLION) for pd in expert], np.int64)[places]
    wins = (grade > alone) | ((grade == alone) & (ppm > own))
    return np.where(wins, ppm, UNKNOWN), np.where(wins, grade, alone)
