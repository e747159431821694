"""Groups of companies in SQL: the tree, who belongs where, and the limits that groups share."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from creditflow.domain.change import ChangeState
from creditflow.domain.customer import Customer, CustomerId
from creditflow.domain.errors import Conflict
from creditflow.domain.group_limits import GroupLimit, LimitChange
from creditflow.domain.groups import Group, GroupId, Membership
from creditflow.domain.limits import LimitState, ensure_behind
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.store.customers import customer_of
from creditflow.store.tables import (
    COMPANY_GROUP,
    CUSTOMER,
    GROUP_LIMIT,
    GROUP_LIMIT_CHANGE,
    MEMBERSHIP,
)
from creditflow.store.transaction import Transaction


class SqlGroups:
    """Groups and their parents."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def all(self) -> list[Group]:
        """All groups, by id."""
        found = map(_group, self._transaction.rows(sa.select(COMPANY_GROUP)))
        return sorted(found, key=lambda group: group.id)

    def held(self) -> list[Group]:
        """The same for who will change them: nobody else does until this transaction ends.

        Otherwise two moves, each fine by itself, could close a cycle together.
        """
        self._transaction.hold(COMPANY_GROUP)
        return self.all()

    def get(self, group: GroupId) -> Group:
        """One group; raises NotFound."""
        query = sa.select(COMPANY_GROUP).where(COMPANY_GROUP.c.id == group)
        missing = say("There is no group {group}.", group=group)
        return _group(self._transaction.needed(query, missing))

    def put_all(self, groups: Sequence[Group]) -> None:
        """Add groups, or replace what was known of them."""
        self._transaction.put(
            COMPANY_GROUP,
            [
                {"id": x.id, "name": x.name, "name_en": x.name_en, "parent_id": x.parent}
                for x in groups
            ],
        )


class SqlMemberships:
    """Where customers belong; the history is append-only."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, customer: CustomerId) -> list[Membership]:
        """All entries of the customer's, oldest first."""
        query = sa.select(MEMBERSHIP).where(MEMBERSHIP.c.customer_id == customer)
        found = self._transaction.rows(query.order_by(MEMBERSHIP.c.version))
        return [_membership(row) for row in found]

    def ever_in(self, groups: Collection[GroupId]) -> list[Membership]:
        """All entries of the customers who belong to one of these groups, or once did."""
        here = sa.select(MEMBERSHIP.c.customer_id)
        who = {
            row.customer_id for row in self._transaction.chosen(here, MEMBERSHIP.c.group_id, groups)
        }
        found = self._transaction.chosen(sa.select(MEMBERSHIP), MEMBERSHIP.c.customer_id, who)
        return sorted(map(_membership, found), key=lambda x: (x.customer, x.version))

    def members(self, groups: Collection[GroupId]) -> list[Customer]:
        """Who belongs to one of these groups now, by id."""
        found = self._transaction.chosen(sa.select(CUSTOMER), CUSTOMER.c.group_id, groups)
        return sorted(map(customer_of, found), key=lambda customer: customer.id)

    def counts(self) -> Mapping[GroupId, int]:
        """How many belong to each group now; those without anybody are left out."""
        own = CUSTOMER.c.group_id
        query = sa.select(own, sa.func.count().label("members")).where(own.is_not(None))
        found = self._transaction.rows(query.group_by(own))
        return {GroupId(row.group_id): int(row.members) for row in found}

    def latest(self, customers: Collection[CustomerId]) -> dict[CustomerId, Membership]:
        """The last entry of each of these customers who has one."""
        rows = self._transaction.chosen(
            sa.select(MEMBERSHIP), MEMBERSHIP.c.customer_id, map(str, customers)
        )
        found = sorted(map(_membership, rows), key=lambda x: x.version)
        return {entry.customer: entry for entry in found}

    def add_all(self, entries: Sequence[Membership]) -> None:
        """Compare and swap: add each entry behind the version just below its own."""
        before = self.latest([entry.customer for entry in entries])
        for entry in entries:
            last = before.get(entry.customer)
            ensure_behind(entry, last, entry.version - 1)
            if (0 if last is None else last.version) != entry.version - 1:
                raise _moved(entry)
        rows: list[dict[str, object]] = [
            {
                "customer_id": entry.customer,
                "version": entry.version,
                "group_id": entry.group,
                "from_day": entry.from_,
                "recorded_at": entry.recorded_at,
                "recorded_by": entry.recorded_by,
            }
            for entry in entries
        ]
        if self._transaction.insert_new(MEMBERSHIP, rows) != len(rows):
            raise _moved(entries[0])


def _moved(entry: Membership) -> Conflict:
    return Conflict(
        say("The group of {customer} has changed meanwhile. Reload it.", customer=entry.customer)
    )


class SqlGroupLimits:
    """Limits that groups share: an append-only history, and the changes that wait for a second."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, group: GroupId) -> list[GroupLimit]:
        """All entries of the group's, oldest first."""
        query = sa.select(GROUP_LIMIT).where(GROUP_LIMIT.c.group_id == group)
        rows = self._transaction.rows(query.order_by(GROUP_LIMIT.c.version))
        return [_limit(row) for row in rows]

    def histories(self) -> Mapping[GroupId, list[GroupLimit]]:
        """The same of every group that ever had one."""
        found: dict[GroupId, list[GroupLimit]] = {}
        query = sa.select(GROUP_LIMIT).order_by(GROUP_LIMIT.c.group_id, GROUP_LIMIT.c.version)
        for row in self._transaction.rows(query):
            found.setdefault(GroupId(row.group_id), []).append(_limit(row))
        return found

    def add(self, limit: GroupLimit, *, replacing: int) -> None:
        """Compare and swap: add the entry behind version `replacing` (0 for the first)."""
        history = self.of(limit.group)
        ensure_behind(limit, history[-1] if history else None, replacing)
        there = len(history)
        if there != replacing or not self._transaction.insert_new(GROUP_LIMIT, [_limit_row(limit)]):
            raise Conflict(
                say("The limit of group {group} has changed meanwhile. Reload it.",
                    group=limit.group)
            )  # fmt: skip

    def change(self, change: str) -> LimitChange:
        """One change; raises NotFound."""
        query = sa.select(GROUP_LIMIT_CHANGE).where(GROUP_LIMIT_CHANGE.c.id == change)
        missing = say("There is no change {change}.", change=change)
        return _change(self._transaction.needed(query, missing, locked=True))

    def changes(self, group: GroupId) -> list[LimitChange]:
        """All changes of a group's limit, the latest first."""
        table = GROUP_LIMIT_CHANGE
        query = sa.select(table).where(table.c.group_id == group)
        query = query.order_by(table.c.proposed_at.desc(), table.c.id.desc())
        return [_change(row) for row in self._transaction.rows(query)]

    def waiting(self) -> list[LimitChange]:
        """All that wait for a second person, the oldest first."""
        table = GROUP_LIMIT_CHANGE
        query = sa.select(table).where(table.c.state == ChangeState.OPEN.value)
        query = query.order_by(table.c.proposed_at, table.c.id)
        return [_change(row) for row in self._transaction.rows(query)]

    def add_change(self, change: LimitChange) -> None:
        """Keep a new one."""
        row = {
            "id": change.id,
            "group_id": change.group,
            "limit_state": change.limit.value,
            "amount_minor": None if change.amount is None else change.amount.minor,
            "currency": change.currency,
            "from_day": change.from_,
            "until_day": change.until,
            "based_on": change.based_on,
            "why": change.why,
            "proposed_by": change.proposed_by,
            "proposed_at": change.proposed_at,
            **_decided(change),
        }
        self._transaction.insert(GROUP_LIMIT_CHANGE, [row])

    def put_change(self, change: LimitChange) -> None:
        """Keep what was decided about it; raises Conflict where it is not open any more."""
        still_open = {"id": change.id, "state": ChangeState.OPEN.value}
        table = GROUP_LIMIT_CHANGE
        if self._transaction.change(table, _decided(change), where=still_open) != 1:
            raise Conflict(say("Change {change} was decided meanwhile.", change=change.id))


def _decided(change: LimitChange) -> dict[str, object]:
    return {
        "state": change.state.value,
        "decided_by": change.decided_by,
        "decided_at": change.decided_at,
        "comment": change.comment,
    }


def _group(row: sa.Row[Any]) -> Group:
    parent = None if row.parent_id is None else GroupId(row.parent_id)
    return Group(GroupId(row.id), row.name, row.name_en, parent)


def _membership(row: sa.Row[Any]) -> Membership:
    return Membership(
        customer=CustomerId(row.customer_id),
        version=row.version,
        group=None if row.group_id is None else GroupId(row.group_id),
        from_=row.from_day,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
    )


def _limit(row: sa.Row[Any]) -> GroupLimit:
    return GroupLimit(
        group=GroupId(row.group_id),
        version=row.version,
        state=LimitState(row.state),
        amount=None if row.amount_minor is None else Money(row.amount_minor, row.currency),
        currency=row.currency,
        from_=row.from_day,
        until=row.until_day,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        change_id=row.change_id,
    )


def _limit_row(limit: GroupLimit) -> dict[str, object]:
    return {
        "group_id": limit.group,
        "version": limit.version,
        "state": limit.state.value,
        "amount_minor": None if limit.amount is None else limit.amount.minor,
        "currency": limit.currency,
        "from_day": limit.from_,
        "until_day": limit.until,
        "recorded_at": limit.recorded_at,
        "recorded_by": limit.recorded_by,
        "change_id": limit.change_id,
    }


def _change(row: sa.Row[Any]) -> LimitChange:
    return LimitChange(
        id=row.id,
        group=GroupId(row.group_id),
        limit=LimitState(row.limit_state),
        amount=None if row.amount_minor is None else Money(row.amount_minor, row.currency),
        currency=row.currency,
        from_=row.from_day,
        until=row.until_day,
        based_on=row.based_on,
        why=row.why,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        state=ChangeState(row.state),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        comment=row.comment,
    )
