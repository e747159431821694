"""Setting credit on top: how much of what somebody asks for is proposed.

A proposal about it speaks of the sum: `current` is all that is in force in its
days without it, `proposed` the same with it. So mandates, raises and decisions
mean what they mean for a base limit, and what is granted is the difference.
"""

from dataclasses import replace
from datetime import UTC, datetime

from creditflow.domain.added_limits import AddedKind, AddedLimit, OnTop, latest
from creditflow.domain.backing import OPEN_METHODS
from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.customer import CustomerId
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.in_force import InForce
from creditflow.domain.limit_methods import Situation, candidates_of
from creditflow.domain.limit_setting import Suggestion, backed_by, rounding_step, suggest
from creditflow.domain.limit_timeline import Timeline
from creditflow.domain.limits import LimitState, limit_on, limit_state
from creditflow.domain.money import Money, total
from creditflow.domain.policy import Policy
from creditflow.domain.sentences import say
from creditflow.domain.terms import shortest

ABOUT_THE_BASE = frozenset({LimitMethod.NEED, LimitMethod.CURRENT, LimitMethod.ALLOCATION})
"""What bounds a base limit and says nothing of a season or a contract."""


NEVER = datetime.min.replace(tzinfo=UTC)
"""When what nobody has granted was recorded."""


def standing_in(asked: OnTop, timeline: Timeline) -> Money | None:
    """The most that is in force in those days without it; None where no limit is set at all.

    A limit of each project counts in full, as do limits that only touch the days.
    """
    base = limit_on(timeline.base, asked.from_)
    overlapping = [
        x for x in latest(timeline.added) if x.from_ < asked.until and asked.from_ < x.until
    ]
    if base is None and not overlapping:
        return None
    own = [base.amount] if base is not None and base.amount else []
    return total([*own, *(x.amount for x in overlapping)], timeline.currency)


def with_top(limits: InForce, asked: OnTop, amount: Money) -> InForce:
    """The same limits as if that much of what is asked for were in force beside them."""
    if not amount:
        return limits
    top = AddedLimit(
        id="", version=0, customer=CustomerId(""), kind=asked.kind, amount=amount,
        from_=asked.from_, until=asked.until, reason="", recorded_at=NEVER,
        recorded_by="", project=asked.project, consumption=asked.consumption,
    )  # fmt: skip
    if asked.kind is AddedKind.PROJECT:
        return replace(limits, projects=(*limits.projects, top))
    return replace(limits, temporary=(*limits.temporary, top))


def besides(asked: OnTop, situation: Situation, timeline: Timeline) -> Situation:
    """The same situation in sums: what stands in those days, and that with what is asked for."""
    now = standing_in(asked, timeline)
    wanted = situation.requested or Money.zero(timeline.currency)
    base, open_ = situation.current, situation.current_open
    if now is not None and base is not None and open_ is not None:
        # What backs the base limit backs as much of the sum.
        open_ = max(Money.zero(now.currency), now - (base - open_))
    return replace(
        situation,
        current=now,
        current_open=open_,
        current_state=LimitState.NONE_SET if now is None else limit_state(now),
        requested=wanted if now is None else now + wanted,
    )


def suggest_for(
    asked: OnTop | None, evaluation: Evaluation, situation: Situation, policy: Policy
) -> Suggestion:
    """What is proposed for what is asked for: credit on top, or (None) a base limit."""
    if asked is None:
        return suggest(evaluation, situation, policy)
    return suggest_on_top(evaluation, situation, policy, asked)


def suggest_on_top(
    evaluation: Evaluation, situation: Situation, policy: Policy, asked: OnTop
) -> Suggestion:
    """As much of what is asked for as every bound leaves room for; never less than stands now.

    `situation` is in sums (`besides`). What cannot be granted whole is rounded
    down. Of covers and guarantees those count that last as long as it is asked
    for. Raises NoRate.
    """
    zero = Money.zero(situation.own.code)
    now, wanted = situation.current or zero, situation.requested or zero
    alone = replace(situation, requested=None, allocation=None)
    usual = candidates_of(evaluation, alone, policy.grades[evaluation.grade], policy)
    bounds = [c for c in usual if c.method not in ABOUT_THE_BASE]
    reason = say("{amount} on top of {current}, as asked for.", amount=wanted - now, current=now)
    asks = Candidate(LimitMethod.REQUESTED, wanted, reason)
    lasting = tuple(b for b in situation.backings if b.until is None or asked.until <= b.until)
    backed = backed_by((asks, *bounds), lasting, policy)
    least, binding = wanted, LimitMethod.REQUESTED
    for bound in bounds:
        amount = bound.amount
        if amount is not None and backed is not None and bound.method in OPEN_METHODS:
            amount = amount + backed.on_top
        if amount is not None and amount < least:
            least, binding = amount, bound.method
    room = max(zero, least - now)
    granted = room if least == wanted else room.rounded_down(rounding_step(room, policy))
    terms = situation.terms_reasons(evaluation, policy)
    return Suggestion(
        proposed=now + granted,
        binding=binding,
        candidates=(asks, *bounds),
        terms_days=shortest(terms),
        until=asked.until,
        terms=terms,
        backed=backed,
    )
