"""Terms of payment as policy data: customs of sectors, the cost of money, what the law allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence


class TermsBasis(StrEnum):
    """What terms follow from; the shortest one binds."""

    GRADE = "grade"
    PRESENT = "present"
    SECTOR = "sector"
    MONEY = "money"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class TermsReason:
    """How many days something would allow, and why; None where that cannot be said."""

    basis: TermsBasis
    days: int | None
    why: Sentence


@dataclass(frozen=True, slots=True)
class PaymentLaw:
    """How late a customer may pay a small or medium-sized supplier in its country.

    From the day `since`, customers of `public_sectors` pay within `public_days`
    and those with a yearly turnover from `large_from` (base currency) within
    `large_days` of delivery. China: State Council Order 802, 保障中小企业款项支付条例,
    articles 9 and 10.
    """

    country: str
    since: date
    public_sectors: tuple[str, ...]
    public_days: int
    large_from: Money
    large_days: int


@dataclass(frozen=True, slots=True)
class TermsRule:
    """What shortens the terms that a grade allows.

    `sectors` are the usual terms in days by sector. `money_cost` is the yearly
    cost of money, `most_cost` the share of an invoice that may go into it (both
    or neither). `law` is None for a company that it does not protect.
    """

    sectors: Mapping[str, int] = field(default_factory=dict)
    money_cost: Decimal | None = None
    most_cost: Decimal | None = None
    law: PaymentLaw | None = None

    @property
    def affordable_days(self) -> int | None:
        """Days for which money costs no more than it may; None where nothing is said of that."""
        if self.money_cost is None or self.most_cost is None:
            return None
        return int(self.most_cost * 365 / self.money_cost)
