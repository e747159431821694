"""What groups of companies ask of the store: the tree, who belongs where, and shared limits."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.group_limits import GroupLimit, LimitChange
from creditflow.domain.groups import Group, GroupId, Membership


class Groups(Protocol):
    """Groups and their parents."""

    def all(self) -> list[Group]:
        """All groups, by id."""
        ...

    def held(self) -> list[Group]:
        """The same for who will change them: nobody else does until this transaction ends.

        Otherwise two moves, each fine by itself, could close a cycle together.
        """
        ...

    def get(self, group: GroupId) -> Group:
        """One group; raises NotFound."""
        ...

    def put_all(self, groups: Sequence[Group]) -> None:
        """Add groups, or replace what was known of them."""
        ...


class Memberships(Protocol):
    """Where customers belong. The history is append-only; its last entry is master data's word."""

    def of(self, customer: CustomerId) -> list[Membership]:
        """All entries of the customer's, oldest first."""
        ...

    def ever_in(self, groups: Collection[GroupId]) -> list[Membership]:
        """All entries of the customers who belong to one of these groups, or once did.

        By customer and version.
        """
        ...

    def members(self, groups: Collection[GroupId]) -> list[Customer]:
        """Who belongs to one of these groups now, by id."""
        ...

    def counts(self) -> Mapping[GroupId, int]:
        """How many belong to each group now; those without anybody are left out."""
        ...

    def latest(self, customers: Collection[CustomerId]) -> dict[CustomerId, Membership]:
        """The last entry of each of these customers who has one."""
        ...

    def add_all(self, entries: Sequence[Membership]) -> None:
        """Compare and swap: add each entry behind the version just below its own.

        One entry of a customer at most. Raises Conflict where the highest version
        of one is another, and ValueError for an entry that cannot follow.
        """
        ...


class GroupLimits(Protocol):
    """Limits that groups share: an append-only history, and the changes that wait for a second."""

    def of(self, group: GroupId) -> list[GroupLimit]:
        """All entries of the group's, oldest first."""
        ...

    def histories(self) -> Mapping[GroupId, list[GroupLimit]]:
        """The same of every group that ever had one."""
        ...

    def add(self, limit: GroupLimit, *, replacing: int) -> None:
        """Compare and swap: add the entry behind version `replacing` (0 for the first).

        Raises Conflict where the highest version is another one, and ValueError
        for an entry that cannot follow.
        """
        ...

    def change(self, change: str) -> LimitChange:
        """One change; raises NotFound."""
        ...

    def changes(self, group: GroupId) -> list[LimitChange]:
        """All changes of a group's limit, the latest first."""
        ...

    def waiting(self) -> list[LimitChange]:
        """All that wait for a second person, the oldest first."""
        ...

    def add_change(self, change: LimitChange) -> None:
        """Keep a new one."""
        ...

    def put_change(self, change: LimitChange) -> None:
        """Keep what was decided about it; raises Conflict where it is not open any more."""
        ...
