"""Wording change: two texts side by side, line by line, with the words that differ marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\{[{%#].*?[}%#]\}|[^\W\d_\u3000-\u9fff]+|\d+|\s+|.", re.DOTALL)
"""What counts as one word: a place for a fact, a word, a number, one Chinese character, a sign."""

NEAR = 0.3
"""Lines that share less than this are not the same line worded anew."""

Run = tuple[str, bool]
"""A stretch of text, and whether it differs."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line before and after, each with its number; a side that is not there has none."""

    before_line: int | None
    before: tuple[Run, ...]
    after_line: int | None
    after: tuple[Run, ...]

    @property
    def differs(self) -> bool:
        """Whether the two sides are not the same."""
        return self.before != self.after


def side_by_side(before: str, after: str) -> tuple[Row, ...]:
    """All lines of both texts, in their order; what was worded anew stands in one row."""
    old, new = before.splitlines(), after.splitlines()
    rows: list[Row] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += (
                Row(i + 1, ((old[i], False),), j + 1, ((new[j], False),))
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
            )
        else:
            rows += _paired(old, new, range(i1, i2), range(j1, j2))
    return tuple(rows)


def _paired(old: Sequence[str], new: Sequence[str], olds: range, news: range) -> Iterator[Row]:
    both = min(len(olds), len(news))
    for i, j in zip(olds[:both], news[:both], strict=True):
        before, after = _marked(old[i], new[j])
        yield Row(i + 1, before, j + 1, after)
    for i in olds[both:]:
        yield Row(i + 1, ((old[i], True),), None, ())
    for j in news[both:]:
        yield Row(None, (), j + 1, ((new[j], True),))


def _marked(before: str, after: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < NEAR:
        return ((before, True),), ((after, True),)
    codes = matcher.get_opcodes()
    left = tuple(("".join(old[i1:i2]), tag != "equal") for tag, i1, i2, _, _ in codes if i2 > i1)
    right = tuple(("".join(new[j1:j2]), tag != "equal") for tag, _, _, j1, j2 in codes if j2 > j1)
    return left, right
