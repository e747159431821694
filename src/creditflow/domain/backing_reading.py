"""Reading what a policy says of covers and guarantees: what share counts, and from which rest."""

from decimal import Decimal

from creditflow.domain.backing_rule import BackingRule
from creditflow.domain.covers import GuaranteeKind
from creditflow.domain.plain_data import Place
from creditflow.domain.sentences import say

_KINDS = tuple(kind.value for kind in GuaranteeKind)
_MOST_DAYS = 366


def read_backing(place: Place, *, is_draft: bool) -> BackingRule:
    """The rule; to be thrown away where problems were noted.

    A draft is also told where neither covers nor guarantees could ever count.
    """
    f = place.fields(optional=("covers", "guarantees", "least_days"))
    cover = f.read("covers", lambda p: p.number(0, 1), Decimal(0))
    shares = f.read("guarantees", _shares, dict[GuaranteeKind, Decimal]())
    if is_draft and f.complete and place.is_sound and not cover and not any(shares.values()):
        place.wrong(
            say("Neither a cover nor a guarantee counts for anything here."),
            say("Write covers: or guarantees: with a share above zero, or remove the whole part."),
        )
    return BackingRule(
        cover_share=cover,
        guarantee_shares=shares,
        least_days=f.read("least_days", lambda p: p.whole(0, _MOST_DAYS), 0),
    )


def _shares(place: Place) -> dict[GuaranteeKind, Decimal]:
    shares: dict[GuaranteeKind, Decimal] = {}
    for name, found in place.entries():
        if name not in _KINDS:
            found.wrong(
                say("There is no kind of guarantee of this name."),
                say("Use one of: {choices}.", choices=", ".join(_KINDS)),
            )
            continue
        shares[GuaranteeKind(name)] = found.number(0, 1)
    return shares
