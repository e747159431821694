"""Scoring in columns: points, confidence, grade and the three strongest reasons on each side.

The kernel mirrors domain/scoring.py, measure: the same sums in whole numbers,
and of equal reasons the one whose name comes first.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.arithmetic import UNKNOWN, Ints, rounded
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.sheets import FULL, NEUTRAL, Sheets

REASONS = 3
CENTS = 100


class Scores(NamedTuple):
    """What sheets make of customers, a row each.

    `cents` are points in hundredths, `confidence` the known weight. `grade` is
    the place of a band. `reasons` are places of questions, three for and three
    against, strongest first, below zero where there is none. `missing` and
    `knock_outs` have a bit for each question and code.
    """

    cents: Ints
    confidence: Ints
    grade: NDArray[np.int8]
    reasons: NDArray[np.int8]
    missing: Ints
    knock_outs: Ints


def room_for(customers: int) -> Scores:
    """Room for so many customers."""
    return Scores(
        cents=np.zeros(customers, np.int64),
        confidence=np.zeros(customers, np.int64),
        grade=np.zeros(customers, np.int8),
        reasons=np.full((customers, 2 * REASONS), -1, np.int8),
        missing=np.zeros(customers, np.int64),
        knock_outs=np.zeros(customers, np.int64),
    )


@compiled
def score(table: Ints, chosen: tuple[Ints, Ints], sheets: Sheets, scale: int, into: Scores) -> None:
    """Score each row by its sheet; `chosen` are the sheets and the weights of existing (of FULL).

    Points and confidence come in units of 1 / (`scale` × FULL) before they are rounded.
    """
    which, weights = chosen
    for row in range(len(table)):
        sheet, own = which[row], weights[row]
        into.knock_outs[row] = knocked_out(table[row], sheet, sheets)
        points = answered(row, table[row], sheet, own, (sheets, into))
        cents = rounded(points, scale * FULL, CENTS)
        into.cents[row] = cents
        into.grade[row] = banded(cents, own, sheets.bands[sheet], into.knock_outs[row])


@inlined
def answered(row: int, values: Ints, sheet: int, own: int, of: tuple[Sheets, Scores]) -> int:
    """The points of one customer; confidence, reasons and what is missing go into its row."""
    sheets, into = of
    rest, points, known, missing = FULL - own, 0, 0, 0
    high_1 = high_2 = high_3 = low_1 = low_2 = low_3 = 0
    reasons = into.reasons[row]
    reasons[:] = -1
    first = sheets.questions[sheet]
    for question in range(first, sheets.questions[sheet + 1]):
        weight = rest * sheets.weight[question, 0] + own * sheets.weight[question, 1]
        points += NEUTRAL * weight
        at = answer(values[sheets.column[question]], question, sheets)
        if at < 0:
            points += rest * sheets.missing[question, 0] + own * sheets.missing[question, 1]
            missing |= 1 << (question - first)
            continue
        known += weight
        away = rest * sheets.away[at, 0] + own * sheets.away[at, 1]
        points += away
        if away > high_3:
            reasons[2] = question - first
            high_3 = away
            if high_3 > high_2:
                high_2, high_3 = high_3, high_2
                reasons[1], reasons[2] = reasons[2], reasons[1]
                if high_2 > high_1:
                    high_1, high_2 = high_2, high_1
                    reasons[0], reasons[1] = reasons[1], reasons[0]
        elif away < low_3:
            reasons[5] = question - first
            low_3 = away
            if low_3 < low_2:
                low_2, low_3 = low_3, low_2
                reasons[4], reasons[5] = reasons[5], reasons[4]
                if low_2 < low_1:
                    low_1, low_2 = low_2, low_1
                    reasons[3], reasons[4] = reasons[4], reasons[3]
    into.confidence[row] = known
    into.missing[row] = missing
    return points


@inlined
def answer(value: int, question: int, sheets: Sheets) -> int:
    """Where the answer to a question stands; below zero where it is unknown or fits no bin."""
    if value == UNKNOWN:
        return -1
    at = sheets.answers[question]
    if sheets.is_word[question]:
        at += value
    else:
        for edge in range(sheets.edges[question], sheets.edges[question + 1]):
            at += sheets.edge[edge] <= value
    return -1 if sheets.away[at, 0] == UNKNOWN else int(at)


@inlined
def banded(cents: int, own: int, bands: Ints, knock_outs: int) -> int:
    """The place of the best band that the points reach; the last one after a knock-out."""
    last = len(bands) - 1
    if knock_outs != 0:
        return last
    for band in range(last):
        if cents * (FULL // CENTS) >= (FULL - own) * bands[band, 0] + own * bands[band, 1]:
            return band
    return last


@inlined
def knocked_out(values: Ints, sheet: int, sheets: Sheets) -> int:
    """A bit for each code of which all conditions are met by what is known."""
    found = 0
    for rule in range(sheets.knock_outs[sheet], sheets.knock_outs[sheet + 1]):
        met, code = True, 0
        for at in range(sheets.conditions[rule], sheets.conditions[rule + 1]):
            column, low, high, words, code = sheets.condition[at]
            value = values[column]
            if value == UNKNOWN:
                met = False
            elif words >= 0:
                met = met and sheets.allowed[words + value]
            else:
                met = met and low <= value < high
        if met and sheets.conditions[rule + 1] > sheets.conditions[rule]:
            found |= 1 << code
    return found
