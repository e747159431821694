"""Observation: what somebody outside has seen of a customer, a sector or a country, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from creditflow.domain.customer import Customer, Origin


class About(StrEnum):
    """Whether its subject is a customer's number, a sector's name or a country's code."""

    CUSTOMER = "customer"
    SECTOR = "sector"
    COUNTRY = "country"


class Reads(StrEnum):
    """How the value of an observation is to be read."""

    WORD = "word"
    COUNT = "count"
    DAY = "day"
    STANDING = "standing"
    OUTLOOK = "outlook"


OBSERVABLE: Mapping[str, tuple[str, Reads]] = MappingProxyType(
    {
        "registry_status": ("registry_status", Reads.WORD),
        "registered_on": ("registered_days", Reads.DAY),
        "insolvency": ("insolvency", Reads.WORD),
        "dishonest_debtor": ("dishonest_debtor", Reads.WORD),
        "sanctioned": ("sanctioned", Reads.WORD),
        "court_cases_12m": ("court_cases_12m", Reads.COUNT),
        "enforcements_12m": ("enforcements_12m", Reads.COUNT),
        "broken_promises_12m": ("broken_promises_12m", Reads.COUNT),
        "bureau_standing": ("bureau_standing", Reads.STANDING),
        "insurer_standing": ("insurer_standing", Reads.STANDING),
        "market_outlook": ("market_outlook", Reads.OUTLOOK),
        "competition": ("competition", Reads.OUTLOOK),
    }
)
"""What can be observed: the signal that it becomes, and how its value is read."""

WIDER = frozenset({"market_outlook", "competition"})
"""What may also be said of a whole sector or country."""

Key = tuple[About, str, str, date, str]


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that one provider said on one day, word for word.

    `what` is a name in OBSERVABLE, `value` the provider's own word or number,
    `scale` the policy's name for the scale that it stands on. `on` is the day
    of which it speaks; it counts until `valid_until` at the latest, and no
    longer than the shelf life of its kind.
    """

    about: About
    subject: str
    what: str
    on: date
    value: str
    provider: str
    scale: str | None = None
    valid_until: date | None = None
    source: str = "own"
    origin: Origin | None = field(default=None, compare=False)

    @property
    def key(self) -> Key:
        """What a later word about the very same thing replaces."""
        return self.about, self.subject, self.what, self.on, self.provider

    @property
    def document(self) -> str:
        """What to call it in a message."""
        return f"{self.what} {self.subject} {self.on}"

    def concerns(self, customer: Customer) -> bool:
        """Whether it says something about that customer."""
        subject = {
            About.CUSTOMER: customer.id,
            About.SECTOR: customer.sector,
            About.COUNTRY: customer.country,
        }[self.about]
        return self.subject == subject
