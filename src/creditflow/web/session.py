"""Know who is there: passwords, sessions on the server, and patience with those who guess.

A session is 256 random bits in a cookie; the database keeps its hash alone, so
that nobody who reads the database can be somebody else. Wrong passwords make
the next try wait longer and longer, but never lock anybody out for good.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from pwdlib import PasswordHash

from creditflow.domain.access import SignIn
from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.admitting import LONGEST_PASSWORD
from creditflow.services.guarding import count_try, forgive

Transactions = Callable[[], AbstractContextManager[Work]]

HOST_COOKIE, PLAIN_COOKIE = "__Host-creditflow", "creditflow"


class NotSignedIn(Refusal):
    """The name or the password is wrong; which of them is not said."""


def new_token() -> str:
    """A new session's token: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def form_token(token: str) -> str:
    """What every form of a session carries; another site cannot know it."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(given: str, token: str) -> bool:
    """Whether a form carries the session's own token."""
    return hmac.compare_digest(given.encode(), form_token(token).encode())


def cookie_name(address: str) -> str:
    """`__Host-` binds the cookie to this very host, where the address is encrypted."""
    return HOST_COOKIE if address.startswith("https://") else PLAIN_COOKIE


@dataclass
class Passwords:
    """Argon2id, and a dummy hash so that unknown names take as long as known ones."""

    # Each hash takes tens of megabytes; two at a time are enough for an inbox.
    _slots: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(2))

    @cached_property
    def _hashing(self) -> PasswordHash:
        return PasswordHash.recommended()

    @cached_property
    def _dummy(self) -> str:
        return self._hashing.hash(secrets.token_urlsafe(16))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether the password belongs to the hash; takes the same time without one."""
        if len(password) > LONGEST_PASSWORD:
            return False
        with self._slots:
            fits = self._hashing.verify(password, kept or self._dummy)
        return fits and kept is not None

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        with self._slots:
            return self._hashing.hash(password)


@dataclass
class SignInDesk:
    """Lets people in."""

    passwords: Passwords = field(default_factory=Passwords)

    def identify(
        self, name: str, password: str, *, address: str, at: datetime, work: Transactions
    ) -> Person:
        """The active person with that name and password; raises NotSignedIn or Hasty."""
        with work() as one:
            count_try(name, address, at=at, work=one)
            person = _active(name, one)
            kept = one.credentials.password_hash_of(name) if person else None
        if not self.passwords.fits(password, kept) or person is None:
            raise NotSignedIn(say("The name or the password is not right."))
        with work() as one:
            forgive(name, address, work=one)
        return person

    def ensure_own(
        self, person: Person, password: str, *, at: datetime, work: Transactions
    ) -> None:
        """Insist on the password of somebody who is signed in; raises NotSignedIn or Hasty."""
        self.identify(person.id, password, address="", at=at, work=work)


@dataclass(frozen=True)
class Origin:
    """Where a session is opened from, and how."""

    address: str = ""
    browser: str = ""
    method: str = "password"


def open_session(
    person: Person, *, at: datetime, hours: int, work: Work, origin: Origin | None = None
) -> str:
    """Sign a person in; the token for the cookie."""
    token, origin = new_token(), origin or Origin()
    expires = at + timedelta(hours=hours)
    work.sessions.open_session(
        hash_of(token),
        person=person.id,
        at=at,
        expires=expires,
        address=origin.address,
        browser=origin.browser,
        method=origin.method,
    )
    facts = {"address": origin.address, "method": origin.method}
    work.journal.record(Entry("person.signed_in", person.id, person.id, at, facts))
    return token


def whose(token: str, *, at: datetime, work: Work) -> tuple[Person, SignIn] | None:
    """The active person whose session this is, with it; None where it is none or over."""
    session = work.sessions.session(hash_of(token)) if token else None
    if session is None or at >= session.expires_at:
        return None
    person = _active(session.person, work)
    return None if person is None else (person, session)


def _active(name: str, work: Work) -> Person | None:
    try:
        person = work.people.get(name)
    except NotFound:
        return None
    return person if person.active else None


def local_path(wanted: str | None) -> str:
    """Where to go after signing in: a path of ours, or the inbox."""
    path = wanted or "/"
    plain = path.isprintable() and path.startswith("/") and "\\" not in path
    return path if plain and not path.startswith("//") else "/"
