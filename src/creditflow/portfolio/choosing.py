"""Choosing in columns: which scorecards judge each customer, and how much its own record weighs.

Mirrors domain/choosing.py. Customers that are judged by the same scorecards
share a sheet; how two of them are blended is a number of each customer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.choosing import named_words, own_weight
from creditflow.domain.money import decimals
from creditflow.domain.policy import Policy
from creditflow.domain.scorecard import OTHER, Scorecard, Segment
from creditflow.domain.yardstick import yardstick
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import CODES, Book
from creditflow.portfolio.sheets import FULL, Sheet, Sheets, scale_of, sheet_of, sheets
from creditflow.portfolio.signals import AT, COLUMNS, Signals, words_of

FINEST = 3
"""Decimals in which amounts are compared with a scorecard; no currency has more."""


def column_of(signal: str) -> tuple[int, int]:
    """Where a signal stands and in which places; amounts are brought to FINEST (see `asked`)."""
    places = COLUMNS[signal]
    return AT[signal], FINEST if places < 0 else places


def asked(found: Signals, cards: Iterable[Scorecard]) -> Ints:
    """The signals as scorecards ask for them: what is stale unknown, amounts in one unit."""
    table = found.usable
    signals = {q.signal for card in cards for q in yardstick(card).questions}
    signals |= {c.signal for card in cards for k in card.knock_outs for c in k.conditions}
    amounts = sorted(AT[name] for name in signals if COLUMNS[name] < 0)
    if amounts:
        table = table.copy(order="F")
        units = _TO_FINEST[found.book.customers.currency]
        for at in amounts:
            table[:, at] = np.where(table[:, at] == UNKNOWN, UNKNOWN, table[:, at] * units)
    return table


_TO_FINEST = np.array([10 ** (FINEST - decimals(code)) for code in CODES], np.int64)


@dataclass(slots=True)
class Chosen:
    """For each customer whether it is existing, the card of its segment, and what judges it.

    `own` is the weight of the existing scorecard in the sheet, of FULL;
    `blended` says whether the policy blends at all.
    """

    existing: NDArray[np.bool_]
    card: Ints
    sheet: Ints
    own: Ints
    blended: NDArray[np.bool_]


@dataclass(slots=True)
class Judges:
    """A policy's scorecards, made ready; sheets are added when somebody first needs them."""

    policy: Policy
    cards: tuple[Scorecard, ...] = field(init=False)
    scale: int = field(init=False)
    made: dict[tuple[int, ...], int] = field(default_factory=dict)
    sheets: list[Sheet] = field(default_factory=list)
    _arrays: tuple[tuple[object, int], Sheets] | None = None

    def __post_init__(self) -> None:
        self.cards = tuple(self.policy.scorecards.values())
        self.scale = scale_of(self.cards)

    def choose(self, found: Signals) -> Chosen:
        """Who is judged by what."""
        existing = self._existing(found)
        new_card = self._cards(found, Segment.NEW)
        existing_card = self._cards(found, Segment.EXISTING)
        card = np.where(existing, existing_card, new_card)
        own = self._own_weights(found)
        if own is None:
            sheet = self._sheets(card, np.full(len(card), -1))
            return Chosen(existing, card, sheet, np.zeros_like(card), np.zeros(len(card), np.bool_))
        blended = (own != 0) & (own != FULL)
        alone = np.where(own == FULL, existing_card, new_card)
        first = np.where(blended, new_card, alone)
        sheet = self._sheets(first, np.where(blended, existing_card, -1))
        return Chosen(existing, card, sheet, np.where(blended, own, 0), np.ones_like(blended))

    def arrays(self, book: Book) -> Sheets:
        """The sheets that were needed so far; words have the book's numbers."""
        key = ((book.sectors, book.countries), len(self.sheets))
        if self._arrays is None or self._arrays[0] != key:
            made = sheets(
                self.sheets,
                self.scale,
                column_of,
                lambda name: words_of(book, name),
            )
            self._arrays = key, made
        return self._arrays[1]

    def _existing(self, found: Signals) -> NDArray[np.bool_]:
        tenure, settled = found.fresh("tenure_days"), found.fresh("settled_12m")
        known = (tenure != UNKNOWN) & (settled != UNKNOWN)
        old = (tenure >= self.policy.new_until_days) & (settled >= self.policy.new_until_settled)
        both: NDArray[np.bool_] = known & old
        return both

    def _own_weights(self, found: Signals) -> Ints | None:
        """The weight of existing in ten-thousandths; None where the policy blends nothing."""
        needed = self.policy.blend_invoices
        if needed is None:
            return None
        settled = found.fresh("settled_12m")
        numbers, places = np.unique(settled, return_inverse=True)
        weights = [
            int(own_weight(None if n == UNKNOWN else Decimal(n), needed) * FULL)
            for n in numbers.tolist()
        ]
        return np.array(weights, np.int64)[places]

    def _cards(self, found: Signals, segment: Segment) -> Ints:
        """The place of the card of that segment that applies, for each customer."""
        usual = self.cards.index(self.policy.scorecards[segment])
        places = np.full(len(found.table), usual, np.int64)
        cards = [card for card in self.cards if card.segment is segment]
        if not any(card.applies_to for card in cards):
            return places
        named = named_words(cards)
        for card in reversed(cards):
            fits = np.ones(len(places), np.bool_)
            for signal, words in card.applies_to.items():
                known = words_of(found.book, signal)
                good = [w in words or (OTHER in words and w not in named[signal]) for w in known]
                column = found.fresh(signal)
                fits &= np.array([*good, OTHER in words])[np.where(column == UNKNOWN, -1, column)]
            places[fits] = self.cards.index(card)
        return places

    def _sheets(self, first: Ints, second: Ints) -> Ints:
        """The sheet of each pair of cards; the second is −1 where there is one alone."""
        keys, places = np.unique(first * (len(self.cards) + 1) + second + 1, return_inverse=True)
        numbers = []
        for key in keys.tolist():
            one, two = divmod(key, len(self.cards) + 1)
            pair = (one,) if two == 0 else (one, two - 1)
            if pair not in self.made:
                self.made[pair] = len(self.sheets)
                self.sheets.append(sheet_of(tuple(self.cards[place] for place in pair)))
            numbers.append(self.made[pair])
        return np.array(numbers, np.int64)[places]
