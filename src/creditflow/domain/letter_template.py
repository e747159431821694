"""Letter template: how one letter is worded in one language, in versions that two people make."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from creditflow.domain.errors import NotFound
from creditflow.domain.policy_draft import MOVES, OPEN, DraftMoved, DraftState
from creditflow.domain.sentences import Sentence, say

ENDING: Final = ".md.j2"
LONGEST_SOURCE: Final = 10_000
"""Characters of a template; the longest that we ship has a fifth of it."""

_NAME = re.compile(r"(_?[a-z][a-z_]*)\.([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)")


@dataclass(frozen=True, slots=True, order=True)
class TemplateName:
    """A letter, or a part that letters share (with a `_` in front), in a language."""

    about: str
    language: str

    def __str__(self) -> str:
        return f"{self.about}.{self.language}"

    @property
    def file(self) -> str:
        """The file's name in the folder of letters: `reduced.en.md.j2`."""
        return f"{self}{ENDING}"

    @property
    def is_part(self) -> bool:
        """Whether it is set into letters and is none by itself."""
        return self.about.startswith("_")


def template_named(text: str) -> TemplateName:
    """`reduced.en` or `letters/reduced.en.md.j2` as a name; raises NotFound for anything else."""
    found = _NAME.fullmatch(text.removeprefix("letters/").removesuffix(ENDING))
    if found is None:
        raise NotFound(
            say("{name} is not the name of a template; one is called reduced.en.", name=text or "-")
        )
    return TemplateName(found[1], found[2])


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything that people have worded anew, as it stands with one publication.

    `sources` are file names with their texts; what is not in it is worded as in
    the files. Number 0 is the files alone.
    """

    number: int = 0
    sources: tuple[tuple[str, str], ...] = ()

    def source(self, template: TemplateName) -> str | None:
        """The wording of that template; None where the file's holds."""
        return dict(self.sources).get(template.file)

    def with_(self, template: TemplateName, text: str | None) -> "Edition":
        """The same with one template worded otherwise, to try it; None for the file's wording."""
        kept = {name: source for name, source in self.sources if name != template.file}
        if text is not None:
            kept[template.file] = text
        return replace(self, sources=tuple(sorted(kept.items())))


AS_IN_FILES: Final = Edition()


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One thing wrong with a template, the line where it stands, and what would put it right."""

    line: int | None
    what: Sentence
    remedy: Sentence

    @property
    def sentence(self) -> Sentence:
        """Both in one, with the line where there is one."""
        if self.line is None:
            return say("{what} {remedy}", what=self.what, remedy=self.remedy)
        return say(
            "Line {line}: {what} {remedy}", line=self.line, what=self.what, remedy=self.remedy
        )


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A wording that somebody proposes and somebody else has to confirm.

    `text` None gives the template back to its file. `based_on` is the edition
    that worded the template when this was proposed (0: the file); a draft never
    replaces another wording than that. `edition` is what its publication made.
    """

    id: str
    template: TemplateName
    text: str | None
    based_on: int
    effective_on: date
    why: str
    proposed_by: str
    proposed_at: datetime
    state: DraftState = DraftState.WAITING
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str = ""
    edition: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state in OPEN

    def moved(self, to: DraftState, **changes: object) -> "TemplateDraft":
        """The draft in its next state; raises DraftMoved where it cannot get there."""
        if to not in MOVES[self.state]:
            raise DraftMoved(
                say(
                    "Draft {draft} is {state} already. Reload it to see what happened meanwhile.",
                    draft=self.id,
                    state=self.state.value,
                )
            )
        return replace(self, state=to, **changes)  # type: ignore[arg-type]  # named fields of its own
