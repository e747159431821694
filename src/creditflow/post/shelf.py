"""The shelf: the templates that there are, in files and in an edition, and which includes which."""

from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from jinja2 import nodes

from creditflow.domain.errors import NotFound
from creditflow.domain.letter_template import ENDING, Edition, TemplateName, template_named
from creditflow.domain.sentences import say
from creditflow.post.grammar import FOLDER, included, parsed
from creditflow.post.words import languages


class Shelf:
    """Looks templates up: the edition's wording comes first, then the folder's, then ours."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def languages(self) -> tuple[str, ...]:
        """The languages that letters are written in."""
        return languages(self._folder)

    def names(self, edition: Edition) -> list[TemplateName]:
        """Every template that is worded somewhere."""
        own = [] if self._folder is None else (self._folder / FOLDER).glob(f"*{ENDING}")
        found = {*_packaged(), *(path.name for path in own), *(name for name, _ in edition.sources)}
        return sorted(template_named(name) for name in found)

    def text(self, template: TemplateName, edition: Edition) -> str | None:
        """The wording as it is set; None where there is none."""
        return edition.source(template) or self.in_file(template)

    def in_file(self, template: TemplateName) -> str | None:
        """The wording of the file, the installation's own or ours; None where there is none."""
        if self.is_own(template) and self._folder is not None:
            return (self._folder / FOLDER / template.file).read_text(encoding="utf-8")
        return _packaged().get(template.file)

    def is_own(self, template: TemplateName) -> bool:
        """Whether the installation has a file of its own for it."""
        return self._folder is not None and (self._folder / FOLDER / template.file).is_file()

    def needed(self, template: TemplateName, edition: Edition) -> str:
        """The wording as it is set; raises NotFound."""
        found = self.text(template, edition)
        if found is None:
            raise NotFound(say("There is no template {name}.", name=str(template)))
        return found

    def parts_of(self, template: TemplateName, edition: Edition) -> set[str]:
        """The files of all parts that it includes, and that these include."""
        found: set[str] = set()
        todo = [template.file]
        while todo:
            text = self.text(template_named(todo.pop()), edition)
            names = _included(text) if text is not None else ()
            new = {name.removeprefix(FOLDER) for name in names if name.startswith(FOLDER)} - found
            found |= new
            todo += [name for name in sorted(new) if name.endswith(ENDING)]
        return found


@lru_cache(maxsize=256)
def _included(text: str) -> tuple[str, ...]:
    tree = parsed(text)
    return tuple(included(tree)) if isinstance(tree, nodes.Template) else ()


@cache
def _packaged() -> dict[str, str]:
    ours = files("creditflow").joinpath("templates", "letters")
    return {
        x.name: x.read_text(encoding="utf-8") for x in ours.iterdir() if x.name.endswith(ENDING)
    }
