"""Hand messages to a mail server, and never claim to know what cannot be known.

    until the server has asked for the data    nothing left: try again LATER
    MAIL, RCPT or DATA answered with 5xx       REFUSED for good
    from the first byte of data to the reply   no reply: UNKNOWN, it may have arrived

A 5xx before MAIL (greeting, STARTTLS, sign-in) speaks of this installation and
not of the letter, so it is LATER as well: a wrong password must not fail
every letter that is waiting. Where TLS is demanded, nothing goes without it.

A connection may serve several messages, one after the other. One that was kept
and fails before the data is replaced by a new one: nothing has left yet.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from typing import Literal

from creditflow.ports import Delivery, Handed, Handover
from creditflow.post.connection import Server, TlsServer
from creditflow.post.keeping import Keeping

Security = Literal["none", "starttls", "tls"]

DATA_REPLY_TIMEOUT = 600.0
"""Seconds to wait for the reply behind the final dot: ten minutes (RFC 5321, 4.5.3.2.6)."""

CONNECT_TIMEOUT = 30.0
"""Seconds for each reply before that."""

APPROACH_AT_MOST = 240.0
"""Seconds for the whole approach, however slowly the server drips its replies."""

LONGEST_ANSWER = 400
"""Characters of the server's answer that are kept."""

_EOL = re.compile(rb"\r\n|\r|\n")
_HEAD_ENDS = re.compile(rb"(?:\r\n|\r|\n){2}")
_FINE = range(200, 300)
_LATER = range(400, 500)
_NEVER = range(500, 600)
_GO_AHEAD = 354


class _Refused(Exception):
    """The server answered a step, and the answer was no."""

    def __init__(self, step: str, code: int, text: bytes) -> None:
        super().__init__(_answer(step, code, text))
        self.code = code


@dataclass(frozen=True, slots=True)
class SmtpPost:
    """The mail server of this installation.

    `security` is what has to be there before anything is said: `tls` from the
    first byte, `starttls` before sign-in, or `none`. Certificates are verified
    against `trust`, by default the system's. Timeouts are in seconds. Up to
    `most_messages` go over one connection.
    """

    host: str
    port: int
    security: Security
    from_address: str
    username: str | None = None
    password: str | None = None
    timeout: float = DATA_REPLY_TIMEOUT
    connect_timeout: float = CONNECT_TIMEOUT
    approach_at_most: float = APPROACH_AT_MOST
    trust: ssl.SSLContext | None = None
    most_messages: int = 1
    kept: Keeping[Server] = field(default_factory=Keeping, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.username and self.security == "none":
            raise ValueError(
                "a password is never sent in the clear: set smtp_security to starttls or tls"
            )

    def approach(self, message: bytes, *, recipient: str) -> Handover | Handed:
        """Connect, secure, sign in, name sender and recipient; a Handed where it ended here."""
        if not recipient or _EOL.search(recipient.encode()):
            return Handed(Delivery.REFUSED, f"RCPT: not an address: {recipient!r}")
        kept = self.kept.take()
        if kept is not None:
            way = self._anew(kept, message, recipient)
            if way is not None:
                return way
        server: Server | None = None
        try:
            server = self._connect()
            self._introduce(server)
            self._name(server, message, recipient)
        except _Refused as no:
            _leave(server)
            return Handed(_meaning(no.code), str(no))
        except (smtplib.SMTPException, OSError, ValueError) as trouble:
            # Nothing has left yet, so whatever went wrong, the letter can wait.
            _drop(server)
            return Handed(Delivery.LATER, _trouble(trouble))
        return _Underway(server, message, self)

    def close(self) -> None:
        """Take leave of a server whose connection was kept."""
        _leave(self.kept.take())

    def _anew(self, server: Server, message: bytes, recipient: str) -> Handover | Handed | None:
        """The next message over a connection that was kept; None where that is of no use.

        A plain no to this message is as good here as on a new connection. All
        else may be the age of the connection.
        """
        if server.messages >= self.most_messages or not server.is_quiet():
            _leave(server)
            return None
        server.allow(self.connect_timeout, self.approach_at_most)
        try:
            self._name(server, message, recipient)
        except _Refused as no:
            _leave(server)
            return Handed(Delivery.REFUSED, str(no)) if no.code in _NEVER else None
        except (smtplib.SMTPException, OSError, ValueError):
            _drop(server)
            return None
        return _Underway(server, message, self)

    def _connect(self) -> Server:
        name = self.from_address.rpartition("@")[2] or "localhost"
        each, altogether = self.connect_timeout, self.approach_at_most
        if self.security == "tls":
            return TlsServer(
                self.host, self.port, each=each, altogether=altogether, local=name,
                context=self._trusting(),
            )  # fmt: skip
        return Server(self.host, self.port, each=each, altogether=altogether, local=name)

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self.security == "starttls":
            # Raises where the server does not offer it: nothing goes in the clear.
            server.starttls(context=self._trusting())
            server.ehlo_or_helo_if_needed()
        if self.username:
            server.login(self.username, self.password or "")

    def _name(self, server: smtplib.SMTP, message: bytes, recipient: str) -> None:
        options = []
        if server.has_extn("size"):
            options.append(f"size={len(message)}")
        if _is_wide(message) or not recipient.isascii():
            if not server.has_extn("smtputf8"):
                raise _Refused("EHLO", 553, b"the server does not take UTF-8 addresses")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
            server.command_encoding = "utf-8"
        _insist("MAIL", server.mail(self.from_address, options))
        _insist("RCPT", server.rcpt(recipient))

    def _trusting(self) -> ssl.SSLContext:
        return self.trust or ssl.create_default_context()


class _Underway:
    """One message whose recipient was accepted."""

    def __init__(self, server: Server, message: bytes, post: SmtpPost) -> None:
        self._server: Server | None = server
        self._message = message
        self._post = post

    def send(self) -> Handed:
        """Send the data and wait for the reply, up to the timeout."""
        server, timeout = self._server, self._post.timeout
        if server is None:
            raise RuntimeError("a message is sent once")
        try:
            code, text = server.docmd("data")
        except (smtplib.SMTPException, OSError) as trouble:
            return Handed(Delivery.LATER, _trouble(trouble))
        if code != _GO_AHEAD:
            return Handed(_meaning(code), _answer("DATA", code, text))
        server.allow(timeout, timeout)
        try:
            server.send(_stuffed(self._message))
            code, text = server.getreply()
        except (smtplib.SMTPException, OSError) as trouble:
            return Handed(Delivery.UNKNOWN, _trouble(trouble))
        server.messages += 1
        if code in _FINE and server.messages < self._post.most_messages:
            self._server = None
            _leave(self._post.kept.keep(server))
        return Handed(_verdict(code), _answer("end of data", code, text))

    def close(self) -> None:
        """Take leave, but wait for nobody; unless the connection serves the next message."""
        _leave(self._server)


def _insist(step: str, reply: tuple[int, bytes]) -> None:
    code, text = reply
    if code not in _FINE:
        raise _Refused(step, code, text)


def _meaning(code: int) -> Delivery:
    """What a no before the data means; a reply that is no SMTP is no final word."""
    return Delivery.REFUSED if code in _NEVER else Delivery.LATER


def _verdict(code: int) -> Delivery:
    """What the reply behind the data means; one that cannot be read says nothing."""
    for codes, delivery in (
        (_FINE, Delivery.ACCEPTED),
        (_LATER, Delivery.LATER),
        (_NEVER, Delivery.REFUSED),
    ):
        if code in codes:
            return delivery
    return Delivery.UNKNOWN


def _stuffed(message: bytes) -> bytes:
    """The message as SMTP carries it: CRLF throughout, leading dots doubled, the final dot."""
    # Nearly every message has its lines like that already, and counting is quicker than looking.
    is_plain = message.count(b"\r\n") == message.count(b"\r") == message.count(b"\n")
    lines = message if is_plain else _EOL.sub(b"\r\n", message)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    first = b"." if lines.startswith(b".") else b""
    return first + lines.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _is_wide(message: bytes) -> bool:
    """Whether the headers hold more than ASCII, which needs SMTPUTF8 (RFC 6532)."""
    end = _HEAD_ENDS.search(message)
    return not message[: end.start() if end else None].isascii()


def _leave(server: smtplib.SMTP | None) -> None:
    """Say QUIT and hang up without waiting for the reply."""
    if server is None:
        return
    try:
        if server.sock is not None:
            server.putcmd("quit")
    except (smtplib.SMTPException, OSError):
        pass
    finally:
        server.close()


def _drop(server: smtplib.SMTP | None) -> None:
    if server is not None:
        server.close()


def _answer(step: str, code: int, text: bytes) -> str:
    said = " ".join(text.decode("utf-8", "replace").split())
    return f"{step}: {code} {said}"[:LONGEST_ANSWER]


def _trouble(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        said = trouble.smtp_error
        text = said.encode() if isinstance(said, str) else said
        return _answer(type(trouble).__name__, trouble.smtp_code, text)
    return f"{type(trouble).__name__}: {trouble}"[:LONGEST_ANSWER]
