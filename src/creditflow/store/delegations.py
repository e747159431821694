"""Delegations in SQL; what was delegated is a record, its end may come sooner."""

from typing import Any

import sqlalchemy as sa

from creditflow.domain.delegation import Delegation
from creditflow.domain.errors import Conflict, NotFound
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode_names, encode_names
from creditflow.store.tables import DELEGATION
from creditflow.store.transaction import Transaction, money_or_none, parts


class SqlDelegations:
    """Who stands in for whom."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, delegation: str) -> Delegation:
        """One delegation; raises NotFound."""
        query = sa.select(DELEGATION).where(DELEGATION.c.id == delegation)
        missing = say("There is no delegation {delegation}.", delegation=delegation)
        return _delegation(self._transaction.needed(query, missing))

    def to(self, person: str) -> list[Delegation]:
        """All that were ever made to this person, the oldest first."""
        query = sa.select(DELEGATION).where(DELEGATION.c.delegate == person)
        query = query.order_by(DELEGATION.c.made_at, DELEGATION.c.id)
        return [_delegation(row) for row in self._transaction.rows(query)]

    def all(self) -> list[Delegation]:
        """Every delegation, the latest first."""
        query = sa.select(DELEGATION).order_by(DELEGATION.c.made_at.desc(), DELEGATION.c.id.desc())
        return [_delegation(row) for row in self._transaction.rows(query)]

    def add(self, delegation: Delegation) -> None:
        """Keep a new one; raises Conflict where its id is taken."""
        row = {
            "id": delegation.id,
            "principal": delegation.principal,
            "delegate": delegation.delegate,
            "from_day": delegation.from_,
            "until_day": delegation.until,
            "desks": encode_names(delegation.desks),
            **parts("ceiling", delegation.ceiling),
            "made_by": delegation.made_by,
            "made_at": delegation.made_at,
            "revoked_by": delegation.revoked_by,
            "revoked_at": delegation.revoked_at,
        }
        if not self._transaction.insert_new(DELEGATION, [row]):
            raise Conflict(say("Delegation {id} is there already.", id=delegation.id))

    def put(self, delegation: Delegation) -> None:
        """Keep that it was revoked; raises NotFound where it was never added."""
        ended = {"revoked_by": delegation.revoked_by, "revoked_at": delegation.revoked_at}
        if self._transaction.change(DELEGATION, ended, where={"id": delegation.id}) != 1:
            raise NotFound(say("There is no delegation {delegation}.", delegation=delegation.id))


def _delegation(row: sa.Row[Any]) -> Delegation:
    return Delegation(
        id=row.id,
        principal=row.principal,
        delegate=row.delegate,
        from_=row.from_day,
        until=row.until_day,
        made_by=row.made_by,
        made_at=row.made_at,
        desks=frozenset(decode_names(row.desks)),
        ceiling=money_or_none(row.ceiling_minor, row.ceiling_currency),
        revoked_by=row.revoked_by,
        revoked_at=row.revoked_at,
    )
