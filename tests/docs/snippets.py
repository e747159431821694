"""Read what a reader can copy: blocks of commands and of settings, and links, by page."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@dataclass(frozen=True)
class Line:
    """One line of a block, and the page on which it stands."""

    page: str
    text: str

    @property
    def words(self) -> list[str]:
        """The command and its arguments, without variables before it and without .venv/bin."""
        words = shlex.split(self.text)
        while re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        return [words[0].removeprefix(".venv/bin/"), *words[1:]]


def lines(kind: str, *, page: Path | None = None) -> list[Line]:
    """All lines of the blocks of a kind (sh, ini), on one page or on all."""
    found = []
    for path in [page] if page else PAGES:
        text = path.read_text(encoding="utf-8")
        for block in re.findall(rf"^```{kind}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
            name = str(path.relative_to(ROOT))
            found += [Line(name, line) for line in block.splitlines() if line.strip()]
    return found


def block(kind: str, page: Path) -> str:
    """The one block of that kind on the page, as it stands there."""
    text = page.read_text(encoding="utf-8")
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return str(found)


def links(page: Path) -> list[str]:
    """Everything on the page that leads to another file."""
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text)
    named = [link or picture for link, picture in targets]
    return [target.split("#")[0] for target in named if "://" not in target and target[0] != "#"]
