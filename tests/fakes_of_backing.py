"""Covers and guarantees in memory, as a store keeps them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from creditflow.domain.covers import Cover, Guarantee, Held, in_order
from creditflow.domain.customer import CustomerId

if TYPE_CHECKING:
    from tests.fakes import Kept


class FakeBackings:
    def __init__(self, kept: "Kept") -> None:
        self._covers = kept.covers
        self._guarantees = kept.guarantees

    def of(self, customer: CustomerId, *, before: datetime | None = None) -> Held:
        def seen(at: datetime, one: Cover | Guarantee) -> bool:
            return one.customer == customer and (before is None or at < before)

        return Held(
            in_order(one for at, one in self._covers if seen(at, one)),
            in_order(one for at, one in self._guarantees if seen(at, one)),
        )

    def all(self, customers: Collection[str] | None = None) -> Mapping[CustomerId, Held]:
        known = {one.customer for _, one in (*self._covers, *self._guarantees)}
        wanted = known if customers is None else known & {CustomerId(c) for c in customers}
        return {customer: self.of(customer) for customer in sorted(wanted)}

    def add(
        self, *, covers: Sequence[Cover] = (), guarantees: Sequence[Guarantee] = (), at: datetime
    ) -> None:
        self._covers.extend((at, cover) for cover in covers)
        self._guarantees.extend((at, guarantee) for guarantee in guarantees)
