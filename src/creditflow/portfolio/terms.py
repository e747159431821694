"""Terms and market in columns: what sector, cost of money, law, outlook and competition allow.

Mirrors domain/terms.py, domain/market_rule.py and domain/competition_rule.py.
"""

import math

import numpy as np
from numpy.typing import NDArray

from creditflow.domain.competition_rule import COMPETITION
from creditflow.domain.market_rule import OUTLOOKS
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.domain.terms_rule import PaymentLaw
from creditflow.portfolio.arithmetic import UNKNOWN, Ints
from creditflow.portfolio.book import CODES
from creditflow.portfolio.rules import NO_RATE, own_minor
from creditflow.portfolio.signals import COLUMNS, Signals

ANY_DAYS = 2**30
"""More days than any terms have."""


def most_terms(found: Signals, policy: Policy, rates: Rates, revenue: Ints) -> Ints:
    """By customer; `revenue` is its yearly turnover in its own currency, UNKNOWN where unknown."""
    most = np.full(len(found.table), ANY_DAYS, np.int64)
    rule = policy.terms
    if rule is None:
        return most
    customs = [rule.sectors.get(word, ANY_DAYS) for word in found.book.sectors]
    most = np.minimum(most, np.array([*customs, ANY_DAYS], np.int64)[_places(found, "sector")])
    if (affordable := rule.affordable_days) is not None:
        most = np.minimum(most, affordable)
    if rule.law is not None and found.on >= rule.law.since:
        most = np.minimum(most, _by_law(found, rule.law, rates, revenue))
    return most


def market_steps(found: Signals, policy: Policy) -> Ints:
    """The place of the strictest step that each customer's outlook falls under; −1 for none."""
    steps = np.full(len(found.table), -1, np.int64)
    for name in OUTLOOKS:
        column = found.fresh(name)
        for at, step in enumerate(policy.market):
            below = math.ceil(step.below.scaleb(COLUMNS[name]))
            under = (column != UNKNOWN) & (column < below)
            steps = np.where(under, np.maximum(steps, at), steps)
    return steps


def competition_steps(found: Signals, policy: Policy) -> Ints:
    """The place of the highest step that competition for each customer is above; −1 for none."""
    column = found.fresh(COMPETITION)
    steps = np.full(len(found.table), -1, np.int64)
    for at, step in enumerate(policy.competition):
        above = math.floor(step.above.scaleb(COLUMNS[COMPETITION]))
        steps = np.where((column != UNKNOWN) & (column > above), at, steps)
    return steps


def _by_law(found: Signals, law: PaymentLaw, rates: Rates, revenue: Ints) -> Ints:
    sectors, countries = found.book.sectors, found.book.countries
    inside = _marked(countries, (law.country,))[_places(found, "country")]
    public = _marked(sectors, law.public_sectors)[_places(found, "sector")]
    bounds = [own_minor(law.large_from, code, rates, found.on) for code in CODES]
    bound = np.array(bounds, np.int64)[found.book.customers.currency]
    large = (revenue != UNKNOWN) & (bound != NO_RATE) & (revenue >= bound)
    days = np.where(public, law.public_days, np.where(large, law.large_days, ANY_DAYS))
    return np.where(inside, days, ANY_DAYS)


def _places(found: Signals, name: str) -> Ints:
    """The places of words; the last one where there is none."""
    column = found.fresh(name)
    return np.where(column == UNKNOWN, -1, column)


def _marked(words: tuple[str, ...], chosen: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.array([*(word in chosen for word in words), False])
