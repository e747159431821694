"""Know who is there: passwords, sessions on the server, and patience with those who guess.

A session is 256 random bits in a cookie; the database keeps its hash alone, so
that nobody who reads the database can be somebody else. Wrong passwords make
the next try wait longer and longer, but never lock anybody out for good.
"""

import hashlib
import hmac
import math
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from pwdlib import PasswordHash

from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.people import Person
from creditflow.domain.sentences import say
from creditflow.ports import Work

FREE_TRIES = 3
FIRST_WAIT, LONGEST_WAIT = 5.0, 60.0
"""Seconds between two tries after too many wrong passwords: doubled each time, up to the latter."""

FORGOTTEN_AFTER = timedelta(hours=1)
MOST_REMEMBERED = 10_000
LONGEST_PASSWORD = 1_000


class NotSignedIn(Refusal):
    """The name or the password is wrong; which of them is not said."""


class Hasty(Refusal):
    """Too many wrong passwords in a row: wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            say("Too many wrong passwords. Try again in {seconds} seconds.", seconds=seconds)
        )


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
    return "__Host-creditflow" if address.startswith("https://") else "creditflow"


@dataclass
class Patience:
    """Remembers wrong passwords by sign-in name, in memory."""

    _failures: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, name: str, at: datetime) -> int:
        """Seconds until the next try of that name is looked at."""
        with self._lock:
            count, last = self._failures.get(name, (0, at))
        if count < FREE_TRIES or at - last > FORGOTTEN_AFTER:
            return 0
        pause = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (count - FREE_TRIES))
        return max(0, math.ceil(pause - (at - last).total_seconds()))

    def failed(self, name: str, at: datetime) -> None:
        """Remember one more wrong password."""
        with self._lock:
            count, last = self._failures.pop(name, (0, at))
            if at - last > FORGOTTEN_AFTER:
                count = 0
            self._failures[name] = (count + 1, at)
            if len(self._failures) > MOST_REMEMBERED:
                self._failures.pop(next(iter(self._failures)))

    def succeeded(self, name: str) -> None:
        """Forget the wrong ones."""
        with self._lock:
            self._failures.pop(name, None)


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


@dataclass
class SignInDesk:
    """Lets people in."""

    patience: Patience = field(default_factory=Patience)
    passwords: Passwords = field(default_factory=Passwords)

    def identify(self, name: str, password: str, *, at: datetime, work: Work) -> Person:
        """The active person with that name and password; raises NotSignedIn or Hasty."""
        if seconds := self.patience.wait(name, at):
            raise Hasty(seconds)
        person = _active(name, work)
        kept = work.credentials.password_hash_of(name) if person else None
        if not self.passwords.fits(password, kept) or person is None:
            self.patience.failed(name, at)
            raise NotSignedIn(say("The name or the password is not right."))
        self.patience.succeeded(name)
        return person


def open_session(person: Person, *, at: datetime, hours: int, work: Work) -> str:
    """Sign a person in; the token for the cookie."""
    token = new_token()
    expires = at + timedelta(hours=hours)
    work.sessions.open_session(hash_of(token), person=person.id, at=at, expires=expires)
    work.journal.record(Entry("person.signed_in", person.id, person.id, at, {}))
    return token


def whose(token: str, *, at: datetime, work: Work) -> Person | None:
    """The active person whose session this is; None where it is none or over."""
    if not token:
        return None
    session = work.sessions.session(hash_of(token))
    if session is None or at >= session.expires_at:
        return None
    return _active(session.person, work)


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
