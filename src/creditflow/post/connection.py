"""A connection to a mail server: carries several messages, and nobody waits on it for ever."""

import io
import smtplib
import socket
import ssl
import time
from typing import Any


class Server(smtplib.SMTP):
    """A connection on which replies are waited for until a moment, however they drip.

    `messages` counts those that it has carried.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        each: float,
        altogether: float,
        local: str,
        **how: Any,  # noqa: ANN401 - smtplib's own
    ) -> None:
        self.messages = 0
        self.sock = None
        self.allow(each, altogether)
        super().__init__(host, port, timeout=each, local_hostname=local, **how)
        if self.sock is not None:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def allow(self, each: float, altogether: float) -> None:
        """From now on wait so long for each piece of a reply, and so long for all of them."""
        self.each, self.until = each, time.monotonic() + altogether
        if self.sock is not None:
            self.sock.settimeout(each)

    def getreply(self) -> tuple[int, bytes]:
        """The next reply, read within what is allowed."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Replies(self))
        return super().getreply()

    def is_quiet(self) -> bool:
        """Whether nothing came on it that nobody asked for; replies would be mixed up."""
        if self.sock is None or self.file is None:
            return False
        self.each = 0
        try:
            return not self.file.peek(1)
        except (OSError, ValueError):
            return False


class _Replies(io.RawIOBase):
    """What the server says, as it comes."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, into: Any) -> int | None:  # noqa: ANN401 - a buffer
        """What has come; raises TimeoutError where the time is over. None: nothing, and no time."""
        server, sock = self._server, self._server.sock
        if sock is None:
            return 0
        left = min(server.each, server.until - time.monotonic())
        if left <= 0 and server.each > 0:
            raise TimeoutError("the server took too long")
        sock.settimeout(max(left, 0))
        try:
            read: int = sock.recv_into(into)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        finally:
            sock.settimeout(server.each or None)
        return read


class TlsServer(Server, smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""
