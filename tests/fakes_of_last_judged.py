"""The latest judgements of many customers, from what the fake keeps."""

from collections.abc import Collection, Sequence
from typing import Any

from creditflow.domain.candidate import LimitMethod
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.money import Money
from creditflow.ports import LastEvidence, LastProposal


class FakeLastJudged:
    def __init__(self, work: Any) -> None:
        self._work = work

    def evidence(
        self, customers: Sequence[CustomerId], *, names: Collection[str] | None = None
    ) -> list[LastEvidence]:
        found = []
        for id_ in sorted(set(customers)):
            evaluation = self._work.evaluations.latest(id_)
            if evaluation is None:
                continue
            customer = self._work.customers.get(id_)
            proposal = self._work.cases.get(evaluation.case_id).proposal_id
            found.append(
                LastEvidence(
                    customer=customer,
                    limits=tuple(self._work.limits.history(id_)),
                    on=evaluation.on,
                    signals={
                        name: signal.value if signal.usable(evaluation.on) else None
                        for name, signal in evaluation.evidence.items()
                        if names is None or name in names
                    },
                    exposure=self._work.proposals.get(proposal).exposure
                    if proposal
                    else Money.zero(customer.currency),
                    room=self._room(customer, proposal),
                    added=tuple(self._work.added_limits.of(id_)),
                )
            )
        return found

    def _room(self, customer: Customer, proposal: str | None) -> Money | None:
        if proposal is None or customer.group is None:
            return None
        found = self._work.proposals.get(proposal).candidates
        return next((c.amount for c in found if c.method is LimitMethod.GROUP), None)

    def proposals(self, customers: Sequence[CustomerId]) -> list[LastProposal]:
        found = []
        for id_ in sorted(set(customers)):
            evaluation = self._of_base(id_)
            case = self._work.cases.get(evaluation.case_id) if evaluation else None
            if evaluation is None or case is None or case.proposal_id is None:
                continue
            proposal = self._work.proposals.get(case.proposal_id)
            found.append(
                LastProposal(
                    customer=self._work.customers.get(id_),
                    limit=self._work.limits.current(id_),
                    pd=evaluation.pd,
                    amounts={
                        c.method: c.amount for c in proposal.candidates if c.amount is not None
                    },
                    proposed=proposal.proposed,
                    terms_days=proposal.terms_days,
                )
            )
        return found

    def _of_base(self, customer: CustomerId) -> Evaluation | None:
        mine = [
            e
            for e in self._work.kept.evaluations.values()
            if e.customer == customer and self._work.cases.get(e.case_id).occasion.on_top is None
        ]
        return max(mine, key=lambda e: (e.at, e.id), default=None)
