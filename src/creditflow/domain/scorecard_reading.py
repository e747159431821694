"""Scorecard reading: plain data becomes a scorecard; every problem in it is noted on the way."""

from decimal import Decimal

from creditflow.domain.catalogue import SIGNALS, is_category
from creditflow.domain.disclosing import DISCLOSABLE, fact_names
from creditflow.domain.grade import Grade
from creditflow.domain.plain_data import Place
from creditflow.domain.scorecard import (
    Bin,
    Characteristic,
    Condition,
    Disclosure,
    GradeBand,
    KnockOut,
    Scorecard,
    Segment,
)
from creditflow.domain.scoring import NEUTRAL
from creditflow.domain.sentences import say
from creditflow.domain.signals import Dimension

BEST = 100
"""Points of the best bin; with weights that sum to one a scorecard reaches 1,000."""

_LARGE = Decimal(10) ** 12
_ONE = Decimal(1)
_DIMENSIONS = tuple(dimension.value for dimension in Dimension)
_GRADES = tuple(grade.value for grade in Grade)


def read_scorecard(place: Place, segment: Segment | None = None) -> Scorecard:
    """A scorecard, of that segment where one is given; throw it away where problems were noted."""
    f = place.fields(
        *("id", "segment", "title", "weights", "characteristics", "bands"),
        optional=("knock_outs", "applies_to"),
    )
    choices = tuple(Segment) if segment is None else (segment,)
    of = f.read("segment", lambda p: Segment(p.one_of(choices)), choices[0])
    weights = f.read("weights", _weights, dict[Dimension, Decimal]())
    characteristics = f.read("characteristics", _characteristics, tuple[Characteristic, ...]())
    if (listed := f.get("characteristics")) is not None:
        _check_weights(listed, characteristics, weights)
    return Scorecard(
        id=f.read("id", Place.word, ""),
        segment=of,
        title=f.read("title", Place.text, {}),
        weights=weights,
        characteristics=characteristics,
        bands=f.read("bands", _bands, ()),
        knock_outs=f.read("knock_outs", read_knock_outs, ()),
        applies_to=f.read("applies_to", _applies_to, {}),
    )


def read_disclosure(place: Place, places: frozenset[str]) -> Disclosure:
    """What a letter may say, with no other {places} for facts than these."""
    f = place.fields("code", "against", "for", "advice", optional=("missing",))
    return Disclosure(
        code=f.read("code", Place.word, ""),
        against=f.read("against", lambda p: p.text(places), {}),
        for_=f.read("for", lambda p: p.text(places), {}),
        advice=f.read("advice", Place.text, {}),
        missing=f.read("missing", Place.text, None),
    )


def _weights(place: Place) -> dict[Dimension, Decimal]:
    f = place.fields(*_DIMENSIONS)
    weights = {
        dimension: found.number(0, 1)
        for dimension in Dimension
        if (found := f.get(dimension.value)) is not None
    }
    if f.complete and sum(weights.values()) != _ONE:
        place.wrong(
            say("The weights sum to {total}, not to 1.", total=str(sum(weights.values()))),
            say("Change them so that they sum to exactly 1."),
        )
    return weights


def _characteristics(place: Place) -> tuple[Characteristic, ...]:
    found = tuple(_characteristic(item) for item in place.items())
    names = [c.name for c in found]
    for name in sorted({n for n in names if names.count(n) > 1}):
        place.wrong(
            say("{name} is on the scorecard more than once.", name=name),
            say("Remove one, or give it another name."),
        )
    return found


def _check_weights(
    place: Place, found: tuple[Characteristic, ...], weights: dict[Dimension, Decimal]
) -> None:
    """Within each dimension that counts, the shares of its characteristics sum to one."""
    for dimension, weight in weights.items():
        total = sum((c.weight for c in found if c.dimension is dimension), Decimal(0))
        if weight and total != _ONE:
            place.wrong(
                say(
                    "The weights of the characteristics of {dimension} sum to {total}, not to 1.",
                    dimension=dimension.value,
                    total=str(total),
                ),
                say("Change them so that they sum to exactly 1."),
            )


def _characteristic(place: Place) -> Characteristic:
    f = place.fields(
        "name",
        "dimension",
        "weight",
        "title",
        "bins",
        "missing_points",
        optional=("signal", "disclosure"),
    )
    name = f.read("name", Place.word, "")
    asked = f.get("signal") or f.get("name")
    signal = asked.one_of(tuple(SIGNALS)) if asked is not None else ""
    bins = f.read("bins", lambda p: _bins(p, signal), tuple[Bin, ...]())
    missing = f.read("missing_points", lambda p: p.whole(0, NEUTRAL), 0)
    return Characteristic(
        name=name,
        signal=signal,
        dimension=Dimension(f.read("dimension", lambda p: p.one_of(_DIMENSIONS), _DIMENSIONS[0])),
        weight=f.read("weight", lambda p: p.number(0, 1), Decimal(0)),
        title=f.read("title", Place.text, {}),
        unit=SIGNALS.get(signal, ""),
        bins=bins,
        missing_points=missing,
        disclosure=f.read("disclosure", lambda p: _disclosure(p, signal), None),
    )


def _disclosure(place: Place, signal: str) -> Disclosure:
    if signal not in DISCLOSABLE:
        place.wrong(
            say("Letters must not speak of {signal}.", signal=signal),
            say("Remove the disclosure, or disclose one of: {known}.",
                known=", ".join(sorted(DISCLOSABLE))),
        )  # fmt: skip
    return read_disclosure(place, fact_names(signal))


def _bins(place: Place, signal: str) -> tuple[Bin, ...]:
    places = place.items()
    read = _category_bin if is_category(signal) else _number_bin
    bins = tuple(read(p) for p in places)
    if bins and max(b.points for b in bins) != BEST:
        place.wrong(
            say("No bin gives {best} points.", best=BEST),
            say("Give {best} points to the best bin.", best=BEST),
        )
    if is_category(signal):
        _check_words(place, bins)
    else:
        _check_order(places, bins)
    return bins


def _check_words(place: Place, bins: tuple[Bin, ...]) -> None:
    """No word stands in two bins."""
    words = [word for bin_ in bins for word in bin_.values]
    for word in sorted({w for w in words if w and words.count(w) > 1}):
        place.wrong(
            say("{word} stands in more than one place.", word=word),
            say("Leave it in one bin only."),
        )


def _check_order(places: list[Place], bins: tuple[Bin, ...]) -> None:
    """Numeric bins ascend, and the last one takes all the rest."""
    for p, bin_, before in zip(places[1:], bins[1:], bins, strict=False):
        if before.below is None:
            p.wrong(
                say("A bin without an upper bound stands before this one."),
                say("Only the last bin has no `below`."),
            )
        elif bin_.below is not None and bin_.below <= before.below:
            p.wrong(
                say("The bins do not ascend: {below} comes after {before}.",
                    below=str(bin_.below), before=str(before.below)),
                say("List bins from the lowest `below` to the highest."),
            )  # fmt: skip
    if bins and bins[-1].below is not None:
        places[-1].wrong(
            say("Values of {below} and more fall into no bin.", below=str(bins[-1].below)),
            say("Add a last bin without `below`."),
        )


def _number_bin(place: Place) -> Bin:
    f = place.fields("points", optional=("below",))
    return Bin(
        points=f.read("points", lambda p: p.whole(0, BEST), 0),
        below=f.read("below", lambda p: p.number(-_LARGE, _LARGE), None),
    )


def _category_bin(place: Place) -> Bin:
    f = place.fields("points", "values")
    return Bin(
        points=f.read("points", lambda p: p.whole(0, BEST), 0),
        values=f.read("values", lambda p: tuple(v.word() for v in p.items()), ()),
    )


def _bands(place: Place) -> tuple[GradeBand, ...]:
    """One band per grade, A first; points fall to zero, default probabilities rise."""
    places = place.items(least=len(Grade))
    bands = tuple(_band(p) for p in places)
    if places and [b.grade for b in bands] != list(Grade):
        place.wrong(
            say("The bands are not those of the grades A to G, in that order."),
            say("List one band per grade, A first."),
        )
    for p, band, before in zip(places[1:], bands[1:], bands, strict=False):
        if band.at_least >= before.at_least or band.pd <= before.pd:
            p.wrong(
                say("Grade {grade} does not lie below the one before it.", grade=band.grade.value),
                say("Let `at_least` fall and `pd` rise from grade to grade."),
            )
    if bands and bands[-1].at_least != 0:
        places[-1].wrong(
            say("The worst grade begins at {points} points.", points=bands[-1].at_least),
            say("Write at_least: 0, so that every score has a grade."),
        )
    return bands


def _band(place: Place) -> GradeBand:
    f = place.fields("grade", "at_least", "pd")
    return GradeBand(
        grade=Grade(f.read("grade", lambda p: p.one_of(_GRADES), _GRADES[0])),
        at_least=f.read("at_least", lambda p: p.whole(0, 1000), 0),
        pd=f.read("pd", lambda p: p.number(Decimal("0.0001"), 1), _ONE),
    )


def read_knock_outs(place: Place) -> tuple[KnockOut, ...]:
    """Rules that force the worst grade; each has a code of its own."""
    found = tuple(_knock_out(item) for item in place.items(least=0))
    codes = [k.code for k in found]
    for code in sorted({c for c in codes if c and codes.count(c) > 1}):
        place.wrong(
            say("Two knock-out rules have the code {code}.", code=code),
            say("Give every rule a code of its own."),
        )
    return found


def _applies_to(place: Place) -> dict[str, tuple[str, ...]]:
    """Signals that are words, each with the words that the scorecard is for."""
    found: dict[str, tuple[str, ...]] = {}
    for signal, words in place.entries():
        if not is_category(signal):
            words.wrong(
                say("Scorecards cannot be chosen by {signal}.", signal=signal),
                say("Use one of: {known}.",
                    known=", ".join(s for s in SIGNALS if is_category(s))),
            )  # fmt: skip
        found[signal] = tuple(word.word() for word in words.items())
    return {signal: words for signal, words in found.items() if words}


def _knock_out(place: Place) -> KnockOut:
    f = place.fields("code", "title", "conditions")
    return KnockOut(
        code=f.read("code", Place.word, ""),
        title=f.read("title", Place.text, {}),
        conditions=f.read(
            "conditions", lambda p: tuple(_condition(item) for item in p.items()), ()
        ),
    )


def _condition(place: Place) -> Condition:
    f = place.fields("signal", optional=("at_least", "below", "values"))
    signal = f.read("signal", lambda p: p.one_of(tuple(SIGNALS)), "")
    condition = Condition(
        signal=signal,
        at_least=f.read("at_least", lambda p: p.number(-_LARGE, _LARGE), None),
        below=f.read("below", lambda p: p.number(-_LARGE, _LARGE), None),
        values=f.read("values", lambda p: tuple(v.word() for v in p.items()), ()),
    )
    bounded = condition.at_least is not None or condition.below is not None
    if signal and (bounded == bool(condition.values) or bounded == is_category(signal)):
        place.wrong(
            say("A condition needs either bounds or values."),
            say("Write at_least or below for a number, values for words."),
        )
    return condition
