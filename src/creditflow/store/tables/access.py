"""Rows of signing in: one-time admissions, second factors, failed tries, identities, keys."""

from datetime import datetime

import sqlalchemy as sa

from creditflow.store.tables.base import Row, args, instant, refers, table, whole, word


class AdmissionRow(Row, table=True):
    """A one-time token, under its hash."""

    __tablename__ = "admission"
    __table_args__ = args(sa.Index(None, "kind", "person_id"))
    token_hash: str = word(key=True)
    kind: str = word()
    person_id: str | None = word()
    made_by: str = word()
    made_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant()


class SecondFactorRow(Row, table=True):
    """What a person's one-time codes are computed from."""

    __tablename__ = "second_factor"
    __table_args__ = args(refers("person_id", "person.id"))
    person_id: str = word(key=True)
    secret: str = word()
    confirmed_at: datetime | None = instant()
    last_step: int | None = whole()


class RecoveryCodeRow(Row, table=True):
    """A recovery code that is left, under its hash."""

    __tablename__ = "recovery_code"
    __table_args__ = args(refers("person_id", "person.id"))
    person_id: str = word(key=True)
    code_hash: str = word(key=True)


class FailedTryRow(Row, table=True):
    """Wrong passwords in a row, by name or by address."""

    __tablename__ = "failed_try"
    __table_args__ = args()
    subject: str = word(key=True)
    failures: int = whole()
    last_at: datetime = instant()


class IdentityRow(Row, table=True):
    """Who a person is at an identity provider."""

    __tablename__ = "identity"
    __table_args__ = args(sa.Index(None, "person_id"), refers("person_id", "person.id"))
    issuer: str = word(key=True)
    subject: str = word(key=True)
    person_id: str = word()
    connected_at: datetime = instant()


class PersonChangeRow(Row, table=True):
    """A change of a person that takes two."""

    __tablename__ = "person_change"
    __table_args__ = args(sa.Index(None, "state"), sa.Index(None, "person_id"))
    id: str = word(key=True)
    person_id: str = word()
    kind: str = word()
    wanted: str = word()
    base: str = word()
    why: str = word()
    asked_by: str = word()
    asked_at: datetime = instant()
    state: str = word()
    decided_by: str | None = word()
    decided_at: datetime | None = instant()


class ApiKeyRow(Row, table=True):
    """A key for another program."""

    __tablename__ = "api_key"
    __table_args__ = args()
    id: str = word(key=True)
    name: str = word()
    secret_hash: str = word()
    scopes: str = word()
    made_by: str = word()
    made_at: datetime = instant()
    expires_at: datetime = instant()
    last_used_at: datetime | None = instant()
    revoked_at: datetime | None = instant()
    revoked_by: str | None = word()


ADMISSION = table(AdmissionRow)
SECOND_FACTOR = table(SecondFactorRow)
RECOVERY_CODE = table(RecoveryCodeRow)
FAILED_TRY = table(FailedTryRow)
IDENTITY = table(IdentityRow)
PERSON_CHANGE = table(PersonChangeRow)
API_KEY = table(ApiKeyRow)
