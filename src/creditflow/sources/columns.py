"""Find the fields of a mapping among the columns of a file; nothing is guessed from content."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from creditflow.domain.hand_in import REASON, Kind, RowProblem, Severity, shortened
from creditflow.domain.sentences import say
from creditflow.sources.cells import FieldPlan
from creditflow.sources.fields import REQUIRED
from creditflow.sources.mapping import FieldMapping, KindMapping, Profile

_ALL_OTHERS = "*"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where every field of every kind stands in a file, and what is wrong with its header."""

    plans: Mapping[Kind, Mapping[str, FieldPlan]]
    problems: tuple[RowProblem, ...]

    @property
    def refused(self) -> bool:
        """Whether the rows cannot be read by this header."""
        return any(p.severity is Severity.ERROR for p in self.problems)


def understood(profile: Profile) -> frozenset[str]:
    """All column names that the mapping speaks of, as they are compared."""
    names = (
        column
        for mapping in profile.kinds.values()
        for item in mapping.fields.values()
        for column in item.columns
    )
    return frozenset(map(_key, names))


def plans(header: tuple[str, ...], profile: Profile, kinds: Collection[Kind] | None) -> Columns:
    """The place of each field that is mapped; problems where a header does not fit."""
    problems = _duplicates(header)
    places = {_key(name): at for at, name in enumerate(header) if name}
    chosen = _chosen(places, profile, kinds, problems)
    found = {}
    for kind in chosen:
        mapping = profile.kinds[kind]
        problems.extend(_missing(places, kind, mapping, header))
        found[kind] = MappingProxyType(
            {
                name: plan
                for name, item in mapping.fields.items()
                if (plan := _plan(item, places, header))
            }
        )
    problems.extend(_strangers(header, profile))
    return Columns(MappingProxyType(found), tuple(problems))


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _duplicates(header: tuple[str, ...]) -> list[RowProblem]:
    counts = Counter(_key(name) for name in header if name)
    return [
        RowProblem(
            None,
            shortened(name),
            "",
            say("The header has this column {count} times.", count=count),
            say("Rename or remove all but one."),
        )
        for name, count in counts.items()
        if count > 1
    ]


def _chosen(
    places: Mapping[str, int],
    profile: Profile,
    kinds: Collection[Kind] | None,
    problems: list[RowProblem],
) -> list[Kind]:
    known = list(profile.kinds)
    if kinds is not None:
        for kind in kinds:
            if kind not in known:
                what = say("The column mapping {name} says nothing of {kind}.",
                           name=shortened(profile.name), kind=kind.value)  # fmt: skip
                remedy = say("It finds {kinds}.", kinds=", ".join(known))
                problems.append(RowProblem(None, "", "", what, remedy))
        return [kind for kind in known if kind in kinds]
    if profile.together:
        return known
    complete = [k for k in known if not _missing(places, k, profile.kinds[k], ())]
    # Where no kind is complete, the one with the fewest gaps is what was meant.
    return (
        complete or sorted(known, key=lambda k: len(_missing(places, k, profile.kinds[k], ())))[:1]
    )


def _missing(
    places: Mapping[str, int], kind: Kind, mapping: KindMapping, header: tuple[str, ...]
) -> list[RowProblem]:
    absent = [
        (name, item)
        for name, item in mapping.fields.items()
        if name in REQUIRED[kind] and item.constant is None and _at(item, places) is None
    ]
    return [
        RowProblem(
            None,
            " / ".join(item.columns),
            "",
            say("The file has no column for {field} of {kind}.", field=name, kind=kind.value),
            say(
                "Add the column, or choose another column mapping. The file has: {columns}.",
                columns=shortened(", ".join(header), 200),
            ),
        )
        for name, item in absent
    ]


def _at(item: FieldMapping, places: Mapping[str, int]) -> int | None:
    return next((places[_key(c)] for c in item.columns if _key(c) in places), None)


def _plan(
    item: FieldMapping, places: Mapping[str, int], header: tuple[str, ...]
) -> FieldPlan | None:
    if item.constant is not None:
        return FieldPlan(item, None, "")
    at = _at(item, places)
    return None if at is None else FieldPlan(item, at, shortened(header[at]))


def _strangers(header: tuple[str, ...], profile: Profile) -> list[RowProblem]:
    if _ALL_OTHERS in profile.ignored:
        return []
    known = understood(profile) | profile.ignored | {_key(REASON)}
    return [
        RowProblem(
            None,
            shortened(name),
            "",
            say("The column mapping does not speak of this column; it was not read."),
            say("Name it under “ignore” in the column mapping, or map it to a field."),
            Severity.WARNING,
        )
        for name in header
        if name and _key(name) not in known
    ]
