"""What others answer for, or what is pledged, behind the debts of customers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from creditflow.domain.covers import Cover, Guarantee, Held
from creditflow.domain.customer import CustomerId


class Backings(Protocol):
    """Covers and guarantees; append-only."""

    def of(self, customer: CustomerId, *, before: datetime | None = None) -> Held:
        """What is known of one customer, or what was recorded before that moment.

        Of what was said twice under one key, only the later word.
        """
        ...

    def all(self, customers: Collection[str] | None = None) -> Mapping[CustomerId, Held]:
        """What is known of everybody of whom something is, or of those among these customers."""
        ...

    def add(
        self, *, covers: Sequence[Cover] = (), guarantees: Sequence[Guarantee] = (), at: datetime
    ) -> None:
        """Keep them as recorded at that moment; earlier words under the same key stay."""
        ...
