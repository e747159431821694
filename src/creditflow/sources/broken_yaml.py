"""Broken YAML: what cannot be read is set aside, so that the rest of a document still is."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import yaml

SET_ASIDE = "!set-aside"
"""The tag of what stands in place of an entry that is not YAML."""

MOST_ENTRIES = 30
"""Broken entries of one document that are set aside; a document with more is not read."""

MOST_CHARACTERS = 1_000_000
"""Read again and again for one document, that it be saved; large ones are not worth it."""

MOST_LEVELS = 6
"""Entries around a mistake that are tried, from the innermost outwards."""

FAR = 20
"""Rows; a mistake noticed further from the entry that it is in is told where the entry begins."""

MOST_HALVES = 3
"""Rows with half a pair of quotes, the nearest above the mistake, that are tried first."""

_ENTRY = re.compile(r"(?P<indent> *)(?P<start>- +(?:[\w.-]+ *:(?= |$))?|-(?=$)|[\w.-]+ *:(?= |$))")


class Broken(NamedTuple):
    """Where a document stops being YAML; the line counts from one, None where nobody knows."""

    line: int | None


def mended(text: str) -> tuple[yaml.Node | None, Mapping[int, int], Broken | None]:
    """The document's node, with entries that are not YAML replaced by one of the tag SET_ASIDE.

    Also, by the line on which such an entry stands, the line of the mistake in
    it. Third, where nothing could be saved, the place of the mistake.
    """
    rows, aside = text.split("\n"), dict[int, int]()
    for _ in range(min(MOST_ENTRIES, MOST_CHARACTERS // max(1, len(text)) + 1)):
        node, broken = _composed(rows)
        if broken is None:
            return node, aside, None
        smaller = _without(rows, broken)
        if smaller is None:
            return None, {}, broken
        rows, line = smaller
        told = broken.line or line
        aside[line] = told if told - line <= FAR else line
    return None, {}, broken


def _composed(rows: list[str]) -> tuple[yaml.Node | None, Broken | None]:
    try:
        return yaml.compose("\n".join(rows), Loader=yaml.SafeLoader), None
    except yaml.MarkedYAMLError as error:
        return None, Broken(_line(error))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None, Broken(None)


def _line(error: yaml.MarkedYAMLError) -> int | None:
    """Of a bracket or quote that never closes, where it opens; else where reading stopped."""
    opened = "flow" in (error.context or "") or "quoted" in (error.context or "")
    mark = error.context_mark if opened and error.context_mark else error.problem_mark
    return mark.line + 1 if mark else None


def _without(rows: list[str], broken: Broken) -> tuple[list[str], int] | None:
    """The rows with the smallest entry around the mistake set aside, and the entry's line.

    A quote that never closes is only noticed at the next one, much further down:
    so rows with half a pair are tried first, the entry that begins there alone.
    None where no entry can be set aside without breaking more.
    """
    if broken.line is None:
        return None
    at = min(broken.line, len(rows)) - 1
    halves = [row for row in range(at, -1, -1) if rows[row].partition("#")[0].count('"') % 2]
    for row in halves[:MOST_HALVES]:
        if (entry := _ENTRY.match(rows[row])) is not None:
            tried = _set_aside(rows, row, entry)
            if _is_better(tried, broken.line):
                return tried, row + 1
    return _without_around(rows, at, broken.line)


def _is_better(rows: list[str], line: int) -> bool:
    """Whether the rows are YAML, or at least up to a place beyond that line."""
    broken = _composed(rows)[1]
    return broken is None or (broken.line or 0) > line


def _without_around(rows: list[str], at: int, line: int) -> tuple[list[str], int] | None:
    """The rows without the smallest entry around one of them, if they are YAML beyond the line."""
    deepest, levels = len(rows[at]) + 1, 0
    for start in range(at, -1, -1):
        entry = _ENTRY.match(rows[start])
        if entry is None or len(entry["indent"]) >= deepest or levels == MOST_LEVELS:
            continue
        deepest, levels = len(entry["indent"]), levels + 1
        tried = _set_aside(rows, start, entry)
        if _is_better(tried, line):
            return tried, start + 1
    return None


def _set_aside(rows: list[str], start: int, entry: re.Match[str]) -> list[str]:
    """The rows with that entry, up to the next one that is no deeper, emptied."""
    indent = len(entry["indent"])
    end = start + 1
    while end < len(rows) and not _begins(rows[end], indent):
        end += 1
    # Of `- key: value` the item goes as a whole.
    kept = "- " if entry["start"].startswith("-") else entry["start"] + " "
    blank = [""] * (end - start - 1)
    return [*rows[:start], f"{entry['indent']}{kept}{SET_ASIDE}", *blank, *rows[end:]]


def _begins(row: str, indent: int) -> bool:
    """Whether something begins here that is no deeper than that indentation; a tab never does."""
    found = row.lstrip(" ")
    return bool(found) and found[0] not in "#\t" and len(row) - len(found) <= indent
