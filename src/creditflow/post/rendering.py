"""The press: a letter's facts become its subject, both its parts and its exact bytes.

The same facts give the same bytes. A fact that the letter needs and that is
not known stops it with a Refusal, here, before anybody decides or sends
anything by it. What the facts say is printed literally: templates are rendered
once, in a sandbox, and no value is ever read as a template or as markup.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import css_inline
from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import PackageLoader, StrictUndefined, TemplateNotFound, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from creditflow.domain.customer import Language
from creditflow.domain.errors import Refusal
from creditflow.domain.letter import DisclosedReason, LetterFacts, Rendered
from creditflow.domain.money import Money, decimals
from creditflow.domain.proposal import Outcome
from creditflow.domain.sentences import Fact, say
from creditflow.post.envelope import envelope
from creditflow.post.manuscript import Manuscript, as_text, one_line
from creditflow.services.corresponding import Sender, usable_address

# Parsed once: finding a locale by its name costs more than writing with it.
LOCALES: Final[Mapping[Language, Locale]] = {
    "zh-CN": Locale.parse("zh_Hans_CN"),
    "en": Locale.parse("en_GB"),
}

NEEDED: Final[Mapping[Outcome, tuple[str, ...]]] = {
    Outcome.APPROVED: ("limit", "terms_days", "from_"),
    Outcome.RAISED: ("before", "limit", "terms_days", "from_"),
    Outcome.REDUCED: ("limit", "terms_days", "from_"),
    Outcome.UNCHANGED: (),
    Outcome.DECLINED: (),
}
"""What a letter cannot do without, besides the facts that every letter has."""

_REFERENCE: Final[Mapping[Language, tuple[str, ...]]] = {
    "zh-CN": ("函件编号 {number}", "客户编号 {customer}", "{on}"),
    "en": ("Letter {number}", "Customer no. {customer}", "{on}"),
}
_FOOTER: Final[Mapping[Language, str]] = {
    "zh-CN": "本邮件由{company}发送；直接回复，即可送达 {reply_to}。",
    "en": "Sent by {company} · replies reach {reply_to}",
}
_SUBJECT: Final[Mapping[Language, str]] = {"zh-CN": "{}（{}）", "en": "{} ({})"}
FRAME: Final = "letters/_letter.html.j2"
STYLE: Final = "letters/_letter.css"
_PLACE = re.compile(r"\{(\w+)\}")


def written(fact: Fact | Decimal, language: Language) -> str:
    """A fact in words of the language: `CNY 2,600,000.00`, `2026年11月23日`."""
    locale = LOCALES[language]
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
    """All templates of one language, and the frame around them."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        loader = PackageLoader("creditflow")
        self._words = ImmutableSandboxedEnvironment(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=False,  # this is Markdown: `finalize` escapes it
            finalize=self._literal,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._words.filters |= {"money": self._written, "date": self._written}
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
            return Manuscript(self._words.get_template(path).render(facts))
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
        footer: str,
    ) -> str:
        """The whole page, its style written into the elements as mail readers want it."""
        page = self._frames.get_template(FRAME).render(
            language=self.language,
            subject=subject,
            company=company,
            reference=reference,
            title=manuscript.title,
            body=Markup(manuscript.html),  # noqa: S704 - the manuscript has escaped it
            footer=footer,
        )
        return self._inliner.inline(page)

    def _written(self, fact: Fact) -> str:
        return written(fact, self.language)

    def _literal(self, value: Fact) -> str:
        """What every `{{ … }}` passes: the fact in words, escaped for Markdown."""
        return as_text(written(value, self.language))


class Press:
    """Sets letters to customers in the name of one sender."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._cases = {language: Typecase(language) for language in LOCALES}

    def render(
        self, facts: LetterFacts, *, recipient: str | None, message_id: str, at: datetime
    ) -> Rendered:
        """Set one letter; raises Refusal naming every fact that it lacks."""
        _insist_on(facts)
        if usable_address(self._sender.address) is None:
            raise Refusal(
                say(
                    "Letters need a sender: {address} is not a mail address."
                    " Set CREDITFLOW_SENDER_ADDRESS, then go on with the case.",
                    address=self._sender.address or "''",
                )
            )
        language = facts.language
        view = _view(facts)
        manuscript = self._cases[language].manuscript(f"letters/{facts.outcome}", view)
        subject = _SUBJECT[language].format(manuscript.title, facts.number)
        company = one_line(facts.sender_company)
        html = self._cases[language].framed(
            manuscript,
            subject=subject,
            company=company,
            reference=_reference(facts),
            footer=_FOOTER[language].format(company=company, reply_to=facts.reply_to),
        )
        text = f"{manuscript.title}\n\n{manuscript.text(language)}"
        headers = {
            "X-Letter-Ref": facts.number,
            "Content-Language": language,
            "Reply-To": facts.reply_to,
        }
        message = envelope(
            sender=(company, self._sender.address),
            recipient=recipient,
            subject=subject,
            text=text,
            html=html,
            message_id=message_id,
            at=at,
            headers=headers,
        )
        return Rendered(subject, text, html, message)


def _insist_on(facts: LetterFacts) -> None:
    missing = [name for name in NEEDED[facts.outcome] if getattr(facts, name) is None]
    missing += [
        f.name
        for f in fields(facts)
        if isinstance(value := getattr(facts, f.name), str) and not one_line(value)
    ]
    if missing:
        raise Refusal(
            say(
                "Letter {letter} cannot be written: {missing} not known."
                " Complete the customer's data, then go on with the case.",
                letter=facts.number,
                missing=", ".join(name.rstrip("_") for name in missing),
            )
        )


def _reference(facts: LetterFacts) -> list[str]:
    customer, on = one_line(facts.customer_id), written(facts.on, facts.language)
    parts = _REFERENCE[facts.language]
    return [part.format(number=facts.number, customer=customer, on=on) for part in parts]


def _view(facts: LetterFacts) -> dict[str, object]:
    """What a template sees: the facts by name, and reasons with their facts filled in."""
    view: dict[str, object] = {f.name: getattr(facts, f.name) for f in fields(facts)}
    view["reasons"] = tuple(_told(reason, facts) for reason in facts.reasons)
    # The limit holds until the day before `until`, which is what a reader asks for.
    view["last_day"] = facts.until - timedelta(days=1) if facts.until else None
    return view


def _told(reason: DisclosedReason, facts: LetterFacts) -> dict[str, str]:
    """The reason's two sentences with the customer's own facts in their places."""

    def fill(text: str) -> str:
        return _PLACE.sub(lambda place: _fact(reason, place[1], facts), text)

    return {"text": fill(reason.text), "advice": fill(reason.advice)}


def _fact(reason: DisclosedReason, name: str, facts: LetterFacts) -> str:
    value = reason.facts.get(name)
    if value is None:
        raise Refusal(
            say(
                "Letter {letter} cannot be written: reason {code} speaks of {fact},"
                " which is not known. Evaluate the customer again.",
                letter=facts.number,
                code=reason.code,
                fact=name,
            )
        )
    return written(value, facts.language)
