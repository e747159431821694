"""Bin reading: the bins of a characteristic and the bands of the grades, with no gap or overlap."""

from decimal import Decimal

from creditflow.domain.catalogue import is_category
from creditflow.domain.grade import Grade
from creditflow.domain.plain_data import Place
from creditflow.domain.scorecard import Bin, GradeBand
from creditflow.domain.sentences import say

BEST = 100
"""Points of the best bin; with weights that sum to one a scorecard reaches 1,000."""

LARGE = Decimal(10) ** 12
_ONE = Decimal(1)
_GRADES = tuple(grade.value for grade in Grade)


def read_bins(place: Place, signal: str) -> tuple[Bin, ...]:
    """The bins of a signal; where it is not known, of the kind that they look like."""
    places = place.items()
    words = is_category(signal) if signal else any("values" in p.names() for p in places)
    read = _category_bin if words else _number_bin
    bins = tuple(read(p) for p in places)
    rated = all(p.is_sound_at("points") for p in places)
    if bins and rated and max(b.points for b in bins) != BEST:
        place.wrong(
            say("No bin gives {best} points.", best=BEST),
            say("Give {best} points to the best bin.", best=BEST),
        )
    if words:
        _check_words(places, bins)
    else:
        _check_order(places, bins)
    return bins


def _check_words(places: list[Place], bins: tuple[Bin, ...]) -> None:
    """No word stands in two bins."""
    seen = set[str]()
    for place, bin_ in zip(places, bins, strict=True):
        for word in sorted(w for w in set(bin_.values) if w in seen or bin_.values.count(w) > 1):
            place.wrong(
                say("{word} stands in more than one place.", word=word),
                say("Leave it in one bin only."),
            )
        seen.update(word for word in bin_.values if word)


def _check_order(places: list[Place], bins: tuple[Bin, ...]) -> None:
    """Numeric bins ascend, and the last one takes all the rest."""
    bounds = [(p, b.below) for p, b in zip(places, bins, strict=True) if p.is_sound]
    highest: Decimal | None = None
    for at, (p, below) in enumerate(bounds):
        if at and bounds[at - 1][1] is None:
            p.wrong(
                say("A bin without an upper bound stands before this one."),
                say("Only the last bin has no `below`."),
            )
        if below is not None and highest is not None and below <= highest:
            p.wrong(
                say("The bins do not ascend: {below} comes after {before}.",
                    below=str(below), before=str(highest)),
                say("List bins from the lowest `below` to the highest."),
            )  # fmt: skip
        highest = below if highest is None else max(highest, below or highest)
    if bins and places[-1].is_sound_at("below") and bins[-1].below is not None:
        places[-1].wrong(
            say("Values of {below} and more fall into no bin.", below=str(bins[-1].below)),
            say("Add a last bin without `below`."),
        )


def _number_bin(place: Place) -> Bin:
    f = place.fields("points", optional=("below",))
    return Bin(
        points=f.read("points", lambda p: p.whole(0, BEST), 0),
        below=f.read("below", lambda p: p.number(-LARGE, LARGE), None),
    )


def _category_bin(place: Place) -> Bin:
    f = place.fields("points", "values")
    return Bin(
        points=f.read("points", lambda p: p.whole(0, BEST), 0),
        values=f.read("values", lambda p: tuple(v.word() for v in p.items()), ()),
    )


def read_bands(place: Place) -> tuple[GradeBand, ...]:
    """One band per grade, A first; points fall to zero, default probabilities rise."""
    places = place.items(least=len(Grade))
    bands = tuple(_band(p) for p in places)
    sound = all(p.is_sound_at("grade") for p in places)
    if sound and len(bands) == len(Grade) and [b.grade for b in bands] != list(Grade):
        place.wrong(
            say("The bands are not those of the grades A to G, in that order."),
            say("List one band per grade, A first."),
        )
    for p, band, q, before in zip(places[1:], bands[1:], places, bands, strict=False):
        _check_band(p, band, q, before)
    if bands and places[-1].is_sound_at("at_least") and bands[-1].at_least != 0:
        places[-1].wrong(
            say("The worst grade begins at {points} points.", points=bands[-1].at_least),
            say("Write at_least: 0, so that every score has a grade."),
        )
    return bands


def _check_band(place: Place, band: GradeBand, above: Place, before: GradeBand) -> None:
    """Fewer points than the band before and a larger probability, where both can be read."""
    points = all(p.is_sound_at("at_least") for p in (place, above))
    pds = all(p.is_sound_at("pd") for p in (place, above))
    if points and band.at_least >= before.at_least:
        place.wrong(
            say("Grade {grade} does not lie below the one before it.", grade=band.grade.value),
            say("Let `at_least` fall and `pd` rise from grade to grade."),
        )
    if pds and band.pd <= before.pd:
        place.wrong(
            say(
                "Grade {grade} defaults no more often than the one before it.",
                grade=band.grade.value,
            ),
            say("Let `at_least` fall and `pd` rise from grade to grade."),
        )


def _band(place: Place) -> GradeBand:
    f = place.fields("grade", "at_least", "pd")
    return GradeBand(
        grade=Grade(f.read("grade", lambda p: p.one_of(_GRADES), _GRADES[0])),
        at_least=f.read("at_least", lambda p: p.whole(0, 1000), 0),
        pd=f.read("pd", lambda p: p.number(Decimal("0.0001"), 1), _ONE),
    )
