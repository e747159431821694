"""Authority reading: plain data becomes the rules of who has to agree; every problem is noted."""

from collections.abc import Sequence

from creditflow.domain.authority import BY_AMOUNT, EVERYBODY, AuthorityRule, Stage
from creditflow.domain.grade import Grade
from creditflow.domain.plain_data import Fields, Place
from creditflow.domain.scorecard import Segment
from creditflow.domain.sentences import say

MOST_NEEDED = 20
ALL = "all"
_GRADES = tuple(grade.value for grade in Grade)
_SEGMENTS = tuple(segment.value for segment in Segment)
_CONDITIONS = (
    "segment",
    "grade_from",
    "limit_above",
    "increase_above",
    "raised_above",
    "confidence_below",
    "requested",
    "knocked_out",
)


def read_authority(place: Place, base: str, desks: Sequence[str]) -> tuple[AuthorityRule, ...]:
    """The rules in order; the first that holds decides who has to agree."""
    places = place.items(least=0)
    rules = tuple(_rule(found, base, desks) for found in places)
    names = [rule.id for rule in rules]
    for found, rule in zip(places, rules, strict=True):
        if names.count(rule.id) > 1:
            found.wrong(
                say("{name} stands here more than once.", name=rule.id),
                say("Give every rule an id of its own."),
            )
    return rules


def _rule(place: Place, base: str, desks: Sequence[str]) -> AuthorityRule:
    f = place.fields("id", "when", "stages")
    when = f.get("when")
    conditions = (
        when.fields(optional=_CONDITIONS) if when is not None else Fields(place, {}, complete=False)
    )
    return AuthorityRule(
        id=f.read("id", Place.word, ""),
        stages=f.read("stages", lambda p: _stages(p, desks), ()),
        segment=conditions.read("segment", lambda p: Segment(p.one_of(_SEGMENTS)), None),
        grade_from=conditions.read("grade_from", lambda p: Grade(p.one_of(_GRADES)), None),
        limit_above=conditions.read("limit_above", lambda p: p.money(base), None),
        increase_above=conditions.read("increase_above", lambda p: p.money(base), None),
        raised_above=conditions.read("raised_above", lambda p: p.money(base), None),
        confidence_below=conditions.read("confidence_below", lambda p: p.number(0, 1), None),
        requested=conditions.read("requested", Place.truth, None),
        knocked_out=conditions.read("knocked_out", Place.truth, None),
    )


def _stages(place: Place, desks: Sequence[str]) -> tuple[Stage, ...]:
    return tuple(_stage(found, desks) for found in place.items())


def _stage(place: Place, desks: Sequence[str]) -> Stage:
    f = place.fields("desk", optional=("needed",))
    return Stage(
        desk=f.read("desk", lambda p: p.one_of((BY_AMOUNT, *desks)), BY_AMOUNT),
        needed=f.read("needed", _needed, 1),
    )


def _needed(place: Place) -> int:
    return EVERYBODY if place.value == ALL else place.whole(1, MOST_NEEDED)
