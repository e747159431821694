"""Scoring in columns: points, confidence, grade and the three strongest reasons on each side.

The kernel mirrors domain/scoring.py, measure: the same sums in whole numbers,
and of equal reasons the one whose name comes first.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.arithmetic import Ints, nearest
from creditflow.portfolio.compiled import compiled, inlined
from creditflow.portfolio.lanes import (
    CODES,
    HIGH,
    KNOWN,
    LANES,
    LOST,
    LOW,
    MISSING,
    OWN,
    OWN_KNOWN,
    OWN_LOST,
    POINTS,
    REST,
    ROW,
    SECOND_HIGH,
    SECOND_LOW,
    THIRD_HIGH,
    THIRD_LOW,
    add,
    against_it,
    ask,
    begin,
    for_it,
    knock_out,
    miss,
    rank,
)
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
def score(
    table: Ints, chosen: tuple[Ints, Ints], sheets: Sheets, unit: int, room: tuple[Ints, Scores]
) -> None:
    """Score each row by its sheet; `chosen` are the sheets and the weights of existing (of FULL).

    Points and confidence come in units of 1 / `unit` before they are rounded. Customers of
    one sheet are taken together, as many as there are lanes.
    """
    which, weights = chosen
    of, into = room
    for sheet in range(len(sheets.questions) - 1):
        taken = 0
        for row in range(len(which)):
            if which[row] == sheet:
                of[ROW + taken] = row
                taken += 1
                if taken == LANES:
                    together(of, (table, weights), sheet, sheets)
                    note(of, taken, (sheet, unit), sheets, into)
                    taken = 0
        if taken > 0:
            for lane in range(taken, LANES):
                of[ROW + lane] = of[ROW]
            together(of, (table, weights), sheet, sheets)
            note(of, taken, (sheet, unit), sheets, into)


@inlined
def together(of: Ints, given: tuple[Ints, Ints], sheet: int, sheets: Sheets) -> None:
    """Ask all lanes the questions of their sheet, one after the other."""
    table, weights = given
    begin(of, weights)
    first = sheets.questions[sheet]
    for question in range(first, sheets.questions[sheet + 1]):
        if ask(of, table, question, sheets):
            add(of, question, sheets)
            rank(of, question - first)
        miss(of, question, question - first, sheets)
    for rule in range(sheets.knock_outs[sheet], sheets.knock_outs[sheet + 1]):
        knock_out(of, table, rule, sheets)


@inlined
def note(of: Ints, taken: int, by: tuple[int, int], sheets: Sheets, into: Scores) -> None:
    """Write what the first so many lanes came to into the rows of their customers."""
    sheet, unit = by
    for lane in range(taken):
        row, rest, own = of[ROW + lane], of[REST + lane], of[OWN + lane]
        known = rest * of[KNOWN + lane] + own * of[OWN_KNOWN + lane]
        lost = rest * of[LOST + lane] + own * of[OWN_LOST + lane]
        into.cents[row] = nearest(NEUTRAL * known + of[POINTS + lane] + lost, unit // CENTS)
        into.confidence[row], into.missing[row] = known, of[MISSING + lane]
        into.knock_outs[row] = of[CODES + lane]
        into.grade[row] = banded(into.cents[row], own, sheets.bands[sheet], of[CODES + lane])
        into.reasons[row, 0] = for_it(of[HIGH + lane])
        into.reasons[row, 1] = for_it(of[SECOND_HIGH + lane])
        into.reasons[row, 2] = for_it(of[THIRD_HIGH + lane])
        into.reasons[row, 3] = against_it(of[LOW + lane])
        into.reasons[row, 4] = against_it(of[SECOND_LOW + lane])
        into.reasons[row, 5] = against_it(of[THIRD_LOW + lane])


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
