"""Read what a policy says of evidence: shelf lives, scales, and what thin evidence leads to."""

from decimal import Decimal
from itertools import pairwise

from creditflow.domain.catalogue import Kind
from creditflow.domain.freshness import SHELF_LIFE_DAYS, ThinEvidence
from creditflow.domain.plain_data import Place
from creditflow.domain.scale import Scale
from creditflow.domain.sentences import say

_MOST_DAYS = 3_660
_MOST_NUMBER = 1_000_000
_MOST_DESKS = 9
_LEAST_GRADES = 2


def shelf_lives(place: Place) -> dict[Kind, int]:
    """Days by kind of evidence; a kind that is not named keeps its usual shelf life."""
    known = tuple(kind.value for kind in SHELF_LIFE_DAYS)
    lives: dict[Kind, int] = {}
    for name, found in place.entries():
        if name not in known:
            found.wrong(
                say("There is no kind of evidence of this name."),
                say("Use one of: {choices}.", choices=", ".join(known)),
            )
            continue
        lives[Kind(name)] = found.whole(1, _MOST_DAYS)
    return lives


def scales(place: Place) -> dict[str, Scale]:
    """Scales by name: grades from best to worst, or the numbers that are best and worst."""
    return {name: _scale(name, found) for name, found in place.entries()}


def _scale(name: str, place: Place) -> Scale:
    f = place.fields("title", optional=("values", "best", "worst", "unrated"))
    values, numbers = f.get("values"), [p for n in ("best", "worst") if (p := f.get(n))]
    has_one = (values is None) != (not numbers) and len(numbers) != 1
    if not has_one:
        place.wrong(
            say("A scale has either grades or the two numbers that are best and worst."),
            say("Write values: [best, …, worst], or best: and worst: with a number each."),
        )
    bounds = [p.number(-_MOST_NUMBER, _MOST_NUMBER) for p in numbers]
    if has_one and place.is_sound_at("best", "worst") and bounds[0] == bounds[1]:
        place.wrong(
            say("The best and the worst number of a scale are the same."),
            say("Write two different numbers; the best may be the smaller one."),
        )
    return Scale(
        id=name,
        title=f.read("title", Place.text, {}),
        values=_grades(values) if values is not None else (),
        best=bounds[0] if bounds else None,
        worst=bounds[-1] if bounds else None,
        unrated=f.read("unrated", lambda p: tuple(x.word() for x in p.items()), ()),
    )


def _grades(place: Place) -> tuple[str, ...]:
    grades = tuple(str(found.value).strip() for found in place.items(least=_LEAST_GRADES))
    if len(set(grades)) < len(grades) or "" in grades:
        place.wrong(
            say("A grade stands here twice, or is empty."),
            say("List every grade once, the best first, the worst last."),
        )
    return grades


def thin_evidence(place: Place) -> tuple[ThinEvidence, ...]:
    """Rules in falling order of `below`; with less evidence nothing may become easier."""
    places = place.items()
    rules = [_thin(p) for p in places]
    sound = [(p, rule) for p, rule in zip(places, rules, strict=True) if p.is_sound]
    for (_, before), (p, rule) in pairwise(sound):
        fewer = rule.below < before.below
        stricter = rule.validity_share <= before.validity_share and rule.desks_up >= before.desks_up
        if not (fewer and stricter):
            p.wrong(
                say("A rule for less evidence is easier than the one before it."),
                say("List the rules from much evidence to little, each at least as strict."),
            )
    return tuple(rules)


def _thin(place: Place) -> ThinEvidence:
    f = place.fields("below", "validity_share", "desks_up")
    return ThinEvidence(
        below=f.read("below", lambda p: p.number(0, 1), Decimal(0)),
        validity_share=f.read("validity_share", lambda p: p.number(0, 1), Decimal(1)),
        desks_up=f.read("desks_up", lambda p: p.whole(0, _MOST_DESKS), 0),
    )
