"""Evaluating a book: signals, score, reasons and limit frame of every customer, block after block.

Blocks bound the memory, whatever the size of the book. Whoever is beyond the
numbers of the kernels goes through the per-customer evaluator; whoever cannot
be judged is named with the reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.caps import Granted
from creditflow.domain.errors import Problem
from creditflow.domain.limit_setting import months_after
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import Book, block, day_number
from creditflow.portfolio.caps import granted_in, rooms_of
from creditflow.portfolio.choosing import Chosen, Judges, asked
from creditflow.portfolio.desks import STRAIGHT_THROUGH, Facts, Frame
from creditflow.portfolio.exchange import fractions_of
from creditflow.portfolio.framing import METHODS, frame
from creditflow.portfolio.framing import room_for as room_for_frame
from creditflow.portfolio.grouped import GroupRooms, Shares, group_rooms
from creditflow.portfolio.lanes import lanes
from creditflow.portfolio.observations import Meanings, meanings
from creditflow.portfolio.one import Alone, evaluated
from creditflow.portfolio.origins import Ends
from creditflow.portfolio.room import Moment
from creditflow.portfolio.rules import ANY, GRADES, Rules, entities_of, rules_of
from creditflow.portfolio.scoring import REASONS, Scores, score
from creditflow.portfolio.scoring import room_for as room_for_scores
from creditflow.portfolio.sheets import FULL, Sheet
from creditflow.portfolio.signals import Signals, signals_at
from creditflow.portfolio.statements import EQUITY, REVENUE, WORKING
from creditflow.portfolio.terms import competition_steps, market_steps, most_terms
from creditflow.portfolio.witnesses import Said

BLOCK = 20_000
"""Customers at a time: some twenty megabytes of signals."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A block of customers with all that was found; a row each.

    `start` is the place of the first one in the book. Rows of customers that
    are `refused` mean nothing. `alone` are those that went through the
    per-customer evaluator.
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
        own = Decimal(int(self.chosen.own[row])) / FULL
        pds = self.sheet(row).pds
        grade = int(self.scores.grade[row])
        return pds[0][grade] if len(pds) == 1 else (1 - own) * pds[0][grade] + own * pds[1][grade]

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


@dataclass(slots=True)
class Evaluator:
    """A policy on a day, made ready to evaluate block after block of a book.

    `granted` is what the limits of everybody come to; without it a book is taken to be
    the whole one. Where it is not said how far sources reach (`ends`), ledgers count as
    complete. `shares` are the groups that bound somebody. Raises TooFine where a policy
    has more decimals than columns can hold.
    """

    policy: Policy
    on: date
    rates: Rates
    granted: Sequence[Granted] | None = None
    ends: Ends | None = None
    shares: Shares | None = None
    judges: Judges = field(init=False)
    rules: Rules = field(init=False)
    moment: Moment = field(init=False)
    _until: Ints = field(init=False)
    _said: tuple[tuple[Said, ...], Meanings] | None = None

    def __post_init__(self) -> None:
        self.judges = Judges(self.policy)
        self.rules = rules_of(self.policy, self.rates, self.on, self.judges.scale)
        self.moment = Moment(day_number(self.on), *fractions_of(self.rates, self.on))
        most = max(int(self.rules.grades.months.max()), 1)
        self._until = np.array([day_number(months_after(self.on, m)) for m in range(most + 1)])

    def blocks(self, book: Book, *, size: int = BLOCK) -> Iterator[Evaluated]:
        """The whole book, so many customers at a time; an empty block where there is nobody."""
        granted, groups = self._granted(book), self._in_groups(book)
        for start in range(0, max(1, len(book)), size):
            yield self._evaluate(block(book, start, start + size), start, granted, groups)

    def evaluate(self, book: Book) -> Evaluated:
        """The whole book in one block."""
        return self._evaluate(book, 0, self._granted(book), self._in_groups(book))

    def _evaluate(
        self, book: Book, start: int, granted: Sequence[Granted], groups: GroupRooms
    ) -> Evaluated:
        found = signals_at(
            book,
            on=self.on,
            policy=self.policy,
            rates=(self.moment.tops, self.moment.bottoms),
            said=self._meanings(book),
            ends=self.ends,
        )
        made = self.judge(found, granted=granted, in_group=groups.column(book), start=start)
        for row in made.alone.tolist():
            if row not in made.refused:
                self._alone(made, row, granted, groups)
        return made

    def _meanings(self, book: Book) -> Meanings | None:
        """What observations mean, worked out once for all blocks of a book."""
        if book.observed is None:
            return None
        said = book.observed.said
        if self._said is None or self._said[0] is not said:
            self._said = said, meanings(said, self.policy, self.on)
        return self._said[1]

    def judge(
        self,
        found: Signals,
        *,
        raised: Ints | None = None,
        began: Ints | None = None,
        granted: Sequence[Granted] = (),
        in_group: Ints | None = None,
        start: int = 0,
    ) -> Evaluated:
        """What follows from signals; the rows that are left `alone` are still to be filled.

        `raised` is what each customer was granted on top before, in minor units
        of the base currency, `began` its limit at the start of the period of a
        dynamic limit; not known where they are not given. `granted` is what the
        limits of the whole book come to, `in_group` what each one's groups leave it.
        """
        book = found.book
        chosen = self.judges.choose(found)
        sheets, scores = self.judges.arrays(book), room_for_scores(len(book))
        values = asked(found, self.judges.cards)
        unit = 10**self.judges.scale * FULL
        score(values, (chosen.sheet, chosen.own), sheets, unit, (lanes(), scores))
        framed, unsure = room_for_frame(len(book)), found.unsure.astype(np.int64)
        facts = _facts(found, chosen, scores, (raised, began))
        most = most_terms(found, self.policy, self.rates, facts.revenue)
        facts = facts._replace(
            most_terms=most,
            market=market_steps(found, self.policy),
            rooms=self._rooms(book, granted, in_group),
            competition=competition_steps(found, self.policy),
            entity=entities_of(book.entities, self.policy)[book.customers.entity],
        )
        frame(self.moment, book.customers, facts, self.rules, (framed, unsure))
        framed.until[:] = self._until[framed.months]
        return Evaluated(
            start, found, chosen, tuple(self.judges.sheets), unit, scores, framed,
            dict(found.refused), np.flatnonzero(unsure),
        )  # fmt: skip

    def _granted(self, book: Book) -> Sequence[Granted]:
        """What all limits come to: as it was given, or of this book where it is all there is."""
        if self.policy.caps is None:
            return ()
        return granted_in(book, self.on) if self.granted is None else self.granted

    def _in_groups(self, book: Book) -> GroupRooms:
        """What every group above leaves for each member."""
        if self.shares is None or not self.shares.members:
            return GroupRooms()
        factors = (self.moment.tops, self.moment.bottoms)
        return group_rooms(book, self.shares, self.on, self.rates, factors)

    def _rooms(self, book: Book, granted: Sequence[Granted], in_group: Ints | None) -> Ints:
        of = (granted, self.moment, self.rules.base)
        capped = rooms_of(book, self.policy, self.rates, self.on, of)
        groups = np.full(len(book), UNKNOWN, np.int64) if in_group is None else in_group
        return np.column_stack([groups, capped])

    def _alone(
        self, made: Evaluated, row: int, granted: Sequence[Granted], groups: GroupRooms
    ) -> None:
        """Let the per-customer evaluator fill a row."""
        book = made.signals.book
        room = groups.found.get(book.customer(row))
        found = evaluated(
            book, row, self.on, self.policy, granted=granted, ends=self.ends, room=room
        )
        if isinstance(found, Problem):
            assert isinstance(made.refused, dict)  # noqa: S101 - made above
            made.refused[row] = found
            return
        self._fill_scores(made, row, found)
        self._fill_frame(made.frame, row, found)

    def _fill_scores(self, made: Evaluated, row: int, found: Alone) -> None:
        evaluation, sheet, scores = found.evaluation, made.sheet(row), made.scores
        scores.cents[row] = int(evaluation.points * 100)
        scores.confidence[row] = int(evaluation.confidence * made.unit)
        scores.grade[row] = GRADES.index(evaluation.grade)
        scores.missing[row] = _bits(sheet.questions, evaluation.missing)
        scores.knock_outs[row] = _bits(sheet.knock_outs, evaluation.knock_outs)
        for_, against = evaluation.reasons_for, evaluation.reasons_against
        scores.reasons[row] = [
            sheet.questions.index(side[at]) if at < len(side) else -1
            for side in (for_, against)
            for at in range(REASONS)
        ]

    def _fill_frame(self, framed: Frame, row: int, found: Alone) -> None:
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
        rules = [rule.id for rule in self.policy.authority]
        framed.rule[row] = rules.index(route.rule) if route.rule else ANY
        desk = route.desk
        framed.desk[row] = STRAIGHT_THROUGH if desk is None else self.policy.desks.index(desk)


def _facts(
    found: Signals, chosen: Chosen, scores: Scores, before: tuple[Ints | None, Ints | None]
) -> Facts:
    raised, began = before
    return Facts(
        peak=found.fresh("sales_peak_per_day_12m").copy(),
        season=found.fresh("season_sales_per_day").copy(),
        trend=found.fresh("season_trend").copy(),
        largest=found.fresh("largest_purchase_12m").copy(),
        orders=found.fresh("open_orders").copy(),
        equity=found.fresh(EQUITY).copy(),
        working=found.fresh(WORKING).copy(),
        revenue=found.fresh(REVENUE).copy(),
        delay=found.fresh("days_beyond_terms_12m").copy(),
        existing=chosen.existing,
        grade=scores.grade,
        confidence=scores.confidence,
        knock_outs=scores.knock_outs,
        raised=np.zeros(len(found.table), np.int64) if raised is None else raised,
        start=np.full(len(found.table), UNKNOWN, np.int64) if began is None else began,
        most_terms=np.zeros(len(found.table), np.int64),
        market=np.full(len(found.table), -1, np.int64),
        rooms=np.zeros((0, 0), np.int64),
        competition=np.full(len(found.table), -1, np.int64),
        entity=np.full(len(found.table), ANY, np.int64),
    )


def _named(names: tuple[str, ...], bits: int) -> tuple[str, ...]:
    return tuple(name for at, name in enumerate(names) if bits >> at & 1)


def _bits(names: tuple[str, ...], chosen: tuple[str, ...]) -> int:
    return sum(1 << names.index(name) for name in chosen)
