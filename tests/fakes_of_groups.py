"""The part of the fake store that is about groups of companies; see tests.fakes."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from creditflow.domain.change import ChangeState
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.group_limits import GroupLimit, LimitChange
from creditflow.domain.groups import Group, GroupId, Membership
from creditflow.domain.limits import ensure_behind
from creditflow.domain.sentences import say


class FakeGroups:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.groups

    def all(self) -> list[Group]:
        return [self._kept[i] for i in sorted(self._kept)]

    def held(self) -> list[Group]:
        return self.all()

    def get(self, group: GroupId) -> Group:
        if group not in self._kept:
            raise NotFound(say("There is no group {group}.", group=group))
        return self._kept[group]

    def put_all(self, groups: Sequence[Group]) -> None:
        self._kept.update({x.id: x for x in groups})


class FakeMemberships:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.memberships
        self._customers = kept.customers

    def of(self, customer: CustomerId) -> list[Membership]:
        return list(self._kept.get(customer, ()))

    def ever_in(self, groups: Collection[GroupId]) -> list[Membership]:
        who = sorted(
            c for c, entries in self._kept.items() if any(x.group in groups for x in entries)
        )
        return [entry for customer in who for entry in self._kept[customer]]

    def members(self, groups: Collection[GroupId]) -> list[Customer]:
        found = [c for c in self._customers.values() if c.group in groups]
        return sorted(found, key=lambda c: c.id)

    def counts(self) -> Mapping[GroupId, int]:
        return Counter(GroupId(c.group) for c in self._customers.values() if c.group)

    def latest(self, customers: Collection[CustomerId]) -> dict[CustomerId, Membership]:
        return {c: self._kept[c][-1] for c in customers if c in self._kept}

    def add_all(self, entries: Sequence[Membership]) -> None:
        for entry in entries:
            history = self.of(entry.customer)
            ensure_behind(entry, history[-1] if history else None, entry.version - 1)
            if len(history) != entry.version - 1:
                raise Conflict(
                    say(
                        "The group of {customer} has changed meanwhile. Reload it.",
                        customer=entry.customer,
                    )
                )
        for entry in entries:
            self._kept[entry.customer] = (*self.of(entry.customer), entry)


class FakeGroupLimits:
    def __init__(self, kept: Any) -> None:
        self._kept = kept.group_limits
        self._changes = kept.group_limit_changes

    def of(self, group: GroupId) -> list[GroupLimit]:
        return list(self._kept.get(group, ()))

    def histories(self) -> Mapping[GroupId, list[GroupLimit]]:
        return {group: list(entries) for group, entries in self._kept.items()}

    def add(self, limit: GroupLimit, *, replacing: int) -> None:
        history = self.of(limit.group)
        ensure_behind(limit, history[-1] if history else None, replacing)
        if len(history) != replacing:
            raise Conflict(
                say("The limit of group {group} has changed meanwhile. Reload it.",
                    group=limit.group)
            )  # fmt: skip
        self._kept[limit.group] = (*history, limit)

    def change(self, change: str) -> LimitChange:
        if change not in self._changes:
            raise NotFound(say("There is no change {change}.", change=change))
        return self._changes[change]

    def changes(self, group: GroupId) -> list[LimitChange]:
        found = [x for x in self._changes.values() if x.group == group]
        return sorted(found, key=lambda x: (x.proposed_at, x.id), reverse=True)

    def waiting(self) -> list[LimitChange]:
        found = [x for x in self._changes.values() if x.state is ChangeState.OPEN]
        return sorted(found, key=lambda x: (x.proposed_at, x.id))

    def add_change(self, change: LimitChange) -> None:
        self._changes[change.id] = change

    def put_change(self, change: LimitChange) -> None:
        if self._changes[change.id].state is not ChangeState.OPEN:
            raise Conflict(say("Change {change} was decided meanwhile.", change=change.id))
        self._changes[change.id] = change
