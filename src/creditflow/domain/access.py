"""What lets somebody in, as values: sessions, one-time admissions, second factors, keys.

None of them holds a secret in clear.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from creditflow.domain.change import Change


@dataclass(frozen=True, slots=True)
class SignIn:
    """That a person is signed in from `opened_at` until `expires_at`, under a token's hash.

    `address` and `browser` are what the session was opened from, `method` how.
    """

    token_hash: str
    person: str
    opened_at: datetime
    expires_at: datetime
    address: str = ""
    browser: str = ""
    method: str = ""

    @property
    def handle(self) -> str:
        """What a page calls the session by; it opens nothing."""
        return self.token_hash[:16]


class AdmissionKind(StrEnum):
    """What the bearer of a one-time token may do."""

    FIRST_RUN = "first_run"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    SECOND_STEP = "second_step"


@dataclass(frozen=True, slots=True)
class Admission:
    """That whoever bears the token may take one step, once, until `expires_at`.

    `person` is None for the first run: there is nobody yet.
    """

    token_hash: str
    kind: AdmissionKind
    person: str | None
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether it still admits."""
        return self.used_at is None and at < self.expires_at


SEALED = "sealed:"
"""What every sealed text begins with; no secret in clear does."""


def is_sealed(text: str) -> bool:
    """Whether that is a sealed text, whoever sealed it."""
    return text.startswith(SEALED)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What one-time codes of a person are computed from, sealed; counts once it was confirmed.

    `last_step` is the time step of the last code that was taken: none is taken twice.
    """

    person: str
    secret: str
    confirmed_at: datetime | None = None
    last_step: int | None = None


class Scope(StrEnum):
    """What a key may do. There is none that decides anything."""

    READ = "read"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for another program. `id` is its visible beginning; the secret is kept as a hash."""

    id: str
    name: str
    secret_hash: str
    scopes: frozenset[Scope]
    made_by: str
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def is_valid(self, at: datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked_at is None and at < self.expires_at

    @property
    def actor(self) -> str:
        """Who did it, where a key did."""
        return f"key:{self.id}"


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong passwords in a row, under a name or an address, and when the last one was."""

    failures: int
    last_at: datetime


class ChangeKind(StrEnum):
    """What is asked to be changed about a person."""

    PERSON = "person"
    NEW_PASSWORD = "new_password"  # noqa: S105 - the name of a kind
    NO_SECOND_FACTOR = "no_second_factor"
    COMPANY_ACCOUNT = "company_account"
    NO_COMPANY_ACCOUNT = "no_company_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange(Change):
    """A change that one user administrator asked for and another has to confirm.

    `wanted` is the form (or the account) in plain words, `base` what the person was when it was
    asked for (empty: nobody yet); a person who changed meanwhile is not overwritten.
    """

    person: str
    kind: ChangeKind
    wanted: str
    base: str
    asked_by: str
    asked_at: datetime
