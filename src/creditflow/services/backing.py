"""What stands behind a customer's limit by what is kept of covers and guarantees."""

from dataclasses import replace
from datetime import date

from creditflow.domain.backing import Backing, counted
from creditflow.domain.customer import CustomerId
from creditflow.domain.granting import Grant
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work


def backings_of(
    customer: CustomerId, policy: Policy, own: OwnCurrency, work: Work
) -> tuple[Backing, ...]:
    """What counts on the day of `own` by that policy; raises NoRate."""
    if policy.backing is None:
        return ()
    return counted(work.backings.of(customer), policy.backing, own)


def lost_meanwhile(grant: Grant, proposal: Proposal, *, on: date, work: Work) -> Sentence | None:
    """Why what is granted would rest on something that holds no more as it did; None where not.

    How much of a currency it is worth moves from day to day and is no reason.
    """
    rests = proposal.parts_of(grant.limit).rests_on
    policy = work.policies.version(proposal.policy_version)
    if not rests or policy.backing is None:
        return None
    own = OwnCurrency(grant.limit.currency, work.rates.all(), on)
    rule = replace(policy.backing, least_days=0)
    now = {_name(b): b for b in counted(work.backings.of(proposal.customer), rule, own)}
    for rest in rests:
        then, found = rest.backing, now.get(_name(rest.backing))
        if found is None:
            return say(
                "{by}: {number}, on which {amount} of the limit would rest, holds no more.",
                by=then.by, number=then.number, amount=rest.amount,
            )  # fmt: skip
        if found.until is not None and (then.until is None or found.until < then.until):
            return say(
                "{by}: {number}, on which {amount} of the limit would rest, now ends on {day}.",
                by=then.by, number=then.number, amount=rest.amount, day=found.until,
            )  # fmt: skip
        if found.amount.currency != then.amount.currency or found.amount < then.amount:
            return say(
                "{by}: {number}, on which {amount} of the limit would rest, now comes to {now}.",
                by=then.by, number=then.number, amount=rest.amount, now=found.amount,
            )  # fmt: skip
        if found.share < then.share:
            return say(
                "{by}: {number}, on which {amount} of the limit would rest, now counts for less.",
                by=then.by, number=then.number, amount=rest.amount,
            )  # fmt: skip
    return None


def _name(backing: Backing) -> tuple[str, str, str]:
    return backing.kind, backing.by, backing.number
