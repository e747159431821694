"""Whole numbers: what limits use of budgets, to the minor unit, and how an excess is taken back."""

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.allocation.instance import BILLION, BudgetFamily, Floats, Instance, Ints

MOST_CUSTOMERS = 9_000_000
"""As many at a time: sums of their digits in base one billion are exact in floats."""

NEARLY = 1e-6
"""What is that near a whole number in floats was meant to be it."""


def used_billionths(instance: Instance, limits: Ints) -> list[int]:
    """What the limits use of every budget, by row, in billionths of a minor unit: exact."""
    used: list[int] = []
    for family in instance.families:
        used += _family_used(family, instance.counted(family, limits))
    return used


def excess_billionths(instance: Instance, limits: Ints) -> list[int]:
    """By how much the limits exceed every budget (below zero: room), exact."""
    used = used_billionths(instance, limits)
    return [u - int(most) * BILLION for u, most in zip(used, instance.most, strict=True)]


def _family_used(family: BudgetFamily, limits: Ints) -> list[int]:
    """Sums by budget of limit × weight, digit by digit in base one billion.

    Each digit is below 1e9, so a sum of those of MOST_CUSTOMERS stays below 2**53
    and floats add it without any rounding.
    """
    high, low = np.divmod(limits, BILLION)
    if family.weight is None:
        digits = [(1, high), (0, low)]
    else:
        top, middle = np.divmod(high * family.weight, BILLION)
        carried, bottom = np.divmod(low * family.weight, BILLION)
        digits = [(2, top), (1, middle), (1, carried), (0, bottom)]
    member, size = family.member + 1, len(family.names) + 1
    sums = [0] * size
    for power, values in digits:
        for start in range(0, len(values), MOST_CUSTOMERS):
            some = slice(start, start + MOST_CUSTOMERS)
            for row, digit in enumerate(_sums(member[some], values[some], size)):
                sums[row] += int(digit) * BILLION**power
    unit = BILLION if family.weight is None else 1
    return [total * unit for total in sums[1:]]


def _sums(member: NDArray[np.int64], values: Ints, size: int) -> Floats:
    return np.asarray(np.bincount(member, weights=values, minlength=size), np.float64)


def whole_amounts(amounts: Floats, up: NDArray[np.bool_]) -> Ints:
    """Amounts as whole minor units, downwards or, where said, `up`; what is nearly whole stays."""
    near = np.rint(amounts)
    is_whole = np.abs(amounts - near) < NEARLY * np.maximum(1.0, amounts * NEARLY)
    whole = np.where(is_whole, near, np.where(up, np.ceil(amounts), np.floor(amounts)))
    return np.asarray(whole.astype(np.int64))


def makes_room(instance: Instance) -> NDArray[np.bool_]:
    """Whose limit makes room in some budget: it is rounded up, for others live on it."""
    makes = np.zeros(instance.customers, bool)
    for family in instance.families:
        if family.weight is not None:
            makes |= (family.weight < 0) & (family.member >= 0)
    return makes


def without_excess(instance: Instance, limits: Ints, losers: NDArray[np.int64]) -> Ints | None:
    """The limits with every small excess taken from the `losers`, the first of them first.

    None where they have not enough to give back. A budget with weights below
    zero can be exceeded because somebody else's limit fell, hence the rounds.
    """
    limits = limits.copy()
    for _ in range(3 * (instance.rows + 1)):
        over = [(row, more) for row, more in enumerate(excess_billionths(instance, limits))
                if more > 0]  # fmt: skip
        if not over:
            return limits
        if not all(_reduce(instance, limits, row, more, losers) for row, more in over):
            return None
    return None


def _reduce(
    instance: Instance, limits: Ints, row: int, excess: int, losers: NDArray[np.int64]
) -> bool:
    """Take the excess from the budget's members among the losers; whether it was enough."""
    index = int(np.searchsorted(instance.offsets, row, side="right")) - 1
    family, part = instance.families[index], row - instance.offsets[index]
    for customer in losers[family.member[losers] == part]:
        if excess <= 0:
            break
        weight = BILLION if family.weight is None else int(family.weight[customer])
        if weight <= 0:
            continue
        cut = min(int(limits[customer]), -(-excess // weight))
        limits[customer] -= cut
        excess -= cut * weight
    return excess <= 0
