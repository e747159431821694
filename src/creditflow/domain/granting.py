"""Granting: what an approver answers for – an amount, its terms, its end, its conditions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from creditflow.domain.grant_rule import GrantRule
from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence, say

MOST_CONDITIONS = 8
"""So many conditions go with one limit at most."""

LONGEST_CONDITION = 300
"""The longest condition that somebody writes, in characters."""


@dataclass(frozen=True, slots=True)
class Condition:
    """On what a limit is granted: one of the policy's, by its code, or what somebody wrote.

    A written one has no code; it stays inside and never reaches a customer.
    """

    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What is asked about or decided on; `until` is exclusive."""

    limit: Money
    terms_days: int
    until: date
    conditions: tuple[Condition, ...] = ()

    @property
    def last_day(self) -> date:
        """The last day on which it counts, as people write it."""
        return self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """What an approver wants otherwise; None leaves it as it stands. Conditions come on top."""

    amount: Money | None = None
    terms_days: int | None = None
    until: date | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether nothing is changed at all."""
        return self == Change()

    def made_to(self, standing: Grant) -> Grant:
        """The grant with the change."""
        known = standing.conditions
        return Grant(
            standing.limit if self.amount is None else self.amount,
            standing.terms_days if self.terms_days is None else self.terms_days,
            standing.until if self.until is None else self.until,
            (*known, *(new for new in dict.fromkeys(self.conditions) if new not in known)),
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which days terms and validity have to lie; `last_until` is exclusive."""

    least_terms: int
    most_terms: int
    first_until: date
    last_until: date


def widens(grant: Grant, standing: Grant) -> bool:
    """Whether it gives more than what stands: a higher amount, longer terms or validity."""
    return (
        grant.limit > standing.limit
        or grant.terms_days > standing.terms_days
        or grant.until > standing.until
    )


def problems_of(
    change: Change, standing: Grant, bounds: Bounds, rule: GrantRule
) -> Iterator[Sentence]:
    """Everything that the policy has against a change, the amount aside."""
    terms, until = change.terms_days, change.until
    if terms is not None and not bounds.least_terms <= terms <= bounds.most_terms:
        yield say(
            "Terms of {days} days are not possible here: the policy allows {least} to {most}.",
            days=terms,
            least=bounds.least_terms,
            most=bounds.most_terms,
        )
    if until is not None and not bounds.first_until <= until <= bounds.last_until:
        yield say(
            "A limit that ends with {day} is not possible here: choose a last day from {first} to"
            " {last}.",
            day=until - timedelta(days=1),
            first=bounds.first_until - timedelta(days=1),
            last=bounds.last_until - timedelta(days=1),
        )
    for condition in change.conditions:
        if condition.code and rule.offered(condition.code) is None:
            yield say(
                "The policy knows no condition {code}. Reload the case and choose again.",
                code=condition.code[:LONGEST_CONDITION],
            )
        if len(condition.text) > LONGEST_CONDITION:
            yield say(
                "A condition has {length} characters; {most} are kept. Shorten it, or write it"
                " into the comment.",
                length=len(condition.text),
                most=LONGEST_CONDITION,
            )
    count = len(change.made_to(standing).conditions)
    if count > MOST_CONDITIONS:
        yield say(
            "{count} conditions are too many; {most} go with one limit.",
            count=count,
            most=MOST_CONDITIONS,
        )
