"""Clustering: rows in any order go to their customers, and payments to their invoices, in one pass.

Rows are counted, not compared: putting twenty million of them in order costs
about as much as reading them.
"""

import numpy as np
from numpy.typing import NDArray

from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import ON_ACCOUNT, UNMATCHED, Days
from creditflow.portfolio.compiled import allocating

Raw = NDArray[np.uint8]

_PRIME, _BASIS, _SHIFT = 1_099_511_628_211, -3_750_763_034_362_895_579, 29
_FEW = 8


@allocating
def clustered(owners: Days, customers: int) -> tuple[Ints, Ints]:
    """Where each customer's rows start, and the rows in order of customer, else as they were.

    A row whose owner is below zero belongs to nobody and is left out.
    """
    starts = np.zeros(customers + 1, np.int64)
    for owner in owners:
        if owner >= 0:
            starts[owner + 1] += 1
    for customer in range(customers):
        starts[customer + 1] += starts[customer]
    rows = np.empty(starts[customers], np.int64)
    free = starts[:-1].copy()
    for row in range(len(owners)):
        owner = owners[row]
        if owner >= 0:
            rows[free[owner]] = row
            free[owner] += 1
    return starts, rows


@allocating
def stable(values: Ints) -> Ints:
    """The order in which values ascend; equal ones stay as they were."""
    return np.argsort(values, kind="mergesort")


@allocating
def order_within(starts: Ints, rows: Ints, values: Days) -> None:
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
    named: NDArray[np.bool_],
) -> Days:
    """For each payment the place of its invoice among its customer's; both clustered."""
    of = np.empty(len(payment_keys), np.int32)
    for customer in range(len(invoice_starts) - 1):
        first, last = invoice_starts[customer], invoice_starts[customer + 1]
        keys = invoice_keys[first:last]
        ascending = True
        for at in range(1, len(keys)):
            if keys[at - 1] > keys[at]:
                ascending = False
                break
        order = np.arange(len(keys)) if ascending else stable(keys)
        for payment in range(payment_starts[customer], payment_starts[customer + 1]):
            if not named[payment]:
                of[payment] = ON_ACCOUNT
                continue
            key = payment_keys[payment]
            low, high = 0, len(keys)
            while low < high:
                middle = (low + high) // 2
                if keys[order[middle]] < key:
                    low = middle + 1
                else:
                    high = middle
            found = low < len(keys) and keys[order[low]] == key
            of[payment] = order[low] if found else UNMATCHED
    return of


@allocating
def repeated(starts: Ints, keys: Ints) -> int:
    """A row whose key another one of the same customer has too; UNKNOWN where there is none."""
    for customer in range(len(starts) - 1):
        first, last = starts[customer], starts[customer + 1]
        order = stable(keys[first:last])
        for at in range(1, len(order)):
            if keys[first + order[at - 1]] == keys[first + order[at]]:
                return int(first + order[at])
    return UNKNOWN
