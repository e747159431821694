"""Customer: a business that buys on credit."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, NewType

from creditflow.domain.money import Money

CustomerId = NewType("CustomerId", str)
Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")


class LetterWay(StrEnum):
    """How a customer wants its letters: as mail, or printed and by post."""

    EMAIL = "email"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row came from: the file's SHA-256, its name and the row in it."""

    file_hash: str
    file_name: str
    row: int


@dataclass(frozen=True, slots=True)
class Customer:
    """A business that buys on credit, as master data knows it.

    `currency` is the one in which its limit is granted. `requested_limit` is
    what it, or sales for it, has asked for; None means that nobody asked.
    `legal_entity` is the company of ours that grants its limit, as master data
    names it. `letters_by` is how its letters leave, `language` what they are written in.
    """

    id: CustomerId
    name: str
    currency: str
    country: str
    language: str
    name_en: str | None = None
    email: str | None = None
    sector: str | None = None
    region: str | None = None
    group: str | None = None
    group_name: str | None = None
    onboarded_on: date | None = None
    terms_days: int | None = None
    registration_no: str | None = None
    requested_limit: Money | None = None
    owner: str | None = None
    origin: Origin | None = None
    letters_by: LetterWay = LetterWay.EMAIL
    legal_entity: str | None = None

    def called(self, language: str) -> str:
        """The name to show to a reader of that language."""
        if language == "en" and self.name_en:
            return self.name_en
        return self.name
