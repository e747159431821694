"""What is in force on a day: the base limit, credit on top, and how exposure uses it up.

General credit is the base limit and the temporary limits together: the base is
used first, then what ends first. A project's documents use its own limit and,
where its order of consumption says so, what is free of the general credit;
documents of no project, or of one without a limit, never use a project's limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from creditflow.domain.added_limits import (
    AddedKind,
    AddedLimit,
    Consumption,
    added_on,
)
from creditflow.domain.limits import Limit, LimitState, limit_on, limit_state
from creditflow.domain.money import Money, total
from creditflow.domain.owed import Owed
from creditflow.domain.project import GENERAL, project_key


@dataclass(frozen=True, slots=True)
class InForce:
    """The limits of one customer on one day; all amounts in `currency`."""

    on: date
    currency: str
    base: Limit | None
    temporary: tuple[AddedLimit, ...] = ()
    projects: tuple[AddedLimit, ...] = ()

    @property
    def state(self) -> LimitState:
        """Whether there is general credit: none set, zero, an amount, or without a bound."""
        base = LimitState.NONE_SET if self.base is None else self.base.state
        if base is LimitState.UNLIMITED or (base is LimitState.NONE_SET and not self.temporary):
            return base
        return limit_state(self._sum)

    @property
    def general(self) -> Money | None:
        """Base and temporary limits together; None where none is set or there is no bound."""
        return self._sum if self.state in (LimitState.AMOUNT, LimitState.ZERO) else None

    @property
    def _sum(self) -> Money:
        base = [self.base.amount] if self.base is not None and self.base.amount else []
        return total([*base, *(x.amount for x in self.temporary)], self.currency)


def in_force(
    history: Sequence[Limit], added: Iterable[AddedLimit], *, currency: str, on: date
) -> InForce:
    """What counts on that day, out of both histories."""
    counting = added_on(added, on)
    temporary = [x for x in counting if x.kind is AddedKind.TEMPORARY]
    return InForce(
        on=on,
        currency=currency,
        base=limit_on(history, on),
        temporary=tuple(sorted(temporary, key=lambda x: (x.until, x.id))),
        projects=tuple(x for x in counting if x.kind is AddedKind.PROJECT),
    )


# ------------------------------------------------------------------ how it is used


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one limit is used; `amount` is None where the limit has no bound."""

    limit: Limit | AddedLimit
    amount: Money | None
    used: Money


@dataclass(frozen=True, slots=True)
class ProjectUse:
    """What one project with a limit of its own owes, and what covers it.

    `limit` is all of its own limits together. `owed` = `own` (covered by them) +
    `general` (covered by general credit) + `over` (covered by nothing).
    """

    name: str
    consumption: Consumption
    limit: Money
    owed: Money
    own: Money
    general: Money
    over: Money

    @property
    def key(self) -> str:
        """By what it is known."""
        return project_key(self.name)

    @property
    def free(self) -> Money:
        """What is left of its own limit; nothing but this project can use it."""
        return self.limit - self.own

    @property
    def shares(self) -> bool:
        """Whether it may use general credit besides its own."""
        return self.consumption is not Consumption.OWN_ONLY

    @property
    def yields(self) -> Money:
        """What it would leave of the general credit to others, because its own has room.

        So much of it lies on the general credit only because that goes first.
        """
        return min(self.general, self.free)


@dataclass(frozen=True, slots=True)
class Consumed:
    """What is owed takes of each limit, in the order in which they are used up.

    `rest` is what is owed for no project, or for one without a limit, and
    `rest_over` what of that no limit covers. `projects` are those with limits of
    their own, in the order in which they are served, after the rest. `free` is
    what is left of the general credit; None means without a bound. `credit` is
    what the customer has to its credit beyond all that it owes.
    """

    uses: tuple[Use, ...]
    rest: Money
    rest_over: Money
    projects: tuple[ProjectUse, ...]
    free: Money | None
    credit: Money

    @property
    def on_general(self) -> Money:
        """What falls on the general credit, whether or not it covers it."""
        return total([self.rest, *(x.general for x in self.projects)], self.credit.currency)

    @property
    def over(self) -> Money:
        """What no limit covers."""
        return total([self.rest_over, *(x.over for x in self.projects)], self.credit.currency)

    def over_of(self, project: str = GENERAL) -> Money:
        """What no limit covers of that project; of all that has no limit of its own as one."""
        found = self._project(project)
        return self.rest_over if found is None else found.over

    def room(self, project: str = GENERAL) -> Money | None:
        """What a further order may come to, for that project; None where nothing bounds it."""
        found = self._project(project)
        own = [] if found is None else [found.free]
        if found is None or found.shares:
            if self.free is None:
                return None
            own += [self.free, *(x.yields for x in self.projects if x is not found)]
        return total([self.credit, *own], self.credit.currency)

    def fits(self, order: Money, project: str = GENERAL) -> bool:
        """Whether a further order of that amount stays within what is in force."""
        room = self.room(project)
        return room is None or order <= room

    def _project(self, name: str) -> ProjectUse | None:
        key = project_key(name)
        return next((x for x in self.projects if x.key == key), None)


def consume(limits: InForce, owed: Owed) -> Consumed:
    """Let what is owed use the limits up, so that as little as can be stays uncovered.

    General credit covers first what is owed for no project or for one without a
    limit, then what exceeds the limits of projects that may share it, the one
    that began first before the others. Only what is left then goes to projects
    that use general credit before their own: they take it from nobody.
    """
    pool, projects = _Pool(limits), _projects(limits)
    own = [project_key(entry.project) for entry, _ in projects]
    rest = total([x for key, x in owed.parts.items() if key not in own], limits.currency)
    rest_over = pool.take(rest)
    needed = [_serve(entry, limit, owed.of(entry.project), pool) for entry, limit in projects]
    served = tuple(_prefer(use, pool) for use in needed)
    return Consumed(
        uses=(*pool.uses(), *_project_uses(limits, {x.key: x.own for x in served})),
        rest=rest,
        rest_over=rest_over,
        projects=served,
        free=pool.free,
        credit=owed.credit,
    )


def _serve(entry: AddedLimit, limit: Money, owed: Money, pool: "_Pool") -> ProjectUse:
    """Cover what one project owes by its own limit, and what exceeds that by general credit."""
    order, own = entry.consumption or Consumption.OWN_ONLY, min(owed, limit)
    beyond = owed - own
    over = beyond if order is Consumption.OWN_ONLY else pool.take(beyond)
    return ProjectUse(entry.project, order, limit, owed, own, beyond - over, over)


def _prefer(use: ProjectUse, pool: "_Pool") -> ProjectUse:
    """Let a project that uses general credit first take what nobody else needs of it."""
    if use.consumption is not Consumption.GENERAL_FIRST:
        return use
    own = pool.take(use.own)
    return replace(use, own=own, general=use.general + (use.own - own))


def least_general(limits: InForce, owed: Owed) -> Money:
    """The least general credit from which on it covers all that falls on it of what is owed.

    What exceeds a limit that its project alone may use falls on nothing.
    """
    zero, projects = Money.zero(limits.currency), _projects(limits)
    own = {project_key(entry.project) for entry, _ in projects}
    beyond = [
        max(owed.of(entry.project) - limit, zero)
        for entry, limit in projects
        if entry.consumption is not Consumption.OWN_ONLY
    ]
    rest = [x for key, x in owed.parts.items() if key not in own]
    return total([*beyond, *rest], limits.currency)


class _Pool:
    """The general credit, used from the base limit on."""

    def __init__(self, limits: InForce) -> None:
        self._limits = limits
        self._used = Money.zero(limits.currency)
        self._unbound = limits.state is LimitState.UNLIMITED

    @property
    def free(self) -> Money | None:
        """What is left; None where there is no bound."""
        if self._unbound:
            return None
        return (self._limits.general or Money.zero(self._limits.currency)) - self._used

    def take(self, amount: Money) -> Money:
        """Use that much, as far as there is; what is left uncovered."""
        free = self.free
        taken = amount if free is None else min(amount, free)
        self._used = self._used + taken
        return amount - taken

    def uses(self) -> list[Use]:
        """How much of each is used: the base first, then what ends first."""
        left, found = self._used, []
        base = self._limits.base
        if base is not None:
            amount = None if self._unbound else base.amount or Money.zero(self._limits.currency)
            used = left if amount is None else min(left, amount)
            found.append(Use(base, amount, used))
            left = left - used
        for limit in self._limits.temporary:
            used = min(left, limit.amount)
            found.append(Use(limit, limit.amount, used))
            left = left - used
        return found


def _projects(limits: InForce) -> list[tuple[AddedLimit, Money]]:
    """Each project's first entry, which has its order of consumption, and all its limits' sum."""
    first: dict[str, AddedLimit] = {}
    sums: dict[str, Money] = {}
    for limit in limits.projects:
        key = project_key(limit.project)
        first.setdefault(key, limit)
        sums[key] = sums.get(key, Money.zero(limits.currency)) + limit.amount
    return [(entry, sums[key]) for key, entry in first.items()]


def _project_uses(limits: InForce, used_of: Mapping[str, Money]) -> list[Use]:
    left, found = dict(used_of), []
    for limit in sorted(limits.projects, key=lambda x: (project_key(x.project), x.until, x.id)):
        key = project_key(limit.project)
        used = min(left[key], limit.amount)
        left[key] = left[key] - used
        found.append(Use(limit, limit.amount, used))
    return found
