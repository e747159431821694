"""Seal secrets before they are kept: with keys that lie outside the database, the newest first.

Fernet (AES-128-CBC with HMAC-SHA-256) from `cryptography`; what is sealed says
what it belongs to, so nobody makes one thing's secret another's by moving it.
"""

import base64
from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from creditflow.domain.access import SEALED, is_sealed
from creditflow.domain.errors import Unavailable
from creditflow.domain.sentences import say


class KeptSeals:
    """Seals with the keys that `keys` answers, asked each time: they may be changed meanwhile."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def seal(self, secret: str, *, of: str) -> str:
        """The secret so that only this installation opens it, and only as that thing's."""
        return SEALED + self._fernet().encrypt(f"{of}\n{secret}".encode()).decode()

    def open(self, sealed: str, *, of: str) -> str:
        """The secret; raises Unavailable where the key is missing, another one, or the thing is."""
        try:
            opened = self._fernet().decrypt(sealed.removeprefix(SEALED).encode()).decode()
        except InvalidToken:
            raise _unopened() from None
        thing, _, secret = opened.partition("\n")
        if thing != of or not is_sealed(sealed):
            raise _unopened()
        return secret

    def is_fresh(self, sealed: str) -> bool:
        """Whether it is sealed, and with the newest key."""
        if not is_sealed(sealed):
            return False
        try:
            Fernet(_written(self._keys()[0])).decrypt(sealed.removeprefix(SEALED).encode())
        except InvalidToken:
            return False
        return True

    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(_written(key)) for key in self._keys()])


def _written(key: bytes) -> bytes:
    return base64.urlsafe_b64encode(key)


def _unopened() -> Unavailable:
    return Unavailable(
        say(
            "A secret in the database cannot be opened with the key that is there. Restore the"
            " file secrets.key from the backup, or make the secret anew."
        )
    )
