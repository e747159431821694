"""Group headroom: what companies owe and are granted, rolled up the tree, and what that leaves.

Sums are exact: every currency is added up by itself, converted once at the
day's rates, and rounded a single time at the end, against the customer.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from creditflow.domain.customer import CustomerId
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import Group, GroupId, Tree
from creditflow.domain.in_force import Consumed
from creditflow.domain.money import MAX_MINOR, Money
from creditflow.domain.project import GENERAL
from creditflow.domain.rates import Rate, Rates
from creditflow.domain.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Position:
    """One member on one day, in its own currency.

    `exposure` is what it owes and has ordered. `granted` is the credit in force,
    zero where none is set; None where it has no bound. `consumed` says how the
    one uses up the other where projects have limits of their own; None where all
    of it is general credit.
    """

    customer: CustomerId
    group: GroupId
    exposure: Money
    granted: Money | None
    consumed: Consumed | None = None

    @property
    def taken(self) -> Money:
        """What it takes of a group's limit: what it was granted, and what it owes beyond that.

        Credit that was granted can be drawn tomorrow, and what is owed beyond it
        is there already; what a project has left covers nothing else. Where credit
        has no bound, only what is owed can be told.
        """
        if self.granted is None:
            return self.exposure
        if self.consumed is not None:
            return self.granted + self.consumed.over
        return max(self.exposure, self.granted)

    @property
    def free(self) -> Money | None:
        """What is left of its own credit, below zero where it is overdrawn; None: no bound.

        What projects have left of limits of their own is not in it.
        """
        return self.free_for(GENERAL)

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects that have limits of their own."""
        return () if self.consumed is None else tuple(x.name for x in self.consumed.projects)

    def free_for(self, project: str) -> Money | None:
        """The same for an order of that project."""
        if self.consumed is None:
            return None if self.granted is None else self.granted - self.exposure
        room = self.consumed.room(project)
        return None if room is None else room - self.consumed.over_of(project)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Converts sums into one currency at one day's rates, exactly, and keeps what it used."""

    rates: Rates
    on: date

    def exact(self, amounts: Iterable[Money], currency: str) -> Fraction:
        """The sum in minor units of that currency, not rounded; raises NoRate."""
        sums: dict[str, int] = {}
        for amount in amounts:
            sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
        exact = Fraction(0)
        for own, minor in sums.items():
            exact += self.rates.factor(own, currency, on=self.on)[0] * minor
        return exact

    def up(self, amounts: Iterable[Money], currency: str) -> Money:
        """The sum, rounded up: for what is owed."""
        return Money(math.ceil(self.exact(amounts, currency)), currency)

    def down(self, exact: Fraction, source: str, currency: str) -> Money:
        """So many minor units of one currency in another, rounded down: for what is left."""
        factor, _ = self.rates.factor(source, currency, on=self.on)
        return Money(max(-MAX_MINOR, min(math.floor(exact * factor), MAX_MINOR)), currency)

    def used(self, currencies: Iterable[str], currency: str) -> tuple[Rate, ...]:
        """The rates by which sums of these currencies are converted, by currency."""
        found = {
            rate.currency: rate
            for own in currencies
            for rate in self.rates.factor(own, currency, on=self.on)[1]
        }
        return tuple(found[name] for name in sorted(found))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands on a day, with everything beneath it; amounts in one currency.

    `limit` is the one in force, None where none is set. `exposure` and `granted`
    are rolled up; `unbounded` counts members whose credit has no bound. `left` is
    the limit less the exposure, below zero where it is overdrawn; None where the
    group has no bound. `effective` is the least of that and of what every group
    above leaves.
    """

    group: Group
    limit: GroupLimit | None
    exposure: Money
    granted: Money
    unbounded: int
    members: int
    left: Money | None
    effective: Money | None
    rates: tuple[Rate, ...]

    @property
    def overdrawn(self) -> bool:
        """Whether more is owed than the group's own limit allows."""
        return self.left is not None and self.left.minor < 0


@dataclass(frozen=True, slots=True)
class Step:
    """What one level leaves a member: its own credit (`group` None), or a group above it."""

    group: Group | None
    left: Money | None


@dataclass(frozen=True, slots=True)
class Headroom:
    """What a member may still draw, in its own currency, and which level says so.

    `left` is the least of all steps; None where nothing bounds it. `bound_by` is
    the step that leaves least, the nearest one of several.
    """

    left: Money | None
    steps: tuple[Step, ...]
    bound_by: Step | None


@dataclass(frozen=True, slots=True)
class Room:
    """What the groups above leave of their limits for one customer's own limit.

    `group` is the one that leaves least, the nearest of several; `limit` and
    what the others take of it, `taken`, are in the group's currency, `left` in
    the customer's: never below zero, and rounded down.
    """

    group: Group
    limit: Money
    taken: Money
    left: Money


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A group whose members take more than its limit, in its currency; `taken` is rounded up."""

    group: Group
    limit: Money
    taken: Money

    @property
    def told(self) -> Sentence:
        """How much it is, in words, and what follows."""
        return say(
            "Group {group} ({id}) may have {limit}, its members take {taken}: of each the larger"
            " of what it was granted and what it owes. That is {over} too much, so those who have"
            " a limit are looked at.",
            group=self.group.name,
            id=self.group.id,
            limit=self.limit,
            taken=self.taken,
            over=self.taken - self.limit,
        )


@dataclass(frozen=True, slots=True)
class GroupBook:
    """The groups, their limits in force and the positions of their members on one day."""

    tree: Tree
    limits: Mapping[GroupId, GroupLimit]
    positions: Sequence[Position]
    exchange: Exchange

    def standing(self, group: GroupId, currency: str) -> Standing:
        """How the group stands; `currency` is used where it has no limit to be measured in.

        Raises NoRate where a member's currency cannot be converted.
        """
        limit = self.limits.get(group)
        counted = limit.currency if limit is not None else currency
        members = self.within(group)
        owed = self.exchange.up([x.exposure for x in members], counted)
        bound = None if limit is None else limit.bound
        return Standing(
            group=self.tree.groups[group],
            limit=limit,
            exposure=owed,
            granted=self.exchange.up([x.granted for x in members if x.granted], counted),
            unbounded=sum(x.granted is None for x in members),
            members=len(members),
            left=None if bound is None else bound - owed,
            effective=_least(step.left for step in self._steps(group, counted)),
            rates=self.exchange.used({x.exposure.currency for x in members}, counted),
        )

    def headroom(self, member: Position, project: str = GENERAL) -> Headroom:
        """The least of what its own credit and every group above leave the member, for a project.

        Without one, for orders that no project's limit covers.
        """
        steps = (
            Step(None, member.free_for(project)),
            *self._steps(member.group, member.exposure.currency),
        )
        left = _least(step.left for step in steps)
        return Headroom(left, steps, _first(steps, left))

    def room(self, customer: CustomerId, group: GroupId, currency: str) -> Room | None:
        """What is left for the customer's own limit; None where no group above has a bound.

        Raises NoRate where a currency cannot be converted.
        """
        found: list[Room] = []
        for above in self.tree.path(group):
            if (bound := self._bound(above.id)) is None:
                continue
            others = [x.taken for x in self.within(above.id) if x.customer != customer]
            taken = self.exchange.exact(others, bound.currency)
            rest = max(Fraction(0), bound.minor - taken)
            left = self.exchange.down(rest, bound.currency, currency)
            found.append(Room(above, bound, Money(math.ceil(taken), bound.currency), left))
        return min(found, key=lambda x: x.left.minor, default=None)

    def asks_too_much(self, group: GroupId) -> bool:
        """Whether what the members take, granted or owed, is more than the group's limit."""
        return self.too_much(group) is not None

    def too_much(self, group: GroupId) -> TooMuch | None:
        """How much that is; None where the limit suffices or there is none."""
        bound = self._bound(group)
        if bound is None:
            return None
        taken = self.exchange.up([x.taken for x in self.within(group)], bound.currency)
        return TooMuch(self.tree.groups[group], bound, taken) if taken > bound else None

    def within(self, group: GroupId) -> list[Position]:
        """The members of the group and of all beneath it."""
        below = self.tree.below(group)
        return [x for x in self.positions if x.group in below]

    def _steps(self, group: GroupId, currency: str) -> tuple[Step, ...]:
        """What every group on the way up leaves, in that currency, rounded down once."""
        found = []
        for above in self.tree.path(group):
            left, bound = None, self._bound(above.id)
            if bound is not None:
                owed = self.exchange.exact(
                    [x.exposure for x in self.within(above.id)], bound.currency
                )
                left = self.exchange.down(bound.minor - owed, bound.currency, currency)
            found.append(Step(above, left))
        return tuple(found)

    def _bound(self, group: GroupId) -> Money | None:
        limit = self.limits.get(group)
        return None if limit is None else limit.bound


def bounded(
    tree: Tree, group: GroupId | None, limits: Mapping[GroupId, GroupLimit]
) -> tuple[Group, ...]:
    """The groups on the way up that have a bound: without one, nobody's figures are needed."""
    return tuple(
        step for step in tree.path(group) if step.id in limits and limits[step.id].bound is not None
    )


def _first(steps: Iterable[Step], left: Money | None) -> Step | None:
    return next((x for x in steps if left is not None and x.left == left), None)


def _least(amounts: Iterable[Money | None]) -> Money | None:
    """The smallest of amounts of one currency; None where there is none."""
    return min((x for x in amounts if x is not None), default=None)
