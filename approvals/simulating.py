"""Say who would have to decide an amount, who could, and where another amount would go.

Nothing is kept. The way, its tasks and whoever may act on them come from where
cases get them from, so that what is foretold is what would happen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from creditflow.approvals.announcing import Ways, ways_of_all
from creditflow.approvals.board import Board
from creditflow.approvals.delegating import Acting
from creditflow.approvals.mandates import objection_to
from creditflow.approvals.opening import tasks_of
from creditflow.approvals.routing import Route
from creditflow.approvals.undecided import Band, Undecided, bands
from creditflow.domain.calendar import IsWorkingDay
from creditflow.domain.case import Case, CaseState, ReviewTask, TaskState
from creditflow.domain.delegation import Delegation
from creditflow.domain.money import Money
from creditflow.domain.people import Person
from creditflow.domain.policy import Desk, Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import Sentence
from creditflow.ports import Work


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody at a stage: as oneself or in place of a `principal`; `no` says why not.

    `is_of_desk`: it is one of that very desk, not of a higher one. `away` is the
    delegation of that day under which somebody else stands in for this person.
    """

    person: Person
    principal: Person | None
    no: Sentence | None
    is_of_desk: bool
    away: Delegation | None


@dataclass(frozen=True, slots=True)
class ForeseenStage:
    """One stage: where, why there, how many have to agree, until when, and who could."""

    desk: Desk
    why: Sentence
    needed: int
    due_on: date
    able: Sequence[Voice]
    barred: Sequence[Voice]

    @property
    def is_short(self) -> bool:
        """Whether fewer people could agree than have to."""
        return len({voice.person.id for voice in self.able}) < self.needed


@dataclass(frozen=True, slots=True)
class Simulation:
    """What would happen to an amount, and to others. No stages: the policy decides alone."""

    asked: Undecided
    amount: Money
    way: Route
    stages: Sequence[ForeseenStage]
    bands: Sequence[Band]

    @property
    def band(self) -> Band:
        """The amounts among which this one is."""
        return next(b for b in reversed(self.bands) if b.least <= self.amount)


def simulate(
    asked: Undecided,
    case: Case,
    amount: Money,
    *,
    barred: Mapping[str, Sentence],
    at: datetime,
    on: date,
    works: IsWorkingDay,
    work: Work,
) -> Simulation:
    """Who would decide, were the amount (in the customer's currency) proposed on that day.

    `case` is the one that would be opened, `barred` are those who would have a part in it.
    """
    way = asked.way(amount)
    proposal = replace(asked.proposal, proposed=amount)
    tasks = tasks_of(case, way, barred=barred, at=at, on=on, works=works, work=work)
    ways = ways_of_all(on, work)
    away = {d.principal: d for d in work.delegations.all() if d.holds(on)}
    stages = []
    for step, task in zip(way.steps, tasks, strict=True):
        board = _board_at(task, tasks, case, proposal)
        voices = _voices(board, ways, away, barred, asked.policy)
        stages.append(
            ForeseenStage(
                step.desk,
                step.why,
                task.needed,
                task.due_on,
                able=[voice for voice in voices if voice.no is None],
                barred=[v for v in voices if v.no is not None and v.is_of_desk],
            )
        )
    return Simulation(asked, amount, way, stages, bands(asked))


def _board_at(
    task: ReviewTask, tasks: Sequence[ReviewTask], case: Case, proposal: Proposal
) -> Board:
    """What would stand on the case when that task is the one to act on."""
    waits = replace(case, state=CaseState.AWAITING, stage=task.stage, desk=task.desk)
    states = {True: TaskState.OPEN, False: TaskState.PLANNED}
    then = [
        replace(t, state=TaskState.DONE if t.stage < task.stage else states[t.stage == task.stage])
        for t in tasks
    ]
    return Board(waits, proposal, then, ())


def _voices(
    board: Board,
    ways: Ways,
    away: Mapping[str, Delegation],
    barred: Mapping[str, Sentence],
    policy: Policy,
) -> list[Voice]:
    """Everybody with a mandate, those of the very desk first."""
    found = []
    for person, all_ways in ways.items():
        noes = [
            objection_to(way, board, policy, involved=barred, limit=board.standing)
            for way in all_ways
        ]
        best = noes.index(None) if None in noes else 0
        found.append(_voice(all_ways[best], noes[best], board, away.get(person)))
    return sorted(found, key=lambda v: (not v.is_of_desk, v.principal is not None, v.person.name))


def _voice(way: Acting, no: Sentence | None, board: Board, away: Delegation | None) -> Voice:
    seat = way.principal or way.person
    return Voice(way.person, way.principal, no, board.case.desk in seat.desks, away)
