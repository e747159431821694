"""Sift a hand-in: which rows are new, which are known, which are rejected and why."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Protocol, TypeVar

from creditflow.domain.customer import Origin
from creditflow.domain.hand_in import HandIn, Kind, RowProblem, Severity, shortened
from creditflow.domain.money import Money
from creditflow.domain.rates import Rate
from creditflow.domain.sentences import Sentence, say


class FromRow(Protocol):
    """A domain value that knows which row it came from."""

    # How the standard library's types tell a dataclass from anything else.
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def origin(self) -> Origin | None:
        """The row it came from."""
        ...


Thing = TypeVar("Thing", bound=FromRow)

_NOT_CONTENT = frozenset({"origin", "source"})


@dataclass(slots=True)
class Tally:
    """How many values of one kind were new, replaced, known before, or rejected."""

    new: int = 0
    replaced: int = 0
    known: int = 0
    rejected: int = 0

    def __str__(self) -> str:
        return (
            f"{self.new} new, {self.replaced} replaced, {self.known} known,"
            f" {self.rejected} rejected"
        )


class Sifted:
    """What has become of the rows of a hand-in so far."""

    def __init__(self, hand_in: HandIn) -> None:
        self.hand_in = hand_in
        self.problems: list[RowProblem] = list(hand_in.problems)
        self.rejected: set[int] = set(hand_in.rejected)
        self.kept: set[int] = set()
        self.counts: dict[Kind, Tally] = defaultdict(Tally)

    def reject(
        self, thing: FromRow, column: str, value: object, what: Sentence, remedy: Sentence
    ) -> None:
        """The row of this value stays out."""
        line = row_of(thing)
        self.rejected.add(line)
        self.problems.append(RowProblem(line, column, shortened(str(value)), what, remedy))

    def warn(self, line: int, column: str, value: object, what: Sentence, remedy: Sentence) -> None:
        """The row is kept, but somebody should look at it."""
        problem = RowProblem(line, column, shortened(str(value)), what, remedy, Severity.WARNING)
        self.problems.append(problem)

    def keep(self, kind: Kind, things: Iterable[FromRow], *, replaced: bool = False) -> None:
        """These values were kept."""
        lines = [row_of(thing) for thing in things]
        self.kept.update(lines)
        if replaced:
            self.counts[kind].replaced += len(lines)
        else:
            self.counts[kind].new += len(lines)

    def distinct(
        self, kind: Kind, things: Sequence[Thing], key: Callable[[Thing], Hashable]
    ) -> list[Thing]:
        """The values without those that stand in the file twice.

        The second of two equal ones is known; one that says something else under
        the same key is rejected.
        """
        first: dict[Hashable, Thing] = {}
        for thing in things:
            earlier = first.setdefault(key(thing), thing)
            if earlier is thing:
                continue
            if differences(earlier, thing):
                self.clash(kind, thing, earlier)
            else:
                self.counts[kind].known += 1
        return list(first.values())

    def unknown_to(
        self, kind: Kind, things: Sequence[Thing], existing: Mapping[str, Thing]
    ) -> list[Thing]:
        """Documents that are not there yet; one that is there with other content is rejected."""
        new = []
        for thing in things:
            before = existing.get(document_of(thing))
            if before is None:
                new.append(thing)
            elif differences(before, thing):
                self.clash(kind, thing, before)
            else:
                self.counts[kind].known += 1
        return new

    def clash(self, kind: Kind, thing: FromRow, before: FromRow) -> None:
        """Reject a value that contradicts one that is known, naming both for every field."""
        self.counts[kind].rejected += 1
        for name, old, new in differences(before, thing):
            self.reject(
                thing,
                name,
                new,
                say(
                    "{document} is known already, with {known} where this row has {given}.",
                    document=document_of(thing),
                    known=old,
                    given=new,
                ),
                say(
                    "Find out which is right. A document never changes: correct it by a credit"
                    " note, or give the new one a number of its own."
                ),
            )


def row_of(thing: FromRow) -> int:
    """The row that a value came from; 0 for one that came from no file."""
    return thing.origin.row if thing.origin else 0


def document_of(thing: FromRow) -> str:
    """What a value is called: its document number, or whose it is."""
    return str(getattr(thing, "document", "") or getattr(thing, "customer", ""))


def differences(one: FromRow, other: FromRow) -> list[tuple[str, str | Money, str | Money]]:
    """Fields in which two values differ, with both contents as they are shown."""
    if one == other:
        return []
    return [
        (f.name, _shown(old), _shown(new))
        for f in fields(one)
        if f.name not in _NOT_CONTENT
        and (old := getattr(one, f.name)) != (new := getattr(other, f.name))
    ]


def _shown(content: object) -> str | Money:
    if isinstance(content, Money):
        return content
    if isinstance(content, Rate):
        return str(content.per_pivot)
    return "–" if content is None else str(content)
