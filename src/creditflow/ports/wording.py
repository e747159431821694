"""What the core asks of letters' templates: their editions, their drafts, and a proofreader."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from creditflow.domain.letter_template import (
    Edition,
    TemplateDraft,
    TemplateName,
    TemplateProblem,
)
from creditflow.ports.drafting import Drafts


class Templates(Drafts[TemplateDraft], Protocol):
    """Wordings that people made: one draft of a template at a time, and editions of all."""

    def edition(self, number: int | None = None) -> Edition:
        """Every wording as that edition left it; the one in force where none is named."""
        ...

    def worded_by(self, template: TemplateName) -> int:
        """The edition that last worded the template; 0 where nobody ever did."""
        ...

    def open(self, template: TemplateName) -> TemplateDraft | None:
        """The template's one draft that is waiting or confirmed."""
        ...

    def all(self, template: TemplateName | None = None) -> list[TemplateDraft]:
        """Every draft, or those of one template, the latest first."""
        ...

    def due(self, on: date) -> list[TemplateDraft]:
        """Confirmed ones whose day has come, the earliest day first."""
        ...


class Proofreader(Protocol):
    """Reads a wording before anybody may propose it."""

    def wording(self, template: TemplateName, edition: Edition) -> str | None:
        """How that edition words the template, or else its file; None where nothing does."""
        ...

    def proofread(
        self, template: TemplateName, text: str | None, edition: Edition
    ) -> Sequence[TemplateProblem]:
        """Everything that is wrong with the wording among the others of that edition.

        None stands for the file's wording.
        """
        ...
