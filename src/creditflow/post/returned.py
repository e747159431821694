"""The mailbox for what comes back, by IMAP: read what nobody has read, and mark it as read.

Nothing is deleted. A message is marked only after what it says was kept, so a
crash between the two reads it again, which changes nothing.
"""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from creditflow.domain.errors import Unavailable
from creditflow.domain.sentences import say

MOST = 200
"""Messages that are read at a time."""

LARGEST = 1_000_000
"""Bytes of one message that are read; reports begin with what matters."""

TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class ImapReturns:
    """One folder of one mailbox; `trust` replaces the system's certificates."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str
    password: str
    folder: str = "INBOX"
    trust: ssl.SSLContext | None = None

    def each(self) -> Iterator[bytes]:
        """Every unread message; marks it as read when the next one is asked for.

        Raises Unavailable where the mailbox cannot be reached.
        """
        with self._opened() as box:
            found = _data(box.uid("SEARCH", "UNSEEN"))
            for uid in found[0].split()[:MOST] if found and found[0] else []:
                name = uid.decode("ascii")
                parts = box.uid("FETCH", name, f"(BODY.PEEK[]<0.{LARGEST}>)")[1]
                message = next((x[1] for x in parts if isinstance(x, tuple)), None)
                if isinstance(message, bytes):
                    yield message
                box.uid("STORE", name, "+FLAGS", r"(\Seen)")

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        try:
            box = self._connected()
            try:
                box.login(self.username, self.password)
                status, _ = box.select(f'"{self.folder}"')
                if status != "OK":
                    raise imaplib.IMAP4.error(f"no folder {self.folder}")
                yield box
            finally:
                with suppress(imaplib.IMAP4.error, OSError):
                    box.logout()
        except (imaplib.IMAP4.error, OSError) as trouble:
            raise Unavailable(
                say(
                    "The mailbox for returned mail at {where} cannot be read: {problem}."
                    " Check CREDITFLOW_IMAP_HOST, _PORT, _SECURITY, _USERNAME and _PASSWORD.",
                    where=f"{self.host}:{self.port}",
                    problem=str(trouble)[:200],
                )
            ) from trouble

    def _connected(self) -> imaplib.IMAP4:
        trust = self.trust or ssl.create_default_context()
        if self.security == "tls":
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=trust, timeout=TIMEOUT)
        box = imaplib.IMAP4(self.host, self.port, timeout=TIMEOUT)
        if self.security == "starttls":
            try:
                box.starttls(ssl_context=trust)
            except BaseException:
                box.shutdown()
                raise
        return box


def _data(reply: tuple[str, list[bytes]]) -> list[bytes]:
    return [x for x in reply[1] if isinstance(x, bytes)]
