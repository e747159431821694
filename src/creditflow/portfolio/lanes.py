"""Lanes: customers of one sheet, side by side, so that a processor answers for many at once.

All that is kept for a lane lies in one array, LANES numbers of a kind after
LANES of the next. With the distances known beforehand the compiler can turn
each loop over the lanes into instructions that take several of them; with an
array for each kind it would have to fear that they overlap.
"""

import numpy as np

from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.compiled import inlined
from creditflow.portfolio.sheets import AT_ONCE, FULL, Sheets

LANES = 64

ROW, OWN, REST, VALUE, ANSWER = (LANES * kind for kind in range(5))
"""The customer's row and the weights of its two scorecards; its value and answer of now."""

POINTS, LOST, OWN_LOST, KNOWN, OWN_KNOWN, MISSING, CODES = (
    LANES * kind for kind in range(5, 12)
)  # fmt: skip
"""Sums: points beyond neutral, those of missing answers, known weight; bits of what is so."""

HIGH, SECOND_HIGH, THIRD_HIGH, LOW, SECOND_LOW, THIRD_LOW = (
    LANES * kind for kind in range(12, 18)
)  # fmt: skip
"""The strongest reasons of each side: points beyond neutral with the question below (BITS)."""

KINDS = 18
BITS = 64
"""A question has a number below that, so it fits below the points that it gave."""

FIRST = BITS - 1
"""Of equal points the question whose name comes first is stronger: it has the highest number."""


def lanes() -> Ints:
    """Room for so many customers at once."""
    return np.zeros(KINDS * LANES, np.int64)


@inlined
def begin(of: Ints, weights: Ints) -> None:
    """Weigh the customers of all rows; nothing was asked of them so far."""
    for lane in range(LANES):
        own = weights[of[ROW + lane]]
        of[OWN + lane], of[REST + lane] = own, FULL - own
    for at in range(POINTS, KINDS * LANES):
        of[at] = 0


@inlined
def ask(of: Ints, table: Ints, question: int, sheets: Sheets) -> bool:
    """Find each answer to a question, a place in `sheets.away`; whether there is any."""
    column, none = sheets.column[question], sheets.answers[question]
    most = UNKNOWN
    for lane in range(LANES):
        value = table[of[ROW + lane], column]
        of[VALUE + lane], of[ANSWER + lane] = value, none
        most = max(most, value)
    if most == UNKNOWN:
        return False
    if sheets.is_word[question]:
        words = sheets.words[question]
        for lane in range(LANES):
            value = max(of[VALUE + lane], -1)
            of[ANSWER + lane] = none + sheets.word[words + 1 + value]
        return True
    for group in range(sheets.edges[question], sheets.edges[question + 1]):
        at = group * AT_ONCE
        first, second = sheets.edge[at], sheets.edge[at + 1]
        third, fourth = sheets.edge[at + 2], sheets.edge[at + 3]
        for lane in range(LANES):
            value = of[VALUE + lane]
            reached = (first <= value) + (second <= value) + (third <= value) + (fourth <= value)
            of[ANSWER + lane] += reached
    return True


@inlined
def miss(of: Ints, question: int, number: int, sheets: Sheets) -> None:
    """Add what a missing answer gives; `number` is that of the question in its sheet."""
    none, bit = sheets.answers[question], 1 << number
    lost, own_lost = sheets.missing[question, 0], sheets.missing[question, 1]
    for lane in range(LANES):
        missing = of[ANSWER + lane] == none
        of[LOST + lane] += lost if missing else 0
        of[OWN_LOST + lane] += own_lost if missing else 0
        of[MISSING + lane] |= bit if missing else 0


@inlined
def add(of: Ints, question: int, sheets: Sheets) -> None:
    """Add everybody's answer to the sums."""
    none = sheets.answers[question]
    weight, own_weight = sheets.weight[question, 0], sheets.weight[question, 1]
    for lane in range(LANES):
        missing = of[ANSWER + lane] == none
        of[KNOWN + lane] += 0 if missing else weight
        of[OWN_KNOWN + lane] += 0 if missing else own_weight
    for lane in range(LANES):
        at = of[ANSWER + lane]
        of[VALUE + lane] = (
            of[REST + lane] * sheets.away[at, 0] + of[OWN + lane] * sheets.away[at, 1]
        )


@inlined
def rank(of: Ints, number: int) -> None:
    """Put what the question numbered so gave among the three strongest of its side."""
    for lane in range(LANES):
        away = of[VALUE + lane]
        of[POINTS + lane] += away
        high = max(away, 0) * BITS + (FIRST - number)
        first, second = of[HIGH + lane], of[SECOND_HIGH + lane]
        of[THIRD_HIGH + lane] = max(of[THIRD_HIGH + lane], min(second, high))
        of[SECOND_HIGH + lane] = max(second, min(first, high))
        of[HIGH + lane] = max(first, high)
        low = min(away, 0) * BITS + number
        first, second = of[LOW + lane], of[SECOND_LOW + lane]
        of[THIRD_LOW + lane] = min(of[THIRD_LOW + lane], max(second, low))
        of[SECOND_LOW + lane] = min(second, max(first, low))
        of[LOW + lane] = min(first, low)


@inlined
def for_it(reason: int) -> int:
    """The number of the question behind a reason for a customer; below zero where there is none."""
    return FIRST - (reason & FIRST) if reason >= BITS else -1


@inlined
def against_it(reason: int) -> int:
    """The number of the question behind a reason against; below zero where there is none."""
    return (reason & FIRST) if reason < 0 else -1


@inlined
def knock_out(of: Ints, table: Ints, rule: int, sheets: Sheets) -> None:
    """Note the code of a rule wherever all of its conditions are met by what is known."""
    first, last = sheets.conditions[rule], sheets.conditions[rule + 1]
    if first == last:
        return
    for lane in range(LANES):
        of[ANSWER + lane] = 1 << sheets.code[rule]
    for condition in range(first, last):
        column, low, high, words = sheets.condition[condition]
        for lane in range(LANES):
            of[VALUE + lane] = table[of[ROW + lane], column]
        if words >= 0:
            for lane in range(LANES):
                value = of[VALUE + lane]
                if value == UNKNOWN or not sheets.allowed[words + value]:
                    of[ANSWER + lane] = 0
        else:
            for lane in range(LANES):
                value = of[VALUE + lane]
                of[ANSWER + lane] *= (low <= value) & (value < high)
    for lane in range(LANES):
        of[CODES + lane] |= of[ANSWER + lane]
