"""Evaluating a book: signals, score, reasons and limit frame of every customer, block after block.

Blocks bound the memory, whatever the size of the book. Whoever is beyond the
numbers of the kernels, or backed by covers and guarantees, goes through the
per-customer evaluator; whoever cannot be judged is named with the reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from creditflow.domain.caps import Granted
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Problem
from creditflow.domain.limit_setting import months_after
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.backed import NOTHING, Behind, rows_behind
from creditflow.portfolio.book import Book, block, day_number
from creditflow.portfolio.caps import granted_in, rooms_of
from creditflow.portfolio.choosing import Chosen, Judges, asked
from creditflow.portfolio.desks import Facts
from creditflow.portfolio.evaluated import Evaluated
from creditflow.portfolio.exchange import fractions_of
from creditflow.portfolio.framing import frame
from creditflow.portfolio.framing import room_for as room_for_frame
from creditflow.portfolio.grouped import GroupRooms, Shares, group_rooms
from creditflow.portfolio.lanes import lanes
from creditflow.portfolio.learned import Champion
from creditflow.portfolio.observations import Meanings, meanings
from creditflow.portfolio.one import evaluated
from creditflow.portfolio.origins import Ends
from creditflow.portfolio.raises import Lately
from creditflow.portfolio.room import Moment
from creditflow.portfolio.rules import ANY, Rules, entities_of, rules_of
from creditflow.portfolio.scoring import Scores, score
from creditflow.portfolio.scoring import room_for as room_for_scores
from creditflow.portfolio.sheets import FULL
from creditflow.portfolio.signals import Signals, signals_at
from creditflow.portfolio.statements import EQUITY, REVENUE, WORKING
from creditflow.portfolio.terms import competition_steps, market_steps, most_terms
from creditflow.portfolio.witnesses import Said

BLOCK = 20_000
"""Customers at a time: some twenty megabytes of signals."""


@dataclass(slots=True)
class Evaluator:
    """A policy on a day, made ready to evaluate block after block of a book.

    `granted` is what the limits of everybody come to; without it a book is taken to be
    the whole one. Where it is not said how far sources reach (`ends`), ledgers count as
    complete. `shares` are the groups that bound somebody, `lately` is what was granted
    before, `champion` the model that has a say, `behind` says who is backed by covers and
    guarantees. Raises TooFine where a policy has more decimals than columns can hold.
    """

    policy: Policy
    on: date
    rates: Rates
    granted: Sequence[Granted] | None = None
    ends: Ends | None = None
    shares: Shares | None = None
    lately: Lately = field(default_factory=Lately)
    champion: Champion | None = None
    behind: Mapping[CustomerId, Behind] = field(default_factory=dict)
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
        found.unsure[rows_behind(book, self.behind)] = True
        before = self.lately.raises(book), self.lately.starts(book)
        made = self.judge(
            found, before=before, granted=granted, in_group=groups.column(book), start=start
        )
        for row in made.alone.tolist():
            if row not in made.refused:
                of = granted, groups, (int(before[0][row]), int(before[1][row]))
                self._alone(made, row, of)
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
        before: tuple[Ints, Ints] | None = None,
        granted: Sequence[Granted] = (),
        in_group: Ints | None = None,
        start: int = 0,
    ) -> Evaluated:
        """What follows from signals; the rows that are left `alone` are still to be filled.

        `before` are what each customer was granted of late and its limit at the start of
        the period of a dynamic limit, as `Lately` has them; nothing where they are not
        given. `granted` is what the limits of the whole book come to, `in_group` what
        each one's groups leave it.
        """
        book = found.book
        chosen = self.judges.choose(found)
        sheets, scores = self.judges.arrays(book), room_for_scores(len(book))
        values = asked(found, self.judges.cards)
        unit = 10**self.judges.scale * FULL
        score(values, (chosen.sheet, chosen.own), sheets, unit, (lanes(), scores))
        framed, unsure = room_for_frame(len(book)), found.unsure.astype(np.int64)
        combined = None
        if self.champion is not None:
            combined = self.champion.combine(found, (chosen, self.judges.sheets, scores), unsure)
        facts = _facts(found, chosen, scores, before)
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
            dict(found.refused), np.flatnonzero(unsure), combined,
        )  # fmt: skip

    def _granted(self, book: Book) -> Sequence[Granted]:
        """What all limits come to: as it was given, or of this book where it is all there is."""
        if self.policy.caps is None:
            return ()
        if self.granted is not None:
            return self.granted
        return granted_in(book, self.policy.caps, self.on)

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
        self,
        made: Evaluated,
        row: int,
        of: tuple[Sequence[Granted], GroupRooms, tuple[int, int]],
    ) -> None:
        """Let the per-customer evaluator fill a row; `of` is what was granted, to all and to it."""
        book = made.signals.book
        granted, groups, before = of
        found = evaluated(
            *(book, row, self.on, self.policy),
            granted=granted,
            ends=self.ends,
            room=groups.found.get(book.customer(row)),
            before=before,
            champion=None if self.champion is None else self.champion.registered,
            behind=self.behind.get(book.customer(row), NOTHING),
        )
        if isinstance(found, Problem):
            assert isinstance(made.refused, dict)  # noqa: S101 - made above
            made.refused[row] = found
            return
        made.fill(row, found, self.policy)


def _facts(
    found: Signals, chosen: Chosen, scores: Scores, before: tuple[Ints, Ints] | None
) -> Facts:
    rows = len(found.table)
    raised, start = before or (np.zeros(rows, np.int64), np.full(rows, UNKNOWN, np.int64))
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
        raised=raised,
        start=start,
        most_terms=np.zeros(rows, np.int64),
        market=np.full(rows, -1, np.int64),
        rooms=np.zeros((0, 0), np.int64),
        competition=np.full(rows, -1, np.int64),
        entity=np.full(rows, ANY, np.int64),
    )
