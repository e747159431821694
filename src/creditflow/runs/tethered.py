"""Runs a Python module that stops when the process which started it is gone, however it went.

`python -m creditflow.runs.tethered MODULE ARGUMENTS…` expects a pipe as its standard
input. The starter holds the other end and never writes: when it ends, even by kill -9,
the kernel closes the pipe, and the module gets the SIGTERM that nobody else could send.
"""

import os
import runpy
import signal
import sys
import threading
from collections.abc import Sequence


def stop_when_alone() -> None:
    """Wait until standard input ends, then ask this process to stop as a person would."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def run_module(module: str, arguments: Sequence[str]) -> None:
    """Run a module as if by `python -m`, tied to whoever holds our standard input."""
    sys.argv = [module, *arguments]
    threading.Thread(target=stop_when_alone, daemon=True, name="tether").start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run_module(sys.argv[1], sys.argv[2:])
