"""Freshness: how long each kind of evidence may be used, and what thin evidence leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from creditflow.domain.catalogue import Kind

SHELF_LIFE_DAYS: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.LEDGER: 31,
        Kind.STATEMENT: 548,
        Kind.REGISTRY: 365,
        Kind.COURT: 92,
        Kind.SANCTIONS: 31,
        Kind.COLLECTIONS: 92,
        Kind.BUREAU: 183,
        Kind.INSURER: 183,
        Kind.MARKET: 92,
    }
)
"""Days after which evidence of a kind counts as unknown, where the policy says nothing else.

The policy's own views are as fresh as the policy.
"""


@dataclass(frozen=True, slots=True)
class ThinEvidence:
    """What follows where less than the share `below` of the scorecard rests on fresh evidence.

    The limit holds for `validity_share` of the usual months, at least one, and
    a case that a person has to decide goes `desks_up` desks higher.
    """

    below: Decimal
    validity_share: Decimal
    desks_up: int


def thinness(rules: Sequence[ThinEvidence], confidence: Decimal) -> ThinEvidence | None:
    """The strictest rule that this confidence falls under; None where the evidence is firm."""
    met = [rule for rule in rules if confidence < rule.below]
    return min(met, key=lambda rule: rule.below, default=None)
