"""Notices: what each letter besides those about a decided limit may say, and nothing else.

Every one is a view of its own, typed, made of the customer's own facts. What
is not a field here cannot be in the letter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from creditflow.domain.letter import Addressed, LetterFacts, Told
from creditflow.domain.money import Money
from creditflow.domain.notice import Notice
from creditflow.domain.proposal import Outcome

BASE = "base"
"""The kind of limit whose end a letter tells where it is none on top."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment of a plan: when, and how much."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryLimit(Addressed):
    """For a while the limit is higher; `base` goes on afterwards (None: no limit)."""

    about: ClassVar[Told] = Notice.TEMPORARY_LIMIT
    limit: Money
    base: Money | None
    from_: date
    until: date
    terms_days: int
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLimit(Addressed):
    """A limit for one project or contract of the customer, beside its base limit.

    `shares` says whether the project uses its own limit alone, that first, or
    the general limit first; a value of added_limits.Consumption.
    """

    about: ClassVar[Told] = Notice.PROJECT_LIMIT
    project: str
    limit: Money
    base: Money | None
    from_: date
    until: date
    terms_days: int
    shares: str = "own_only"
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitEnds(Addressed):
    """A limit ends on a day; what is needed to look at it anew, and by when.

    `kind` says which: the base limit, or a temporary or project one on top of
    it (a value of added_limits.AddedKind). There `after` is the general limit
    from that day on, None where there is none.
    """

    about: ClassVar[Told] = Notice.LIMIT_ENDS
    limit: Money
    until: date
    send_by: date
    kind: str = BASE
    project: str | None = None
    after: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Addressed):
    """Deliveries on open account stop from a day on, for what is past due or no limit covers.

    `invoices` are past due, 0 where none is. `over` is by how much orders
    exceed the limit (None: they fit).
    """

    about: ClassVar[Told] = Notice.HELD
    from_: date
    overdue: Money
    invoices: int
    oldest_days: int
    over: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Addressed):
    """Deliveries on open account go on. `limit` is the one in force; None where none has an end.

    `paid` says that what was past due has been settled: a hold may have been for
    orders alone, or a payment plan may have ended it.
    """

    about: ClassVar[Told] = Notice.RELEASED
    from_: date
    limit: Money | None
    paid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsWanted(Addressed):
    """A review is near and needs statements; `latest` is the end of the last period known."""

    about: ClassVar[Told] = Notice.STATEMENTS_WANTED
    latest: date | None
    send_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentBehaviour(Addressed):
    """How the customer paid of late, before it has consequences.

    `late` of the `judged` latest paid invoices came after their due date, by
    `average_days` on average (of the late ones).
    """

    about: ClassVar[Told] = Notice.PAYMENT_BEHAVIOUR
    late: int
    judged: int
    average_days: int
    overdue: Money
    invoices: int
    oldest_days: int | None
    pay_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOffered(Addressed):
    """Instalments that we offer for what is past due; void unless accepted in time."""

    about: ClassVar[Told] = Notice.PLAN_OFFERED
    total: Money
    instalments: tuple[Instalment, ...]
    accept_by: date

    def __post_init__(self) -> None:
        paid = sum((x.amount.minor for x in self.instalments), 0)
        currencies = {x.amount.currency for x in self.instalments}
        if not self.instalments or paid != self.total.minor or currencies != {self.total.currency}:
            raise ValueError("the instalments of a plan add up to its total, in its currency")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBroken(Addressed):
    """An instalment did not come; what is still owed is due again."""

    about: ClassVar[Told] = Notice.PLAN_BROKEN
    missed: Instalment
    received: Money
    left: Money
    pay_by: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChanged(Addressed):
    """Another term of payment from a day on; earlier invoices keep theirs. 0 days: in advance."""

    about: ClassVar[Told] = Notice.TERMS_CHANGED
    before_days: int
    terms_days: int
    from_: date


VIEWS: Mapping[Told, type[Addressed]] = MappingProxyType(
    {
        **dict.fromkeys(Outcome, LetterFacts),
        Notice.TEMPORARY_LIMIT: TemporaryLimit,
        Notice.PROJECT_LIMIT: ProjectLimit,
        Notice.LIMIT_ENDS: LimitEnds,
        Notice.HELD: Held,
        Notice.RELEASED: Released,
        Notice.STATEMENTS_WANTED: StatementsWanted,
        Notice.PAYMENT_BEHAVIOUR: PaymentBehaviour,
        Notice.PLAN_OFFERED: PlanOffered,
        Notice.PLAN_BROKEN: PlanBroken,
        Notice.TERMS_CHANGED: TermsChanged,
    }
)
"""The view behind each kind of letter; there is no letter without one."""
