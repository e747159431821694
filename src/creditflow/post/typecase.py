"""The type case of a language: its templates, how it writes facts, the frame of its letters."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import css_inline
from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateNotFound,
    UndefinedError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from creditflow.domain.errors import Refusal
from creditflow.domain.money import Money, decimals
from creditflow.domain.sentences import Fact, say
from creditflow.post.manuscript import Manuscript, as_text, one_line
from creditflow.post.words import Words, words_of

FRAME: Final = "letters/_letter.html.j2"
STYLE: Final = "letters/_letter.css"


def written(fact: Fact | Decimal, language: str) -> str:
    """A fact in words of the language: `CNY 2,600,000.00`, `2026年11月23日`."""
    return _written(fact, words_of(language).locale)


def _written(fact: Fact | Decimal, locale: Locale) -> str:
    if isinstance(fact, Money):
        places = decimals(fact.currency)
        form = "#,##0" + ("." + "0" * places if places else "")
        return f"{fact.currency} {format_decimal(fact.major, form, locale=locale)}"
    if isinstance(fact, date):
        return format_date(fact, "long", locale=locale)
    if isinstance(fact, int | float | Decimal):
        return format_decimal(fact, "#,##0.##", locale=locale)
    if fact is None:
        raise Refusal(say("A fact is missing. Complete the customer's data and try again."))
    return one_line(str(fact))


class Typecase:
    """All templates of one language, and the frame around them.

    `folder` may hold `letters/…` of an installation's own, which come first.
    """

    def __init__(self, language: str, folder: Path | None = None) -> None:
        self.words: Words = words_of(language, folder)
        self.language = language
        loader: BaseLoader = PackageLoader("creditflow")
        if folder is not None:
            loader = ChoiceLoader([FileSystemLoader(folder), loader])
        self._templates = ImmutableSandboxedEnvironment(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=False,  # this is Markdown: `finalize` escapes it
            finalize=self._literal,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._templates.filters |= {"money": self.written, "date": self.written}
        self._frames = ImmutableSandboxedEnvironment(
            loader=loader, undefined=StrictUndefined, autoescape=True
        )
        self._inliner = css_inline.CSSInliner(
            extra_css=self._frames.get_template(STYLE).render(),
            # What depends on the reader's screen cannot be written into elements.
            keep_style_tags=True,
            load_remote_stylesheets=False,
        )

    def manuscript(self, name: str, facts: Mapping[str, object]) -> Manuscript:
        """Fill the template `name` (without language and ending); StrictUndefined holds."""
        path = f"{name}.{self.language}.md.j2"
        try:
            return Manuscript(self._templates.get_template(path).render(facts))
        except TemplateNotFound as absent:
            raise Refusal(say("There is no template {name}.", name=str(absent))) from absent
        except UndefinedError as gap:
            raise Refusal(
                say(
                    "The template {name} asks for something that is not there: {problem}.",
                    name=path,
                    problem=str(gap),
                )
            ) from gap

    def framed(
        self,
        manuscript: Manuscript,
        *,
        subject: str,
        company: str,
        reference: Sequence[str],
        footer: Sequence[str],
        is_letter: bool = True,
    ) -> str:
        """The whole page, its style written into the elements as mail readers want it.

        A letter ends with who signs it, a notice does not.
        """
        page = self._frames.get_template(FRAME).render(
            language=self.language,
            subject=subject,
            company=company,
            reference=reference,
            title=manuscript.title,
            body=Markup(manuscript.html),  # noqa: S704 - the manuscript has escaped it
            footer=footer,
            is_letter=is_letter,
        )
        return self._inliner.inline(page)

    def written(self, fact: Fact | Decimal) -> str:
        """A fact in words of this language."""
        return _written(fact, self.words.locale)

    def text(self, manuscript: Manuscript) -> str:
        """The whole letter as plain text."""
        signs = (self.words.heading, self.words.pair)
        return f"{manuscript.title}\n\n{manuscript.text(signs)}"

    def _literal(self, value: Fact) -> str:
        """What every `{{ … }}` passes: the fact in words, escaped for Markdown."""
        return as_text(self.written(value))
