"""Owed: to which project what a customer owes belongs, and what is left of its credits.

A credit lowers first what its own project owes on invoices, then what is owed
for no project, then the other projects' invoices, in order of their keys; then
orders, the oldest first, whatever they are for. So the parts are never below
zero and together are what is owed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from creditflow.domain.money import Money, total
from creditflow.domain.project import project_key


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed by project key, GENERAL for none, all in one currency; nothing below zero.

    `credit` is what is left where credits exceed everything that is owed: a
    further order uses it before any limit. `names` has each project as its
    first document writes it.
    """

    credit: Money
    parts: Mapping[str, Money] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def total(self) -> Money:
        """All parts together."""
        return total(list(self.parts.values()), self.credit.currency)

    def of(self, project: str) -> Money:
        """What is owed for that project."""
        return self.parts.get(project_key(project), Money.zero(self.credit.currency))

    def and_all(self, orders: Iterable[tuple[str, Money]]) -> "Owed":
        """The same with further orders, which use what is left of credits first."""
        zero, credit = Money.zero(self.credit.currency), self.credit
        parts, names = dict(self.parts), dict(self.names)
        for project, amount in orders:
            key, used = project_key(project), min(credit, amount)
            parts[key], credit = parts.get(key, zero) + (amount - used), credit - used
            names.setdefault(key, project.strip())
        return Owed(credit, parts, names)


def owed(
    invoiced: Iterable[tuple[str, Money]], credits_: Iterable[tuple[str, Money]], currency: str
) -> Owed:
    """What invoices and credits leave by project, without orders; each pair names its project."""
    zero = Money.zero(currency)
    parts: dict[str, Money] = {}
    names: dict[str, str] = {}
    spare: dict[str, Money] = {}
    for project, amount in invoiced:
        key = project_key(project)
        parts[key] = parts.get(key, zero) + amount
        names.setdefault(key, project.strip())
    for project, amount in credits_:
        key = project_key(project)
        spare[key] = spare.get(key, zero) + amount
    left = zero
    for key, amount in spare.items():
        used = min(amount, parts.get(key, zero))
        if used:
            parts[key] = parts[key] - used
        left = left + (amount - used)
    for key in sorted(parts):
        used = min(left, parts[key])
        parts[key], left = parts[key] - used, left - used
    return Owed(left, parts, names)
