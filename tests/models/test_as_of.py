"""What happens after the cut-off changes no feature; what happened before it does."""

import copy
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.receivables import Receivables, features, performing, turns_bad

DAY = date(2020, 6, 30).toordinal()


def ledger(seed: int) -> Receivables:
    dice, size = np.random.default_rng(seed), 300
    issued = DAY + dice.integers(-500, 120, size)
    due = issued + dice.integers(5, 60, size)
    return Receivables(
        ids=[f"C{i}" for i in range(12)],
        customer=dice.integers(0, 12, size),
        issued=issued,
        due=due,
        paid=due + dice.integers(-5, 70, size),
        amount=dice.integers(100, 9000, size).astype(float),
        rate=dice.choice([5.99, np.nan], size),
        master=[{"PORTE": "GRANDE", "DATA_CADASTRO": "2019-01-01"}] * 12,
        months=[[(DAY - 60, 10.0, 3.0), (DAY + 5, 99.0, 9.0)] for _ in range(12)],
    )


def same(one, two) -> bool:
    return all(np.array_equal(one[n], two[n], equal_nan=one[n].dtype != object) for n in one)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 400))
def test_moving_any_payment_after_the_day_changes_no_feature(seed, days):
    book = ledger(seed)
    moved = copy.deepcopy(book)
    later = moved.paid > DAY
    moved.paid[later] += np.random.default_rng(days).integers(0, days + 1, later.sum())
    moved.paid[later & (np.arange(len(later)) % 3 == 0)] = DAY + 1
    moved.rate[moved.issued > DAY] = 77
    moved.months = [[m if m[0] <= DAY else (m[0], 1e9, 1e9) for m in ms] for ms in moved.months]

    assert same(features(book, DAY), features(moved, DAY))
    assert np.array_equal(performing(book, DAY, 30), performing(moved, DAY, 30))


def test_moving_a_payment_before_the_day_is_noticed():
    book = ledger(1)
    moved = copy.deepcopy(book)
    moved.paid[moved.paid <= DAY] -= 30

    assert not same(features(book, DAY), features(moved, DAY))


def test_the_outcome_lies_after_the_day():
    book = ledger(2)
    moved = copy.deepcopy(book)
    moved.paid[moved.due + 30 <= DAY] += 500

    assert np.array_equal(turns_bad(book, DAY, 30, 90), turns_bad(moved, DAY, 30, 90))
    assert turns_bad(book, DAY, 30, 90).any()
