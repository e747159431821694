"""Read what people type into a form field by field, and keep all that is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.sentences import Sentence, say

Read = TypeVar("Read")
LONGEST = 20


class NoDay(Refusal):
    """What was typed is not a day."""


@dataclass
class Typed:
    """The fields as they were typed, and what is wrong with them so far."""

    fields: Mapping[str, str]
    problems: list[Sentence] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A field without the blanks around it."""
        return self.fields.get(name, "").strip()

    def read(self, name: str, how: Callable[[str], Read]) -> Read | None:
        """The field read that way; None where it is empty or cannot be read."""
        text = self.text(name)
        if not text:
            return None
        try:
            return how(text)
        except Problem as problem:
            self.problems.append(problem.sentence)
            return None


def read_day(text: str) -> date:
    """The day, such as 2026-01-31; raises NoDay."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _no_day(text) from None


def read_last_day(text: str) -> date:
    """The day after the one that is named: people say the last day, a period ends before a day.

    Raises NoDay, also in the last year that there is, after which days cannot be reckoned.
    """
    day = read_day(text)
    if day.year == date.max.year:
        raise _no_day(text)
    return day + timedelta(days=1)


def _no_day(text: str) -> NoDay:
    return NoDay(say("{day} is not a day; write it as 2026-01-31.", day=text[:LONGEST] or "–"))
