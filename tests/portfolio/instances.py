"""Instances of the allocation problem: small ones with every oddity, larger ones like a book."""

import numpy as np
from hypothesis import strategies as st

from creditflow.portfolio.allocation.instance import BILLION, BudgetFamily, Instance


def family(name, most, member, weight=None):
    return BudgetFamily(
        name,
        tuple(f"{name}-{place}" for place in range(len(most))),
        np.array(most, np.int64),
        np.array(member, np.int64),
        None if weight is None else np.array(weight, np.int64),
    )


@st.composite
def instances(draw):
    """Few customers, few distinct numbers: ties, empty segments, losses and zero budgets abound."""
    customers, segments = draw(st.integers(1, 9)), draw(st.integers(1, 3))
    widths = st.sampled_from([0, 1, 10, 10, 25, 1_000, 1_000_000])
    width = [[draw(widths) for _ in range(customers)] for _ in range(segments)]
    earns = st.sampled_from([-0.1, 0.0, 0.1, 0.1, 0.25, 0.5])
    profit = [
        sorted((draw(earns) for _ in range(segments)), reverse=True) for _ in range(customers)
    ]
    most = st.sampled_from([0, 1, 10, 30, 500, 1_000, 3_000_000])
    weights = st.sampled_from([0, BILLION // 4, BILLION // 3, BILLION, -BILLION // 2])
    families = []
    for place in range(draw(st.integers(0, 3))):
        parts = draw(st.integers(1, 3))
        families.append(
            family(
                f"budget{place}",
                [draw(most) for _ in range(parts)],
                [draw(st.integers(-1, parts - 1)) for _ in range(customers)],
                draw(st.none() | st.just([draw(weights) for _ in range(customers)])),
            )
        )
    return Instance(np.array(width, np.int64), np.array(profit, float).T.copy(), tuple(families))


def book(customers, seed=0, segments=5, insured_share=None):
    """A generated book: heavy-tailed needs, sectors within countries, most budgets binding."""
    dice = np.random.default_rng(seed)
    need = np.exp(dice.normal(16, 1.5, customers))
    width = (need / segments * dice.uniform(0.5, 1.5, (segments, customers))).astype(np.int64)
    chance = np.linspace(0.95, 0.1, segments)[:, None]
    loss = np.exp(dice.normal(-5, 1, customers))
    profit = chance * dice.uniform(0.02, 0.3, customers) - loss * (0.3 + 0.7 * chance)
    profit = np.minimum.accumulate(profit, axis=0)
    whole = width.sum(axis=0)
    sector, country = dice.integers(0, 8, customers), dice.integers(-1, 11, customers)
    rate = np.minimum(np.rint(loss * BILLION), BILLION).astype(np.int64)
    everybody = np.zeros(customers, np.int64)
    families = [
        family("total", [int(whole.sum() * 0.4)], everybody),
        family("loss", [int((whole * loss).sum() * 0.2)], everybody, rate),
        family("sector", (np.bincount(sector, whole) * 0.35).astype(np.int64), sector),
        family("country", (np.bincount(country + 1, whole)[1:] * 0.4).astype(np.int64), country),
    ]
    if insured_share is not None:
        covered = dice.choice([0.0, 0.9], customers, p=[0.6, 0.4])
        weight = np.rint((insured_share - covered) * BILLION).astype(np.int64)
        families.append(family("insured", [0], everybody, weight))
    return Instance(width, profit, tuple(families))
