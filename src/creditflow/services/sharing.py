"""What is left for one customer of what it shares with others."""

from collections.abc import Sequence

from creditflow.domain.candidate import Candidate
from creditflow.domain.caps import Asking, Granted, rooms
from creditflow.domain.money import Money
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
from creditflow.ports import Work
from creditflow.services.grouping import group_room


def rooms_left(
    asking: Asking, policy: Policy, work: Work, *, alone: bool = False
) -> tuple[Candidate, ...]:
    """What its groups and the policy's caps leave; raises NoRate where sums cannot be made.

    With `alone` nobody else takes of it until this transaction ends.
    """
    groups, caps = group_room(asking.customer, asking.own, work, alone=alone), policy.caps
    if caps is None:
        return groups
    mine = [(cap.scope, cap.part) for cap in caps.of(asking.customer)]
    granted = work.limits.granted(mine, on=asking.own.on, alone=alone)
    return (*groups, *capped(asking, policy, granted))


def capped(asking: Asking, policy: Policy, granted: Sequence[Granted]) -> tuple[Candidate, ...]:
    """The same where it is known what all limits come to."""
    caps, base = policy.caps, policy.base_currency
    return () if caps is None else rooms(caps, asking, granted, base)


def shared(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Of a proposal's candidates those that hang on the limits of others, as they were then."""
    return tuple(each for each in candidates if each.method.is_shared)


def taken_meanwhile(limit: Money, proposal: Proposal, now: Sequence[Candidate]) -> Candidate | None:
    """What others have taken since the proposal, so that the limit fits no more.

    An amount that was above what was left already, as the case showed it, was
    decided with open eyes.
    """
    then = {each.method: each.amount for each in proposal.candidates}
    for room in now:
        before = then.get(room.method)
        knowingly = before is not None and limit > before
        if room.amount is not None and limit > room.amount and not knowingly:
            return room
    return None
