"""A mailbox of our own on this machine: takes letters by SMTP and keeps each as one file.

It is for the demo and for tests: it listens on loopback alone, takes every
recipient and sends nothing on. A message is on disk before it is accepted.
"""

import asyncio
import os
import re
import socket
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from creditflow.domain.errors import NotFound, Unavailable
from creditflow.domain.sentences import say

LOOPBACK = "127.0.0.1"
LARGEST_MESSAGE = 10_000_000
"""Bytes of one message; more is refused."""

_FILE = re.compile(r"\d{20}-[0-9a-f]{8}\.eml")
_START_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class MailSummary:
    """One message in the mailbox; `id` is the name of its file."""

    id: str
    sender: str
    recipient: str
    subject: str
    at: datetime
    message_id: str
    letter: str
    language: str


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One message with both its parts. `html` came by mail: show it in a sandbox only."""

    summary: MailSummary
    text: str
    html: str
    source: bytes


class Mailbox:
    """An SMTP server on loopback that keeps messages in a folder; port 0 finds a free one."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self._folder = folder
        self._asked = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None
        self._visits: WeakSet[SMTP] = WeakSet()

    @property
    def port(self) -> int:
        """The port it listens on; known once it was started."""
        if self._socket is None:
            raise RuntimeError("the mailbox was not started")
        port: int = self._socket.getsockname()[1]
        return port

    def start(self) -> None:
        """Listen; raises Unavailable where the port is taken."""
        self._folder.mkdir(parents=True, exist_ok=True)
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, self._asked))
        except OSError as taken:
            listening.close()
            raise Unavailable(
                say(
                    "Port {port} is taken, so the mailbox cannot listen on it. Set another one.",
                    port=str(self._asked),
                )
            ) from taken
        self._socket = listening
        self._thread = threading.Thread(
            target=self._run, args=(listening,), name="mailbox", daemon=True
        )
        self._thread.start()
        self._ready.wait(_START_WITHIN)

    def stop(self) -> None:
        """Stop listening and end the thread; messages that were accepted are on disk."""
        if self._thread is not None and self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        if self._socket is not None:
            self._socket.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, listening: socket.socket) -> None:
        loop = self._loop = asyncio.new_event_loop()
        server = loop.run_until_complete(loop.create_server(self._protocol, sock=listening))
        loop.call_soon(self._ready.set)
        loop.run_forever()
        loop.run_until_complete(self._wind_up(server))
        loop.close()

    async def _wind_up(self, server: asyncio.Server) -> None:
        """Hang up on whoever is still there, and leave no task and no thread behind."""
        server.close()
        for visit in self._visits:
            if visit.transport is not None:
                visit.transport.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await server.wait_closed()
        await asyncio.get_running_loop().shutdown_default_executor()

    def _protocol(self) -> SMTP:
        visit = SMTP(
            _Keeper(self._folder),
            hostname="mailbox.localhost",
            ident="creditflow mailbox",
            enable_SMTPUTF8=True,
            data_size_limit=LARGEST_MESSAGE,
            loop=self._loop,
        )
        self._visits.add(visit)
        return visit


class _Keeper:
    """What aiosmtpd calls with each message."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        content = envelope.content or b""
        body = content.encode() if isinstance(content, str) else content
        head = [f"Return-Path: <{envelope.mail_from or ''}>"]
        head += [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
        whole = "\r\n".join(head).encode() + b"\r\n" + body
        name = await asyncio.to_thread(keep, self._folder, whole)
        return f"250 2.0.0 kept as {name}"


def keep(folder: Path, message: bytes) -> str:
    """Put the message on disk, whole or not at all; the name of its file."""
    name = f"{time.time_ns():020d}-{uuid4().hex[:8]}.eml"
    unfinished = folder / f".{name}.part"
    with unfinished.open("xb") as file:
        file.write(message)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / name)
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
    return name


def read_mailbox(folder: Path, *, most: int = 500) -> tuple[MailSummary, ...]:
    """The messages in the folder, latest first, without their parts."""
    if not folder.is_dir():
        return ()
    names = sorted((x.name for x in folder.iterdir() if _FILE.fullmatch(x.name)), reverse=True)
    return tuple(_summary(name, _parsed(folder / name)) for name in names[:most])


def read_message(folder: Path, name: str) -> MailMessage:
    """One message with its parts; raises NotFound, also for names that are none of ours."""
    path = folder / name
    if not _FILE.fullmatch(name) or not path.is_file():
        raise NotFound(say("There is no message {name} in the mailbox.", name=name))
    message = _parsed(path)
    return MailMessage(
        summary=_summary(name, message),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        source=path.read_bytes(),
    )


def _parsed(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes EmailMessage")
    return message


def _summary(name: str, message: EmailMessage) -> MailSummary:
    return MailSummary(
        id=name,
        sender=str(message.get("From", "")),
        recipient=str(message.get("Delivered-To", "")),
        subject=str(message.get("Subject", "")),
        at=datetime.fromtimestamp(int(name[:20]) / 1e9, tz=UTC),
        message_id=str(message.get("Message-ID", "")).strip(),
        letter=str(message.get("X-Letter-Ref", "")),
        language=str(message.get("Content-Language", "")),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
