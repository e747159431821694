"""How far a figure could be from the truth: AUC over customers drawn anew, and of two halves."""

from benchmarks.receivables import Numbers
from creditflow.models.sample import Flags, Wholes
from creditflow.models.trees import area_under
from creditflow.models.validating import auc_interval


def spread(odds: Numbers, bad: Flags, customer: Wholes, times: int) -> dict[str, float]:
    """The middle 90 % of AUC over customers drawn with replacement."""
    low, high = auc_interval(odds, bad, customer, times)
    return {"low": low, "high": high}


def halves(odds: Numbers, bad: Flags, customer: Wholes) -> dict[str, float]:
    """AUC of the customers with even and with odd numbers."""
    parts = (customer % 2 == 0, customer % 2 == 1)
    return {f"half_{n}": area_under(odds[part], bad[part]) for n, part in enumerate(parts, 1)}
