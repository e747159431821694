"""The type case of a language: its templates, how it writes facts, the frame of its letters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import css_inline
from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateNotFound,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from creditflow.domain.errors import Refusal
from creditflow.domain.letter_template import template_named
from creditflow.domain.money import Money, decimals
from creditflow.domain.sentences import Fact, say
from creditflow.post.grammar import FOLDER, within_bounds
from creditflow.post.manuscript import Manuscript, as_text, one_line
from creditflow.post.words import Words, words_of

FRAME: Final = "letters/_letter.html.j2"
STYLE: Final = "letters/_letter.css"

LONGEST_LETTER: Final = 200_000
"""Characters that a template may become; names of the greatest length and all reasons fit in."""


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


def _bounded(pieces: Iterable[str], name: str) -> str:
    """The pieces as one text, as long as they do not get too long."""
    kept, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > LONGEST_LETTER:
            raise Refusal(
                say(
                    "The template {name} becomes longer than {most} characters.",
                    name=name,
                    most=LONGEST_LETTER,
                )
            )
        kept.append(piece)
    return "".join(kept)


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, in which nothing can be multiplied: a text could fill the memory so."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - as it overrides
        """Refuse it."""
        del context, left, right
        raise SecurityError(f"{operator} is not allowed in a template")


class _Wordings(BaseLoader):
    """Published wordings; each has to be within the grammar, whoever put it where it is kept."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The wording of that template; raises TemplateNotFound where there is none."""
        del environment
        name = template.removeprefix(FOLDER)
        if name not in self._sources:
            raise TemplateNotFound(template)
        source = self._sources[name]
        if problems := within_bounds(source, template_named(name)):
            raise Refusal(
                say(
                    "The wording of {template} is not one that may be set: {problem}",
                    template=template,
                    problem=problems[0].sentence,
                )
            )
        return source, template, None


class Typecase:
    """All templates of one language, and the frame around them.

    `folder` may hold `letters/…` of an installation's own, which come before ours;
    `sources` are wordings that people published, which come before both.
    """

    def __init__(
        self,
        language: str,
        folder: Path | None = None,
        *,
        sources: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.words: Words = words_of(language, folder)
        self.language = language
        loader: BaseLoader = PackageLoader("creditflow")
        if folder is not None:
            loader = ChoiceLoader([FileSystemLoader(folder), loader])
        self._templates = _Sandbox(
            loader=ChoiceLoader([_Wordings(dict(sources)), loader]) if sources else loader,
            undefined=StrictUndefined,
            autoescape=False,  # this is Markdown: `finalize` escapes it
            finalize=self._literal,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._templates.globals.clear()  # range, lipsum and the like have no use in a letter
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
            return Manuscript(_bounded(self._templates.get_template(path).generate(facts), path))
        except TemplateNotFound as absent:
            raise Refusal(say("There is no template {name}.", name=str(absent))) from absent
        except SecurityError as danger:
            raise Refusal(
                say(
                    "The template {name} does what no template may: {problem}.",
                    name=path,
                    problem=str(danger),
                )
            ) from danger
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
