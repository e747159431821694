"""Caps as policy data: what limits may come to together."""

from dataclasses import dataclass
from enum import StrEnum

from creditflow.domain.customer import Customer
from creditflow.domain.money import Money
from creditflow.domain.scope import Scope


class Overdrawn(StrEnum):
    """What follows where limits exceed a cap already: no raise, or a cut as well."""

    KEEP = "keep"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Cap:
    """One cap in the base currency; `part` says which sector, country or region."""

    scope: Scope
    part: str
    most: Money


@dataclass(frozen=True, slots=True)
class Caps:
    """All caps of a policy."""

    caps: tuple[Cap, ...]
    overdrawn: Overdrawn = Overdrawn.KEEP

    @property
    def parts(self) -> tuple[tuple[Scope, str], ...]:
        """Whose limits have to be added up."""
        return tuple((cap.scope, cap.part) for cap in self.caps)

    def of(self, customer: Customer) -> tuple[Cap, ...]:
        """Those that the customer's limit counts against."""
        return tuple(cap for cap in self.caps if cap.part == part_of(customer, cap.scope))


def part_of(customer: Customer, scope: Scope) -> str | None:
    """Which sector, country or region the customer is in; None where that is not known."""
    return {Scope.SECTOR: customer.sector, Scope.COUNTRY: customer.country,
            Scope.REGION: customer.region, Scope.BOOK: ""}.get(scope)  # fmt: skip
