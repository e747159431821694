"""A case that waits at a desk, with everything around it, and the means to act on it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from creditflow.approvals.deciding import decide
from creditflow.approvals.escalating import escalate, neglected
from creditflow.domain.calendar import weekdays_only
from creditflow.domain.case import Case, CaseState
from creditflow.domain.decision import Decision, Say, Verdict
from creditflow.domain.money import Money
from creditflow.domain.people import Person
from creditflow.domain.proposal import Proposal
from tests.fakes import FakeWork, Kept
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_limit,
    a_person,
    a_policy,
    a_proposal,
    a_task,
    an_evaluation,
    later,
)

EXPIRY = later(days=30)


@dataclass
class Waiting:
    """A case that waits at the director's desk for CNY 600,000 → CNY 800,000 at grade C."""

    work: FakeWork
    proposal: Proposal
    person: Person

    @property
    def case(self) -> Case:
        return self.work.cases.get("CASE-1")

    def kept(self) -> Kept:
        """Everything kept now, to be compared with what is kept later."""
        return self.work.kept.copied()

    def decide(self, said: Say = Say.APPROVE, **how: Any) -> Decision:
        """Decide with what the person sees; whatever a test cares about it says by keyword."""
        verdict = Verdict(
            said,
            proposal_hash=how.get("seen", self.proposal.hash),
            comment=how.get("comment", "" if said is Say.APPROVE else "Season is over."),
            amount=how.get("amount"),
            terms_days=how.get("terms_days"),
            until=how.get("until"),
            conditions=how.get("conditions", ()),
        )
        return decide(
            "CASE-1",
            verdict,
            by=how.get("by", self.person),
            key=how.get("key", "click-1"),
            at=how.get("at", NOW),
            on=how.get("on", TODAY),
            work=self.work,
        )


def waiting(
    *,
    proposal: dict[str, Any] | None = None,
    case: dict[str, Any] | None = None,
    person: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None,
) -> Waiting:
    """A waiting case, with changes to any of its parts."""
    work = FakeWork(a_policy(**(policy or {})))
    suggested = a_proposal(**(proposal or {}))
    by = a_person(**(person or {}))
    opened = a_case(
        state=CaseState.AWAITING,
        version=4,
        stage=1,
        desk="director",
        expires_at=EXPIRY,
        evaluation_id="EVAL-1",
        proposal_id=suggested.id,
        proposal_hash=suggested.hash,
    )
    opened = replace(opened, **(case or {}))
    work.customers.put_all([a_customer()])
    work.people.put(by)
    work.evaluations.add(an_evaluation(grade=suggested.grade))
    work.proposals.add(suggested)
    work.limits.add(a_limit(), replacing=0)
    work.cases.add(opened)
    if opened.state is CaseState.AWAITING:
        work.tasks.add(a_task(round=opened.round, desk=opened.desk or "director"))
    return Waiting(work, suggested, by)


def escalated(work: FakeWork, *, at: datetime, on: date) -> list[Case]:
    """The cases that the clock lays before the next desk, as it finds and moves them."""
    late = neglected(on=on, works=weekdays_only, work=work)
    moved = [escalate(case, at=at, on=on, works=weekdays_only, work=work) for case in late]
    return [case for case in moved if case is not None]


def in_dollars(amount: str, per_cent: Fraction = Fraction(71, 10)) -> dict[str, Any]:
    """The parts of a proposal in dollars, each cent of which is so many fen."""
    dollars = Money.of(amount, "USD")
    return {
        "proposed": dollars,
        "current": None,
        "current_version": 0,
        "base_factor": per_cent,
        "candidates": (),
        "exposure": Money.zero("USD"),
    }
