"""An SMTP server on a raw socket that answers each step as it is told, or not at all."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

DROP = "drop"
HANG = "hang"

FINE = {
    "connect": "220 here",
    "EHLO": "250-here\r\n250 SIZE 1000000",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "end": "250 queued as 7",
    "QUIT": "221 bye",
}


@dataclass
class FaultServer:
    """`answers` replaces what a step gets: a reply, DROP (hang up) or HANG (say nothing)."""

    answers: Mapping[str, str] = field(default_factory=dict)
    arrived: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    port: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    self._talk(connection)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        lines = connection.makefile("rb")
        with lines:
            if not self._answer(connection, "connect"):
                return
            for line in lines:
                step = line.split(b" ")[0].strip().upper().decode()
                self.said.append(line.decode().strip())
                if not self._answer(connection, step):
                    return
                if step == "DATA" and self._reply("DATA").startswith("354"):
                    body = b""
                    for part in lines:
                        if part == b".\r\n":
                            break
                        body += part[1:] if part.startswith(b".") else part
                    else:
                        return  # hung up before the final dot: nothing was taken
                    self.arrived.append(body)
                    if not self._answer(connection, "end"):
                        return
                if step == "QUIT":
                    return

    def _reply(self, step: str) -> str:
        return self.answers.get(step, FINE.get(step, "500 what"))

    def _answer(self, connection: socket.socket, step: str) -> bool:
        reply = self._reply(step)
        if reply == DROP:
            return False
        if reply == HANG:
            self._over.wait(5)
            return False
        connection.sendall(reply.encode() + b"\r\n")
        return True

    def end(self) -> None:
        self._over.set()


@contextmanager
def fault_server(**answers: str) -> Iterator[FaultServer]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = FaultServer(answers, port=listening.getsockname()[1])
    thread = threading.Thread(target=server.serve, args=(listening,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        # A close alone does not wake a thread that waits in accept.
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(6)
