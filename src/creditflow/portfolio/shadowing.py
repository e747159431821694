"""Shadow a draft policy over a large book in columns: the same moves as customer by customer.

Customers that were last judged on one day are judged together, by both
policies. Who does not fit into columns, or has a cover or guarantee, goes
through services/shadowing.py.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from creditflow.domain.caps import Granted
from creditflow.domain.catalogue import SIGNALS, is_category
from creditflow.domain.customer import CustomerId
from creditflow.domain.dynamic_limits import anchor
from creditflow.domain.money import Money, decimals
from creditflow.domain.operations import outlook
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.profit_rule import ProfitRule
from creditflow.domain.raises import raised_lately
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.shadow import LOSS_GIVEN_DEFAULT, Judged, Move, Shadow
from creditflow.domain.shadow import STRAIGHT_THROUGH as NOBODY
from creditflow.domain.yardstick import yardstick
from creditflow.portfolio.arithmetic import MOST_PRODUCT, UNKNOWN, Ints
from creditflow.portfolio.book import CODES, Book
from creditflow.portfolio.collecting import at_rest
from creditflow.portfolio.desks import STRAIGHT_THROUGH
from creditflow.portfolio.evaluated import Evaluated
from creditflow.portfolio.evaluating import Evaluator
from creditflow.portfolio.learned import Champion, champion_of
from creditflow.portfolio.masters import master_book
from creditflow.portfolio.raises import asks_raises
from creditflow.portfolio.rules import GRADES
from creditflow.portfolio.sheets import TooFine
from creditflow.portfolio.signals import AT, COLUMNS, OUTLOOK, Signals, words_of
from creditflow.portfolio.statements import TOO_LARGE, scaled
from creditflow.ports import LastEvidence, Work
from creditflow.services.shadowing import Trial, earned

TOGETHER = 5_000
"""Customers that are read and judged together."""

_SAME = Fraction(1)

ASKED = (
    *("sales_peak_per_day_12m", "largest_purchase_12m", "open_orders", "equity_amount"),
    *("working_capital_amount", "annual_revenue", "days_beyond_terms_12m"),
    *("tenure_days", "settled_12m", "season_sales_per_day", "season_trend"),
    *("sector", "country", "market_outlook", "competition"),
)
"""What limits and segments follow from, whatever the scorecards ask."""


def shadow_run(
    draft: Policy,
    *,
    work: Work,
    customers: list[CustomerId] | None = None,
    loss_given_default: Decimal = LOSS_GIVEN_DEFAULT,
    seen: Callable[[], None] = lambda: None,
) -> Shadow:
    """What the draft would change for these customers (or all): nothing is kept.

    `seen` is called after each customer.
    """
    trial = Trial(draft, work)
    ids = customers if customers is not None else work.customers.ids()
    sides = _sides(trial)
    for start in range(0, len(ids), TOGETHER):
        part = ids[start : start + TOGETHER]
        with at_rest():
            alone = part if sides is None else _in_columns(part, trial, sides)
        for customer in alone:
            trial.judge(customer)
        for _ in part:
            seen()
    with at_rest():
        return trial.outcome(loss_given_default)


def _sides(trial: Trial) -> "tuple[_Side, _Side] | None":
    """The policy in force and the draft, made ready; None where columns cannot hold them."""
    earns = trial.draft.profit or trial.current.profit

    def side(policy: Policy) -> _Side:
        return _Side(policy, trial.rates, earns, champion_of(policy, trial.champion))

    try:
        return side(trial.current), side(trial.draft)
    except TooFine:
        return None


def _in_columns(
    ids: Sequence[CustomerId], trial: Trial, sides: "tuple[_Side, _Side]"
) -> list[CustomerId]:
    """Judge them, and name those who are still to be judged one by one."""
    names = sides[0].names | sides[1].names
    found = trial.work.last_judged.evidence(ids, names=names | set(OUTLOOK))
    trial.left_out += len(ids) - len(found)
    # Covers and guarantees are not in columns.
    backed = trial.work.backings.all(ids)
    alone = [known.customer.id for known in found if known.customer.id in backed]
    days: dict[date, list[LastEvidence]] = {}
    for known in found:
        if known.customer.id not in backed:
            days.setdefault(known.on, []).append(known)
    for on, group in days.items():
        book = master_book(group)
        table = _table(group, book, names)
        granted = trial.granted(on)
        before, after = (side.judged(group, book, table, (on, granted)) for side in sides)
        for row, known in enumerate(group):
            move = None
            if before.is_sure(row) and after.is_sure(row):
                move = _move(known, row, (before, after), trial)
            if move is None:
                alone.append(known.customer.id)
            else:
                trial.moves.append(move)
    return alone


def _move(
    known: LastEvidence, row: int, sides: "tuple[_JudgedSide, _JudgedSide]", trial: Trial
) -> Move | None:
    """Its row under both policies; None where there is no rate into the base currency."""
    base = OwnCurrency(trial.current.base_currency, trial.rates, known.on)
    seen, zero = known.signals.get("open_orders"), Money.zero(base.code)
    try:
        orders = zero
        if isinstance(seen, Decimal):
            orders = base.money(Money.of(seen, known.customer.currency))
        owed = base.money(known.exposure) - orders
        before, after = (side.of(row, base, known) for side in sides)
    except NoRate:
        return None
    return Move(
        customer=known.customer.id,
        name=known.customer.name,
        before=before,
        after=after,
        owed=max(owed, zero),
        orders=orders,
    )


@dataclass(frozen=True, slots=True)
class _JudgedSide:
    """A group under one policy."""

    found: Evaluated
    unsure: frozenset[int]
    desks: tuple[str, ...]
    delay_cap: int
    earns: ProfitRule | None

    def is_sure(self, row: int) -> bool:
        """Whether the row needs no other judge."""
        return row not in self.unsure

    def of(self, row: int, base: OwnCurrency, known: LastEvidence) -> Judged:
        """One customer; the limit in the base currency."""
        late, sector = (known.signals.get(n) for n in ("days_beyond_terms_12m", "sector"))
        delay = min(int(late), self.delay_cap) if isinstance(late, Decimal) else 0
        days = int(self.found.frame.terms[row]) + delay
        word = sector if isinstance(sector, str) and sector else None
        found, desk = self.found, int(self.found.frame.desk[row])
        own = CODES[found.signals.book.customers.currency[row]]
        pd, limit = found.pd(row), base.money(Money(int(found.frame.proposed[row]), own))
        return Judged(
            grade=GRADES[int(found.scores.grade[row])],
            pd=pd,
            limit=limit,
            profit=earned(limit, pd, days, word, self.earns),
            desk=NOBODY if desk == STRAIGHT_THROUGH else self.desks[desk],
        )


@dataclass(slots=True)
class _Side:
    """One policy, with its evaluators by day; raises TooFine where columns cannot hold it."""

    policy: Policy
    rates: Rates
    earns: ProfitRule | None
    champion: Champion | None
    names: frozenset[str] = field(init=False)
    asks_raises: bool = field(init=False)
    _days: dict[date, Evaluator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        learned = set(self.champion.names) & set(SIGNALS) if self.champion is not None else set()
        self.names = frozenset({*ASKED, *_asked(self.policy), *learned} - set(OUTLOOK))
        self.asks_raises = asks_raises(self.policy)
        self._evaluator(date.min.replace(year=2000))

    def judged(
        self,
        group: Sequence[LastEvidence],
        book: Book,
        evidence: Ints,
        of: tuple[date, Sequence[Granted]],
    ) -> _JudgedSide:
        """Everybody in the group, judged on a day by the evidence and the policy's views.

        `of` also has what the limits of everybody come to on that day.
        """
        on, granted = of
        table = evidence.copy(order="F")
        for row, known in enumerate(group):
            for name, view in outlook(known.customer, self.policy).items():
                if name in known.signals:
                    table[row, AT[name]] = scaled(view, OUTLOOK[name])
        unsure = (table == TOO_LARGE).any(axis=1)
        signals = Signals(book, on, table, table, unsure, {})
        found = self._evaluator(on).judge(
            signals,
            before=(self._raised(group, on), self._began(group, on)),
            granted=granted,
            in_group=_in_group(group),
        )
        desks = tuple(desk.id for desk in self.policy.desks)
        cap = self.policy.usual_delay_cap_days
        return _JudgedSide(found, frozenset(found.alone.tolist()), desks, cap, self.earns)

    def _evaluator(self, on: date) -> Evaluator:
        if on not in self._days:
            self._days[on] = Evaluator(self.policy, on, self.rates, champion=self.champion)
        return self._days[on]

    def _began(self, group: Sequence[LastEvidence], on: date) -> Ints:
        """What each limit was when the period of a dynamic limit began."""
        began = np.full(len(group), UNKNOWN, np.int64)
        rule = self.policy.dynamic
        for row, known in enumerate(group):
            if rule is not None and known.limits:
                currency = known.customer.currency
                start = anchor(known.limits, on=on, days=rule.period_days, currency=currency)
                began[row] = UNKNOWN if start is None else start.minor
        return began

    def _raised(self, group: Sequence[LastEvidence], on: date) -> Ints:
        """What each one was granted of late, in minor units of its own currency."""
        raised = np.zeros(len(group), np.int64)
        for row, known in enumerate(group):
            if self.asks_raises and (known.limits or known.added):
                before = raised_lately(known.limits, known.added, on=on, base_factor=_SAME)
                raised[row] = min(int(before), MOST_PRODUCT)  # The kernel lets it go alone.
        return raised


def _in_group(group: Sequence[LastEvidence]) -> Ints:
    """What each one's groups left it when it was last judged, as `GroupRooms.column` says it."""
    rooms = [UNKNOWN if known.room is None else known.room.minor for known in group]
    return np.array(rooms, np.int64)


def _table(group: Sequence[LastEvidence], book: Book, names: Iterable[str]) -> Ints:
    """The evidence as columns: these signals in whole units, TOO_LARGE where that cannot be."""
    table = np.full((len(COLUMNS), len(group)), UNKNOWN, np.int64).T
    own = [decimals(known.customer.currency) for known in group]
    for name in names:
        places, column = COLUMNS[name], table[:, AT[name]]
        words = {w: at for at, w in enumerate(words_of(book, name))} if is_category(name) else None
        for row, known in enumerate(group):
            value = known.signals.get(name)
            if value is None:
                continue
            if words is not None:
                column[row] = words.get(str(value), TOO_LARGE)
            elif isinstance(value, str):
                column[row] = TOO_LARGE
            else:
                column[row] = scaled(value, own[row] if places < 0 else places)
    return table


def _asked(policy: Policy) -> Iterable[str]:
    """The signals that the policy's scorecards read or are chosen by."""
    for card in policy.scorecards.values():
        yield from (question.signal for question in yardstick(card).questions)
        yield from (c.signal for rule in card.knock_outs for c in rule.conditions)
        yield from card.applies_to
