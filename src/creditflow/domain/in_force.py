"""What is in force on a day: the base limit, credit on top, and how exposure uses it up.

General credit is the base limit and the temporary limits together: the base is
used first, then what ends first. A project's documents use its own limit and,
where its order of consumption says so, what is free of the general credit;
documents without a project never use a project's limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from creditflow.domain.added_limits import (
    AddedKind,
    AddedLimit,
    Consumption,
    added_on,
)
from creditflow.domain.limits import Limit, LimitState, limit_on, limit_state
from creditflow.domain.money import Money, total

GENERAL = ""
"""What exposure without a project is filed under."""


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
class Consumed:
    """What the exposure takes of each limit, in the order in which they are used up.

    `over` is what no limit covers. `free` is what is left of the general credit
    and `free_of` what is left of each project's own; None means without a bound.
    `yields` is what each project that shares it, in their turn, would leave of
    the general credit to those served before, because its own limit has room.
    """

    uses: tuple[Use, ...]
    over: Money
    free: Money | None
    free_of: Mapping[str, Money]
    yields: Mapping[str, Money]

    def room(self, project: str = GENERAL) -> Money | None:
        """What a further order may come to, for that project; None where nothing bounds it."""
        own = self.free_of.get(project)
        if own is not None and project not in self.yields:
            return own
        if self.free is None:
            return None
        turns = list(self.yields)
        behind = turns[turns.index(project) + 1 :] if own is not None else turns
        shared = total([self.free, *(self.yields[x] for x in behind)], self.free.currency)
        return shared if own is None else own + shared

    def fits(self, order: Money, project: str = GENERAL) -> bool:
        """Whether a further order of that amount stays within what is in force."""
        room = self.room(project)
        return room is None or order <= room


def consume(limits: InForce, exposure: Mapping[str, Money]) -> Consumed:
    """Let the exposure use the limits up. `exposure` is by project, GENERAL for none.

    A project without a limit of its own uses general credit, as does exposure
    without a project. Where several projects may share general credit, the
    one that began first is served first.
    """
    zero = Money.zero(limits.currency)
    pool = _Pool(limits)
    own = {x.project: x for x in reversed(limits.projects)}
    sums = _by_project(limits)
    free_of, used_of = dict(sums), dict.fromkeys(sums, zero)
    shared: dict[str, Money] = {}
    over = zero
    for project, amount in sorted(exposure.items()):
        if project not in sums:
            over = over + pool.take(amount)
    for project in dict.fromkeys(x.project for x in limits.projects):
        amount, order = exposure.get(project, zero), own[project].consumption
        if order is Consumption.GENERAL_FIRST:
            left = pool.take(amount)
            shared[project], amount = amount - left, left
        taken = min(amount, free_of[project])
        used_of[project], free_of[project] = taken, free_of[project] - taken
        amount = amount - taken
        if order is Consumption.OWN_FIRST:
            shared[project], amount = zero, pool.take(amount)
        over = over + amount
    return Consumed(
        uses=(*pool.uses(), *_project_uses(limits, used_of)),
        over=over,
        free=pool.free,
        free_of=free_of,
        yields={project: min(used, free_of[project]) for project, used in shared.items()},
    )


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


def _by_project(limits: InForce) -> dict[str, Money]:
    sums: dict[str, Money] = {}
    for limit in limits.projects:
        sums[limit.project] = sums.get(limit.project, Money.zero(limits.currency)) + limit.amount
    return sums


def _project_uses(limits: InForce, used_of: Mapping[str, Money]) -> list[Use]:
    left, found = dict(used_of), []
    for limit in sorted(limits.projects, key=lambda x: (x.project, x.until, x.id)):
        used = min(left[limit.project], limit.amount)
        left[limit.project] = left[limit.project] - used
        found.append(Use(limit, limit.amount, used))
    return found
