"""People, their passwords' hashes and their sessions in SQL."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from creditflow.domain.access import SignIn
from creditflow.domain.grade import Grade
from creditflow.domain.people import Mandate, Person, Role
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode_names, encode_names
from creditflow.store.tables import CREDENTIAL, PERSON, SIGN_IN
from creditflow.store.transaction import Transaction, money_or_none, parts


class SqlPeople:
    """People who sign in, and their mandates."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, person: str) -> Person:
        """One person; raises NotFound."""
        query = sa.select(PERSON).where(PERSON.c.id == person)
        missing = say("There is nobody called {person}.", person=person)
        return _person(self._transaction.needed(query, missing))

    def all(self) -> list[Person]:
        """Everybody, by id."""
        people = [_person(row) for row in self._transaction.rows(sa.select(PERSON))]
        return sorted(people, key=lambda person: person.id)

    def put(self, person: Person) -> None:
        """Add a person or replace what was known."""
        mandate = person.mandate
        row = {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "language": person.language,
            "roles": encode_names(role.value for role in person.roles),
            "desks": encode_names(person.desks),
            "mandate_worst_grade": None if mandate is None else mandate.worst_grade.value,
            **parts("ceiling", None if mandate is None else mandate.ceiling),
            "active": person.active,
        }
        self._transaction.put(PERSON, [row])


class SqlCredentials:
    """The hashes of passwords."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def set_password_hash(self, person: str, password_hash: str) -> None:
        """Keep the hash of a person's password in place of an earlier one."""
        row = {"person_id": person, "password_hash": password_hash}
        self._transaction.put(CREDENTIAL, [row])

    def password_hash_of(self, person: str) -> str | None:
        """The hash that was kept; None where the person has no password."""
        query = sa.select(CREDENTIAL).where(CREDENTIAL.c.person_id == person)
        row = self._transaction.row(query)
        return None if row is None else str(row.password_hash)


class SqlSessions:
    """Who is signed in, by the hash of a token."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def open_session(
        self,
        token_hash: str,
        *,
        person: str,
        at: datetime,
        expires: datetime,
        address: str = "",
        browser: str = "",
        method: str = "",
    ) -> None:
        """Keep that the person signed in."""
        row = {
            "token_hash": token_hash,
            "person_id": person,
            "opened_at": at,
            "expires_at": expires,
            "address": address,
            "browser": browser,
            "method": method,
        }
        self._transaction.put(SIGN_IN, [row])

    def session(self, token_hash: str) -> SignIn | None:
        """The session under that hash, expired or not; None where there is none (any more)."""
        query = sa.select(SIGN_IN).where(SIGN_IN.c.token_hash == token_hash)
        row = self._transaction.row(query)
        return None if row is None else _sign_in(row)

    def of(self, person: str) -> list[SignIn]:
        """All sessions of the person, the latest first."""
        query = sa.select(SIGN_IN).where(SIGN_IN.c.person_id == person)
        query = query.order_by(SIGN_IN.c.opened_at.desc(), SIGN_IN.c.token_hash)
        return [_sign_in(row) for row in self._transaction.rows(query)]

    def close_session(self, token_hash: str) -> None:
        """Sign out; nothing happens where there is no such session."""
        self._transaction.write(sa.delete(SIGN_IN).where(SIGN_IN.c.token_hash == token_hash))

    def close_all(self, person: str) -> None:
        """Sign the person out everywhere."""
        self._transaction.write(sa.delete(SIGN_IN).where(SIGN_IN.c.person_id == person))


def _sign_in(row: sa.Row[Any]) -> SignIn:
    return SignIn(row.token_hash, row.person_id, row.opened_at, row.expires_at,
                  row.address, row.browser, row.method)  # fmt: skip


def _person(row: sa.Row[Any]) -> Person:
    mandate = None
    if row.mandate_worst_grade is not None:
        ceiling = money_or_none(row.ceiling_minor, row.ceiling_currency)
        mandate = Mandate(ceiling, Grade(row.mandate_worst_grade))
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        roles=frozenset(Role(role) for role in decode_names(row.roles)),
        desks=frozenset(decode_names(row.desks)),
        mandate=mandate,
        active=row.active,
    )
