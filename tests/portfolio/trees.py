"""Groups in trees as families of budgets: small ones with every oddity, and a book of many."""

import numpy as np
from hypothesis import strategies as st

from creditflow.portfolio.allocation.instance import BudgetFamily, Instance
from tests.portfolio.instances import book, family, instances


@st.composite
def in_trees(draw):
    """A small book whose customers stand in nested groups, with something owed already."""
    plain = draw(instances())
    count = plain.customers
    leaf = [draw(st.integers(-1, 3)) for _ in range(count)]
    above = [draw(st.integers(-1, 1)) for _ in range(4)]
    most = st.sampled_from([0, 1, 10, 30, 500, 1_000, 3_000_000])
    levels = [
        shared("upper", [draw(most) for _ in range(2)],
               [-1 if x < 0 else above[x] for x in leaf]),
        shared("lower", [draw(most) for _ in range(4)], leaf),
    ]  # fmt: skip
    owed = [draw(st.sampled_from([0, 0, 5, 10, 15, 1_000])) for _ in range(count)]
    return Instance(plain.width, plain.profit, (*plain.families, *levels), np.array(owed, np.int64))


def shared(name, most, member):
    """Limits that groups share: they count what is beyond the free part of a limit."""
    plain = family(name, most, member)
    return BudgetFamily(plain.name, plain.names, plain.most, plain.member, beyond=True)


def grouped_book(customers, groups, seed=0, owed=0.3):
    """The generated book with that many groups, each with a parent that it shares with a few.

    All together want more than their groups may have; so do most parents.
    """
    plain, dice = book(customers, seed), np.random.default_rng(seed + 77)
    parents = max(1, groups // 5)
    group = dice.integers(0, groups, customers)
    group[dice.random(customers) < 0.2] = -1
    whole = plain.width.sum(axis=0)
    above = dice.integers(0, parents, groups)
    parent = np.where(group < 0, -1, above[group])
    free = (whole * owed * dice.random(customers)).astype(np.int64)
    beyond = whole - free
    share = dice.uniform(0.2, 0.8, groups)
    most = (np.bincount(group + 1, beyond, groups + 1)[1:] * share).astype(np.int64)
    upper = (np.bincount(above, most, parents) * dice.uniform(0.6, 1.0, parents)).astype(np.int64)
    levels = (shared("parent", upper, parent), shared("group", most, group))
    return Instance(plain.width, plain.profit, (*plain.families, *levels), free)
