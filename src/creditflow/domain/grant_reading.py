"""Reading what a policy says of what approvers may change, and of conditions."""

from creditflow.domain.grant_rule import GrantRule, OfferedCondition
from creditflow.domain.plain_data import Place, again
from creditflow.domain.sentences import say

_DAYS = 3_660


def read_grant_rule(place: Place) -> GrantRule:
    """The rule; to be thrown away where problems were noted."""
    f = place.fields(optional=("least_terms_days", "least_validity_days", "conditions"))
    return GrantRule(
        least_terms_days=f.read("least_terms_days", lambda p: p.whole(0, _DAYS), 0),
        least_validity_days=f.read("least_validity_days", lambda p: p.whole(1, _DAYS), 1),
        conditions=f.read("conditions", _conditions, ()),
    )


def _conditions(place: Place) -> tuple[OfferedCondition, ...]:
    places = place.items(least=0)
    found = tuple(_condition(one) for one in places)
    for one, code in again(places, [condition.code for condition in found]):
        one.below("code", None).wrong(
            say("{name} stands here more than once.", name=code),
            say("Give every condition a code of its own."),
        )
    return found


def _condition(place: Place) -> OfferedCondition:
    f = place.fields("code", "text", optional=("told",))
    return OfferedCondition(
        code=f.read("code", Place.word, ""),
        text=f.read("text", Place.text, {}),
        told=f.read("told", Place.truth, default=True),
    )
