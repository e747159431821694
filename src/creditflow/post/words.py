"""The languages of letters: each is a file of frame words beside the templates, nothing else.

A folder of an installation's own may bring further languages, and templates of
its own wording for the ones that there are.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml
from babel.core import Locale

from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.sentences import say

PREFIX: Final = "_words."
ENDING: Final = ".yaml"


@dataclass(frozen=True, slots=True)
class Words:
    """The frame of letters in one language: how it writes headings, pairs, references, pages."""

    language: str
    locale: Locale
    heading: str
    pair: str
    subject: str
    reference: tuple[str, ...]
    footer: str
    genuine: str
    page: str
    print_language: str
    print_region: str
    fonts: tuple[str, ...]


def languages(folder: Path | None = None) -> tuple[str, ...]:
    """The languages that there are words for, ours and those of the folder, by name."""
    return tuple(sorted(_sources(folder)))


def words_of(language: str, folder: Path | None = None) -> Words:
    """The words of a language; raises NotFound, and Refusal where the file lacks one."""
    source = _sources(folder).get(language)
    if source is None:
        raise NotFound(
            say(
                "Letters are not written in {language}. There are: {known}.",
                language=language,
                known=", ".join(languages(folder)),
            )
        )
    return _read(language, source)


@cache
def _read(language: str, source: str) -> Words:
    given: dict[str, Any] = yaml.safe_load(source) or {}
    printed: dict[str, Any] = given.get("print") or {}
    needed = ("locale", "heading", "pair", "subject", "reference", "footer", "genuine", "page")
    missing = [name for name in needed if not given.get(name)]
    missing += [f"print.{n}" for n in ("language", "region", "fonts") if not printed.get(n)]
    if missing:
        raise Refusal(
            say(
                "The file {file} of letters lacks: {missing}.",
                file=f"{PREFIX}{language}{ENDING}",
                missing=", ".join(missing),
            )
        )
    return Words(
        language=language,
        locale=Locale.parse(given["locale"]),
        heading=given["heading"],
        pair=given["pair"],
        subject=given["subject"],
        reference=tuple(given["reference"]),
        footer=given["footer"],
        genuine=given["genuine"],
        page=given["page"],
        print_language=printed["language"],
        print_region=printed["region"],
        fonts=tuple(printed["fonts"]),
    )


def _sources(folder: Path | None) -> dict[str, str]:
    """Language to the text of its file; the folder's own comes before ours."""
    found = dict(_packaged())
    if folder is not None:
        for path in sorted((folder / "letters").glob(f"{PREFIX}*{ENDING}")):
            found[_language(path.name)] = path.read_text(encoding="utf-8")
    return found


@cache
def _packaged() -> dict[str, str]:
    ours = files("creditflow").joinpath("templates", "letters")
    return {
        _language(x.name): x.read_text(encoding="utf-8")
        for x in ours.iterdir()
        if x.name.startswith(PREFIX) and x.name.endswith(ENDING)
    }


def _language(name: str) -> str:
    return name.removeprefix(PREFIX).removesuffix(ENDING)
