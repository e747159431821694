"""Budgets: what limits may add up to over the whole book, and what they are expected to earn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from creditflow.domain.customer import Customer
from creditflow.domain.money import Money
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import Sentence, say


class Measure(StrEnum):
    """What a budget counts of a limit: all of it, or what could be lost or is not covered.

    `CAP` counts all of it too, against a cap of the policy; `SHARED` what it adds
    to what its customer owes already, against the limit that a group shares.
    """

    LIMIT = "limit"
    CAP = "cap"
    SHARED = "shared"
    EXPECTED_LOSS = "expected_loss"
    ECONOMIC_CAPITAL = "economic_capital"
    UNINSURED = "uninsured"
    INSURED_SHARE = "insured_share"


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget in the base currency; `part` says which sector, country, region or group.

    For `INSURED_SHARE`, `most` is zero: limits beyond the share count against
    what insured ones make room for. `gone` is what is used of it whatever limits
    are allocated, by customers that are not in the book or by what is owed already.
    """

    measure: Measure
    scope: Scope
    part: str
    most: Money
    gone: Money | None = None

    @property
    def left(self) -> Money:
        """What the allocation may use of it, never below zero."""
        if self.gone is None:
            return self.most
        return max(self.most - self.gone, Money.zero(self.most.currency))

    @property
    def key(self) -> str:
        """A short name that says which budget it is, the same in every language."""
        return ":".join(word for word in (self.measure.value, self.scope.value, self.part) if word)

    @property
    def called(self) -> Sentence:
        """What people call it."""
        return budget_called(self.key)


@dataclass(frozen=True, slots=True)
class UseStep:
    """A part of the need, up to a share of it, and the chance that this part is used."""

    up_to: Decimal
    chance: Decimal


@dataclass(frozen=True, slots=True)
class Economics:
    """What a limit earns and costs; all shares of one, all yearly rates.

    `margin` is what is earned on sales, by sector where it is named there;
    `lost_without_credit` the share of sales that would go elsewhere without it.
    `drawn_before_default` is the share of the unused limit that a customer
    draws before it fails. `covered` is the share of a loss that an insurer
    pays, by customer or else by country.
    """

    margin: Decimal
    loss_given_default: Decimal
    cost_of_money: Decimal
    cost_of_capital: Decimal
    drawn_before_default: Decimal
    lost_without_credit: Decimal
    use: tuple[UseStep, ...]
    sector_margin: Mapping[str, Decimal] = field(default_factory=dict)
    covered_countries: Mapping[str, Decimal] = field(default_factory=dict)
    covered_customers: Mapping[str, Decimal] = field(default_factory=dict)

    def margin_of(self, customer: Customer) -> Decimal:
        """What is earned on sales to that customer."""
        return self.sector_margin.get(customer.sector or "", self.margin)

    def cover_of(self, customer: Customer) -> Decimal:
        """The share of a loss of that customer that an insurer pays."""
        by_country = self.covered_countries.get(customer.country, Decimal(0))
        return self.covered_customers.get(customer.id, by_country)


@dataclass(frozen=True, slots=True)
class BudgetPlan:
    """The question to the optimiser: economics, budgets, the most per name and per group.

    `least_insured_share` is the share of all limits that has to be covered.
    """

    currency: str
    economics: Economics
    budgets: tuple[Budget, ...]
    per_name: Money | None = None
    per_group: Money | None = None
    least_insured_share: Decimal | None = None


def budget_called(key: str) -> Sentence:
    """What people call the budget of that key."""
    return _about(_CALLED, key)


def budget_scarce(key: str, amount: Money) -> Sentence:
    """Why an allocation gives that amount and no more: the budget of that key is used up."""
    return _about(_SCARCE, key, amount=amount)


def shadow_price_said(budget: Budget, price: float) -> Sentence:
    """What one more of the budget would earn in a year, as a sentence.

    `price` is what one more unit would earn. The step told is a power of ten of
    at most a tenth of what the budget leaves, so that the price may still hold over it.
    """
    currency = budget.most.currency
    most, of = Money.of(1_000_000, currency), budget.left or budget.most
    finer = 10 ** max(0, len(str(of.minor)) - 2)
    step = Money(min(most.minor, finer), currency) if of else most
    return _about(_PRICED, budget.key, step=step, earns=Money(round(price * step.minor), currency))


def _about(texts: Mapping[tuple[str, str], str], key: str, **facts: Money) -> Sentence:
    measure, scope, part = (*key.split(":", 2), "", "")[:3]
    return Sentence(texts[measure, scope], MappingProxyType({scope: part, **facts}))


_CALLED: Mapping[tuple[str, str], str] = {
    ("limit", "book"): say("the budget for all limits").text,
    ("limit", "sector"): say("the budget for sector {sector}").text,
    ("limit", "country"): say("the budget for country {country}").text,
    ("limit", "region"): say("the budget for region {region}").text,
    ("limit", "group"): say("the budget for group {group}").text,
    ("cap", "book"): say("the policy's cap for all customers together").text,
    ("cap", "sector"): say("the policy's cap for sector {sector}").text,
    ("cap", "country"): say("the policy's cap for country {country}").text,
    ("cap", "region"): say("the policy's cap for sales region {region}").text,
    ("shared", "group"): say("the limit that group {group} shares").text,
    ("expected_loss", "book"): say("the budget for expected loss").text,
    ("economic_capital", "book"): say("the budget for economic capital").text,
    ("uninsured", "book"): say("the budget for uninsured limits").text,
    ("insured_share", "book"): say("the required insured share").text,
}
_SCARCE: Mapping[tuple[str, str], str] = {
    ("limit", "book"): say(
        "The best allocation over all customers: {amount}; the budget for all limits is used up."
    ).text,
    ("limit", "sector"): say(
        "The best allocation over all customers: {amount};"
        " the budget for sector {sector} is used up."
    ).text,
    ("limit", "country"): say(
        "The best allocation over all customers: {amount};"
        " the budget for country {country} is used up."
    ).text,
    ("limit", "region"): say(
        "The best allocation over all customers: {amount};"
        " the budget for region {region} is used up."
    ).text,
    ("limit", "group"): say(
        "The best allocation over all customers: {amount}; the budget for group {group} is used up."
    ).text,
    ("cap", "book"): say(
        "The best allocation over all customers: {amount};"
        " the policy's cap for all customers together is reached."
    ).text,
    ("cap", "sector"): say(
        "The best allocation over all customers: {amount};"
        " the policy's cap for sector {sector} is reached."
    ).text,
    ("cap", "country"): say(
        "The best allocation over all customers: {amount};"
        " the policy's cap for country {country} is reached."
    ).text,
    ("cap", "region"): say(
        "The best allocation over all customers: {amount};"
        " the policy's cap for sales region {region} is reached."
    ).text,
    ("shared", "group"): say(
        "The best allocation over all customers: {amount};"
        " nothing more is left of the limit that group {group} shares."
    ).text,
    ("expected_loss", "book"): say(
        "The best allocation over all customers: {amount}; the budget for expected loss is used up."
    ).text,
    ("economic_capital", "book"): say(
        "The best allocation over all customers: {amount};"
        " the budget for economic capital is used up."
    ).text,
    ("uninsured", "book"): say(
        "The best allocation over all customers: {amount};"
        " the budget for uninsured limits is used up."
    ).text,
    ("insured_share", "book"): say(
        "The best allocation over all customers: {amount}; no more fits the required insured share."
    ).text,
}
_PRICED: Mapping[tuple[str, str], str] = {
    ("limit", "book"): say("Another {step} of limits in all would earn {earns} a year.").text,
    ("limit", "sector"): say(
        "Another {step} of limits in sector {sector} would earn {earns} a year."
    ).text,
    ("limit", "country"): say(
        "Another {step} of limits in country {country} would earn {earns} a year."
    ).text,
    ("limit", "region"): say(
        "Another {step} of limits in region {region} would earn {earns} a year."
    ).text,
    ("limit", "group"): say(
        "Another {step} of limits to group {group} would earn {earns} a year."
    ).text,
    ("cap", "book"): say(
        "Another {step} of the policy's cap for all customers together would earn {earns} a year."
    ).text,
    ("cap", "sector"): say(
        "Another {step} of the policy's cap for sector {sector} would earn {earns} a year."
    ).text,
    ("cap", "country"): say(
        "Another {step} of the policy's cap for country {country} would earn {earns} a year."
    ).text,
    ("cap", "region"): say(
        "Another {step} of the policy's cap for sales region {region} would earn {earns} a year."
    ).text,
    ("shared", "group"): say(
        "Another {step} of the limit that group {group} shares would earn {earns} a year."
    ).text,
    ("expected_loss", "book"): say(
        "Another {step} of expected loss allowed would earn {earns} a year."
    ).text,
    ("economic_capital", "book"): say(
        "Another {step} of economic capital would earn {earns} a year."
    ).text,
    ("uninsured", "book"): say(
        "Another {step} of uninsured limits would earn {earns} a year."
    ).text,
    ("insured_share", "book"): say(
        "Another {step} of limits that need not be insured would earn {earns} a year."
    ).text,
}
"""Texts by measure and scope, each written out: languages build sentences differently."""
