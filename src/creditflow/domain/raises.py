"""Raises: how much more a customer was granted of late, however many steps it took."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from creditflow.domain.added_limits import AddedLimit, latest
from creditflow.domain.authority import WINDOW
from creditflow.domain.limits import Limit


def raised_lately(
    history: Iterable[Limit], added: Iterable[AddedLimit], *, on: date, base_factor: Fraction
) -> Fraction:
    """What rules of authority count before a proposal: raises and credit on top, together."""
    raised = raised_before(history, on=on, base_factor=base_factor)
    return raised + granted_before(added, on=on, base_factor=base_factor)


def granted_before(added: Iterable[AddedLimit], *, on: date, base_factor: Fraction) -> Fraction:
    """Credit on top that was granted within WINDOW before that day, in minor base units, exact.

    Counted from when it was granted, also where its own days are still to come,
    and in full where it has ended since. What was taken back before it counted
    is left out.
    """
    total = Fraction(0)
    for limit in latest(added):
        within = on - WINDOW < limit.recorded_at.date()
        if within and limit.case_id is not None and limit.from_ < limit.until:
            total += limit.amount.minor * base_factor
    return total


def raised_before(history: Iterable[Limit], *, on: date, base_factor: Fraction) -> Fraction:
    """Raises that came into force within WINDOW before that day, in minor base units, exact.

    `base_factor` is the number of minor base units per minor unit of the
    history's currency. A first limit is a raise from nothing; a limit without
    an upper bound counts as no amount, because a person has to look at it anyway.
    """
    total, before = Fraction(0), 0
    for limit in sorted(history, key=lambda entry: entry.version):
        now = limit.amount.minor if limit.amount else 0
        if on - WINDOW < limit.from_ <= on and limit.case_id is not None:
            total += max(0, now - before) * base_factor
        before = now
    return total
