"""Scorecards together: exactly one applies to each customer, and a blend of two has a meaning."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from creditflow.domain.choosing import applies, named_words
from creditflow.domain.plain_data import Place
from creditflow.domain.scorecard import OTHER, KnockOut, Scorecard, Segment
from creditflow.domain.sentences import say

MOST_COMBINATIONS = 20_000
"""More combinations of words than this are not looked at, and refused."""

MOST_TOLD = 5
"""Of gaps and overlaps of one kind no more than this are told one by one."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A scorecard and the document that it was read from."""

    place: Place
    card: Scorecard


def check_set(found: Mapping[str, Placed], sectors: Mapping[str, object] | None) -> None:
    """Note every problem that scorecards have with each other.

    `sectors` are those known; None where that could not be read.
    """
    placed = list(found.values())
    _check_ids(placed)
    if sectors is not None:
        _check_sectors(placed, sectors)
    if not all(_says_for_whom(p.place) for p in placed):
        return
    for segment in Segment:
        _check_partition([p for p in placed if p.card.segment is segment], segment)


def _says_for_whom(place: Place) -> bool:
    """Whether the scorecard's segment, and the words that it is for, could be read."""
    others = "applies_to" not in place.names() or place.is_sound_at("applies_to")
    return others and place.is_sound_at("segment")


def check_blend(found: Mapping[str, Placed]) -> None:
    """Characteristics of one name ask one thing in all scorecards that may be blended."""
    meant: dict[str, tuple[str, str, str]] = {}
    for name, placed in found.items():
        for index, c in enumerate(placed.card.characteristics):
            here = placed.place.below("characteristics", None).below(index, None)
            if not all(here.below(part, None).is_sound for part in ("name", "signal", "dimension")):
                continue
            document, signal, dimension = meant.setdefault(
                c.name, (name, c.signal, c.dimension.value)
            )
            if (signal, dimension) != (c.signal, c.dimension.value):
                here.wrong(
                    say(
                        "{name} asks {signal} ({dimension}) here and {other} ({elsewhere}) in"
                        " {document}, so the two cannot be blended.",
                        name=c.name,
                        signal=c.signal,
                        dimension=c.dimension.value,
                        other=signal,
                        elsewhere=dimension,
                        document=document,
                    ),
                    say("Give one of the two another name."),
                )


def with_knock_outs(
    placed: Mapping[str, Placed], general: tuple[KnockOut, ...]
) -> dict[str, Scorecard]:
    """The scorecards, each with the policy's own knock-out rules before those that it adds."""
    for p in placed.values():
        for at, knock_out in enumerate(p.card.knock_outs):
            if knock_out.code and knock_out.code in {k.code for k in general}:
                p.place.below("knock_outs", None).below(at, None).below("code", None).wrong(
                    say("The policy has a knock-out rule {code} already.", code=knock_out.code),
                    say("Remove it here, or give it another code."),
                )
    return {
        name: replace(p.card, knock_outs=(*general, *p.card.knock_outs))
        for name, p in placed.items()
    }


def _check_ids(placed: Sequence[Placed]) -> None:
    seen: set[str] = set()
    for p in placed:
        if p.card.id and p.card.id in seen:
            p.place.below("id", None).wrong(
                say("Another scorecard has the id {id} too.", id=p.card.id),
                say("Give every scorecard an id of its own."),
            )
        seen.add(p.card.id)


def _check_sectors(placed: Sequence[Placed], sectors: Mapping[str, object]) -> None:
    for p in placed:
        unknown = set(p.card.applies_to.get("sector", ())) - {OTHER, *sectors}
        for sector in sorted(unknown):
            p.place.below("applies_to", None).below("sector", None).wrong(
                say("No sector {sector} is known.", sector=sector),
                say("Correct the spelling, or add it to sector_outlook."),
            )


def _check_partition(placed: Sequence[Placed], segment: Segment) -> None:
    """Every combination of words, those that nobody names among them, meets one scorecard."""
    cards = [p.card for p in placed]
    named = named_words(cards)
    if not placed or (len(placed) == 1 and not named):
        return
    if prod(len(words) + 1 for words in named.values()) > MOST_COMBINATIONS:
        placed[-1].place.below("applies_to", None).wrong(
            say("The scorecards distinguish more than {most} kinds of customers.",
                most=MOST_COMBINATIONS),
            say("Use fewer signals or words in applies_to."),
        )  # fmt: skip
        return
    gaps, overlaps = 0, 0
    for facts in _combinations(named):
        fitting = [p for p in placed if applies(p.card, facts, named)]
        if not fitting:
            gaps += 1
            if gaps <= MOST_TOLD:
                _tell_gap(placed[0].place, segment, facts)
        elif len(fitting) > 1:
            overlaps += 1
            if overlaps <= MOST_TOLD:
                _tell_overlap(fitting[-1].place, fitting, facts)


def _combinations(named: Mapping[str, frozenset[str]]) -> Iterator[dict[str, str | None]]:
    """Each named word and, as None, whatever is not named, of every signal with every other."""
    signals = sorted(named)
    choices = [[*sorted(named[signal]), None] for signal in signals]
    for words in itertools.product(*choices):
        yield dict(zip(signals, words, strict=True))


def _tell_gap(place: Place, segment: Segment, facts: Mapping[str, str | None]) -> None:
    place.wrong(
        say(
            "No scorecard for {segment} customers applies where {facts}.",
            segment=segment.value,
            facts=_shown(facts),
        ),
        say("Add these words, or `other` for all the rest, to applies_to of one of them."),
    )


def _tell_overlap(place: Place, fitting: Sequence[Placed], facts: Mapping[str, str | None]) -> None:
    place.below("applies_to", None).wrong(
        say(
            "{documents} apply to the same customers where {facts}.",
            documents=", ".join(p.place.document for p in fitting),
            facts=_shown(facts) or "-",
        ),
        say("Let applies_to of only one of them say so; `other` stands for all the rest."),
    )


def _shown(facts: Mapping[str, str | None]) -> str:
    return ", ".join(f"{signal} = {word or OTHER}" for signal, word in facts.items())
