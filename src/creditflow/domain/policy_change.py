"""Policy change: what differs between two policies, place by place, as people would say it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_NAMES = ("id", "name", "grade", "code")
"""Entries of a list that all have one of these are compared by it, not by their place."""

ABSENT = "–"
"""How a value that is not there is written."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two policies differ; a value that is not there is None.

    `path` is the way to the place, such as `grades.A.cap`. A whole entry that
    was added or removed is one change, with the entry in short.
    """

    document: str
    path: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        before, after = self.before or ABSENT, self.after or ABSENT
        return f"{self.document}: {self.path}: {before} → {after}"


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """Every difference between the documents of two policies, in the order of their places.

    Numbers are compared as numbers: 0.1 and 0.10 are the same.
    """
    names = sorted({*before, *after})
    return tuple(
        change
        for name in names
        for change in _differences(name, (), before.get(name), after.get(name))
    )


def _differences(
    document: str, path: tuple[str, ...], before: object, after: object
) -> Iterator[Change]:
    old, new = _entries(before), _entries(after)
    if old is not None and new is not None:
        for key in [*old, *(k for k in new if k not in old)]:
            yield from _differences(document, (*path, key), old.get(key), new.get(key))
    elif not _same(before, after):
        yield Change(document, ".".join(path) or ".", _short(before), _short(after))


def _entries(value: object) -> Mapping[str, object] | None:
    """What a mapping or a list holds, by name; None for anything else."""
    if isinstance(value, Mapping):
        return {str(key): found for key, found in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _named(value)
    return None


def _named(items: Sequence[object]) -> Mapping[str, object]:
    for name in _NAMES:
        keys = [item.get(name) if isinstance(item, Mapping) else None for item in items]
        if items and all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys):
            return {str(key): item for key, item in zip(keys, items, strict=True)}
    return {str(place): item for place, item in enumerate(items, start=1)}


def _same(before: object, after: object) -> bool:
    if before == after:
        return True
    old, new = _number(before), _number(after)
    return old is not None and old == new


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _short(value: object) -> str | None:
    """A value in a line: a nested one as its simple fields."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    entries = _entries(value)
    if entries is None:
        return str(value)
    simple = [
        f"{key}: {_short(found)}" for key, found in entries.items() if _entries(found) is None
    ]
    return "{" + ", ".join(simple or sorted(entries)) + "}"
