"""Case: one look at one customer, from its occasion to the letter; every move is in one table."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import Conflict
from creditflow.domain.occasion import Occasion
from creditflow.domain.sentences import Sentence, say


class CaseState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    EVALUATED = "evaluated"
    PROPOSED = "proposed"
    AWAITING = "awaiting"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    APPLIED = "applied"
    NOTIFIED = "notified"
    CLOSED = "closed"
    SUPERSEDED = "superseded"
    REAPPROVAL_REQUIRED = "reapproval_required"
    INCIDENT = "incident"


S = CaseState
MOVES: dict[CaseState, frozenset[CaseState]] = {
    S.DRAFT: frozenset({S.EVALUATED, S.WITHDRAWN, S.SUPERSEDED, S.INCIDENT}),
    S.EVALUATED: frozenset({S.PROPOSED, S.WITHDRAWN, S.SUPERSEDED, S.INCIDENT}),
    S.PROPOSED: frozenset({S.AWAITING, S.APPROVED, S.WITHDRAWN, S.SUPERSEDED, S.INCIDENT}),
    S.AWAITING: frozenset(
        # Proposed again: an approver wants more than was proposed, which others decide.
        {S.APPROVED, S.REJECTED, S.RETURNED, S.PROPOSED, S.EXPIRED, S.WITHDRAWN, S.SUPERSEDED}
    ),
    S.RETURNED: frozenset({S.DRAFT, S.EXPIRED, S.WITHDRAWN, S.SUPERSEDED}),
    S.APPROVED: frozenset({S.APPLIED, S.SUPERSEDED, S.REAPPROVAL_REQUIRED, S.INCIDENT}),
    # Somebody's authority lapsed between the decision and its application.
    S.REAPPROVAL_REQUIRED: frozenset({S.AWAITING, S.WITHDRAWN, S.SUPERSEDED}),
    S.REJECTED: frozenset({S.NOTIFIED, S.CLOSED, S.INCIDENT}),
    S.APPLIED: frozenset({S.NOTIFIED, S.CLOSED, S.INCIDENT}),
    # An incident goes on where it happened, once a person has removed its cause.
    S.INCIDENT: frozenset(
        {S.DRAFT, S.EVALUATED, S.PROPOSED, S.APPROVED, S.REJECTED, S.APPLIED, S.WITHDRAWN}
    ),
    S.EXPIRED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.NOTIFIED: frozenset(),
    # Done, and the policy has nothing to tell the customer.
    S.CLOSED: frozenset(),
    S.SUPERSEDED: frozenset(),
}

FINISHED = frozenset(state for state, onward in MOVES.items() if not onward)
"""States that nothing leaves."""

MACHINE_MOVES = frozenset({S.DRAFT, S.EVALUATED, S.PROPOSED, S.APPROVED, S.REJECTED, S.APPLIED})
"""States that go on by themselves; a case that rests in one of them is stuck."""


class WrongState(Conflict):
    """The case is not where this step expects it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One look at one customer.

    `version` rises with every change and is compared when the case is kept.
    `run_id` and `run_epoch` lead to the Prefect run that carries it; they are
    for looking up and never decide anything. `edited_by` is who raised the
    amount that is proposed now, None where nobody did. `supersedes` and
    `superseded_by` are the cases before and after it, where what one rested on
    moved while it waited.
    """

    id: str
    customer: CustomerId
    occasion: Occasion
    state: CaseState
    version: int
    opened_at: datetime
    updated_at: datetime
    round: int = 1
    stage: int = 0
    desk: str | None = None
    due_on: date | None = None
    expires_at: datetime | None = None
    evaluation_id: str | None = None
    proposal_id: str | None = None
    proposal_hash: str | None = None
    base_limit_version: int | None = None
    letter_id: str | None = None
    run_id: str | None = None
    run_epoch: int = 0
    incident: Sentence | None = None
    before_incident: CaseState | None = None
    edited_by: str | None = None
    supersedes: str | None = None
    superseded_by: str | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINISHED

    @property
    def requested_by(self) -> str | None:
        """The person who asked for it, who never decides it."""
        return self.occasion.requested_by

    def moved(self, to: CaseState, *, at: datetime, **changes: Any) -> "Case":  # noqa: ANN401
        """The case in its next state; raises WrongState where the table has no such move."""
        if to not in MOVES[self.state]:
            raise WrongState(
                say(
                    "Case {case} is {state}, so it cannot become {to}."
                    " Reload it to see what happened meanwhile.",
                    case=self.id,
                    state=self.state.value,
                    to=to.value,
                )
            )
        return replace(self, state=to, updated_at=at, version=self.version + 1, **changes)

    def noted(self, *, at: datetime, **changes: Any) -> "Case":  # noqa: ANN401
        """The case with something noted on it, in the same state."""
        return replace(self, updated_at=at, version=self.version + 1, **changes)


class TaskState(StrEnum):
    """Whether somebody still has to act; planned ones come after those before them."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ReviewTask:
    """What an approver acts on: one stage of one round of a case, at a desk, by a day.

    `needed` people have to agree before the stage is done. `rule` is the
    policy's rule that asked for the stage; empty where the amount alone did.
    `held_by` has taken it on, or was given it, until `held_until`; nobody has
    where either is None.
    """

    case_id: str
    round: int
    stage: int
    desk: str
    why: Sentence
    opened_at: datetime
    due_on: date
    state: TaskState = TaskState.OPEN
    done_by: str | None = None
    done_at: datetime | None = None
    needed: int = 1
    rule: str = ""
    held_by: str | None = None
    held_until: datetime | None = None

    def holder(self, at: datetime) -> str | None:
        """Who has it at that moment; a hold that ran out is none."""
        held = self.held_until is not None and at < self.held_until
        return self.held_by if held else None

    @property
    def let_go(self) -> "ReviewTask":
        """The task with nobody holding it."""
        return replace(self, held_by=None, held_until=None)
