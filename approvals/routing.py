"""Say whether the policy may decide by itself, and if not, which desk has to; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.authority import BY_AMOUNT, EVERYBODY, AuthorityFacts, AuthorityRule
from creditflow.domain.dynamic_limits import anchor, beyond
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.legal_entity import granting_entity
from creditflow.domain.limits import Limit, LimitState
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.policy import Desk, Policy
from creditflow.domain.proposal import Outcome, Proposal
from creditflow.domain.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a way: a desk, how many of it have to agree (or EVERYBODY), and why it."""

    desk: Desk
    why: Sentence
    needed: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """Where a proposal goes: no steps means straight through. `why` is for people.

    `rule` is the rule of the policy that asked for these steps; empty where the
    amount alone did.
    """

    steps: tuple[Step, ...]
    why: Sentence
    rule: str = ""

    @property
    def desk(self) -> Desk | None:
        """The desk that is asked first; None where nobody is."""
        return self.steps[0].desk if self.steps else None


def route(
    proposal: Proposal,
    evaluation: Evaluation,
    occasion: Occasion,
    policy: Policy,
    *,
    raised: Fraction = Fraction(0),
    start: Money | None = None,
    legal_entity: str | None = None,
) -> Route:
    """Find the way of a proposal under the policy.

    `raised` is what was granted on top within the window before, in minor units
    of the base currency, without this proposal. `start` is what a dynamic limit
    was when its period began (None: what it is now), `legal_entity` the company of
    ours that master data names as the one that grants it.
    """
    entity = granting_entity(policy.legal_entities, legal_entity)
    facts = _facts(proposal, evaluation, occasion, raised, entity)
    holding = ((rule, why) for rule in policy.authority if (why := rule.why(facts)) is not None)
    rule, why = next(holding, (None, None))
    objection = _against_straight_through(proposal, evaluation, occasion, policy, start)
    if objection is None and occasion.kind is OccasionKind.REQUEST:
        objection = _against_small_steps(proposal, policy, raised)
    if rule is not None and why is not None and (objection is not None or _is_raise(facts)):
        return Route(_steps(rule, why, proposal, evaluation, policy), why, rule.id)
    if objection is None:
        return Route((), say("Within the bounds in which the policy decides by itself."))
    step = usual(proposal, evaluation, policy)
    if step.desk.id == desk_for(proposal.base_amount, proposal, policy).id:
        return Route((step,), objection)
    return Route((step,), _higher(objection, evaluation))


def start_of(
    history: Sequence[Limit], proposal: Proposal, policy: Policy, *, on: date
) -> Money | None:
    """What the limit was when the period of a dynamic limit began; None where that is not asked."""
    if policy.dynamic is None:
        return None
    days, currency = policy.dynamic.period_days, proposal.proposed.currency
    return anchor(history, on=on, days=days, currency=currency)


def _is_raise(facts: AuthorityFacts) -> bool:
    """A rule about raises holds a raise up even where the policy would let it through alone.

    More that rests on nothing is a raise, also where the limit as a whole stays.
    """
    return facts.increase.minor > 0 or facts.unsecured_increase.minor > 0


def _steps(
    rule: AuthorityRule,
    why: Sentence,
    proposal: Proposal,
    evaluation: Evaluation,
    policy: Policy,
) -> tuple[Step, ...]:
    """The stages of a rule, one after the other.

    A desk that the amount asks and the rule asks next to it is asked once: by the
    stricter of the two, for a second signature of one desk is what nobody meant.
    """
    by_amount = usual(proposal, evaluation, policy)
    asked = say("Rule {rule} asks for this desk. {why}", rule=rule.id, why=why)
    steps: list[Step] = []
    for before, stage in zip((None, *rule.stages), rule.stages, strict=False):
        step = Step(policy.desk(stage.desk), asked) if stage.desk != BY_AMOUNT else by_amount
        is_either = before is not None and (stage.desk == BY_AMOUNT) != (before.desk == BY_AMOUNT)
        if is_either and steps[-1].desk == step.desk:
            steps[-1] = replace(steps[-1], needed=_stricter(steps[-1].needed, stage.needed))
        else:
            steps.append(replace(step, needed=stage.needed))
    return tuple(steps)


def _stricter(one: int, other: int) -> int:
    return EVERYBODY if EVERYBODY in (one, other) else max(one, other)


def usual(proposal: Proposal, evaluation: Evaluation, policy: Policy) -> Step:
    """The desk that amount, grade and evidence ask for, where no rule asks for another."""
    confidence = evaluation.confidence
    desk = desk_for(proposal.base_amount, proposal, policy, confidence=confidence)
    return Step(desk, _by_amount(desk, proposal))


def _by_amount(desk: Desk, proposal: Proposal) -> Sentence:
    if desk.ceiling is None:
        return say(
            "It answers for any amount; what is at stake is {amount} at grade {grade}.",
            amount=proposal.at_stake,
            grade=proposal.grade.value,
        )
    return say(
        "It answers for up to {ceiling} down to grade {worst}; what is at stake is {amount} at"
        " grade {grade}.",
        ceiling=desk.ceiling,
        worst=desk.worst_grade.value,
        amount=proposal.at_stake,
        grade=proposal.grade.value,
    )


def _facts(
    proposal: Proposal,
    evaluation: Evaluation,
    occasion: Occasion,
    raised: Fraction,
    entity: str | None,
) -> AuthorityFacts:
    zero = Money.zero(proposal.base_currency)
    before = proposal.in_base(proposal.current) if proposal.current else zero
    increase = max(zero, proposal.base_amount - before)
    unsecured = proposal.in_base(proposal.parts.open)
    return AuthorityFacts(
        limit=proposal.base_amount,
        increase=increase,
        raised=Money(math.ceil(raised) + increase.minor, proposal.base_currency)
        if increase
        else zero,
        grade=proposal.grade,
        segment=evaluation.segment,
        confidence=evaluation.confidence,
        is_requested=occasion.kind is OccasionKind.REQUEST,
        is_knocked_out=bool(evaluation.knock_outs),
        unsecured=unsecured,
        unsecured_increase=max(zero, unsecured - proposal.unsecured_before),
        legal_entity=entity,
    )


def desk_for(
    base_amount: Money, proposal: Proposal, policy: Policy, *, confidence: Decimal = Decimal(1)
) -> Desk:
    """The lowest desk that answers for that resulting limit (base currency) at that grade.

    Where a cut is proposed, the limit it takes away counts as well: who may
    not grant an amount shall not take it away either. A `confidence` below the
    policy's bounds takes the case as many desks higher as its rule for thin
    evidence says. The last desk answers for everything; policy validation has
    made sure of that.
    """
    lowest = _lowest(base_amount, proposal, policy)
    thin = policy.thinness(confidence)
    up = thin.desks_up if thin else 0
    return policy.desks[min(lowest + up, len(policy.desks) - 1)]


def _lowest(base_amount: Money, proposal: Proposal, policy: Policy) -> int:
    """The rank of the lowest desk that answers, whatever the evidence."""
    current = proposal.in_base(proposal.current) if proposal.current else base_amount
    at_stake = max(base_amount, current)
    for rank, desk in enumerate(policy.desks):
        within = desk.ceiling is None or at_stake <= desk.ceiling
        if within and proposal.grade.is_at_least(desk.worst_grade):
            return rank
    return len(policy.desks) - 1


def _higher(objection: Sentence, evaluation: Evaluation) -> Sentence:
    """Why a person has to look, and why one of more authority than the amount needs."""
    return say(
        "{why} Because only {confidence} of the scorecard rests on known and fresh evidence,"
        " a higher desk decides.",
        why=objection,
        confidence=_percent(evaluation.confidence),
    )


def _against_straight_through(
    proposal: Proposal,
    evaluation: Evaluation,
    occasion: Occasion,
    policy: Policy,
    start: Money | None,
) -> Sentence | None:
    """The first thing that speaks against letting the proposal straight through."""
    if evaluation.knock_outs:
        return say("There is a knock-out criterion, which a person has to look at.")
    if proposal.current_state is LimitState.UNLIMITED:
        return say("The customer had no upper bound so far; a person has to set one.")
    if proposal.requested is not None and proposal.proposed < proposal.requested:
        return say(
            "{requested} was asked for and less is proposed: a person answers that.",
            requested=proposal.requested,
        )
    if proposal.outcome is Outcome.UNCHANGED and occasion.kind is not OccasionKind.REQUEST:
        return None
    against = _against_bounds(proposal, evaluation, policy) or _against_change(proposal, policy)
    if against is None and policy.dynamic is not None and proposal.current:
        against = beyond(proposal.proposed, start or proposal.current, policy.dynamic)
    return against


def _against_bounds(proposal: Proposal, evaluation: Evaluation, policy: Policy) -> Sentence | None:
    """Whether amount, grade or evidence is beyond what the policy decides by itself."""
    bounds = policy.straight_through
    if proposal.base_amount > bounds.ceiling:
        return say(
            "The limit of {amount} exceeds the {ceiling} up to which the policy decides by itself.",
            amount=proposal.base_amount,
            ceiling=bounds.ceiling,
        )
    if not proposal.grade.is_at_least(bounds.worst_grade):
        return say(
            "Grade {grade} is below {worst}, the lowest at which the policy decides by itself.",
            grade=proposal.grade.value,
            worst=bounds.worst_grade.value,
        )
    if evaluation.confidence < bounds.least_confidence:
        return say(
            "The evidence is thin: {confidence} of the scorecard rests on known facts,"
            " {least} is needed to decide without a person.",
            confidence=_percent(evaluation.confidence),
            least=_percent(bounds.least_confidence),
        )
    return None


def _against_change(proposal: Proposal, policy: Policy) -> Sentence | None:
    """Whether the step from the current limit is too large to be taken without a person."""
    if not proposal.current:
        return None
    bounds = policy.straight_through
    change = Fraction(proposal.proposed.minor - proposal.current.minor, proposal.current.minor)
    if change > Fraction(bounds.largest_raise):
        return say(
            "A raise by {change} is more than the {most} that the policy allows by itself.",
            change=_percent(change),
            most=_percent(bounds.largest_raise),
        )
    if -change > Fraction(bounds.largest_cut):
        return say(
            "A cut by {change} is more than the {most} that the policy allows by itself.",
            change=_percent(-change),
            most=_percent(bounds.largest_cut),
        )
    return None


def _against_small_steps(proposal: Proposal, policy: Policy, raised: Fraction) -> Sentence | None:
    """Whether this raise and those within the window before are too much without a person.

    Each may be small enough alone; who asks often shall not get further than who asks once.
    """
    if not proposal.current or not raised or proposal.proposed <= proposal.current:
        return None
    before = proposal.current.minor - raised / proposal.base_factor
    together = proposal.proposed.minor - before
    most = Fraction(policy.straight_through.largest_raise)
    if together <= before * most:
        return None
    return say(
        "Raises of {amount} within 90 days, this one included, are more than the {most} that"
        " the policy allows by itself.",
        amount=Money(math.ceil(together), proposal.current.currency),
        most=_percent(most),
    )


def _percent(share: Fraction | Decimal) -> str:
    """A share as percent, to a tenth: 25 % and 25.4 % are not the same to the one who asks why."""
    whole, tenths = divmod(round(Fraction(share) * 1000), 10)
    return f"{whole}.{tenths} %" if tenths else f"{whole} %"
