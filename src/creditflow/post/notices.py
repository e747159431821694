"""Notices to approvers: a case waits, what it is about, and the way to its page.

A notice carries no authority: nothing in it decides anything, and whoever
follows its link has to sign in.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from urllib.parse import urlsplit

from creditflow.domain.customer import LANGUAGES, Language
from creditflow.domain.errors import Refusal
from creditflow.domain.letter import Rendered
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.post.envelope import envelope
from creditflow.post.manuscript import one_line
from creditflow.post.typecase import Typecase, written
from creditflow.services.addressing import message_id
from creditflow.services.freezing import Sender


@dataclass(frozen=True, slots=True)
class Notice:
    """What an approver is told about a case that waits. `current` None: no limit was ever set."""

    case_id: str
    language: Language
    person_name: str
    desk: str
    customer_name: str
    current: Money | None
    proposed: Money
    why: str
    due_on: date
    link: str


_SENT_BY = {
    "zh-CN": "本邮件由{company}的信用管理系统自动发送。",
    "en": "{company} · sent by the credit management system",
}


class NoticePress:
    """Sets notices to approvers in the name of the installation."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._cases = {language: Typecase(language) for language in LANGUAGES}

    def render(self, notice: Notice, *, recipient: str, key: str, at: datetime) -> Rendered:
        """Set one notice; `key` names it once and for all, so that a repetition is recognised."""
        if urlsplit(notice.link).scheme not in {"http", "https"}:
            raise Refusal(
                say(
                    "The link {link} of a notice must begin with http:// or https://."
                    " Set CREDITFLOW_BASE_URL.",
                    link=notice.link,
                )
            )
        language = notice.language
        case = self._cases[language]
        facts = {f.name: getattr(notice, f.name) for f in fields(notice)}
        manuscript = case.manuscript("mail/case_waiting", facts)
        company = one_line(self._sender.company)
        html = case.framed(
            manuscript,
            subject=manuscript.title,
            company=company,
            reference=[one_line(notice.case_id), written(at.date(), language)],
            footer=[_SENT_BY[language].format(company=company)],
        )
        text = case.text(manuscript)
        message = envelope(
            sender=(company, self._sender.address),
            recipient=recipient,
            subject=manuscript.title,
            text=text,
            html=html,
            message_id=message_id(key, self._sender.mail_domain),
            at=at,
            headers={"Content-Language": language, "X-Case-Ref": notice.case_id},
        )
        return Rendered(manuscript.title, text, html, message)
