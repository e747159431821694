"""Master data and limits of customers as a book without a single document."""

from collections.abc import Iterable, Sequence

import numpy as np

from creditflow.domain.dynamic_limits import movement
from creditflow.domain.money import Money
from creditflow.portfolio.arithmetic import NO_DAY, UNKNOWN
from creditflow.portfolio.book import (
    LIMIT_STATES,
    PLACES,
    Book,
    Customers,
    Disputes,
    Invoices,
    Orders,
    Payments,
    Statements,
    day_number,
)
from creditflow.portfolio.statements import FIGURES, RATIOS
from creditflow.portfolio.witnesses import Origins
from creditflow.ports import LastEvidence


def master_book(group: Sequence[LastEvidence]) -> Book:
    """The book of these customers; its words are also those that their evidence has."""
    sectors = _words(group, "sector", (known.customer.sector for known in group))
    countries = _words(group, "country", (known.customer.country for known in group))
    regions = _words(group, "", (known.customer.region for known in group))
    entities = _words(group, "", (known.customer.legal_entity for known in group))
    starts = np.zeros(len(group) + 1, np.int64)
    none, small, bytes_ = np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int8)
    return Book(
        ids=np.array([known.customer.id.encode() for known in group], np.bytes_),
        customers=_customers(group, sectors, countries, regions, entities),
        invoices=Invoices(starts, small, small, none, bytes_, bytes_),
        payments=Payments(starts, small, none, bytes_, small),
        orders=Orders(starts, small, none, bytes_, bytes_, small),
        disputes=Disputes(starts, small, small, small),
        statements=Statements(
            *(starts, small, small, bytes_, bytes_),
            np.zeros((0, len(FIGURES)), np.int64),
            np.zeros((0, len(RATIOS)), np.int64),
        ),
        origins=Origins(starts, small),
        sectors=sectors,
        countries=countries,
        regions=regions,
        entities=entities,
    )


def _words(
    group: Sequence[LastEvidence], signal: str, masters: Iterable[str | None]
) -> tuple[str, ...]:
    seen = (known.signals.get(signal) for known in group)
    words = {word for word in (*masters, *seen) if isinstance(word, str) and word}
    return tuple(sorted(words))


def _customers(
    group: Sequence[LastEvidence],
    sectors: tuple[str, ...],
    countries: tuple[str, ...],
    regions: tuple[str, ...],
    entities: tuple[str, ...],
) -> Customers:
    sector = {word: place for place, word in enumerate(sectors)}
    country = {word: place for place, word in enumerate(countries)}
    region = {word: place for place, word in enumerate(regions)}
    entity = {word: place for place, word in enumerate(entities)}
    who = [known.customer for known in group]
    limits = [known.limits[-1] if known.limits else None for known in group]
    amounts = [limit.amount if limit else None for limit in limits]
    moved = [movement(known.limits) for known in group]
    asked = [customer.requested_limit for customer in who]
    return Customers(
        currency=np.array([PLACES[c.currency] for c in who], np.int8),
        sector=np.array([sector.get(c.sector or "", -1) for c in who], np.int16),
        country=np.array([country.get(c.country, -1) for c in who], np.int16),
        region=np.array([region.get(c.region or "", -1) for c in who], np.int16),
        entity=np.array([entity.get(c.legal_entity or "", -1) for c in who], np.int16),
        onboarded=np.array([day_number(c.onboarded_on) for c in who], np.int32),
        terms=np.array([-1 if c.terms_days is None else c.terms_days for c in who], np.int32),
        requested=np.array([_minor(a) for a in asked], np.int64),
        requested_currency=np.array([_currency(a) for a in asked], np.int8),
        limit_version=np.array([limit.version if limit else 0 for limit in limits], np.int32),
        limit_state=np.array(
            [LIMIT_STATES.index(limit.state) if limit else 0 for limit in limits], np.int8
        ),
        limit_amount=np.array([_minor(a) for a in amounts], np.int64),
        limit_currency=np.array([_currency(a) for a in amounts], np.int8),
        limit_from=np.array([day_number(x.from_) if x else NO_DAY for x in limits], np.int32),
        limit_until=np.array([day_number(x.until) if x else NO_DAY for x in limits], np.int32),
        limit_changed=np.array([day_number(m.changed_on) for m in moved], np.int32),
        limit_cut=np.array([day_number(m.cut_on) for m in moved], np.int32),
    )


def _minor(amount: Money | None) -> int:
    return UNKNOWN if amount is None else amount.minor


def _currency(amount: Money | None) -> int:
    return 0 if amount is None else PLACES[amount.currency]
