"""One customer of a book by the per-customer evaluator: what the kernels are held against.

Also the way of the few customers whose amounts are beyond what a column can add up, and of
those whom covers and guarantees back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import cast

from creditflow.approvals.routing import Route, route
from creditflow.domain.backing import counted
from creditflow.domain.candidate import Candidate
from creditflow.domain.caps import Asking, Granted
from creditflow.domain.choosing import judge
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.dynamic_limits import Movement
from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.exposure import Exposure, exposure
from creditflow.domain.freshness import SHELF_LIFE_DAYS
from creditflow.domain.gathering import gather
from creditflow.domain.group_headroom import Room
from creditflow.domain.group_room import group_candidate
from creditflow.domain.learned_judging import with_models
from creditflow.domain.limit_methods import Situation
from creditflow.domain.limit_setting import Suggestion, suggest
from creditflow.domain.limits import Limit
from creditflow.domain.model_registry import RegisteredModel
from creditflow.domain.money import Money
from creditflow.domain.occasion import Occasion, OccasionKind
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.rates import Rates
from creditflow.domain.sentences import say
from creditflow.domain.signals import Evidence, SignalValue
from creditflow.portfolio.arithmetic import UNKNOWN
from creditflow.portfolio.backed import NOTHING, Behind
from creditflow.portfolio.book import CODES, Book, day, money
from creditflow.portfolio.observations import observations_of
from creditflow.portfolio.origins import Ends, sources_until
from creditflow.portfolio.statements import statements_of
from creditflow.services.proposing import drawn_up, situation_of
from creditflow.services.sharing import capped

NO_VIEWS = cast(
    "Policy",
    SimpleNamespace(
        version=0,
        sector_outlook={},
        country_outlook={},
        scales={},
        shelf_life_days=SHELF_LIFE_DAYS.get,
    ),
)
"""Stands for a policy that thinks nothing of any sector or country, and keeps usual shelf lives."""


class TooLarge(Refusal):
    """Amounts that nothing can add up."""


def too_large(customer: CustomerId) -> TooLarge:
    """Say that nothing can add up the customer's amounts."""
    return TooLarge(
        say(
            "The documents of {customer} add up to more than can be kept."
            " Look for a typing mistake in its amounts.",
            customer=customer,
        )
    )


def customer_of(book: Book, place: int) -> Customer:
    """What the book knows of a customer; names and addresses are not in it."""
    c = book.customers
    sector, country, region = (int(x[place]) for x in (c.sector, c.country, c.region))
    entity = int(c.entity[place])
    terms = int(c.terms[place])
    return Customer(
        id=book.customer(place),
        name="",
        currency=CODES[c.currency[place]],
        country=book.countries[country] if country >= 0 else "",
        language="en",
        sector=book.sectors[sector] if sector >= 0 else None,
        region=book.regions[region] if region >= 0 else None,
        legal_entity=book.entities[entity] if entity >= 0 else None,
        onboarded_on=day(c.onboarded[place]),
        terms_days=None if terms < 0 else terms,
        requested_limit=money(c.requested[place], c.requested_currency[place]),
    )


@dataclass(frozen=True, slots=True)
class Alone:
    """What the per-customer evaluator makes of a customer."""

    evaluation: Evaluation
    suggestion: Suggestion
    situation: Situation
    route: Route


def evaluated(
    book: Book,
    place: int,
    on: date,
    policy: Policy,
    *,
    granted: Sequence[Granted] = (),
    ends: Ends | None = None,
    room: Room | Problem | None = None,
    before: tuple[int, int] = (0, UNKNOWN),
    champion: RegisteredModel | None = None,
    behind: Behind = NOTHING,
) -> Alone | Problem:
    """One customer's evaluation, proposed limit and route; or why it cannot be judged.

    `granted` is what the limits of the whole book come to, `room` what its groups leave it,
    `before` what it was granted of late and where its limit began (see Lately), `champion` the
    model that has a say, `behind` what covers and guarantees back it.
    """
    if isinstance(room, Problem):
        return room
    customer, limit = customer_of(book, place), _limit(book, place, behind)
    own = OwnCurrency(customer.currency, Rates(book.rates), on)
    try:
        evidence, owed = _evidence(book, place, on, policy, ends)
        at = datetime.combine(on, time(), UTC)
        evaluation = judge(evidence, policy, id="", case_id="", customer=customer.id, on=on, at=at)
        if champion is not None:
            evaluation = with_models(evaluation, (champion,), policy.learned)
        unbound = situation_of(customer, limit, None, own)
        asking = Asking(customer, limit, unbound.current, own)
        rooms = capped(asking, policy, granted) + _in_group(room)
        backings, moved = counted(behind.held, policy.backing, own), _moved(book, place)
        situation = replace(unbound, moved=moved, rooms=rooms, backings=backings)
        suggestion = suggest(evaluation, situation, policy)
        proposal = drawn_up(evaluation, situation, suggestion, policy, owed=owed.total)
        way = _way(proposal, evaluation, policy, before, customer.legal_entity)
        return Alone(evaluation, suggestion, situation, way)
    except OverflowError:
        return too_large(customer.id)
    except Problem as problem:
        return problem


def _limit(book: Book, place: int, behind: Behind) -> Limit | None:
    """The current limit with its open part, which is not in columns."""
    limit = book.limit(place)
    return limit if limit is None else replace(limit, open=behind.open)


def _moved(book: Book, place: int) -> Movement:
    c = book.customers
    return Movement(day(c.limit_changed[place]), day(c.limit_cut[place]))


def _way(
    proposal: Proposal,
    evaluation: Evaluation,
    policy: Policy,
    before: tuple[int, int],
    legal_entity: str | None,
) -> Route:
    """Where a periodic review sends it, what was granted before counted."""
    raised, start = before
    return route(
        proposal,
        evaluation,
        Occasion(OccasionKind.PERIODIC, proposal.customer, evaluation.on),
        policy,
        raised=raised * proposal.base_factor,
        start=None if start == UNKNOWN else Money(start, proposal.proposed.currency),
        legal_entity=legal_entity,
    )


def _in_group(room: Room | None) -> tuple[Candidate, ...]:
    return () if room is None else (group_candidate(room),)


def gathered(
    book: Book, place: int, on: date, policy: Policy | None, ends: Ends | None
) -> tuple[Evidence, Mapping[str, SignalValue]] | Problem:
    """The customer's evidence, and its exposure by the names of columns; or why there is none."""
    try:
        evidence, owed = _evidence(book, place, on, policy or NO_VIEWS, ends)
        return evidence, _amounts(owed)
    except OverflowError:
        return too_large(book.customer(place))
    except Problem as problem:
        return problem


def _evidence(
    book: Book, place: int, on: date, policy: Policy, ends: Ends | None
) -> tuple[Evidence, Exposure]:
    """What is known of the customer, and what it owes; raises OverflowError and NoRate."""
    customer, ledger, rates = customer_of(book, place), book.ledger(place), Rates(book.rates)
    owed = exposure(ledger, currency=customer.currency, rates=rates, on=on)
    evidence = gather(
        customer,
        ledger=ledger,
        statements=statements_of(book.statements, place, customer.id),
        exposure=owed,
        limit=book.limit(place),
        policy=policy,
        rates=rates,
        on=on,
        observations=observations_of(book, place, customer),
        sources_until=sources_until(book, place, ends),
    )
    return evidence, owed


def _amounts(owed: Exposure) -> dict[str, SignalValue]:
    amounts = {
        "receivables": owed.receivables,
        "credits": owed.credits,
        "orders": owed.orders,
        "disputed": owed.disputed,
        "exposure": owed.total,
        **{f"ageing_{at}": amount for at, amount in enumerate(owed.ageing.values())},
    }
    return {
        "oldest_days_late": Decimal(owed.oldest_days_late),
        **{name: amount.major for name, amount in amounts.items()},
    }
