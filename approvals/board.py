"""The board: what stands on a case in its present round, and what an approver answers for."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from creditflow.domain.case import Case, ReviewTask, TaskState
from creditflow.domain.decision import Decision, Say
from creditflow.domain.granting import Grant
from creditflow.domain.money import Money
from creditflow.domain.proposal import Proposal
from creditflow.ports import Work

APPROVALS = (Say.APPROVE, Say.APPROVE_WITH_CHANGE)


@dataclass(frozen=True, slots=True)
class Board:
    """The tasks and decisions of a case's present round, with its proposal."""

    case: Case
    proposal: Proposal
    tasks: Sequence[ReviewTask]
    decisions: Sequence[Decision]

    @property
    def task(self) -> ReviewTask | None:
        """The stage that somebody has to act on now."""
        return next((task for task in self.tasks if task.state is TaskState.OPEN), None)

    @property
    def following(self) -> ReviewTask | None:
        """The stage that comes after the present one."""
        return next((task for task in self.tasks if task.state is TaskState.PLANNED), None)

    @property
    def standing(self) -> Money:
        """The amount that is asked about: as proposed, or as somebody changed it on the way."""
        return standing_after(self.proposal.proposed, self.decisions)

    @property
    def grant(self) -> Grant:
        """All that is asked about: as proposed, or as somebody changed it on the way."""
        given = [self.granted_by(decision) for decision in self.decisions]
        known = [grant for grant in given if grant is not None]
        return known[-1] if known else self.proposal.grant

    def granted_by(self, decision: Decision) -> Grant | None:
        """What an agreement is to; None for a decision that is none."""
        return decision.grant(self.proposal) if decision.say in APPROVALS else None

    @property
    def seen(self) -> str:
        """The hash that a verdict has to carry: the proposal's, and what came on top of it.

        A first stage has nothing on top, so its hash is the proposal's own.
        """
        return seen_after(self.proposal.hash, self.decisions)

    def since(self, seen: str) -> Sequence[Decision] | None:
        """What was decided on the present proposal since somebody saw that hash; None if never."""
        for count in range(len(self.decisions) + 1):
            if seen_after(self.proposal.hash, self.decisions[:count]) == seen:
                return self.decisions[count:]
        return None

    def agreed(self, stage: int, grant: Grant) -> frozenset[str]:
        """Who has agreed to that very grant at that stage."""
        return frozenset(
            d.by for d in self.decisions if d.stage == stage and self.granted_by(d) == grant
        )

    @property
    def spoken(self) -> frozenset[str]:
        """Everybody who has decided at any stage of this round, or was stood in for there.

        One person counts once, also through others.
        """
        return frozenset(
            person
            for d in self.decisions
            for person in (d.by, d.on_behalf_of)
            if person is not None
        )


def standing_after(proposed: Money, decisions: Iterable[Decision]) -> Money:
    """The amount that is asked about after these decisions on a proposal."""
    amounts = [d.limit for d in decisions if d.say in APPROVALS and d.limit is not None]
    return amounts[-1] if amounts else proposed


def seen_after(proposal_hash: str, decisions: Collection[Decision]) -> str:
    """The hash of a proposal with the decisions that were made on it since."""
    if not decisions:
        return proposal_hash
    said = "|".join(
        f"{d.round}:{d.stage}:{d.by}:{d.say}:{d.limit}" + (d.changed and f":{d.changed}")
        for d in decisions
    )
    return hashlib.sha256(f"{proposal_hash}|{said}".encode()).hexdigest()


def board_of(case: Case, proposal: Proposal, work: Work) -> Board:
    """What stands on the case now."""
    return Board(
        case,
        proposal,
        [task for task in work.tasks.of(case.id) if task.round == case.round],
        [d for d in work.decisions.of(case.id) if d.round == case.round],
    )
