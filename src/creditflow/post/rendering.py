"""The press: a letter's facts become its subject, both its parts and its exact bytes.

The same facts give the same bytes. A fact that the letter needs and that is
not known stops it with a Refusal, here, before anybody decides or sends
anything by it. What the facts say is printed literally: templates are rendered
once, in a sandbox, and no value is ever read as a template or as markup.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from creditflow.domain.errors import Refusal
from creditflow.domain.letter import Addressed, DisclosedReason, LetterFacts, Rendered
from creditflow.domain.letter_template import AS_IN_FILES, Edition
from creditflow.domain.proposal import Outcome
from creditflow.domain.sentences import Fact, say
from creditflow.post.envelope import envelope, with_message_id
from creditflow.post.manuscript import Manuscript, one_line
from creditflow.post.printing import Printer
from creditflow.post.typecase import Typecase
from creditflow.services.addressing import usable_address
from creditflow.services.freezing import Sender

NEEDED: Final[Mapping[Outcome, tuple[str, ...]]] = {
    Outcome.APPROVED: ("limit", "terms_days", "from_"),
    Outcome.RAISED: ("before", "limit", "terms_days", "from_"),
    Outcome.REDUCED: ("limit", "terms_days", "from_"),
    Outcome.UNCHANGED: (),
    Outcome.DECLINED: (),
}
"""What a letter cannot do without, besides the facts that every letter has."""

EDITIONS_AT_HAND: Final = 24
"""Type cases that are kept ready: two languages, some editions that letters are set again from."""

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class _Setting:
    """One letter, set: everything from which the mail and the print are made."""

    letter: Addressed
    case: Typecase
    manuscript: Manuscript
    subject: str
    company: str
    reference: list[str]
    foot: list[str]


class Press:
    """Sets letters to customers in the name of one sender.

    With a `printer` each letter carries itself as PDF. `folder` holds further
    templates and languages of an installation's own.
    """

    def __init__(
        self, sender: Sender, *, printer: Printer | None = None, folder: Path | None = None
    ) -> None:
        self._sender = sender
        self._printer = printer
        # By the wordings themselves: editions are few, and a draft that is tried has none.
        self._cases = lru_cache(EDITIONS_AT_HAND)(
            lambda language, sources: Typecase(language, folder, sources=sources)
        )

    def render(
        self,
        facts: Addressed,
        *,
        recipient: str | None,
        message_id: str,
        at: datetime,
        also: Sequence[str] = (),
        copied: Sequence[str] = (),
        edition: Edition = AS_IN_FILES,
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
        setting = self._set(facts, edition)
        text = setting.case.text(setting.manuscript)
        if facts.proof is not None:
            text += f"\n--\n{setting.foot[-1]}\n"
        html = setting.case.framed(
            setting.manuscript,
            subject=setting.subject,
            company=setting.company,
            reference=setting.reference,
            footer=setting.foot,
        )
        pdf = self._printer.pdf(_page(setting), at=at) if self._printer else None
        message = envelope(
            sender=(setting.company, self._sender.address),
            recipient=recipient, also=also, copied=copied,
            subject=setting.subject,
            text=text,
            html=html,
            message_id=message_id,
            at=at,
            headers={
                "X-Letter-Ref": facts.number,
                "Content-Language": facts.language,
                "Reply-To": facts.reply_to,
            },
            attached=(f"{facts.number}.pdf", pdf) if pdf is not None else None,
        )  # fmt: skip
        return Rendered(setting.subject, text, html, message, pdf)

    def readdressed(self, message: bytes, *, message_id: str) -> bytes:
        """The same message under another Message-ID, for a further recipient."""
        return with_message_id(message, message_id)

    def pictures(
        self, facts: Addressed, *, at: datetime, dpi: int = 80, edition: Edition = AS_IN_FILES
    ) -> list[bytes]:
        """The printed pages as PNG; raises Refusal where nothing can be printed."""
        _insist_on(facts)
        printer = self._printer or Printer()
        return printer.pictures(_page(self._set(facts, edition)), at=at, dpi=dpi)

    def proof(self, facts: Addressed, *, edition: Edition) -> tuple[str, str, str]:
        """Title, text and HTML of a letter that is to be read before it is anybody's."""
        setting = self._set(facts, edition)
        setting.manuscript.tree  # noqa: B018 - raises ValueError for what cannot be printed
        return (
            setting.manuscript.title,
            setting.case.text(setting.manuscript),
            setting.manuscript.html,
        )

    def print_proof(self, facts: Addressed, *, at: datetime, edition: Edition) -> bytes | None:
        """The letter as PDF; None where letters go without. Raises Refusal as printing does."""
        if self._printer is None:
            return None
        return self._printer.pdf(_page(self._set(facts, edition)), at=at)

    def written(self, fact: Fact, language: str) -> str:
        """A fact as letters in that language write it."""
        return self._cases(language, ()).written(fact)

    def can_print(self, character: str, language: str, *, at: datetime) -> bool:
        """Whether the fonts of that language have the character; all are where nothing prints."""
        if self._printer is None:
            return True
        words = self._cases(language, ()).words
        page = {
            "language": words.print_language,
            "region": words.print_region,
            "fonts": words.fonts,
            "page": words.page,
            "number": "-",
            "company": "-",
            "customer": "-",
            "reference": ["-"],
            "title": "-",
            "on": [at.year, at.month, at.day],
            "body": [{"t": "p", "c": [{"t": "text", "s": character}]}],
            "foot": ["-"],
        }
        try:
            self._printer.pdf(page, at=at)
        except Refusal:
            return False
        return True

    def _set(self, facts: Addressed, edition: Edition = AS_IN_FILES) -> _Setting:
        case = self._cases(facts.language, edition.sources)
        words = case.words
        manuscript = case.manuscript(f"letters/{facts.about.value}", _view(facts, case))
        company = one_line(facts.sender_company)
        foot = [words.footer.format(company=company, reply_to=facts.reply_to)]
        if facts.proof is not None:
            foot.append(words.genuine.format(code=facts.proof.code, url=facts.proof.verify_url))
        customer, on = one_line(facts.customer_id), case.written(facts.on)
        return _Setting(
            letter=facts,
            case=case,
            manuscript=manuscript,
            subject=words.subject.format(title=manuscript.title, number=facts.number),
            company=company,
            reference=[
                part.format(number=facts.number, customer=customer, on=on)
                for part in words.reference
            ],
            foot=foot,
        )


def _page(setting: _Setting) -> dict[str, object]:
    """The letter as the data that the printed template takes."""
    letter, words = setting.letter, setting.case.words
    return {
        "language": words.print_language,
        "region": words.print_region,
        "fonts": words.fonts,
        "page": words.page,
        "number": letter.number,
        "company": setting.company,
        "customer": one_line(letter.customer_name),
        "reference": setting.reference,
        "title": setting.manuscript.title,
        "on": [letter.on.year, letter.on.month, letter.on.day],
        "body": setting.manuscript.tree,
        "foot": setting.foot,
    }


def _insist_on(facts: Addressed) -> None:
    needed = NEEDED[facts.outcome] if isinstance(facts, LetterFacts) else ()
    missing = [name for name in needed if getattr(facts, name) is None]
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


def _view(facts: Addressed, case: Typecase) -> dict[str, object]:
    """What a template sees: the facts by name, and reasons with their facts filled in."""
    view: dict[str, Any] = {f.name: getattr(facts, f.name) for f in fields(facts)}
    if isinstance(facts, LetterFacts):
        view["reasons"] = tuple(_told(reason, facts.number, case) for reason in facts.reasons)
    view.setdefault("conditions", ())
    # A limit holds until the day before `until`, which is what a reader asks for.
    until, from_ = view.get("until"), view.get("from_")
    view["last_day"] = until - timedelta(days=1) if until else None
    view["day_before"] = from_ - timedelta(days=1) if from_ else None
    view["notice_days"] = max((from_ - facts.on).days, 0) if from_ else 0
    return view


def _told(reason: DisclosedReason, number: str, case: Typecase) -> dict[str, str]:
    """The reason's two sentences with the customer's own facts in their places."""

    def fill(text: str) -> str:
        return _PLACE.sub(lambda place: _fact(reason, place[1], number, case), text)

    return {"text": fill(reason.text), "advice": fill(reason.advice)}


def _fact(reason: DisclosedReason, name: str, number: str, case: Typecase) -> str:
    value = reason.facts.get(name)
    if value is None:
        raise Refusal(
            say(
                "Letter {letter} cannot be written: reason {code} speaks of {fact},"
                " which is not known. Evaluate the customer again.",
                letter=number,
                code=reason.code,
                fact=name,
            )
        )
    return case.written(value)
