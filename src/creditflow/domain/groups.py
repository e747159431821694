"""Groups: companies that stand under one parent, in a tree without a cycle, and who belongs where.

A group may have a parent of its own, however many levels up. A customer belongs
to one group at most; through it, it belongs to every group above.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import NewType

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Refusal
from creditflow.domain.sentences import Sentence, say

GroupId = NewType("GroupId", str)


class NoTree(Refusal):
    """The groups would not stand in a tree."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of companies; `parent` is the group directly above it, None at the top."""

    id: GroupId
    name: str
    name_en: str | None = None
    parent: GroupId | None = None

    def called(self, language: str) -> str:
        """The name to show to a reader of that language."""
        if language == "en" and self.name_en:
            return self.name_en
        return self.name


@dataclass(frozen=True, slots=True)
class Membership:
    """One entry of the history of where a customer belongs, from a day on; None: to no group.

    Entries are never changed; `version` counts the customer's without a gap. A
    later entry says what counts from its own first day on. `recorded_by` is who
    said so.
    """

    customer: CustomerId
    version: int
    group: GroupId | None
    from_: date
    recorded_at: datetime
    recorded_by: str

    @property
    def until(self) -> date | None:
        """Only a later entry ends it."""
        return None


@dataclass(frozen=True, slots=True)
class Tree:
    """Groups under their parents. Made by `tree_of`, so there is never a cycle in it."""

    groups: Mapping[GroupId, Group]

    def path(self, group: GroupId | None) -> tuple[Group, ...]:
        """The group and all above it, the nearest first; empty for none and for one not known."""
        return tuple(self.groups[step] for step in _upwards(group, self.groups))

    def children(self, group: GroupId | None) -> list[Group]:
        """The groups directly below, by id; those at the top for None."""
        found = [x for x in self.groups.values() if x.parent == group]
        return sorted(found, key=lambda x: x.id)

    def below(self, group: GroupId) -> frozenset[GroupId]:
        """The group itself and every group beneath it."""
        return frozenset(found.id for _, found in self.walked(group))

    def walked(self, start: GroupId | None = None) -> Iterator[tuple[int, Group]]:
        """Every group with its depth below the start, parents before children, by id.

        From one group on, which has depth zero; the whole tree without one.
        """
        children: dict[GroupId | None, list[Group]] = {}
        for group in sorted(self.groups.values(), key=lambda x: x.id, reverse=True):
            children.setdefault(group.parent, []).append(group)
        first = children.get(None, []) if start is None else [self.groups[start]]
        waiting = [(0, group) for group in first]
        while waiting:
            depth, group = waiting.pop()
            yield depth, group
            waiting += [(depth + 1, child) for child in children.get(group.id, [])]

    def with_(self, changed: Iterable[Group]) -> "Tree":
        """The tree after these groups were added or have changed; raises NoTree."""
        return tree_of({**self.groups, **{group.id: group for group in changed}}.values())


def tree_of(groups: Iterable[Group]) -> Tree:
    """Put the groups under their parents.

    Raises NoTree with everything that is wrong at once: parents that are not
    there, and every cycle with its chain.
    """
    known = {group.id: group for group in groups}
    if problems := [*_orphans(known), *map(cycle_told, cycles(known))]:
        raise NoTree(
            say(
                "The groups would not stand in a tree. {problems}",
                problems=" ".join(map(str, problems)),
            ),
            details=problems,
        )
    return Tree(MappingProxyType(known))


def cycles(groups: Mapping[GroupId, Group]) -> list[tuple[GroupId, ...]]:
    """Every cycle of parents, each once, from its smallest id upwards; by that id."""
    found: list[tuple[GroupId, ...]] = []
    settled: set[GroupId] = set()
    for start in sorted(groups):
        chain: list[GroupId] = []
        step: GroupId | None = start
        while step is not None and step in groups and step not in settled:
            settled.add(step)
            chain.append(step)
            step = groups[step].parent
        if step is not None and step in chain:
            ring = chain[chain.index(step) :]
            first = ring.index(min(ring))
            found.append((*ring[first:], *ring[:first]))
    return sorted(found)


def cycle_told(cycle: tuple[GroupId, ...]) -> Sentence:
    """A cycle as a sentence that names its chain."""
    return say(
        "{chain} is a cycle: a group would stand above itself. Give one of them another parent,"
        " or none.",
        chain=" → ".join((*cycle, cycle[0])),
    )


def _orphans(groups: Mapping[GroupId, Group]) -> Iterator[Sentence]:
    for group in sorted(groups.values(), key=lambda x: x.id):
        if group.parent is not None and group.parent not in groups:
            yield say(
                "Group {group} names the parent {parent}, which is not known."
                " Add that group first.",
                group=group.id,
                parent=group.parent,
            )


def _upwards(group: GroupId | None, groups: Mapping[GroupId, Group]) -> Iterator[GroupId]:
    step = group
    while step is not None and step in groups:
        yield step
        step = groups[step].parent
