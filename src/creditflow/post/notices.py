"""Notices to approvers: what waits, what it is about, and the way to its page.

A notice carries no authority: nothing in it decides anything, and whoever
follows its link has to sign in. It says no score, no grade and no reason, because
mail is read in many places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from urllib.parse import urlsplit

from creditflow.domain.customer import LANGUAGES, Language
from creditflow.domain.errors import Refusal
from creditflow.domain.letter import Rendered
from creditflow.domain.message import MailReason
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.post.envelope import envelope
from creditflow.post.manuscript import one_line
from creditflow.post.typecase import Typecase, written
from creditflow.services.addressing import message_id
from creditflow.services.freezing import Sender

ROWS = 20
"""How many cases a list names; the others are in the inbox."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What an approver is told about a case that waits. `current` None: no limit was ever set."""

    reason: MailReason
    case_id: str
    language: Language
    person_name: str
    desk: str
    customer_name: str
    current: Money | None
    proposed: Money
    due_on: date
    link: str
    account_link: str

    @property
    def thread(self) -> str:
        """What its mails are kept together by: all about one case belong to each other."""
        return self.case_id


@dataclass(frozen=True, slots=True)
class Line:
    """One case in a list of those that wait."""

    case_id: str
    customer_name: str
    current: Money | None
    proposed: Money
    due_on: date
    is_overdue: bool
    link: str


@dataclass(frozen=True, slots=True)
class NoticeList:
    """All that waits for an approver, most urgent first: `rows` are the first of `total`."""

    reason: MailReason
    language: Language
    person_name: str
    total: int
    overdue: int
    due_today: int
    rows: Sequence[Line]
    link: str
    account_link: str

    @property
    def thread(self) -> str:
        """A list belongs to no case."""
        return ""


_TEMPLATES: Mapping[type, str] = {Notice: "mail/case_waiting", NoticeList: "mail/cases_waiting"}

_SENT_BY = {
    "zh-CN": "本邮件由{company}的信用管理系统自动发送。",
    "en": "{company} · sent by the credit management system",
}


class NoticePress:
    """Sets notices to approvers in the name of the installation."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._cases = {language: Typecase(language) for language in LANGUAGES}

    def render(
        self, notice: Notice | NoticeList, *, recipient: str, key: str, at: datetime
    ) -> Rendered:
        """Set one notice; `key` names it once and for all, so that a repetition is recognised."""
        _ensure_web_address(notice.link)
        language = notice.language
        case = self._cases[language]
        facts = {f.name: getattr(notice, f.name) for f in fields(notice)}
        manuscript = case.manuscript(_TEMPLATES[type(notice)], facts)
        company = one_line(self._sender.company)
        subject = one_line(manuscript.title)
        reference = [one_line(notice.thread)] if notice.thread else []
        html = case.framed(
            manuscript,
            subject=subject,
            company=company,
            reference=[*reference, written(at.date(), language)],
            footer=[_SENT_BY[language].format(company=company)],
            is_letter=False,
        )
        text = case.text(manuscript)
        message = envelope(
            sender=(company, self._sender.address),
            recipient=recipient,
            subject=subject,
            text=text,
            html=html,
            message_id=message_id(key, self._sender.mail_domain),
            at=at,
            headers={"Content-Language": language, **self._threaded(notice.thread)},
        )
        return Rendered(subject, text, html, message)

    def _threaded(self, case_id: str) -> dict[str, str]:
        """Headers by which a mail reader shows the mails about one case together."""
        if not case_id:
            return {}
        root = message_id(case_id, self._sender.mail_domain)
        return {"References": root, "X-Case-Ref": case_id}


def _ensure_web_address(link: str) -> None:
    if urlsplit(link).scheme not in {"http", "https"}:
        raise Refusal(
            say(
                "The link {link} of a notice must begin with http:// or https://."
                " Set CREDITFLOW_BASE_URL.",
                link=link,
            )
        )
