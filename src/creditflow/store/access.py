"""One-time admissions, second factors, failed tries, identities and keys in SQL."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from creditflow.domain.access import (
    Admission,
    AdmissionKind,
    ApiKey,
    Scope,
    SecondFactor,
    Tries,
)
from creditflow.domain.errors import Conflict
from creditflow.domain.sentences import say
from creditflow.store.encoding import decode_names, encode_names
from creditflow.store.tables import (
    ADMISSION,
    API_KEY,
    FAILED_TRY,
    IDENTITY,
    RECOVERY_CODE,
    SECOND_FACTOR,
)
from creditflow.store.transaction import Transaction


class SqlAdmissions:
    """One-time tokens, by their hash."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, admission: Admission) -> None:
        """Keep a new one; earlier open ones of the same kind and person admit no more."""
        earlier = sa.and_(
            ADMISSION.c.kind == admission.kind.value,
            ADMISSION.c.person_id.is_not_distinct_from(admission.person),
            ADMISSION.c.used_at.is_(None),
        )
        if admission.kind is not AdmissionKind.SECOND_STEP:
            self._transaction.write(
                sa.update(ADMISSION).where(earlier).values(used_at=admission.made_at)
            )
        row = {
            "token_hash": admission.token_hash,
            "kind": admission.kind.value,
            "person_id": admission.person,
            "made_by": admission.made_by,
            "made_at": admission.made_at,
            "expires_at": admission.expires_at,
            "used_at": admission.used_at,
        }
        self._transaction.insert(ADMISSION, [row])

    def get(self, token_hash: str) -> Admission | None:
        """The one under that hash; None where there is none."""
        query = sa.select(ADMISSION).where(ADMISSION.c.token_hash == token_hash)
        row = self._transaction.row(query)
        if row is None:
            return None
        return Admission(row.token_hash, AdmissionKind(row.kind), row.person_id, row.made_by,
                         row.made_at, row.expires_at, row.used_at)  # fmt: skip

    def use(self, token_hash: str, *, at: datetime) -> bool:
        """Use it up; False where it was used before or its time is over."""
        free = sa.and_(
            ADMISSION.c.token_hash == token_hash,
            ADMISSION.c.used_at.is_(None),
            ADMISSION.c.expires_at > at,
        )
        used = self._transaction.write(sa.update(ADMISSION).where(free).values(used_at=at))
        return used.rowcount == 1


class SqlFactors:
    """Second factors, and the codes that replace a lost one."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, person: str) -> SecondFactor | None:
        """The person's second factor, confirmed or not."""
        query = sa.select(SECOND_FACTOR).where(SECOND_FACTOR.c.person_id == person)
        row = self._transaction.row(query)
        return None if row is None else _factor(row)

    def all(self) -> list[SecondFactor]:
        """Everybody's, by person."""
        query = sa.select(SECOND_FACTOR).order_by(SECOND_FACTOR.c.person_id)
        return [_factor(row) for row in self._transaction.rows(query)]

    def put(self, factor: SecondFactor) -> None:
        """Keep it in place of an earlier one."""
        row = {
            "person_id": factor.person,
            "secret": factor.secret,
            "confirmed_at": factor.confirmed_at,
            "last_step": factor.last_step,
        }
        self._transaction.put(SECOND_FACTOR, [row])

    def take_step(self, person: str, step: int) -> bool:
        """Note that the code of this time step was taken; False where it, or a later one, was."""
        last = SECOND_FACTOR.c.last_step
        free = sa.and_(SECOND_FACTOR.c.person_id == person, sa.or_(last.is_(None), last < step))
        taken = self._transaction.write(sa.update(SECOND_FACTOR).where(free).values(last_step=step))
        return taken.rowcount == 1

    def drop(self, person: str) -> None:
        """Forget the factor and its recovery codes."""
        for table in (SECOND_FACTOR, RECOVERY_CODE):
            self._transaction.write(sa.delete(table).where(table.c.person_id == person))

    def set_recovery(self, person: str, code_hashes: frozenset[str]) -> None:
        """Keep these recovery codes in place of earlier ones."""
        earlier = RECOVERY_CODE.c.person_id == person
        self._transaction.write(sa.delete(RECOVERY_CODE).where(earlier))
        rows = [{"person_id": person, "code_hash": one} for one in sorted(code_hashes)]
        self._transaction.insert(RECOVERY_CODE, rows)

    def take_recovery(self, person: str, code_hash: str) -> bool:
        """Use a recovery code up; False where there is no such code (any more)."""
        one = sa.and_(RECOVERY_CODE.c.person_id == person, RECOVERY_CODE.c.code_hash == code_hash)
        return self._transaction.write(sa.delete(RECOVERY_CODE).where(one)).rowcount == 1

    def recovery_left(self, person: str) -> int:
        """How many recovery codes are left."""
        query = sa.select(RECOVERY_CODE.c.code_hash).where(RECOVERY_CODE.c.person_id == person)
        return len(self._transaction.rows(query))


class SqlFailedTries:
    """Wrong passwords by subject."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def of(self, subject: str) -> Tries | None:
        """What is remembered; None where there is nothing."""
        query = sa.select(FAILED_TRY).where(FAILED_TRY.c.subject == subject)
        row = self._transaction.locked(query)
        return None if row is None else Tries(row.failures, row.last_at)

    def count(self, subject: str, *, at: datetime, forgotten: datetime) -> None:
        """Count one more; begin anew where the last one was before `forgotten`."""
        more = sa.case((FAILED_TRY.c.last_at < forgotten, 1), else_=FAILED_TRY.c.failures + 1)
        insert = self._transaction.insert_or(FAILED_TRY)
        counted = insert.values(subject=subject, failures=1, last_at=at).on_conflict_do_update(
            index_elements=[FAILED_TRY.c.subject], set_={"failures": more, "last_at": at}
        )
        self._transaction.write(counted)

    def uncount(self, subject: str) -> None:
        """Take one back: it was right after all."""
        some = sa.and_(FAILED_TRY.c.subject == subject, FAILED_TRY.c.failures > 0)
        fewer = FAILED_TRY.c.failures - 1
        self._transaction.write(sa.update(FAILED_TRY).where(some).values(failures=fewer))

    def forget(self, subject: str) -> None:
        """Forget them."""
        self._transaction.write(sa.delete(FAILED_TRY).where(FAILED_TRY.c.subject == subject))


class SqlIdentities:
    """Who somebody is at the company's identity provider."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def person_of(self, issuer: str, subject: str) -> str | None:
        """The person behind that subject; None where it was never connected."""
        query = sa.select(IDENTITY).where(
            IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject
        )
        row = self._transaction.row(query)
        return None if row is None else str(row.person_id)

    def of(self, person: str) -> list[tuple[str, str]]:
        """Issuer and subject of each identity of the person."""
        query = sa.select(IDENTITY).where(IDENTITY.c.person_id == person)
        return sorted((row.issuer, row.subject) for row in self._transaction.rows(query))

    def connect(self, issuer: str, subject: str, *, person: str, at: datetime) -> None:
        """Connect; raises Conflict where the subject belongs to somebody else."""
        row = {"issuer": issuer, "subject": subject, "person_id": person, "connected_at": at}
        new = self._transaction.insert_new(IDENTITY, [row])
        if not new and self.person_of(issuer, subject) != person:
            raise Conflict(say("This company sign-in belongs to somebody else already."))

    def disconnect(self, person: str) -> int:
        """Forget all identities of the person; how many there were."""
        own = sa.delete(IDENTITY).where(IDENTITY.c.person_id == person)
        return self._transaction.write(own).rowcount


class SqlApiKeys:
    """Keys for other programs."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, key: str) -> ApiKey:
        """One key; raises NotFound."""
        query = sa.select(API_KEY).where(API_KEY.c.id == key)
        return _key(self._transaction.needed(query, say("There is no key {key}.", key=key)))

    def all(self) -> list[ApiKey]:
        """All keys, the latest first."""
        query = sa.select(API_KEY).order_by(API_KEY.c.made_at.desc(), API_KEY.c.id)
        return [_key(row) for row in self._transaction.rows(query)]

    def put(self, key: ApiKey) -> None:
        """Keep a new one, or one that was used or revoked."""
        row = {
            "id": key.id,
            "name": key.name,
            "secret_hash": key.secret_hash,
            "scopes": encode_names(scope.value for scope in key.scopes),
            "made_by": key.made_by,
            "made_at": key.made_at,
            "expires_at": key.expires_at,
            "last_used_at": key.last_used_at,
            "revoked_at": key.revoked_at,
            "revoked_by": key.revoked_by,
        }
        self._transaction.put(API_KEY, [row])


def _factor(row: sa.Row[Any]) -> SecondFactor:
    return SecondFactor(row.person_id, row.secret, row.confirmed_at, row.last_step)


def _key(row: sa.Row[Any]) -> ApiKey:
    scopes = frozenset(Scope(scope) for scope in decode_names(row.scopes))
    return ApiKey(row.id, row.name, row.secret_hash, scopes, row.made_by, row.made_at,
                  row.expires_at, row.last_used_at, row.revoked_at, row.revoked_by)  # fmt: skip
