"""Groups as pages and the command line show them: how each stands, and what binds a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from creditflow.domain.change import ChangeState
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.group_headroom import GroupBook, Headroom, Position, Standing, TooMuch
from creditflow.domain.group_limits import GroupLimit, LimitChange
from creditflow.domain.groups import Group, GroupId, Membership, Tree, tree_of
from creditflow.domain.limits import Span, spans
from creditflow.domain.rates import NoRate
from creditflow.domain.sentences import Sentence
from creditflow.ports import Work
from creditflow.services.grouping import book_of, group_limits


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A group in the list: how deep it stands, its limit in force, and how many are in it.

    `members` are its own, `beneath` those of the groups below it; `waits` is
    the change of its limit that waits for a second person.
    """

    group: Group
    depth: int
    limit: GroupLimit | None
    members: int
    beneath: int
    waits: LimitChange | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member as its group's page shows it; `case` is its case that is not finished."""

    customer: Customer
    position: Position
    headroom: Headroom
    case: str | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group: where it stands in the tree, what it owes and may, who is in it, and its past.

    `way` has the group and all above it, `below` all beneath it, each with its
    standing, empty where a rate is missing, of which `problem` speaks. `too_much`
    are those of `way` whose members take more than their limit. Histories are the
    latest first.
    """

    group: Group
    tree: Tree
    way: Sequence[Standing]
    below: Sequence[tuple[int, Standing]]
    members: Sequence[Member]
    limits: Sequence[Span[GroupLimit]]
    changes: Sequence[LimitChange]
    moves: Sequence[Membership]
    problem: Sentence | None
    too_much: Sequence[TooMuch] = ()

    @property
    def path(self) -> tuple[Group, ...]:
        """The group and all above it, the nearest first."""
        return self.tree.path(self.group.id)

    @property
    def waits(self) -> LimitChange | None:
        """The change that waits for a second person."""
        return next((x for x in self.changes if x.state is ChangeState.OPEN), None)


@dataclass(frozen=True, slots=True)
class MemberView:
    """Which groups a customer belongs to, the nearest first, and what they leave it.

    `projects` says what they leave for each project that has a limit of its own.
    """

    path: Sequence[Group]
    headroom: Headroom | None
    problem: Sentence | None
    projects: Sequence[tuple[str, Headroom]] = ()


def listed(*, on: date, work: Work) -> list[ListedGroup]:
    """Every group, parents before children."""
    tree, limits = tree_of(work.groups.all()), group_limits(on=on, work=work)
    counts: Mapping[GroupId, int] = work.memberships.counts()
    waits = {change.group: change for change in work.group_limits.waiting()}
    beneath = dict.fromkeys(tree.groups, 0)
    for group in tree.groups:
        for above in tree.path(group)[1:]:
            beneath[above.id] += counts.get(group, 0)
    return [
        ListedGroup(
            group, depth, limits.get(group.id), counts.get(group.id, 0), beneath[group.id],
            waits.get(group.id),
        )
        for depth, group in tree.walked()
    ]  # fmt: skip


def group_view(group: GroupId, *, on: date, work: Work) -> GroupView:
    """One group; raises NotFound."""
    known = work.groups.get(group)
    tree, currency = tree_of(work.groups.all()), work.policies.current().base_currency
    way: list[Standing] = []
    below: list[tuple[int, Standing]] = []
    members: list[Member] = []
    too_much: list[TooMuch] = []
    problem = None
    try:
        book = book_of(group, on=on, work=work)
        way = [book.standing(above.id, currency) for above in tree.path(group)]
        below = [(depth, book.standing(x.id, currency)) for depth, x in tree.walked(group) if depth]
        within = {x.customer: x for x in book.within(group)}
        members = [
            _member(customer, within[customer.id], book, work)
            for customer in work.memberships.members(tree.below(group))
        ]
        too_much = [x for x in (book.too_much(above.id) for above in tree.path(group)) if x]
    except NoRate as no:
        problem = no.sentence
    return GroupView(
        group=known,
        tree=tree,
        way=way,
        below=below,
        members=members,
        limits=spans(work.group_limits.of(group))[::-1],
        changes=work.group_limits.changes(group),
        moves=sorted(
            _moves(work.memberships.ever_in([group]), group),
            key=lambda x: (x.recorded_at, x.customer),
            reverse=True,
        ),
        problem=problem,
        too_much=too_much,
    )


def _member(customer: Customer, position: Position, book: GroupBook, work: Work) -> Member:
    case = work.cases.open_of(customer.id)
    return Member(customer, position, book.headroom(position), case.id if case else None)


def member_view(customer: Customer, *, on: date, work: Work) -> MemberView | None:
    """What a customer's groups leave it; None where it belongs to none."""
    if customer.group is None:
        return None
    group = GroupId(customer.group)
    path = tree_of(work.groups.all()).path(group)
    try:
        book = book_of(group, on=on, work=work)
        own = next(x for x in book.positions if x.customer == customer.id)
        projects = [(name, book.headroom(own, name)) for name in own.projects]
        return MemberView(path, book.headroom(own), None, projects)
    except NoRate as no:
        return MemberView(path, None, no.sentence)


def _moves(entries: Sequence[Membership], group: GroupId) -> list[Membership]:
    """The entries by which somebody came into the group or left it."""
    found, last = [], dict[CustomerId, Membership]()
    for entry in entries:
        before = last.get(entry.customer)
        if group in (entry.group, before.group if before else None):
            found.append(entry)
        last[entry.customer] = entry
    return found
