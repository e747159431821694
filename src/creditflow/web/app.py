"""The web application of one installation: every page has a door, every door says for whom."""

from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from creditflow.sources.policy_files import MOST_BYTES as MOST_POLICY_BYTES
from creditflow.web.doors import MOST_FILES, closed_doors, hang
from creditflow.web.edges import Edges
from creditflow.web.errors import answer_problems
from creditflow.web.gate import Gate
from creditflow.web.live import Live
from creditflow.web.news import look
from creditflow.web.pages import (
    account,
    answering,
    api,
    attachments,
    authority,
    bulk,
    cases,
    company,
    customers,
    deciding,
    delegations,
    discussing,
    groups,
    handing_in,
    health,
    holding,
    hooks,
    inbox,
    journal,
    keys,
    letters,
    living,
    mailbox,
    messages,
    models,
    monitoring,
    people,
    planning,
    policies,
    posting,
    rates,
    requests,
    saved_views,
    scorecards,
    signing,
    templates,
    verifying,
    welcoming,
    writing,
)
from creditflow.web.session import SignInDesk
from creditflow.web.visit import STATIC

if TYPE_CHECKING:
    from creditflow.bootstrap import App

MOST_BYTES = 64_000
"""The largest form; files are handed in on one path alone."""

ENVELOPE = 100_000
"""Bytes that a form may need around its file."""


PAGES = (
    signing,
    account,
    welcoming,
    company,
    inbox,
    saved_views,
    living,
    cases,
    deciding,
    bulk,
    customers,
    requests,
    holding,
    discussing,
    groups,
    letters,
    writing,
    posting,
    mailbox,
    handing_in,
    journal,
    health,
    policies,
    templates,
    delegations,
    monitoring,
    scorecards,
    models,
    people,
    keys,
    messages,
    hooks,
    api,
    rates,
    planning,
    answering,
    verifying,
    attachments,
    authority,
)
"""Everything that has doors."""


def create_app(app: "App") -> FastAPI:
    """The pages of an installation, as an ASGI application."""
    web = FastAPI(title="creditflow", docs_url=None, redoc_url=None, openapi_url=None)
    web.state.creditflow = app
    web.state.desk = SignInDesk()
    web.state.gate = Gate()
    web.state.live = Live(partial(look, app))
    hang(
        web,
        *(page.doors for page in PAGES),
    )
    web.mount("/static", LastingFiles(directory=STATIC))
    answer_problems(web)
    if undeclared := list(closed_doors(web)):
        raise RuntimeError(f"these pages do not say who may see them: {undeclared}")
    web.add_middleware(
        Edges,
        address=app.settings.address,
        most_bytes=MOST_BYTES,
        larger={
            "/api/imports": app.settings.upload_max_mb * 1_000_000,
            "/import": app.settings.upload_max_mb * 1_000_000 + ENVELOPE,
            "/answer/": app.settings.upload_max_mb * 1_000_000 + ENVELOPE,
            "/requests/": app.settings.upload_max_mb * 1_000_000 + ENVELOPE,
            "/comments/": app.settings.upload_max_mb * 1_000_000 + ENVELOPE,
            "/policy/drafts": MOST_FILES * MOST_POLICY_BYTES + ENVELOPE,
        },
    )
    return web


class LastingFiles(StaticFiles):
    """Static files that browsers may keep: their addresses change when they do."""

    def file_response(
        self, full_path: object, stat_result: object, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, with leave to keep it."""
        response = super().file_response(full_path, stat_result, scope, status_code)  # type: ignore[arg-type]  # passed on as it came
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
