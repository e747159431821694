"""Verdict and decision: what an approver says, and what was accepted of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from creditflow.domain.granting import Change, Condition, Grant
from creditflow.domain.money import Money
from creditflow.domain.proposal import Proposal


class Say(StrEnum):
    """The four answers that a case knows."""

    APPROVE = "approve"
    APPROVE_WITH_CHANGE = "approve_with_change"
    RETURN = "return"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an approver says about the proposal whose hash it carries.

    What it changes – the amount, the terms in days, the end (exclusive), further
    conditions – is set for APPROVE_WITH_CHANGE alone, one of them at least. A
    change, a return and a rejection need a comment.
    """

    say: Say
    proposal_hash: str
    comment: str = ""
    amount: Money | None = None
    terms_days: int | None = None
    until: date | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def change(self) -> Change:
        """What is wanted otherwise than it stands."""
        return Change(self.amount, self.terms_days, self.until, self.conditions)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict that was accepted: who, when, under which authority. Never changed afterwards.

    `limit` is the limit decided on, None where none was (returned, rejected).
    `terms_days`, `until` and `conditions` are None where they are the proposal's.
    `rule` names the mandate or the policy rule that gave the authority;
    `on_behalf_of` whom the one who decided stood in for. `seen` is the hash of
    all that stood on the case when it was decided. `carried_from` is the case
    on which it was given, where this one took that one's place.
    """

    case_id: str
    stage: int
    say: Say
    by: str
    at: datetime
    proposal_hash: str
    rule: str
    policy_version: int
    limit: Money | None = None
    comment: str = ""
    round: int = 1
    final: bool = True
    idempotency_key: str = ""
    on_behalf_of: str | None = None
    seen: str = ""
    carried_from: str = ""
    terms_days: int | None = None
    until: date | None = None
    conditions: tuple[Condition, ...] | None = None

    def grant(self, proposal: Proposal) -> Grant | None:
        """What was decided on, out of the proposal that it is about; None where nothing was."""
        if self.limit is None:
            return None
        own = proposal.grant
        return Grant(
            self.limit,
            own.terms_days if self.terms_days is None else self.terms_days,
            own.until if self.until is None else self.until,
            own.conditions if self.conditions is None else self.conditions,
        )

    @property
    def last_day(self) -> date | None:
        """The last day of a validity that was changed, as people write it."""
        return None if self.until is None else self.until - timedelta(days=1)

    @property
    def changed(self) -> str:
        """What is not the proposal's besides the amount, as text; empty where nothing is."""
        if (self.terms_days, self.until, self.conditions) == (None, None, None):
            return ""
        conditions = [[one.code, one.text] for one in self.conditions or ()]
        return f"{self.terms_days}:{self.until}:{conditions if self.conditions else ''}"

    @property
    def desk(self) -> str:
        """The desk at which a mandate allowed it, which may be a lower one than where the case is.

        Empty where the policy decided.
        """
        kind, _, rest = self.rule.partition(":")
        return rest.partition(":")[2] if kind == "mandate" else ""
