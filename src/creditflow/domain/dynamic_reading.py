"""Reading the policy's rule on dynamic limits: how far, how often, after which rest they move."""

from decimal import Decimal

from creditflow.domain.dynamic_limits import DynamicRule
from creditflow.domain.plain_data import Place
from creditflow.domain.sentences import say

_MOST_DAYS = 3_660
_SHARES = ("raise_from", "cut_from", "largest_raise", "largest_cut")
_DAYS = ("hold_days", "raise_after_cut_days", "period_days")


def read_dynamic(place: Place) -> DynamicRule:
    """The rule; to be thrown away where problems were noted."""
    f = place.fields(*_SHARES, *_DAYS)
    share = {name: f.read(name, lambda p: p.number(0, 10), Decimal(0)) for name in _SHARES}
    days = {name: f.read(name, lambda p: p.whole(0, _MOST_DAYS), 0) for name in _DAYS}
    for least, most in (("raise_from", "largest_raise"), ("cut_from", "largest_cut")):
        if place.is_sound_at(least, most) and share[least] >= share[most]:
            place.below(least, None).wrong(
                say("A change that is worth it is always one that a person decides."),
                say("Let {least} be less than {most}.", least=least, most=most),
            )
    rest = ("hold_days", "raise_after_cut_days")
    if place.is_sound_at(*rest) and days[rest[1]] < days[rest[0]]:
        place.below(rest[1], None).wrong(
            say("After a cut a limit would rise sooner than after any other change."),
            say("Let {longer} be at least {shorter}.", longer=rest[1], shorter=rest[0]),
        )
    return DynamicRule(
        raise_from=share["raise_from"],
        cut_from=share["cut_from"],
        hold_days=days["hold_days"],
        raise_after_cut_days=days["raise_after_cut_days"],
        period_days=days["period_days"],
        largest_raise=share["largest_raise"],
        largest_cut=share["largest_cut"],
    )
