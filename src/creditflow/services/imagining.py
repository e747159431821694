"""Imagine other evidence: which points, grade and limit it would give; nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from creditflow.domain.caps import Asking
from creditflow.domain.case import Case
from creditflow.domain.counterfactual import WayBack, supposing, ways_back
from creditflow.domain.dynamic_limits import movement
from creditflow.domain.errors import NotFound
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.learned_judging import champions, rejudged
from creditflow.domain.limit_methods import Situation
from creditflow.domain.limit_setting import Suggestion
from creditflow.domain.on_top_setting import besides, suggest_for
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.sentences import say
from creditflow.domain.signals import SignalValue
from creditflow.ports import Work
from creditflow.services.backing import backings_of
from creditflow.services.proposing import situation_of
from creditflow.services.recalling import timeline_of
from creditflow.services.sharing import rooms_left, shared


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement and the limit that would be proposed by it."""

    evaluation: Evaluation
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Imagined:
    """The judgement as it was kept, and as it would be with other values.

    `ways` are the single changes that would win points back from there, by
    characteristic, each with its judgement. `policy` is the one that judged.
    """

    kept: Judged
    supposed: Judged
    ways: Mapping[str, tuple[WayBack, Suggestion]]
    policy: Policy


def imagine(case_id: str, values: Mapping[str, SignalValue], *, work: Work) -> Imagined:
    """Judge the case's stored evidence with these values in place of others (None: not known).

    Raises NotFound where the case or its evaluation is not there, NoRate where
    currencies cannot be compared.
    """
    case = work.cases.get(case_id)
    if case.evaluation_id is None:
        raise NotFound(say("Case {case} has no evaluation yet.", case=case_id))
    evaluation = work.evaluations.get(case.evaluation_id)
    policy = work.policies.version(evaluation.policy_version)
    models = work.models.texts(champions(evaluation, policy))
    situation = _situation(case, evaluation, policy, work)

    def suggested(by: Evaluation) -> Suggestion:
        return suggest_for(case.occasion.on_top, by, situation, policy)

    def judged(by: Evaluation) -> Judged:
        return Judged(by, suggested(by))

    supposed = evaluation
    if values:
        evidence = supposing(evaluation.evidence, evaluation, **values)
        supposed = rejudged(evaluation, evidence, policy, models)
    return Imagined(
        kept=judged(evaluation),
        supposed=judged(supposed),
        ways={
            way.characteristic: (way, suggested(way.after))
            for way in ways_back(supposed, policy, models)
        },
        policy=policy,
    )


def _situation(case: Case, evaluation: Evaluation, policy: Policy, work: Work) -> Situation:
    """As it was when the limit was proposed; as it is where there is no proposal yet."""
    customer = work.customers.get(case.customer)
    own = OwnCurrency(customer.currency, work.rates.all(), evaluation.on)
    history = work.limits.history(case.customer)
    if case.proposal_id is None:
        limit = work.limits.current(case.customer)
        now = situation_of(customer, limit, case.occasion.requested_limit, own)
        asked = case.occasion.on_top
        rooms = rooms_left(Asking(customer, limit, now.current, own), policy, work)
        now = now if asked is None else besides(asked, now, timeline_of(customer, work))
        backings = backings_of(customer.id, policy, own, work)
        return replace(now, moved=movement(history), rooms=rooms, backings=backings)
    proposal = work.proposals.get(case.proposal_id)
    return Situation(
        own=own,
        current=proposal.current,
        current_state=proposal.current_state,
        requested=proposal.requested,
        terms_days=customer.terms_days,
        moved=movement([x for x in history if x.version <= proposal.current_version]),
        rooms=shared(proposal.candidates),
        backings=proposal.backed.backings if proposal.backed is not None else (),
        current_open=proposal.current_open,
    )
