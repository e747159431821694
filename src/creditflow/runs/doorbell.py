"""A named pipe by which a process on the same machine tells the worker to look for work now.

It only saves the wait until the next poll, a second at most: a ring that is lost or
never answered loses nothing.
"""

import contextlib
import os
from pathlib import Path


def ring(bell: Path) -> None:
    """Ring it; silent when there is no bell or nobody listens. Never waits."""
    with contextlib.suppress(OSError):
        handle = os.open(bell, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(handle, b"!")
        finally:
            os.close(handle)


def hang(bell: Path) -> int:
    """Put the bell up and listen; the file descriptor becomes readable when somebody rings.

    Opened for writing too, so that it never reads as ended when a ringer leaves.
    """
    bell.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mkfifo(bell, 0o600)
    return os.open(bell, os.O_RDWR | os.O_NONBLOCK)


def hush(handle: int) -> None:
    """Take notice of all rings so far."""
    with contextlib.suppress(BlockingIOError):
        while os.read(handle, 4096):
            pass
