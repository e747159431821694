"""Sheets: scorecards, alone or two to be blended, as whole numbers that a kernel can read.

A sheet is to columns what a yardstick is to one customer. It is made from the
yardsticks themselves, so there is no second reading of a scorecard. A blend of
two is worked out for each customer by its own weight, from one sheet.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.catalogue import is_category
from creditflow.domain.errors import Refusal
from creditflow.domain.grade import Grade
from creditflow.domain.scorecard import Condition, KnockOut, Scorecard
from creditflow.domain.sentences import say
from creditflow.domain.yardstick import Question, yardstick
from creditflow.portfolio.arithmetic import UNKNOWN, Ints

FULL = 10_000
"""A weight of one between two scorecards: those weights have four decimals."""

NEUTRAL = 500
"""Points of 1,000 that speak neither for nor against a customer."""

AT_ONCE = 4
"""Edges that are compared at once; a question with fewer has some that no value reaches."""

OUT_OF_REACH = 2**63 - 1

_KNOWN = UNKNOWN + 1
"""The first edge of every question about a number: it is known."""

MOST_DECIMALS = 9
MOST_QUESTIONS = 62

ColumnOf = Callable[[str], tuple[int, int]]
"""The place of a signal's column and its places."""
WordsOf = Callable[[str], tuple[str, ...]]


class TooFine(Refusal):
    """A scorecard has more decimals, or asks more, than columns can hold."""


class Sheets(NamedTuple):
    """All sheets of a run in one set of arrays; those of sheet s lie between its two starts.

    A question reads `column`. Its answers begin at `answers`, the first of them being that
    there is none. If `is_word`, the value is the number of a word, and `word` (from `words`
    on, first for no word) says the answer behind that place; else the answer is as far
    behind as the value has reached `edges`, AT_ONCE by AT_ONCE. `away` are points minus
    neutral (new, existing), zero where there is no answer; `missing` are the whole points
    that none gives, and `weight` is likewise for both.
    """

    questions: Ints
    column: Ints
    is_word: NDArray[np.bool_]
    edges: Ints
    edge: Ints
    words: Ints
    word: Ints
    answers: Ints
    away: Ints
    weight: Ints
    missing: Ints
    bands: Ints
    knock_outs: Ints
    code: Ints
    conditions: Ints
    condition: Ints
    allowed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet is made of: one scorecard, or a new and an existing one; and its names.

    `questions` are the names in the order of the columns of answers, which is
    that of names; `knock_outs` are the codes, in order.
    """

    cards: tuple[Scorecard, ...]
    questions: tuple[str, ...]
    knock_outs: tuple[str, ...]
    pds: tuple[tuple[Decimal, ...], ...]


def sheet_of(cards: tuple[Scorecard, ...]) -> Sheet:
    """The names of a sheet, in order."""
    sticks = [yardstick(card) for card in cards]
    return Sheet(
        cards=cards,
        questions=tuple(sorted({q.name for stick in sticks for q in stick.questions})),
        knock_outs=tuple(sorted({k.code for stick in sticks for k in stick.knock_outs})),
        pds=tuple(tuple(t.pd for t in stick.thresholds) for stick in sticks),
    )


def scale_of(cards: Iterable[Scorecard]) -> int:
    """How many decimals the points of these scorecards have; raises TooFine."""
    numbers = [
        n
        for card in cards
        for q in yardstick(card).questions
        for n in (q.weight, q.missing, *q.points, *q.words.values())
    ]
    places = max((_decimals(n) for n in numbers), default=0)
    if places > MOST_DECIMALS:
        raise TooFine(
            say("The weights of the scorecards have too many decimals to be used in columns."
                " Use at most four for a dimension and four for a characteristic.")
        )  # fmt: skip
    return places


def sheets(of: Sequence[Sheet], scale: int, column_of: ColumnOf, words_of: WordsOf) -> Sheets:
    """The arrays of these sheets, all numbers times ten to the power of `scale`."""
    made = _Maker(10**scale, column_of, words_of)
    for sheet in of:
        made.add(sheet)
    return made.sheets()


class _Maker:
    """Puts sheets into arrays, one behind the other."""

    def __init__(self, scale: int, column_of: ColumnOf, words_of: WordsOf) -> None:
        self.scale, self.column_of, self.words_of = scale, column_of, words_of
        self.questions, self.column, self.is_word = [0], list[int](), list[bool]()
        self.edges, self.edge, self.answers = [0], list[int](), list[int]()
        self.words, self.word = list[int](), list[int]()
        self.away = list[tuple[int, int]]()
        self.weight, self.missing = list[tuple[int, int]](), list[tuple[int, int]]()
        self.bands = list[list[tuple[int, int]]]()
        self.knock_outs, self.conditions = [0], [0]
        self.condition, self.allowed = list[tuple[int, int, int, int]](), list[bool]()
        self.code = list[int]()

    def sheets(self) -> Sheets:
        """All that was added."""
        return Sheets(
            questions=np.array(self.questions, np.int64),
            column=np.array(self.column, np.int64),
            is_word=np.array(self.is_word, np.bool_),
            edges=np.array(self.edges, np.int64),
            edge=np.array(self.edge, np.int64),
            words=np.array(self.words, np.int64),
            word=np.array(self.word, np.int64),
            answers=np.array(self.answers, np.int64),
            away=np.array(self.away, np.int64).reshape(-1, 2),
            weight=np.array(self.weight, np.int64).reshape(-1, 2),
            missing=np.array(self.missing, np.int64).reshape(-1, 2),
            bands=np.array(self.bands, np.int64).reshape(-1, len(Grade), 2),
            knock_outs=np.array(self.knock_outs, np.int64),
            code=np.array(self.code, np.int64),
            conditions=np.array(self.conditions, np.int64),
            condition=np.array(self.condition, np.int64).reshape(-1, 4),
            allowed=np.array(self.allowed, np.bool_),
        )

    def add(self, sheet: Sheet) -> None:
        """Add a sheet behind the others."""
        if len(sheet.questions) > MOST_QUESTIONS or len(sheet.knock_outs) > MOST_QUESTIONS:
            raise TooFine(
                say("A scorecard asks more than {most} questions. Ask fewer.", most=MOST_QUESTIONS)
            )
        sticks = [yardstick(card) for card in sheet.cards]
        asked = [{q.name: q for q in stick.questions} for stick in sticks]
        for name in sheet.questions:
            self._question([of.get(name) for of in asked])
        self.questions.append(len(self.column))
        self.bands.append(
            [(int(t.at_least), int(s.at_least))
             for t, s in zip(sticks[0].thresholds, sticks[-1].thresholds, strict=True)]
        )  # fmt: skip
        for code in sheet.knock_outs:
            rules = [k for stick in sticks for k in stick.knock_outs if k.code == code]
            for rule in dict.fromkeys(_key(k) for k in rules):
                self._knock_out(rule, sheet.knock_outs.index(code))
        self.knock_outs.append(len(self.conditions) - 1)

    def _question(self, parts: list[Question | None]) -> None:
        """A question of one scorecard or of both; the sum of their step functions."""
        first = next(q for q in parts if q is not None)
        column, places = self.column_of(first.signal)
        words = is_category(first.signal)
        edges = sorted({e for q in parts if q is not None for e in q.edges})
        values: Sequence[object] = self.words_of(first.signal) if words else [None, *edges]
        self.column.append(column)
        self.is_word.append(words)
        answered = not words and bool(first.points)
        self._edges([_KNOWN, *(_above(e, places) for e in edges)] if answered else [])
        self.words.append(len(self.word))
        self.answers.append(len(self.away))
        self.away.append((0, 0))
        given = [self._away(parts, value, first, words=words) for value in values]
        if words:
            self.word += [0, *(at if pair else 0 for at, pair in _counted(given))]
        self.away += [pair for pair in given if pair]
        self.weight.append(self._pair([q.weight if q else Decimal(0) for q in parts]))
        self.missing.append(self._pair([q.missing if q else Decimal(0) for q in parts]))

    def _edges(self, edges: list[int]) -> None:
        """Edges in ascending order, filled up to a whole number of AT_ONCE."""
        self.edge += edges + [OUT_OF_REACH] * (-len(edges) % AT_ONCE)
        self.edges.append(len(self.edge) // AT_ONCE)

    def _away(
        self, parts: list[Question | None], value: object, first: Question, *, words: bool
    ) -> tuple[int, int] | None:
        """What an answer gives beyond neutral; None where it fits no bin, as if it were unknown."""
        unanswered = words and all(q is None or value not in q.words for q in parts)
        if unanswered or (not words and not first.points):
            return None
        given = []
        for q in parts:
            if q is None:
                given.append(Decimal(0))
                continue
            points = q.words.get(str(value), q.missing) if words else _step(q, value)
            given.append(points - NEUTRAL * q.weight)
        return self._pair(given)

    def _knock_out(self, conditions: tuple[Condition, ...], code: int) -> None:
        for condition in conditions:
            column, places = self.column_of(condition.signal)
            words = is_category(condition.signal)
            low = UNKNOWN + 1 if condition.at_least is None else _above(condition.at_least, places)
            high = 2**63 - 1 if condition.below is None else _above(condition.below, places)
            if not words and condition.at_least is None and condition.below is None:
                high = UNKNOWN
            self.condition.append((column, low, high, len(self.allowed) if words else -1))
            if words:
                known = self.words_of(condition.signal)
                self.allowed += [word in condition.values for word in known]
        self.conditions.append(len(self.condition))
        self.code.append(code)

    def _pair(self, numbers: Sequence[Decimal]) -> tuple[int, int]:
        """For the new and for the existing scorecard; a scorecard alone counts as new."""
        whole = [int(n * self.scale) for n in numbers]
        return whole[0], whole[1] if len(whole) > 1 else 0


def _counted(given: Sequence[object]) -> Iterator[tuple[int, object]]:
    """What was given, each with how many there are up to it that are not None."""
    return zip(accumulate(pair is not None for pair in given), given, strict=True)


def _step(q: Question, value: object) -> Decimal:
    """What the step gives that begins at that value; None is the lowest one."""
    answer = q.points[0] if not isinstance(value, Decimal) else q.answer(value)
    return answer if answer is not None else q.missing


def _key(knock_out: KnockOut) -> tuple[Condition, ...]:
    return knock_out.conditions


def _above(bound: Decimal, places: int) -> int:
    """The lowest whole number of a column with so many places that is not below the bound."""
    whole = math.ceil(bound.scaleb(places))
    return max(-(2**62), min(2**62, whole))


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else MOST_DECIMALS + 1
