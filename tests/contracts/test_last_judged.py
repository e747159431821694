"""What customers were last judged on comes back alike from every Work, many at a time."""

from datetime import timedelta
from decimal import Decimal

import pytest

from creditflow.domain.added_limits import AddedKind, OnTop
from creditflow.domain.case import CaseState
from creditflow.domain.evaluation import LearnedJudgement
from creditflow.domain.grade import Grade
from creditflow.domain.judged import Judged
from creditflow.domain.proposal import Candidate, LimitMethod
from creditflow.domain.sentences import say
from creditflow.domain.signals import Evidence, Signal
from tests.makers import (
    ACME,
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_limit,
    a_proposal,
    an_added_limit,
    an_evaluation,
    an_occasion,
    cny,
)

EVIDENCE = Evidence(
    [
        Signal("oldest_days_past_due", Decimal(12), TODAY, 'ledger "own", "evidence":'),
        Signal("current_ratio", Decimal("1.25"), TODAY, "statement", TODAY - timedelta(days=1)),
        Signal("equity_amount", Decimal("250000.00"), TODAY, "statement", TODAY),
        Signal("insolvency", "no", TODAY, "court"),
        Signal("bureau_standing", None, TODAY, "bureau"),
    ]
)
LEARNED = LearnedJudgement(
    "MOD-1", "0" * 64, "challenger",
    Judged(500, Decimal("0.5"), Decimal("0.9"), Grade.F, (), (), (), ()),
)  # fmt: skip
CANDIDATES = (
    Candidate(LimitMethod.NEED, cny(90_000), say("Its need.")),
    Candidate(LimitMethod.CAPACITY, None, say("Unknown.")),
    Candidate(LimitMethod.APPETITE, cny(50_000), say("Its grade.")),
)


@pytest.fixture
def judged(database):
    """Two evaluations of one customer, one without a proposal of another, none of the third."""
    with database.work() as work:
        work.customers.put_all([a_customer(id_) for id_ in (ACME, "C002", "C003")])
        _judge(work, "CASE-1", ACME, days=9, state=CaseState.NOTIFIED)
        _judge(work, "CASE-2", ACME, days=0)
        _judge(work, "CASE-3", "C002", days=1, proposed=False)
        work.limits.add(a_limit(cny(10_000), from_=TODAY - timedelta(days=99)), replacing=0)
        work.limits.add(a_limit(cny(20_000), version=2, from_=TODAY), replacing=1)
        for number in ("AL-2", "AL-1"):
            work.added_limits.add(an_added_limit(number), replacing=0)
        ended = an_added_limit("AL-2", version=2, until=TODAY + timedelta(days=9))
        work.added_limits.add(ended, replacing=1)
    return database


def _judge(
    work, case, customer, *, days, proposed=True, state=CaseState.PROPOSED, on_top=None, made=50_000
):
    on, proposal = TODAY - timedelta(days=days), f"PR-{case}" if proposed else None
    work.cases.add(
        a_case(
            case, customer=customer, state=state, proposal_id=proposal,
            occasion=an_occasion(customer=customer, on=on, reference=case, on_top=on_top),
        )
    )  # fmt: skip
    work.evaluations.add(
        an_evaluation(
            f"EV-{case}", case_id=case, customer=customer, on=on,
            at=NOW - timedelta(days=days), evidence=EVIDENCE, pd=Decimal("0.0125"),
            learned=(LEARNED,),
        )
    )  # fmt: skip
    if proposal:
        work.proposals.add(
            a_proposal(
                proposal, case_id=case, customer=customer, evaluation_id=f"EV-{case}",
                exposure=cny(7_000 + days), candidates=CANDIDATES, proposed=cny(made),
                terms_days=45,
            )
        )  # fmt: skip


def test_the_latest_evidence_comes_with_limits_and_exposure(judged):
    with judged.reading() as work:
        acme, other = work.last_judged.evidence([ACME, "C002", "C003", "nobody"])

    assert (acme.customer.id, acme.on, acme.exposure) == (ACME, TODAY, cny(7_000))
    assert [limit.amount for limit in acme.limits] == [cny(10_000), cny(20_000)]
    assert dict(acme.signals) == {
        "oldest_days_past_due": Decimal(12),
        "current_ratio": None,
        "equity_amount": Decimal(250_000),
        "insolvency": "no",
        "bureau_standing": None,
    }
    assert [(x.id, x.version) for x in acme.added] == [("AL-1", 1), ("AL-2", 1), ("AL-2", 2)]
    assert (other.customer.id, other.exposure, other.limits) == ("C002", cny(0), ())
    assert other.added == ()


def test_no_other_signals_come_than_those_that_are_asked_for(judged):
    with judged.reading() as work:
        (acme,) = work.last_judged.evidence([ACME], names={"insolvency", "unheard_of"})
    assert dict(acme.signals) == {"insolvency": "no"}


def test_the_latest_proposal_comes_with_its_amounts_and_the_probability(judged):
    with judged.reading() as work:
        (acme,) = work.last_judged.proposals([ACME, "C002", "C003"])

    assert (acme.customer.id, acme.pd, acme.terms_days) == (ACME, Decimal("0.0125"), 45)
    assert acme.amounts == {LimitMethod.NEED: cny(90_000), LimitMethod.APPETITE: cny(50_000)}
    assert acme.proposed == cny(50_000)
    assert acme.limit is not None
    assert acme.limit.amount == cny(20_000)


def test_nobody_asked_for_is_nobody_found(judged):
    with judged.reading() as work:
        assert work.last_judged.evidence([]) == work.last_judged.proposals([]) == []


def test_what_was_proposed_on_top_says_nothing_of_the_base_limit(judged):
    top = OnTop(AddedKind.TEMPORARY, TODAY, TODAY + timedelta(days=9))
    with judged.work() as work:
        case = work.cases.get("CASE-2")
        work.cases.put(case.moved(CaseState.WITHDRAWN, at=NOW))
        _judge(work, "CASE-4", ACME, days=-1, on_top=top, made=90_000)
    with judged.reading() as work:
        (proposal,) = work.last_judged.proposals([ACME])
        (evidence,) = work.last_judged.evidence([ACME])
    assert proposal.proposed == cny(50_000)
    assert evidence.on == TODAY + timedelta(days=1)
