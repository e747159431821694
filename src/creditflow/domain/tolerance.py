"""Tolerance: how far the grounds of a waiting case may move before it begins anew."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tolerance:
    """By how much the grounds of a waiting case may move, either way, before it begins anew.

    `points` of 1,000; `confidence`, `amount_share` and `exposure_share` are
    shares of one. An amount is held against the amount that was proposed, an
    exposure against the larger of itself and that amount.
    """

    points: Decimal
    confidence: Decimal
    amount_share: Decimal
    exposure_share: Decimal
