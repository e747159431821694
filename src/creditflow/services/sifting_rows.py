"""Rules that rows of every kind obey: their customer is known, and they are not of the future."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar

from creditflow.domain.customer import CustomerId
from creditflow.domain.hand_in import Kind
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.sifting import FromRow, Sifted

AHEAD = timedelta(days=31)
"""How far ahead of today a document may be dated: some are made out in advance."""


class OfCustomer(FromRow, Protocol):
    """A domain value that belongs to a customer."""

    @property
    def customer(self) -> CustomerId:
        """Whose it is."""
        ...


Thing = TypeVar("Thing", bound=OfCustomer)
Dated = TypeVar("Dated", bound=FromRow)


def of_known_customers(
    sifted: Sifted, kind: Kind, things: Sequence[Thing], work: Work
) -> list[Thing]:
    """Those whose customer is known; the rows of the others are rejected."""
    known = work.customers.known({thing.customer for thing in things})
    good = []
    for thing in things:
        if thing.customer in known:
            good.append(thing)
            continue
        sifted.counts[kind].rejected += 1
        sifted.reject(
            thing,
            "customer",
            thing.customer,
            say("There is no customer {customer}.", customer=thing.customer),
            say("Hand in the customer first, then this file again."),
        )
    return good


def not_of_the_future(
    sifted: Sifted, kind: Kind, things: Sequence[Dated], field: str, *, on: date
) -> list[Dated]:
    """Those whose day is not far ahead of `on`; the rows of the others are rejected."""
    latest = on + AHEAD
    good = []
    for thing in things:
        day: date | None = getattr(thing, field)
        if day is None or day <= latest:
            good.append(thing)
            continue
        sifted.counts[kind].rejected += 1
        sifted.reject(
            thing,
            field,
            day,
            say("The date lies in the future, after {latest}.", latest=latest),
            say("Correct the date; check that day and month are in the right order."),
        )
    return good
