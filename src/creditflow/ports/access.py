"""What signing in asks of the store."""

from datetime import datetime
from typing import Protocol

from creditflow.domain.access import (
    Admission,
    ApiKey,
    PersonChange,
    SecondFactor,
    SignIn,
    Tries,
)


class Credentials(Protocol):
    """What proves that somebody is the person; apart from People, so that no list shows it."""

    def set_password_hash(self, person: str, password_hash: str) -> None:
        """Keep the hash of a person's password in place of an earlier one."""
        ...

    def password_hash_of(self, person: str) -> str | None:
        """The hash that was kept; None where the person has no password."""
        ...


class Sessions(Protocol):
    """Who is signed in. Only a token's hash is kept, never the token."""

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
        ...

    def session(self, token_hash: str) -> SignIn | None:
        """The session under that hash, expired or not; None where there is none (any more)."""
        ...

    def of(self, person: str) -> list[SignIn]:
        """All sessions of the person, the latest first."""
        ...

    def close_session(self, token_hash: str) -> None:
        """Sign out; nothing happens where there is no such session."""
        ...

    def close_all(self, person: str) -> None:
        """Sign the person out everywhere."""
        ...


class Admissions(Protocol):
    """One-time tokens, by their hash."""

    def add(self, admission: Admission) -> None:
        """Keep a new one; earlier open ones of the same kind and person admit no more."""
        ...

    def get(self, token_hash: str) -> Admission | None:
        """The one under that hash; None where there is none."""
        ...

    def use(self, token_hash: str, *, at: datetime) -> bool:
        """Use it up; False where it was used before or its time is over."""
        ...


class Factors(Protocol):
    """Second factors, and the codes that replace a lost one."""

    def of(self, person: str) -> SecondFactor | None:
        """The person's second factor, confirmed or not."""
        ...

    def put(self, factor: SecondFactor) -> None:
        """Keep it in place of an earlier one."""
        ...

    def all(self) -> list[SecondFactor]:
        """Everybody's, by person."""
        ...

    def take_step(self, person: str, step: int) -> bool:
        """Note that the code of this time step was taken; False where it, or a later one, was."""
        ...

    def drop(self, person: str) -> None:
        """Forget the factor and its recovery codes."""
        ...

    def set_recovery(self, person: str, code_hashes: frozenset[str]) -> None:
        """Keep these recovery codes in place of earlier ones."""
        ...

    def take_recovery(self, person: str, code_hash: str) -> bool:
        """Use a recovery code up; False where there is no such code (any more)."""
        ...

    def recovery_left(self, person: str) -> int:
        """How many recovery codes are left."""
        ...


class FailedTries(Protocol):
    """Wrong passwords by subject: `name:…` or `address:…`."""

    def of(self, subject: str) -> Tries | None:
        """What is remembered; None where there is nothing."""
        ...

    def count(self, subject: str, *, at: datetime, forgotten: datetime) -> None:
        """Count one more; begin anew where the last one was before `forgotten`."""
        ...

    def uncount(self, subject: str) -> None:
        """Take one back: it was right after all."""
        ...

    def forget(self, subject: str) -> None:
        """Forget them."""
        ...


class Identities(Protocol):
    """Who somebody is at the company's identity provider."""

    def person_of(self, issuer: str, subject: str) -> str | None:
        """The person behind that subject; None where it was never connected."""
        ...

    def of(self, person: str) -> list[tuple[str, str]]:
        """Issuer and subject of each identity of the person."""
        ...

    def connect(self, issuer: str, subject: str, *, person: str, at: datetime) -> None:
        """Connect; raises Conflict where the subject belongs to somebody else."""
        ...

    def disconnect(self, person: str) -> int:
        """Forget all identities of the person; how many there were."""
        ...


class PersonChanges(Protocol):
    """Changes of people that take two user administrators."""

    def get(self, change: str) -> PersonChange:
        """One change; raises NotFound."""
        ...

    def add(self, change: PersonChange) -> None:
        """Keep a new one."""
        ...

    def put(self, change: PersonChange) -> None:
        """Keep what was decided about it; raises Conflict where it is not open any more."""
        ...

    def open(self) -> list[PersonChange]:
        """All that wait, oldest first."""
        ...

    def of(self, person: str) -> list[PersonChange]:
        """All about a person, latest first."""
        ...


class ApiKeys(Protocol):
    """Keys for other programs."""

    def get(self, key: str) -> ApiKey:
        """One key; raises NotFound."""
        ...

    def all(self) -> list[ApiKey]:
        """All keys, the latest first."""
        ...

    def put(self, key: ApiKey) -> None:
        """Keep a new one, or one that was used or revoked."""
        ...
