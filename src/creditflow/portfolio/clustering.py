"""Clustering: rows in any order go to their customers, and payments to their invoices, in one pass.

Rows are counted, not compared: putting twenty million of them in order costs
about as much as reading them.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import ON_ACCOUNT, UNMATCHED, Days
from creditflow.portfolio.compiled import allocating, compiled, inlined

Raw = NDArray[np.uint8]
Number = TypeVar("Number", bound=np.signedinteger[Any])

_PRIME, _BASIS, _SHIFT = 1_099_511_628_211, -3_750_763_034_362_895_579, 29
_FEW = 8


@allocating
def looked_up(numbers: Ints, places: Days, low: int) -> Days:
    """What stands for each number in a table that begins with that of `low`; −1 beyond it."""
    found = np.empty(len(numbers), np.int32)
    for row in range(len(numbers)):
        at = numbers[row] - low
        found[row] = places[at] if 0 <= at < len(places) else -1
    return found


@allocating
def clustered(owners: Days, customers: int) -> tuple[Ints, Days]:
    """Where each customer's rows start, and the rows in order of customer, else as they were.

    A row whose owner is below zero belongs to nobody and is left out. Rows are
    numbers of 32 bits: a table of more than two billion would not fit otherwise either.
    """
    starts = np.zeros(customers + 1, np.int64)
    for owner in owners:
        if owner >= 0:
            starts[owner + 1] += 1
    for customer in range(customers):
        starts[customer + 1] += starts[customer]
    rows = np.empty(starts[customers], np.int32)
    free = starts[:-1].astype(np.int32)
    for row in range(len(owners)):
        owner = owners[row]
        if owner >= 0:
            rows[free[owner]] = row
            free[owner] += 1
    return starts, rows


@allocating
def gathered(column: NDArray[Number], rows: Days) -> NDArray[Number]:
    """The values of a column in these rows."""
    found = np.empty(len(rows), column.dtype)
    for at in range(len(rows)):
        found[at] = column[rows[at]]
    return found


@allocating
def ties(starts: Ints, values: Days) -> Ints:
    """The rows that have the value of a neighbour of the same customer; both clustered."""
    count = 0
    for pass_ in range(2):
        if pass_ == 1:
            found = np.empty(count, np.int64)
            count = 0
        for customer in range(len(starts) - 1):
            first, last = starts[customer], starts[customer + 1]
            for at in range(first, last):
                if (at > first and values[at - 1] == values[at]) or (
                    at + 1 < last and values[at + 1] == values[at]
                ):
                    if pass_ == 1:
                        found[count] = at
                    count += 1
    return found


@allocating
def owners_of(starts: Ints, rows: Ints) -> Days:
    """Whose these rows are, in ascending order and clustered."""
    found = np.empty(len(rows), np.int32)
    customer = 0
    for at in range(len(rows)):
        while starts[customer + 1] <= rows[at]:
            customer += 1
        found[at] = customer
    return found


@compiled
def spell(ends: Ints, text: Raw, letters: Raw) -> None:
    """Write each text into its row of letters."""
    for row in range(len(letters)):
        for at in range(ends[row], ends[row + 1]):
            letters[row, at - ends[row]] = text[at]


@allocating
def stable(values: Ints) -> Ints:
    """The order in which values ascend; equal ones stay as they were."""
    return np.argsort(values, kind="mergesort")


@allocating
def order_within(starts: Ints, rows: Days, values: Days) -> None:
    """Bring each customer's rows into order of their values; equal ones stay as they were.

    `values` are those of the rows before clustering. Rows come in order for
    the most part, so where few of them go back that is done one by one.
    """
    for customer in range(len(starts) - 1):
        first, last = starts[customer], starts[customer + 1]
        back = 0
        for at in range(first + 1, last):
            back += values[rows[at - 1]] > values[rows[at]]
        if back == 0:
            continue
        if last - first > _FEW * _FEW and back > _FEW:
            mine = rows[first:last].copy()
            rows[first:last] = mine[stable(values[mine].astype(np.int64))]
            continue
        for at in range(first + 1, last):
            row, to = rows[at], at
            while to > first and values[rows[to - 1]] > values[row]:
                rows[to] = rows[to - 1]
                to -= 1
            rows[to] = row


@allocating
def hashed(offsets: Ints, text: Raw, salts: Ints) -> Ints:
    """A key for each text (FNV-1a over its bytes, begun with a salt)."""
    keys = np.empty(len(offsets) - 1, np.int64)
    for row in range(len(keys)):
        key = _BASIS ^ salts[row]
        for at in range(offsets[row], offsets[row + 1]):
            key = (key ^ text[at]) * _PRIME
        keys[row] = key ^ (key >> _SHIFT)
    return keys


@allocating
def matched(
    invoice_starts: Ints,
    invoice_keys: Ints,
    payment_starts: Ints,
    payment_keys: Ints,
    named: NDArray[np.int8],
) -> Days:
    """For each payment the place of its invoice among its customer's; both clustered."""
    of = np.empty(len(payment_keys), np.int32)
    for customer in range(len(invoice_starts) - 1):
        keys = invoice_keys[invoice_starts[customer] : invoice_starts[customer + 1]]
        ascending = ascends(keys)
        order = keys if ascending else stable(keys)
        for payment in range(payment_starts[customer], payment_starts[customer + 1]):
            if not named[payment]:
                of[payment] = ON_ACCOUNT
                continue
            key = payment_keys[payment]
            low, high = 0, len(keys)
            while low < high:
                middle = (low + high) // 2
                if keys[middle if ascending else order[middle]] < key:
                    low = middle + 1
                else:
                    high = middle
            place = low if ascending or low == len(keys) else order[low]
            found = low < len(keys) and keys[place] == key
            of[payment] = place if found else UNMATCHED
    return of


@allocating
def repeated(starts: Ints, keys: Ints) -> int:
    """A row whose key another one of the same customer has too; UNKNOWN where there is none."""
    for customer in range(len(starts) - 1):
        first, last = starts[customer], starts[customer + 1]
        if ascends(keys[first:last]):
            continue
        order = stable(keys[first:last])
        for at in range(1, len(order)):
            if keys[first + order[at - 1]] == keys[first + order[at]]:
                return int(first + order[at])
    return UNKNOWN


@inlined
def ascends(keys: Ints) -> bool:
    """Whether each key is above the one before it, as numbers are that were given out in order."""
    for at in range(1, len(keys)):  # noqa: SIM110 - kernels have no generators
        if keys[at - 1] >= keys[at]:
            return False
    return True
