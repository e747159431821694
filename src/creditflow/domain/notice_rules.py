"""Notice rules as policy data: when letters fall due without a case."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LatenessRule:
    """At least `share` of the latest paid invoices were late, by `days` on average of these.

    Only where at least `invoices` were paid; then not again for `pause_days`.
    """

    share: Decimal
    days: int
    invoices: int
    pause_days: int


@dataclass(frozen=True, slots=True)
class HoldRule:
    """Something is more than `overdue_days` past due; or, if `over_limit`, orders do not fit.

    Once neither holds any more, a hold that this rule has written is lifted by a
    letter as well. After a hold or its end it rests for `pause_days`.
    """

    overdue_days: int
    over_limit: bool
    pause_days: int


@dataclass(frozen=True, slots=True)
class StatementsRule:
    """A review is `before_days` away or nearer, and the statements are older than `days`."""

    days: int
    before_days: int
    pause_days: int


@dataclass(frozen=True, slots=True)
class EndRule:
    """The limit ends in `before_days` or sooner; once per end."""

    before_days: int


@dataclass(frozen=True, slots=True)
class PlanRule:
    """An instalment that is more than `tolerance_days` late breaks its payment plan.

    What a plan was offered with counts for it to its end.
    """

    tolerance_days: int


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """The rules of a policy; None: that kind is never written by itself.

    A broken plan is told in any case: the customer agreed to it.
    """

    payment_behaviour: LatenessRule | None = None
    held: HoldRule | None = None
    statements_wanted: StatementsRule | None = None
    limit_ends: EndRule | None = None
    plan_broken: PlanRule = PlanRule(5)

    def __bool__(self) -> bool:
        """Whether anything is ever written."""
        return any((self.payment_behaviour, self.held, self.statements_wanted, self.limit_ends))


NO_NOTICES = NoticeRules()
"""Nothing is written by itself."""
