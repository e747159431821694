"""Evaluated: all that was found of a block of customers, a row each, read customer by customer.

Arrays hold it; here it gets names, and whoever was judged alone is put in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.errors import Problem
from creditflow.domain.policy import Policy
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import day_number
from creditflow.portfolio.choosing import Chosen
from creditflow.portfolio.desks import STRAIGHT_THROUGH, Frame
from creditflow.portfolio.framing import METHODS
from creditflow.portfolio.learned import Combined
from creditflow.portfolio.one import Alone
from creditflow.portfolio.probabilities import pd_of
from creditflow.portfolio.rules import ANY, GRADES
from creditflow.portfolio.scoring import REASONS, Scores
from creditflow.portfolio.sheets import Sheet
from creditflow.portfolio.signals import Signals


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A block of customers with all that was found; a row each.

    `start` is the place of the first one in the book. Rows of customers that
    are `refused` mean nothing. `alone` are those that went through the
    per-customer evaluator. `combined` is what a learned model has made of
    grades, where one has a say.
    """

    start: int
    signals: Signals
    chosen: Chosen
    sheets: tuple[Sheet, ...]
    unit: int
    scores: Scores
    frame: Frame
    refused: Mapping[int, Problem]
    alone: Ints
    combined: Combined | None = None

    def __len__(self) -> int:
        return len(self.signals.table)

    def confidence(self) -> NDArray[np.float64]:
        """The share of known evidence, for tables and statistics."""
        return self.scores.confidence / self.unit

    def exact_confidence(self, row: int) -> Decimal:
        """The same for one customer, exactly."""
        return Decimal(int(self.scores.confidence[row])) / self.unit

    def sheet(self, row: int) -> Sheet:
        """What judged a customer."""
        return self.sheets[int(self.chosen.sheet[row])]

    def pd(self, row: int) -> Decimal:
        """A customer's yearly default probability, exactly."""
        if self.combined is not None and self.combined.ppm[row] != UNKNOWN:
            return Decimal(int(self.combined.ppm[row])).scaleb(-6)
        return pd_of(self.sheet(row), int(self.chosen.own[row]), int(self.scores.grade[row]))

    def reasons(self, row: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of what speaks for and against a customer, strongest first."""
        names, places = self.sheet(row).questions, self.scores.reasons[row].tolist()
        found = [tuple(names[p] for p in side if p >= 0)
                 for side in (places[:REASONS], places[REASONS:])]  # fmt: skip
        return found[0], found[1]

    def missing(self, row: int) -> tuple[str, ...]:
        """The names of the characteristics that are not known, by name."""
        return _named(self.sheet(row).questions, int(self.scores.missing[row]))

    def knock_outs(self, row: int) -> tuple[str, ...]:
        """The codes of the knock-out rules that hold."""
        return _named(self.sheet(row).knock_outs, int(self.scores.knock_outs[row]))

    def fill(self, row: int, found: Alone, policy: Policy) -> None:
        """Put in what the per-customer evaluator makes of a customer."""
        self._fill_scores(row, found)
        self._fill_frame(row, found, policy)
        if self.combined is not None:
            self.combined.fill(row, found.evaluation)

    def _fill_scores(self, row: int, found: Alone) -> None:
        evaluation, sheet, scores = found.evaluation, self.sheet(row), self.scores
        scores.cents[row] = int(evaluation.points * 100)
        scores.confidence[row] = int(evaluation.confidence * self.unit)
        scores.grade[row] = GRADES.index(evaluation.grade)
        scores.missing[row] = _bits(sheet.questions, evaluation.missing)
        scores.knock_outs[row] = _bits(sheet.knock_outs, evaluation.knock_outs)
        for_, against = evaluation.reasons_for, evaluation.reasons_against
        scores.reasons[row] = [
            sheet.questions.index(side[at]) if at < len(side) else -1
            for side in (for_, against)
            for at in range(REASONS)
        ]

    def _fill_frame(self, row: int, found: Alone, policy: Policy) -> None:
        framed = self.frame
        suggestion, route, current = found.suggestion, found.route, found.situation.current
        framed.amounts[row] = UNKNOWN
        for candidate in suggestion.candidates:
            if candidate.amount is not None:
                framed.amounts[row, METHODS.index(candidate.method)] = candidate.amount.minor
        framed.binding[row] = METHODS.index(suggestion.binding)
        framed.current[row] = UNKNOWN if current is None else current.minor
        framed.proposed[row] = suggestion.proposed.minor
        framed.terms[row] = suggestion.terms_days
        framed.until[row] = day_number(suggestion.until)
        rules = [rule.id for rule in policy.authority]
        framed.rule[row] = rules.index(route.rule) if route.rule else ANY
        desk = route.desk
        framed.desk[row] = STRAIGHT_THROUGH if desk is None else policy.desks.index(desk)


def _named(names: tuple[str, ...], bits: int) -> tuple[str, ...]:
    return tuple(name for at, name in enumerate(names) if bits >> at & 1)


def _bits(names: tuple[str, ...], chosen: tuple[str, ...]) -> int:
    return sum(1 << names.index(name) for name in chosen)
