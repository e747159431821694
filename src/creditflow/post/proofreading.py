"""The proofreader: everything that is wrong with a wording, at once, each with its line.

It reads the wording as it stands, then sets every letter that it is part of, from
made-up facts, full, bare and poisoned, and looks whether the customer could read
what every letter has to say.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from jinja2 import nodes

from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.letter import Addressed, DisclosedReason, Told
from creditflow.domain.letter_notices import VIEWS, Instalment
from creditflow.domain.letter_template import (
    LONGEST_SOURCE,
    Edition,
    TemplateName,
    TemplateProblem,
)
from creditflow.domain.money import Money
from creditflow.domain.notice import Notice
from creditflow.domain.sentences import Sentence, say
from creditflow.post.grammar import FOLDER, complaints, parsed
from creditflow.post.manuscript import one_line
from creditflow.post.rendering import Press
from creditflow.post.shelf import Shelf
from creditflow.post.specimens import required, specimens
from creditflow.post.vocabulary import vocabulary

AT: Final = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LONGEST_TITLE: Final = 200

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)[^\s)）]+")
_ENGLISH = re.compile(r"[A-Za-z]*[a-z][A-Za-z]*")
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff60]+")
_INTERNAL = re.compile(
    r"\bscor(?:e|es|ed|ing|ecard)\b|\bgrad(?:e|es|ed|ing)\b|\bratings?\b|\binsur\w*|\bbureaus?\b"
    r"|\bprobability of default\b|评分|等级|评级|保险|征信|违约概率",
    re.IGNORECASE,
)
_FOREIGN: Final = {"zh-CN": _ENGLISH, "en": _CHINESE}


class Proofreader:
    """Reads wordings for the letters of one press; `folder` holds an installation's own files."""

    def __init__(self, press: Press, folder: Path | None = None) -> None:
        self._press = press
        self.shelf = Shelf(folder)

    def proofread(
        self, template: TemplateName, text: str | None, edition: Edition
    ) -> Sequence[TemplateProblem]:
        """Everything that is wrong with the wording among the others of that edition, by line."""
        if problem := self._unknown(template):
            return [problem]
        tried = edition.with_(template, text)
        source = self.shelf.text(template, tried)
        if source is None:
            return [
                TemplateProblem(
                    None,
                    say("No file words {template}.", template=str(template)),
                    say("Go back to an earlier edition instead."),
                )
            ]
        tree = parsed(source)
        if isinstance(tree, TemplateProblem):
            return [tree, *_words(source[:LONGEST_SOURCE], template.language)]
        found = [*self._read(template, tree, tried), *_words(source, template.language)]
        if not found:
            found = list(self._set(template, source, tried))
        return sorted(dict.fromkeys(found), key=lambda x: x.line or 0)

    def wording(self, template: TemplateName, edition: Edition) -> str | None:
        """How that edition words the template, or else its file; None where nothing does."""
        return self.shelf.text(template, edition)

    def letters_with(self, template: TemplateName, edition: Edition) -> list[Told]:
        """The letters in that language that the template is, or is a part of."""
        found = []
        for about in VIEWS:
            whole = TemplateName(about.value, template.language)
            if template == whole or template.file in self.shelf.parts_of(whole, edition):
                found.append(about)
        return found

    def _unknown(self, template: TemplateName) -> TemplateProblem | None:
        known = self.shelf.languages()
        if template.language not in known:
            return TemplateProblem(
                None,
                say("Letters are not written in {language}.", language=template.language),
                say("There are: {known}.", known=", ".join(known)),
            )
        kinds = [x.value for x in VIEWS]
        if not template.is_part and template.about not in kinds:
            return TemplateProblem(
                None,
                say("There is no letter {kind}.", kind=template.about),
                say("There are: {known}.", known=", ".join(kinds)),
            )
        return None

    def _read(
        self, template: TemplateName, tree: nodes.Template, edition: Edition
    ) -> Iterator[TemplateProblem]:
        parts = [x.file for x in self.shelf.names(edition)
                 if x.is_part and x.language == template.language]  # fmt: skip
        if template.is_part and template.file in self.shelf.parts_of(template, edition):
            line = next((x.lineno for x in tree.find_all(nodes.Include)), None)
            yield TemplateProblem(
                line,
                say("{name} includes itself.", name=f"{FOLDER}{template.file}"),
                say("Take that line out."),
            )
            return
        for about in self.letters_with(template, edition) or [Notice.RELEASED]:
            names = vocabulary(VIEWS[about])
            yield from complaints(tree, names, language=template.language, parts=parts)

    # ------------------------------------------------------------------ set, and read again

    def _set(
        self, template: TemplateName, source: str, edition: Edition
    ) -> Iterator[TemplateProblem]:
        for about in self.letters_with(template, edition):
            fine = True
            for poisoned in (False, True):
                for facts in specimens(about, template.language, poisoned=poisoned):
                    for problem in self._tried(facts, template, edition):
                        fine = False
                        yield problem
            if not fine:
                return
        yield from self._printed(template, source, edition)

    def _tried(
        self, facts: Addressed, template: TemplateName, edition: Edition
    ) -> Iterator[TemplateProblem]:
        try:
            title, text, html = self._press.proof(facts, edition=edition)
        except (Refusal, NotFound) as problem:
            yield TemplateProblem(_line_of(problem, template), problem.sentence, _FILL)
            return
        except ValueError as problem:
            yield TemplateProblem(None, say("{problem}", problem=str(problem)), _MARKDOWN)
            return
        if not title or len(title) > max(LONGEST_TITLE, 3 * len(facts.customer_name)):
            yield TemplateProblem(1, say("The first line is the letter's title."), _TITLE)
        for name, value in required(facts):
            if missing := [x for x in self._said(value, facts) if not _stands(x, text)]:
                place = _PLACES.get(name, f"{{{{ {name} }}}}")
                yield TemplateProblem(
                    None,
                    say("The letter {kind} does not say {what}: “{missing}”.",
                        kind=facts.about.value, what=_WHAT[name], missing=missing[0]),
                    say("Put {place} where the customer reads it.", place=place),
                )  # fmt: skip
        if re.search(r"<script|<img|href=\"http://e\.example", html):
            yield TemplateProblem(
                None,
                say("A customer's name would be read as code in this letter."),
                say("Print names with {place} alone.", place="{{ … }}"),
            )

    def _said(self, value: object, facts: Addressed) -> list[str]:
        """How the value has to stand in the letter; nothing for what is nothing."""
        if isinstance(value, tuple):
            return [x for part in value for x in self._said(part, facts)]
        if isinstance(value, Instalment):
            return [*self._said(value.on, facts), *self._said(value.amount, facts)]
        if isinstance(value, DisclosedReason):
            return [max(re.split(r"\{\w+\}", value.text), key=len).strip()]
        if isinstance(value, str):
            return [value]
        if isinstance(value, date) and value == getattr(facts, "until", None):
            # It holds until and without that day; a reader asks for the last one.
            value -= timedelta(days=1)
        if isinstance(value, int | date | Money) and value:
            return [self._press.written(value, facts.language)]
        return []

    def _printed(
        self, template: TemplateName, source: str, edition: Edition
    ) -> Iterator[TemplateProblem]:
        """Print the letters, if there is a printer; where a character is missing, find its line."""
        for about in self.letters_with(template, edition)[:PRINTED]:
            facts = specimens(about, template.language)[0]
            try:
                self._press.print_proof(facts, at=AT, edition=edition)
            except Refusal as problem:
                lines = list(self._unprintable(source, facts))
                yield from lines or [TemplateProblem(None, problem.sentence, _GLYPHS)]
                return

    def _unprintable(self, source: str, facts: Addressed) -> Iterator[TemplateProblem]:
        for number, line in enumerate(source.splitlines(), start=1):
            strange = "".join(dict.fromkeys(c for c in _TAG.sub("", line) if not c.isascii()))
            bad = [c for c in strange if not self._press.can_print(c, facts.language, at=AT)]
            if bad:
                yield TemplateProblem(
                    number, say("No font has {characters}.", characters=" ".join(bad)), _GLYPHS
                )


PRINTED: Final = 3
"""Letters that a shared part is printed in: fonts do not depend on the letter."""

_FILL = say("Ask for it only where it is known: {tag}.", tag="{% if … %}")
_MARKDOWN = say(
    "Letters have paragraphs, headings with ##, lists, tables, bold, italics and links."
)
_TITLE = say("Write one line that says what it is about, then an empty line.")
_GLYPHS = say("Use another character, or have a folder with a font that has it set up.")

_PLACES: Final[Mapping[str, str]] = {
    "limit": "{{ limit|money }}",
    "from_": "{{ from_|date }}",
    "until": "{{ last_day|date }}",
    "object_by": "{{ object_by|date }}",
    "send_by": "{{ send_by|date }}",
    "pay_by": "{{ pay_by|date }}",
    "accept_by": "{{ accept_by|date }}",
    "overdue": "{{ overdue|money }}",
    "over": "{{ over|money }}",
    "total": "{{ total|money }}",
    "left": "{{ left|money }}",
    "missed": "{{ missed.on|date }} and {{ missed.amount|money }}",
    "reasons": "{% for reason in reasons %}{{ reason.text }}{% endfor %}",
    "conditions": "{% for condition in conditions %}{{ condition }}{% endfor %}",
    "after": "{{ after|money }}",
    "instalments": "{% for part in instalments %}{{ part.on|date }} {{ part.amount|money }}"
    "{% endfor %}",
}
_WHAT: Final[Mapping[str, Sentence]] = {
    "customer_name": say("to whom it is written"),
    "reply_to": say("whom to ask"),
    "object_by": say("by when to object"),
    "sender_company": say("who writes it"),
    "limit": say("how much the limit is"),
    "from_": say("from when it holds"),
    "until": say("until when it holds"),
    "terms_days": say("how many days there are to pay"),
    "reasons": say("why"),
    "conditions": say("which conditions there are"),
    "after": say("how much the limit is afterwards"),
    "project": say("for which project it is"),
    "send_by": say("by when to send it"),
    "overdue": say("how much is past due"),
    "over": say("by how much the limit is exceeded"),
    "late": say("how many invoices were paid late"),
    "judged": say("of how many invoices"),
    "pay_by": say("by when to pay"),
    "total": say("how much it is in all"),
    "instalments": say("which instalments there are"),
    "accept_by": say("by when to accept"),
    "missed": say("which instalment is missing"),
    "left": say("how much is left"),
}


def _stands(said: str, text: str) -> bool:
    """Whether the text has it, as a word of its own where it begins or ends with a digit."""
    whole = rf"(?<!\d){re.escape(one_line(said))}(?!\d)"
    return re.search(whole, one_line(text)) is not None


def _words(source: str, language: str) -> Iterator[TemplateProblem]:
    """Words of another language, and words about what no letter tells."""
    bare = _TAG.sub(lambda tag: "\n" * tag[0].count("\n") + " ", source)
    foreign = _FOREIGN.get(language)
    for number, line in enumerate(bare.splitlines(), start=1):
        words = _ADDRESS.sub(" ", line)
        if foreign and (found := foreign.search(words)):
            yield TemplateProblem(
                number,
                say("“{words}” is not in the language of this letter.", words=found[0]),
                say("Say it in the customer's language."),
            )
        if found := _INTERNAL.search(words):
            yield TemplateProblem(
                number,
                say("“{words}” speaks of what is never told to a customer.", words=found[0]),
                say("What a letter may say comes as reasons, in words of the policy."),
            )


def _line_of(problem: BaseException, template: TemplateName) -> int | None:
    """The line of the template that was being set as the problem came up."""
    found, trace = None, problem.__traceback__
    source = problem.__cause__.__traceback__ if problem.__cause__ else None
    for start in (trace, source):
        step = start
        while step is not None:
            if step.tb_frame.f_code.co_filename.endswith(f"{FOLDER}{template.file}"):
                found = step.tb_lineno
            step = step.tb_next
    return found
