"""Presume a case that nobody has opened, to ask who would decide it; nothing is kept.

For a customer it is judged by today's facts, as a case would be that is opened
today. Without one, what bears on the way is entered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from creditflow.approvals.impartiality import involved
from creditflow.approvals.undecided import Undecided, undecided
from creditflow.domain.backing import Backed, Backing
from creditflow.domain.case import Case, CaseState
from creditflow.domain.covers import GuaranteeKind
from creditflow.domain.customer import CustomerId
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade
from creditflow.domain.limits import LimitState, limit_state
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.proposal import LimitMethod, Proposal
from creditflow.domain.scorecard import Segment
from creditflow.domain.sentences import Sentence
from creditflow.domain.signals import Evidence
from creditflow.ports import Work
from creditflow.services.evaluating import judged_now
from creditflow.services.proposing import base_factor, proposed_for

NOBODY = CustomerId("")
"""Stands for the customer where there is none."""


@dataclass(frozen=True, slots=True)
class Presumed:
    """A case as it would be opened, and who would have a part in it.

    `proposal` is what would be proposed by today's facts, None where they were entered.
    """

    case: Case
    asked: Undecided
    barred: Mapping[str, Sentence]
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What bears on the way, entered by somebody.

    `current` is None where no limit was ever set. `raised` are the raises of
    the ninety days before, in the base currency. `confidence` is the share (0–1)
    of the scorecard that rests on what is known. `legal_entity` is the company of
    ours that would grant it. `secured` is what covers and guarantees are good for,
    of the present limit as of the one that is asked about.
    """

    currency: str
    segment: Segment
    grade: Grade
    current: Money | None = None
    raised: Money | None = None
    confidence: Decimal = Decimal(1)
    is_requested: bool = True
    is_knocked_out: bool = False
    secured: Money | None = None
    legal_entity: str | None = None


def presume(
    customer: CustomerId,
    kind: OccasionKind = OccasionKind.REQUEST,
    *,
    at: datetime,
    on: date,
    work: Work,
) -> Presumed:
    """The case that would be opened of the customer today; raises NotFound, NoRate."""
    case = _draft(Occasion(kind, customer, on), at)
    evaluation = judged_now(case, id="", at=at, work=work)
    proposal = proposed_for(case, evaluation, id="", at=at, work=work)
    # Were an amount asked for, it would be the one that the way is sought for.
    open_ = replace(proposal, requested=None)
    policy = work.policies.version(evaluation.policy_version)
    asked = undecided(case.occasion, open_, evaluation, policy, on=on, work=work)
    return Presumed(case, asked, involved(case, work), proposal)


def presume_entered(what: Circumstances, *, at: datetime, on: date, work: Work) -> Presumed:
    """The case of a customer of whom only this is known; raises NoRate."""
    policy = work.policies.current()
    kind = OccasionKind.REQUEST if what.is_requested else OccasionKind.PERIODIC
    case = _draft(Occasion(kind, NOBODY, on), at)
    evaluation = _judged_as(what, policy.version, case, at)
    own = OwnCurrency(what.currency, work.rates.all(), on)
    zero = Money.zero(what.currency)
    proposal = Proposal(
        id="",
        case_id="",
        customer=NOBODY,
        evaluation_id="",
        at=at,
        current=what.current,
        current_state=LimitState.NONE_SET if what.current is None else limit_state(what.current),
        current_version=0,
        proposed=zero,
        base_currency=policy.base_currency,
        base_factor=base_factor(own, policy.base_currency),
        binding=LimitMethod.REQUESTED,
        candidates=(),
        terms_days=policy.grades[what.grade].terms_days,
        from_=on,
        until=on,
        grade=what.grade,
        exposure=zero,
        policy_version=policy.version,
    )
    raised = Fraction(what.raised.minor) if what.raised is not None else Fraction(0)
    proposal = _backed(proposal, what.secured)
    asked = Undecided(proposal, evaluation, case.occasion, policy, raised, what.current,
                      what.legal_entity)  # fmt: skip
    return Presumed(case, asked, {})


def _backed(proposal: Proposal, secured: Money | None) -> Proposal:
    """The same with so much behind it; whatever the amount is, that is used first."""
    if not secured:
        return proposal
    kind, zero = GuaranteeKind.DEPOSIT.value, Money.zero(secured.currency)
    backing = Backing(kind, "", "", secured, Decimal(1), secured, None)
    backed = Backed(zero, (backing,))
    before = None if proposal.current is None else backed.parts(proposal.current).open
    return replace(proposal, backed=backed, current_open=before)


def _draft(occasion: Occasion, at: datetime) -> Case:
    return Case(
        id="",
        customer=occasion.customer,
        occasion=occasion,
        state=CaseState.DRAFT,
        version=1,
        opened_at=at,
        updated_at=at,
    )


def _judged_as(what: Circumstances, version: int, case: Case, at: datetime) -> Evaluation:
    """A judgement of which nothing is known but what bears on the way."""
    return Evaluation(
        id="",
        case_id="",
        customer=NOBODY,
        on=case.occasion.on,
        at=at,
        segment=what.segment,
        scorecard="",
        policy_version=version,
        evidence=Evidence(()),
        contributions=(),
        dimension_points={},
        points=Decimal(0),
        grade=what.grade,
        pd=Decimal(0),
        confidence=what.confidence,
        reasons_for=(),
        reasons_against=(),
        missing=(),
        knock_outs=("ENTERED",) if what.is_knocked_out else (),
    )
