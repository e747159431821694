"""Authority reading: plain data becomes the rules of who has to agree; every problem is noted."""

from collections.abc import Sequence

from creditflow.domain.authority import BY_AMOUNT, EVERYBODY, AuthorityRule, Stage
from creditflow.domain.grade import Grade
from creditflow.domain.legal_entity_reading import read_entity
from creditflow.domain.plain_data import Fields, Place, again
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
    "unsecured_above",
    "unsecured_increase_above",
    "legal_entity",
)


def read_authority(
    place: Place,
    base: str,
    desks: Sequence[str] | None,
    *,
    entities: Sequence[str] | None = (),
    is_draft: bool = False,
) -> tuple[AuthorityRule, ...]:
    """The rules in order; the first that holds decides who has to agree.

    `desks` are the ids that stages may name, `entities` those of the companies that
    conditions may; None where they could not be read.
    In a draft, a rule that could never be asked is a problem.
    """
    places = place.items(least=0)
    rules = tuple(_rule(found, base, desks, entities) for found in places)
    for found, name in again(places, [rule.id for rule in rules]):
        found.below("id", None).wrong(
            say("{name} stands here more than once.", name=name),
            say("Give every rule an id of its own."),
        )
    if is_draft:
        _check_reach([(p, r) for p, r in zip(places, rules, strict=True) if p.is_sound_at("when")])
    return rules


def _check_reach(found: Sequence[tuple[Place, AuthorityRule]]) -> None:
    """Note each rule that never decides, because an earlier one holds whenever it does."""
    for at, (place, rule) in enumerate(found):
        first = next((before for _, before in found[:at] if _holds_with(before, rule)), None)
        if first is not None:
            place.below("when", None).wrong(
                say(
                    "The stages of {rule} are never reached: rule {first} holds whenever it does.",
                    rule=rule.id,
                    first=first.id,
                ),
                say("Write {rule} before {first}, or give it wider conditions.",
                    rule=rule.id, first=first.id),
            )  # fmt: skip


def _holds_with(before: AuthorityRule, rule: AuthorityRule) -> bool:
    """Whether the one before holds in every case in which the rule does."""
    raised = max((m for m in (rule.raised_above, rule.increase_above) if m), default=None)
    # No part of a limit is more than the whole.
    limit = max((m for m in (rule.limit_above, rule.unsecured_above) if m), default=None)
    alike = (
        (before.segment, rule.segment),
        (before.requested, rule.requested),
        (before.knocked_out, rule.knocked_out),
        (before.legal_entity, rule.legal_entity),
    )
    above = (
        (before.limit_above, limit),
        (before.unsecured_above, rule.unsecured_above),
        (before.unsecured_increase_above, rule.unsecured_increase_above),
        (before.increase_above, rule.increase_above),
        (before.raised_above, raised),
    )
    return (
        all(wide is None or wide == narrow for wide, narrow in alike)
        and all(wide is None or (narrow is not None and narrow >= wide) for wide, narrow in above)
        and (
            before.grade_from is None
            or (rule.grade_from is not None and before.grade_from.is_at_least(rule.grade_from))
        )
        and (
            before.confidence_below is None
            or (
                rule.confidence_below is not None
                and rule.confidence_below <= before.confidence_below
            )
        )
    )


def _rule(
    place: Place, base: str, desks: Sequence[str] | None, entities: Sequence[str] | None
) -> AuthorityRule:
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
        unsecured_above=conditions.read("unsecured_above", lambda p: p.money(base), None),
        unsecured_increase_above=conditions.read(
            "unsecured_increase_above", lambda p: p.money(base), None
        ),
        legal_entity=conditions.read("legal_entity", lambda p: read_entity(p, entities), None),
    )


def _stages(place: Place, desks: Sequence[str] | None) -> tuple[Stage, ...]:
    return tuple(_stage(found, desks) for found in place.items())


def _stage(place: Place, desks: Sequence[str] | None) -> Stage:
    f = place.fields("desk", optional=("needed",))

    def named(found: Place) -> str:
        return found.word() if desks is None else found.one_of((BY_AMOUNT, *desks))

    return Stage(
        desk=f.read("desk", named, BY_AMOUNT),
        needed=f.read("needed", _needed, 1),
    )


def _needed(place: Place) -> int:
    return EVERYBODY if place.value == ALL else place.whole(1, MOST_NEEDED)
