"""Letter template: how one letter is worded in one language, in versions that two people make."""

import re
from dataclasses import dataclass, replace
from typing import Final

from creditflow.domain.draft import Draft
from creditflow.domain.errors import NotFound
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDraft(Draft):
    """A proposed wording, based on the edition that worded the template last (0: the file).

    `text` None gives the template back to its file. `edition` is what its
    publication made.
    """

    template: TemplateName
    text: str | None
    edition: int | None = None
