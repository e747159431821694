"""Desk reading: where cases wait, each desk with more authority than the one before it."""

from itertools import pairwise

from creditflow.domain.grade import Grade
from creditflow.domain.plain_data import Place, again
from creditflow.domain.policy import Desk
from creditflow.domain.sentences import say

_GRADES = tuple(grade.value for grade in Grade)


def read_desks(place: Place, base: str) -> tuple[Desk, ...]:
    """The desks in order of authority, lowest first; the last one answers for everything."""
    places = place.items()
    desks = [_desk(p, base) for p in places]
    ranked = [
        (p, desk)
        for p, desk in zip(places, desks, strict=True)
        if p.is_sound_at("ceiling", "worst_grade")
    ]
    for (_, before), (p, desk) in pairwise(ranked):
        _check_authority(p, desk, before)
    for p, _ in again(places, [desk.id for desk in desks]):
        p.below("id", None).wrong(
            say("Two desks have the same id."), say("Give every desk an id of its own.")
        )
    ends = desks and places[-1].is_sound_at("ceiling", "worst_grade")
    if ends and (desks[-1].ceiling is not None or desks[-1].worst_grade is not Grade.G):
        places[-1].wrong(
            say("The last desk does not answer for every amount and grade."),
            say("Write ceiling: null and worst_grade: G for the last desk."),
        )
    return tuple(desks)


def known_desks(place: Place | None, desks: tuple[Desk, ...]) -> list[str] | None:
    """The ids of the desks; None where one of them could not be read."""
    names = [desk.id for desk in desks]
    return names if place is not None and names and all(names) else None


def _check_authority(place: Place, desk: Desk, before: Desk) -> None:
    """Each desk answers for more than the one before it, and for grades at least as bad."""
    rises = desk.ceiling is None or (before.ceiling is not None and desk.ceiling > before.ceiling)
    if before.ceiling is None or not rises or not before.worst_grade.is_at_least(desk.worst_grade):
        place.wrong(
            say("Desk {desk} has less authority than the one before it.", desk=desk.id),
            say("List desks from the lowest ceiling to the highest, grades likewise."),
        )


def _desk(place: Place, base: str) -> Desk:
    f = place.fields("id", "title", "ceiling", "worst_grade", "due_working_days")
    return Desk(
        id=f.read("id", Place.word, ""),
        title=f.read("title", Place.text, {}),
        ceiling=f.read("ceiling", lambda p: None if p.value is None else p.money(base), None),
        worst_grade=f.read("worst_grade", read_grade, Grade.A),
        due_working_days=f.read("due_working_days", lambda p: p.whole(1, 60), 1),
    )


def read_grade(place: Place) -> Grade:
    """One of the grades."""
    return Grade(place.one_of(_GRADES))
