"""Runs `prefect server` on SQLite with one database connection, and stops it with its starter.

On SQLite two transactions that first read and then write, and meet, cannot both go on:
one of them ends as HTTP 503, whatever the time-out: 152 times in 60 passes of a worker with
two processes. With a single connection they queue instead, and since the server is a
single process anyway this costs nothing: 2.4 passes per second instead of 1.1, and no 503.
Prefect itself uses one connection for its in-memory database.

The way in is public: SQLAlchemy loads a plugin that a database URL names.
"""

import sys
from typing import TYPE_CHECKING, Any, Final

from creditflow.runs.tethered import run_module

if TYPE_CHECKING:
    from sqlalchemy.engine import URL
    from sqlalchemy.pool import Pool

PLUGIN: Final = "creditflow-one-connection"


class OneConnection:
    """An SQLAlchemy engine plugin: a pool of one, for which requests wait their turn."""

    def __init__(self, url: "URL", kwargs: dict[str, Any]) -> None:
        """Take notice of nothing; SQLAlchemy offers the URL and the engine's arguments."""

    def update_url(self, url: "URL") -> "URL":
        """Take the plugin's name out of the URL."""
        return url.difference_update_query(["plugin"])

    def handle_dialect_kwargs(self, dialect_cls: type, dialect_args: dict[str, Any]) -> None:
        """Leave the dialect as it is."""

    def handle_pool_kwargs(self, pool_cls: "type[Pool]", pool_args: dict[str, Any]) -> None:
        """Make the pool one connection wide; wait for it up to a minute."""
        del pool_cls
        pool_args.update(pool_size=1, max_overflow=0, timeout=60.0)

    def engine_created(self, engine: object) -> None:
        """Leave the engine as it is."""


def main() -> None:
    """Run the Prefect command line with the arguments of this one."""
    from sqlalchemy.dialects import plugins  # noqa: PLC0415  (the module's users need no SQL)

    # By its real name: as long as Prefect runs, __main__ is Prefect.
    plugins.register(PLUGIN, "creditflow.runs.serving", OneConnection.__name__)
    run_module("prefect", sys.argv[1:])


if __name__ == "__main__":
    main()
