"""Instance: one question to the optimiser, refused with all that is wrong with it at once.

Maximise the sum of profit × limit over all customers and segments, where each
segment of a customer's limit takes at most its width and no budget is exceeded.
A budget counts each unit of a member's limit with a weight: 1 for an amount, a
loss rate for expected loss, the share without cover for the uninsured part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import Sentence, say

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BILLION = 1_000_000_000
"""Weights are whole billionths, so that what a budget is used for is an exact sum."""

MOST_TOTAL = 4_000_000_000_000_000_000
"""The largest sum of all widths in minor units: everything stays within 64 bits."""


class NotSolvable(Refusal):
    """The question has no answer because of how it was put; `details` has every reason."""

    def __init__(self, reasons: Sequence[Sentence]) -> None:
        first = say(
            "The allocation cannot be computed for {count} reasons; the first: {first}",
            count=len(reasons),
            first=str(reasons[0]),
        )
        super().__init__(first, details=reasons)


@dataclass(frozen=True)
class BudgetFamily:
    """Budgets of one kind, of which each customer is a member of at most one.

    `names` and `most` (minor units) have an entry per budget. `member` says per
    customer which of them it belongs to, -1 for none. `weight` says per customer
    what one unit of limit uses, in billionths; None means all of it. A weight
    below zero makes room: cover does so for a required insured share. `beyond`
    says that only what is beyond the instance's `free` part of a limit counts.
    """

    name: str
    names: tuple[str, ...]
    most: Ints
    member: NDArray[np.int64]
    weight: Ints | None = None
    beyond: bool = False


@dataclass(frozen=True)
class Instance:
    """Segments of all customers' limits, as arrays of shape (segments, customers), and budgets.

    `width` is in minor units of one currency; `profit` is what one unit of limit
    in that segment is expected to earn in a year and never rises from a segment to
    the next, so that segments fill in order. `free` is, by customer, the part of a
    limit from zero on that budgets which count what is beyond it do not count.
    """

    width: Ints
    profit: Floats
    families: tuple[BudgetFamily, ...]
    free: Ints | None = None

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return int(self.width.shape[1])

    @property
    def segments(self) -> int:
        """Into how many pieces each customer's limit is divided."""
        return int(self.width.shape[0])

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """At which row each family's budgets begin; the last entry is the number of rows."""
        sizes = [len(family.names) for family in self.families]
        return tuple(int(n) for n in np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]))

    @property
    def rows(self) -> int:
        """How many budgets there are."""
        return self.offsets[-1]

    @cached_property
    def most(self) -> Ints:
        """What every budget allows, by row."""
        parts = [family.most for family in self.families]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    @cached_property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Every budget's family and name, by row."""
        return tuple((family.name, name) for family in self.families for name in family.names)

    def cost(self, prices: Floats) -> Floats:
        """What one unit of limit that counts everywhere costs each customer, by prices by row."""
        total = np.zeros(self.customers)
        for _, _, own in self.costs(prices):
            total += own
        return total

    def counted(
        self, family: BudgetFamily, limits: Ints, who: NDArray[np.int64] | None = None
    ) -> Ints:
        """What of the limits, of everybody or of `who`, the family's budgets count."""
        if not family.beyond or self.free is None:
            return limits
        free = self.free if who is None else self.free[who]
        return np.asarray(np.maximum(limits - free, 0), np.int64)

    def costs(self, prices: Floats) -> Iterator[tuple[BudgetFamily, NDArray[np.int64], Floats]]:
        """By family: each customer's row (-1: none), and what a unit that counts costs there."""
        padded = np.append(prices, 0.0)
        for family, offset in zip(self.families, self.offsets, strict=False):
            row = np.where(family.member < 0, -1, family.member + offset)
            own = padded[row]
            own = own if family.weight is None else own * (family.weight / BILLION)
            yield family, row, own

    def ensure_solvable(self) -> None:
        """Raise NotSolvable with everything that is wrong with the question."""
        wrong = [*_wrong_segments(self.width, self.profit)]
        if self.free is not None and (
            self.free.shape != (self.width.shape[-1],) or bool((self.free < 0).any())
        ):
            wrong.append(say("What is free of a limit must be an amount for every customer."))
        for family in self.families:
            wrong += _wrong_family(family, self.width.shape[-1])
        if wrong:
            raise NotSolvable(wrong)


def _wrong_segments(width: Ints, profit: Floats) -> list[Sentence]:
    if width.ndim != 2 or width.shape != profit.shape:  # noqa: PLR2004 - segments by customers
        return [say("Widths and profits must have the same segments and customers.")]
    if width.dtype != np.int64:
        return [say("Widths must be whole minor units (int64).")]
    wrong = []
    if count := int(np.count_nonzero((width < 0).any(axis=0))):
        wrong.append(
            say("{count} customers have a segment of negative width. Make it zero.", count=count)
        )
    if count := int(np.count_nonzero(~np.isfinite(profit).all(axis=0))):
        wrong.append(
            say(
                "{count} customers have a profit that is not a finite number."
                " Leave them out, or say what they earn.",
                count=count,
            )
        )
    elif count := int(np.count_nonzero((profit[1:] > profit[:-1]).any(axis=0))):
        wrong.append(
            say(
                "{count} customers would earn more with a later part of their limit than with an"
                " earlier one. Order the use curve so that it never rises.",
                count=count,
            )
        )
    # In floats, because what is looked for is that it does not fit into whole numbers.
    if float(np.abs(width.astype(np.float64)).sum()) > MOST_TOTAL:
        wrong.append(say("All limits together are more than can be counted. Use a larger unit."))
    return wrong


def _wrong_family(family: BudgetFamily, customers: int) -> list[Sentence]:
    wrong = []
    if family.member.shape != (customers,) or (
        family.weight is not None and family.weight.shape != (customers,)
    ):
        wrong.append(
            say(
                "Budget {budget} must say for every customer whether it counts.", budget=family.name
            )
        )
    elif customers and not -1 <= family.member.min() <= family.member.max() < len(family.names):
        wrong.append(
            say("Budget {budget} has a member of a part that it does not name.", budget=family.name)
        )
    if family.most.shape != (len(family.names),) or family.most.dtype != np.int64:
        wrong.append(
            say("Budget {budget} must allow a whole amount for each part.", budget=family.name)
        )
    else:
        wrong += [
            say(
                "Budget {budget} {part} is below zero: not even limits of zero would keep it."
                " Allow zero or more.",
                budget=family.name,
                part=name,
            )
            for name, most in zip(family.names, family.most, strict=True)
            if most < 0
        ]
    if family.weight is not None and (
        family.weight.dtype != np.int64 or bool((np.abs(family.weight) > BILLION).any())
    ):
        wrong.append(
            say(
                "Budget {budget} counts a customer with more than its whole limit, or with a"
                " number that is none. Weights are whole billionths between -1 and 1.",
                budget=family.name,
            )
        )
    return wrong
