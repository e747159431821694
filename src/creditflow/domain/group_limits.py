"""Group limit: the credit that a group's companies share, in force from a day on.

As with a customer's limit three things stay apart: that none is set (or that it
was taken away), that it is zero, and that it has no bound. The history has two
times as well: the days on which an entry counts, and when it was recorded.
"""

from dataclasses import dataclass
from datetime import date, datetime

from creditflow.domain.change import Change
from creditflow.domain.groups import GroupId
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """One entry of a group's limit history: in force `[from_, until)`, or open-ended.

    `currency` is what the group is measured in, also where there is no amount.
    `version` counts the group's entries without a gap. `change_id` is the
    change of two people that set it, None for an opening limit that was imported.
    """

    group: GroupId
    version: int
    state: LimitState
    amount: Money | None
    currency: str
    from_: date
    until: date | None
    recorded_at: datetime
    recorded_by: str
    change_id: str | None = None

    def __post_init__(self) -> None:
        if (self.state is LimitState.AMOUNT) != (self.amount is not None and self.amount.minor > 0):
            raise ValueError("a limit has an amount above zero exactly when its state says so")
        if self.amount is not None and self.amount.currency != self.currency:
            raise ValueError("a group's limit is in the currency that the group is measured in")

    @property
    def bound(self) -> Money | None:
        """The most that the group may owe; None where nothing bounds it."""
        if self.state is LimitState.ZERO:
            return Money.zero(self.currency)
        return self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange(Change):
    """A group limit that one person has proposed and another one has to confirm.

    `based_on` is the version of the history that the proposer saw; a limit that
    changed meanwhile is not overwritten.
    """

    group: GroupId
    limit: LimitState
    amount: Money | None
    currency: str
    from_: date
    until: date | None
    based_on: int
    proposed_by: str
    proposed_at: datetime
    comment: str = ""

    def entry(self, *, from_: date, recorded_at: datetime) -> GroupLimit:
        """The entry of the history that it becomes, once confirmed, from that day on."""
        return GroupLimit(
            group=self.group,
            version=self.based_on + 1,
            state=self.limit,
            amount=self.amount,
            currency=self.currency,
            from_=from_,
            until=self.until,
            recorded_at=recorded_at,
            recorded_by=self.decided_by or self.proposed_by,
            change_id=self.id,
        )
