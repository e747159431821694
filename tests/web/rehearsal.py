"""Try every page as everybody without keeping anything: each transaction is undone at its end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from sqlalchemy.engine import Engine

from creditflow.bootstrap import App
from creditflow.domain.policy_reading import policy_from_json
from creditflow.store.database import Database
from creditflow.store.transaction import Transaction
from creditflow.web.doors import Door


class Undone(Exception):
    """Ends a transaction that would have been kept."""


class Rehearsal(Database):
    """A database in which nothing is kept; `written` counts the rows that would have been."""

    written = 0

    @contextmanager
    def _opened(self, engine: Engine, *, writes: bool) -> Iterator[Transaction]:
        with suppress(Undone), super()._opened(engine, writes=writes) as transaction:
            raw: Any = transaction._connection.connection.driver_connection
            before = raw.total_changes
            yield transaction
            if writes:
                transaction.finish()
                self.written += raw.total_changes - before
                raise Undone


@dataclass(frozen=True)
class Outcome:
    """What came of a request: its status, where it leads, its text, and rows it would write."""

    status: int
    location: str
    text: str
    written: int


class Stage:
    """The pages in this very process, over a database that keeps nothing."""

    def __init__(self, app: App, web: FastAPI) -> None:
        self.database = Rehearsal(app.settings.database, policy_from_json=policy_from_json)
        app.database.close()
        app.__dict__["database"] = self.database
        self.web = web
        self._portal = start_blocking_portal()
        self._portal_open = self._portal.__enter__()
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(web),
            base_url=app.settings.address,
            headers={"Origin": app.settings.address},
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Ask for a page with that session's cookie."""
        before = self.database.written
        cookie = {"Cookie": f"creditflow={token}"} if token else {}
        all_headers = {**cookie, **(headers or {})}
        answer = self._portal_open.call(
            lambda: self.http.request(method, path, data=data, headers=all_headers)
        )
        return Outcome(
            answer.status_code,
            answer.headers.get("location", ""),
            answer.text,
            self.database.written - before,
        )

    def doors(self) -> list[tuple[str, Door]]:
        """Every route with each of its methods."""
        return [
            (method, route)
            for route in self.web.routes
            if isinstance(route, Door)
            for method in sorted(route.methods - {"HEAD"})
        ]

    def close(self) -> None:
        """Leave the stage."""
        self._portal_open.call(self.http.aclose)
        self._portal.__exit__(None, None, None)
        self.database.close()
