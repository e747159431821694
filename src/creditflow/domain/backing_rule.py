"""Backing as policy data: how much of covers and guarantees counts behind a limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from creditflow.domain.covers import GuaranteeKind


@dataclass(frozen=True, slots=True)
class BackingRule:
    """Shares of one.

    `cover_share` is what counts of the insured part of a cover,
    `guarantee_shares` what counts of a guarantee by kind; a kind that is not
    named counts for nothing. What ends within fewer than `least_days` counts
    for nothing either: a limit that rests on it would hardly begin.
    """

    cover_share: Decimal
    guarantee_shares: Mapping[GuaranteeKind, Decimal]
    least_days: int = 0
