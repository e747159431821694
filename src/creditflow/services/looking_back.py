"""Look back: what the scorecards of now would have said in the past, from the ledger of then.

No decision and no evaluation comes of it. Nothing that happened after a day is
seen on that day. What has no date of its own is taken as it is now: a
customer's sector, country and currency, and the policy's outlooks. Where a
source does not say since when an invoice was in dispute, those that are now are
left out of the payment behaviour, and how much was in dispute is unknown. Where
it does not say until when an order was open, orders are unknown, and how far a
limit was used is known but for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from creditflow.domain.behaviour import started_on
from creditflow.domain.choosing import choose
from creditflow.domain.customer import CustomerId
from creditflow.domain.exposure import exposure
from creditflow.domain.gathering import gather
from creditflow.domain.ledger import Ledger
from creditflow.domain.limits import limit_on
from creditflow.domain.monitoring import Judged
from creditflow.domain.outcomes import OF_ORDERS, Undated
from creditflow.domain.policy import Policy
from creditflow.domain.rates import NoRate, Rates
from creditflow.domain.scoring import measure
from creditflow.domain.signals import Evidence, Signal
from creditflow.ports import Work


def look_back(
    customer: CustomerId,
    days: Sequence[date],
    *,
    policy: Policy,
    rates: Rates,
    undated: Undated,
    work: Work,
) -> Iterator[Judged]:
    """Judge a customer as of each of the days, by that policy.

    `undated` sources do not say how disputes or orders stood then. Left out is a day before
    the relation began, and one on which a document's currency cannot be converted.
    """
    known = work.customers.get(customer)
    ledger, limits = work.ledger.of(customer), work.limits.history(customer)
    statements, observations = work.statements.of(customer), work.observations.of(known)
    unknown = undated.unknown(ledger.sources())
    for day in days:
        then = _then(ledger, day, unknown)
        if started_on(known.onboarded_on, then, day) is None:
            continue
        try:
            seen = gather(
                known,
                ledger=then,
                statements=[s for s in statements if s.published_by(day)],
                exposure=exposure(then, currency=known.currency, rates=rates, on=day),
                limit=limit_on(limits, day),
                policy=policy,
                rates=rates,
                on=day,
                observations=observations,
            )
        except NoRate:
            continue
        evidence = Evidence(_as_known(seen.values(), unknown))
        choice = choose(evidence, policy, on=day)
        scored = measure(evidence, choice.yardstick, on=day)
        yield Judged(
            customer=customer,
            on=day,
            segment=choice.segment,
            scorecard=choice.scorecard,
            policy_version=policy.version,
            points=scored.points,
            grade=scored.grade,
            pd=scored.pd,
            values={name: s.value for name, s in evidence.items() if s.usable(day)},
        )


def _then(ledger: Ledger, day: date, unknown: frozenset[str]) -> Ledger:
    """The ledger of that day, without orders where nobody knows which were open."""
    then = ledger.until(day)
    return replace(then, orders=()) if unknown & OF_ORDERS else then


def _as_known(signals: Iterable[Signal], unknown: frozenset[str]) -> Iterator[Signal]:
    for signal in signals:
        yield replace(signal, value=None) if signal.name in unknown else signal
