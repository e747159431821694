"""A customer with two years of invoices, and the two use cases that judge it."""

from datetime import timedelta

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.ledger import Invoice, Payment
from creditflow.domain.policy import Policy
from creditflow.domain.policy_reading import policy_from_json
from creditflow.domain.proposal import Proposal
from creditflow.services.evaluating import evaluate
from creditflow.services.proposing import propose
from creditflow.sources.policy_files import shipped_policy_text
from tests.fakes import FakeWork
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_customer,
    cny,
)

POLICY: Policy = policy_from_json(shipped_policy_text(), 1)


def a_work(*, late: int = 0, ended: int = 0, currency: str = "CNY", **customer: object) -> FakeWork:
    """Two years of monthly invoices of 10,000, each paid so many days late; they ended days ago."""
    work = FakeWork(POLICY)
    work.customers.put_all([a_customer(currency=currency, sector="machinery", **customer)])
    for n in range(24):
        due = TODAY - timedelta(days=30 * n + 5 + ended)
        work.ledger.add(
            invoices=[Invoice(ACME, f"R{n}", due - timedelta(days=30), due, cny(10_000))],
            payments=[Payment(ACME, f"P{n}", paid_on, cny(10_000), f"R{n}")]
            if (paid_on := due + timedelta(days=late)) <= TODAY - timedelta(days=ended)
            else [],
        )
    work.cases.add(a_case())
    return work


def judged(work: FakeWork) -> Evaluation:
    return work.evaluations.get(evaluate("CASE-1", at=NOW, work=work).evaluation_id or "")


def proposed(work: FakeWork) -> Proposal:
    return work.proposals.get(propose("CASE-1", at=NOW, work=work).proposal_id or "")
