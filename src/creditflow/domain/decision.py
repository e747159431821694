"""Verdict and decision: what an approver says, and what was accepted of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from creditflow.domain.money import Money


class Say(StrEnum):
    """The four answers that a case knows."""

    APPROVE = "approve"
    APPROVE_WITH_CHANGE = "approve_with_change"
    RETURN = "return"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an approver says about the proposal whose hash it carries.

    `amount` is set exactly for APPROVE_WITH_CHANGE. A change, a return and a
    rejection need a comment.
    """

    say: Say
    proposal_hash: str
    comment: str = ""
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict that was accepted: who, when, under which authority. Never changed afterwards.

    `limit` is the limit decided on, None where none was (returned, rejected).
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

    @property
    def desk(self) -> str:
        """The desk at which a mandate allowed it, which may be a lower one than where the case is.

        Empty where the policy decided.
        """
        kind, _, rest = self.rule.partition(":")
        return rest.partition(":")[2] if kind == "mandate" else ""
