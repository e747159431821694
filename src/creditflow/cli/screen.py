"""The screen of the command line: as wide as the terminal, or wide enough for a table elsewhere."""

import os

from rich.console import Console

WIDE = 160
"""Columns where the words go into a file or another command, which have no width of their own."""


def screen() -> Console:
    """A console that breaks no table for a width that nobody has."""
    console = Console()
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(width=WIDE)
