"""Recall a group: the limits that counted on any day, and who belonged to it, as then believed.

What is owed is not recalled: documents are handed in late, and nobody kept what was
believed of them. Where groups stand in the tree has no history; it is today's tree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from creditflow.domain.calendar import EndOf
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.group_headroom import Exchange
from creditflow.domain.group_limits import GroupLimit
from creditflow.domain.groups import Group, GroupId, Membership, Tree, tree_of
from creditflow.domain.in_force import InForce
from creditflow.domain.limits import Entry, LimitState, as_believed, limit_on
from creditflow.domain.money import Money, total
from creditflow.domain.rates import NoRate
from creditflow.domain.sentences import Sentence
from creditflow.ports import Work
from creditflow.services.recalling import ensure_begun, timeline_of


@dataclass(frozen=True, slots=True)
class RecalledLimit:
    """A group in the tree, how deep it stands below the first, and the limit that counted."""

    depth: int
    group: Group
    limit: GroupLimit | None


@dataclass(frozen=True, slots=True)
class RecalledMember:
    """Who belonged to the group or to one beneath it, and the credit that it had."""

    customer: Customer
    group: GroupId
    limits: InForce

    @property
    def granted(self) -> Money | None:
        """All of it, of projects too; zero where none was set, None where it had no bound."""
        if self.limits.state is LimitState.UNLIMITED:
            return None
        general = [] if self.limits.general is None else [self.limits.general]
        return total([*general, *(x.amount for x in self.limits.projects)], self.limits.currency)


@dataclass(frozen=True, slots=True)
class RecalledGroup:
    """A group on the day `on`, as known at the end of `believed`.

    `way` has the topmost group first and this one last, `below` all beneath it.
    `granted` is what members had together, in the currency of the group's limit or
    else the base currency; None where a rate is missing, of which `problem`
    speaks. `history` is what was recorded of the group's limit by then, oldest first.
    """

    group: Group
    on: date
    believed: date
    way: tuple[RecalledLimit, ...]
    below: tuple[RecalledLimit, ...]
    members: tuple[RecalledMember, ...]
    granted: Money | None
    problem: Sentence | None
    history: tuple[GroupLimit, ...]

    @property
    def limit(self) -> GroupLimit | None:
        """The group's own limit on that day."""
        return self.way[-1].limit

    @property
    def unbounded(self) -> int:
        """How many members had credit without a bound."""
        return sum(each.granted is None for each in self.members)


def recall_group(
    group: GroupId, *, on: date, believed: date, today: date, end_of: EndOf, work: Work
) -> RecalledGroup:
    """The group on that day, as was believed at the end of another.

    Raises NotFound, and NotYetKnown where `believed` is still to come.
    """
    ensure_begun(believed, today)
    known, tree = work.groups.get(group), tree_of(work.groups.all())
    before = None if believed == today else end_of(believed)
    histories = work.group_limits.histories()

    def counted(depth: int, one: Group) -> RecalledLimit:
        history = _believed(histories.get(one.id, ()), before)
        return RecalledLimit(depth, one, limit_on(history, on))

    way = tuple(counted(depth, one) for depth, one in enumerate(reversed(tree.path(group))))
    members = tuple(_members(tree, group, before, on, work))
    limit = way[-1].limit
    currency = limit.currency if limit else work.policies.current().base_currency
    granted, problem = _together(members, currency, on, work)
    return RecalledGroup(
        group=known,
        on=on,
        believed=believed,
        way=way,
        below=tuple(counted(depth, one) for depth, one in tree.walked(group) if depth),
        members=members,
        granted=granted,
        problem=problem,
        history=tuple(_believed(histories.get(group, ()), before)),
    )


def _members(
    tree: Tree, group: GroupId, before: datetime | None, on: date, work: Work
) -> list[RecalledMember]:
    """Who belonged to it or to a group beneath it, by id."""
    below = tree.below(group)
    entries: dict[CustomerId, list[Membership]] = {}
    for entry in work.memberships.ever_in(below):
        entries.setdefault(entry.customer, []).append(entry)
    found = []
    for customer, history in sorted(entries.items()):
        last = limit_on(_believed(history, before), on)
        if last is None or last.group not in below:
            continue
        who = work.customers.get(customer)
        timeline = timeline_of(who, work)
        believed = timeline if before is None else timeline.believed(before)
        found.append(RecalledMember(who, last.group, believed.on(on)))
    return found


def _believed(history: Sequence[Entry], before: datetime | None) -> Sequence[Entry]:
    """What was recorded before that moment; all of it where nobody asks for another one."""
    return history if before is None else as_believed(history, before)


def _together(
    members: Sequence[RecalledMember], currency: str, on: date, work: Work
) -> tuple[Money | None, Sentence | None]:
    amounts = [each.granted for each in members if each.granted is not None]
    try:
        return Exchange(work.rates.all(), on).up(amounts, currency), None
    except NoRate as no_rate:
        return None, no_rate.sentence
