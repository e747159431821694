"""Group limit: the credit that a group's companies share, in force from a day on.

As with a customer's limit three things stay apart: that none is set (or that it
was taken away), that it is zero, and that it has no bound. The history has two
times as well: the days on which an entry counts, and when it was recorded.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from creditflow.domain.errors import Conflict
from creditflow.domain.groups import GroupId
from creditflow.domain.limits import LimitState
from creditflow.domain.money import Money
from creditflow.domain.sentences import say


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


class LimitChangeState(StrEnum):
    """How far a change of a group's limit has come; all but the first are final."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A group limit that one person has proposed and another one has to confirm.

    `based_on` is the version of the history that the proposer saw; a limit that
    changed meanwhile is not overwritten.
    """

    id: str
    group: GroupId
    limit: LimitState
    amount: Money | None
    currency: str
    from_: date
    until: date | None
    based_on: int
    why: str
    proposed_by: str
    proposed_at: datetime
    state: LimitChangeState = LimitChangeState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str = ""

    def decided(
        self, state: LimitChangeState, *, by: str, at: datetime, comment: str = ""
    ) -> "LimitChange":
        """The change with what became of it; raises Conflict where it is not open any more."""
        if self.state is not LimitChangeState.OPEN:
            raise Conflict(say("Change {change} was decided meanwhile.", change=self.id))
        return replace(self, state=state, decided_by=by, decided_at=at, comment=comment)

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
