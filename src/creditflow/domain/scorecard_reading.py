"""Scorecard reading: plain data becomes a scorecard; every problem in it is noted on the way."""

from decimal import Decimal

from creditflow.domain.bin_reading import LARGE, read_bands, read_bins
from creditflow.domain.candidate import LimitMethod
from creditflow.domain.catalogue import SIGNALS, is_category
from creditflow.domain.disclosing import DISCLOSABLE, fact_names
from creditflow.domain.grade import Grade
from creditflow.domain.plain_data import Place, again
from creditflow.domain.scorecard import (
    Bin,
    Characteristic,
    Condition,
    Disclosure,
    KnockOut,
    Scorecard,
    Segment,
)
from creditflow.domain.scoring import NEUTRAL
from creditflow.domain.sentences import say
from creditflow.domain.signals import Dimension

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
    weighed = f.get("weights")
    if (listed := f.get("characteristics")) is not None and weighed is not None:
        sound = {d: weight for d, weight in weights.items() if weighed.is_sound_at(d.value)}
        _check_weights(listed, characteristics, sound)
    return Scorecard(
        id=f.read("id", Place.word, ""),
        segment=of,
        title=f.read("title", Place.text, {}),
        weights=weights,
        characteristics=characteristics,
        bands=f.read("bands", read_bands, ()),
        knock_outs=f.read("knock_outs", read_knock_outs, ()),
        applies_to=f.read("applies_to", _applies_to, {}),
    )


def read_disclosure(place: Place, places: frozenset[str] | None) -> Disclosure:
    """What a letter may say, with no other {places} for facts than these (None: not known)."""
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
    if place.is_sound and sum(weights.values()) != _ONE:
        place.wrong(
            say("The weights sum to {total}, not to 1.", total=str(sum(weights.values()))),
            say("Change them so that they sum to exactly 1."),
        )
    return weights


def _characteristics(place: Place) -> tuple[Characteristic, ...]:
    places = place.items()
    found = tuple(_characteristic(item) for item in places)
    for item, name in again(places, [c.name for c in found]):
        item.below("name", None).wrong(
            say("{name} is on the scorecard more than once.", name=name),
            say("Remove one, or give it another name."),
        )
    return found


def _check_weights(
    place: Place, found: tuple[Characteristic, ...], weights: dict[Dimension, Decimal]
) -> None:
    """Within each dimension that counts, the shares of its characteristics sum to one."""
    places = place.items(least=0)
    if not all(item.is_sound_at("dimension") for item in places):
        return
    unknown = {c.dimension for item, c in zip(places, found, strict=True)
               if not item.is_sound_at("weight")}  # fmt: skip
    for dimension, weight in weights.items():
        if dimension in unknown:
            continue
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
    if asked is None or not asked.is_sound:
        signal = ""
    bins = f.read("bins", lambda p: read_bins(p, signal), tuple[Bin, ...]())
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
    if not signal:
        return read_disclosure(place, None)
    if signal not in DISCLOSABLE:
        place.wrong(
            say("Letters must not speak of {signal}.", signal=signal),
            say("Remove the disclosure, or disclose one of: {known}.",
                known=", ".join(sorted(DISCLOSABLE))),
        )  # fmt: skip
    return read_disclosure(place, fact_names(signal))


def read_knock_outs(place: Place) -> tuple[KnockOut, ...]:
    """Rules that force the worst grade; each has a code of its own."""
    places = place.items(least=0)
    found = tuple(_knock_out(item) for item in places)
    for item, code in again(places, [k.code for k in found]):
        item.below("code", None).wrong(
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
        at_least=f.read("at_least", lambda p: p.number(-LARGE, LARGE), None),
        below=f.read("below", lambda p: p.number(-LARGE, LARGE), None),
        values=f.read("values", lambda p: tuple(v.word() for v in p.items()), ()),
    )
    bounded = condition.at_least is not None or condition.below is not None
    if place.is_sound and (bounded == bool(condition.values) or bounded == is_category(signal)):
        place.wrong(
            say("A condition needs either bounds or values."),
            say("Write at_least or below for a number, values for words."),
        )
    return condition


def read_limit_reasons(place: Place) -> dict[str, Disclosure]:
    """What letters may say of the ways to arrive at a limit, by their names."""
    known = tuple(method.value for method in LimitMethod)
    reasons: dict[str, Disclosure] = {}
    for name, found in place.entries():
        place.below(name, name).one_of(known)
        reasons[name] = read_disclosure(found, frozenset())
    return reasons
