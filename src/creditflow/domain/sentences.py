"""A sentence for people, kept apart from its facts so that it can be said in any language.

The English text is also the key under which a translation is found. The facts
stay typed until the moment somebody reads them: a `Money` is written one way in
a Chinese page and another way in an English letter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from creditflow.domain.money import Money


@dataclass(frozen=True)
class Sentence:
    """A text with {named} places, and what belongs in them."""

    text: str
    facts: "Mapping[str, Fact]" = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        """The sentence in plain English, for logs and for the command line."""
        return self.said(lambda text: text, plain)

    def said(self, translate: Callable[[str], str], write: "Callable[[Fact], str]") -> str:
        """The sentence in some language: `translate` finds the text, `write` the facts."""
        written = {
            name: fact.said(translate, write) if isinstance(fact, Sentence) else write(fact)
            for name, fact in self.facts.items()
        }
        return translate(self.text).format_map(written)

    def __hash__(self) -> int:
        return hash((self.text, tuple(sorted((k, str(v)) for k, v in self.facts.items()))))


Fact = str | int | float | date | datetime | Money | Sentence | None
"""What may stand in a sentence: a name, a number, a day, an amount, another sentence."""


def say(text: str, **facts: Fact) -> Sentence:
    """Make a sentence; translators find its text by this call."""
    return Sentence(text, MappingProxyType(facts))


def plain(fact: Fact) -> str:
    """A fact as English text without any locale."""
    if fact is None:
        return "unknown"
    if isinstance(fact, float):
        return f"{fact:,.4g}"
    if isinstance(fact, int):
        return f"{fact:,}"
    if isinstance(fact, datetime):
        return fact.isoformat(sep=" ", timespec="minutes")
    return str(fact)
