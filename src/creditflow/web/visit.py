"""A visit: one request by somebody, in a language, and the page that answers it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from creditflow.approvals.escalating import still_orphaned
from creditflow.domain.access import SignIn
from creditflow.domain.customer import Language
from creditflow.domain.limits import LimitState
from creditflow.domain.people import Person, Role
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.sentences import Fact, Sentence
from creditflow.web.backing_view import BACKING_KINDS, on_binding
from creditflow.web.language import Speech, speech
from creditflow.web.naming import BUCKETS, SECTORS, name_of
from creditflow.web.notices import NOTICES
from creditflow.web.session import form_token
from creditflow.web.signal_names import source_name

if TYPE_CHECKING:
    from creditflow.bootstrap import App

OK = 200
TOLD_OF_STUCK = (Permission.DECIDE, Permission.CHANGE_PEOPLE, Permission.MAKE_KEYS)
MOST_STUCK = 20
"""So many stuck cases are looked at for a page; it names them, or says that there are more."""

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Visit:
    """Who is there, in which language, and with which session. `token` is the cookie's.

    `owes_factor`: a role of the person asks for a second factor, and there is none yet.
    """

    app: "App"
    request: Request
    person: Person | None
    token: str
    speech: Speech
    session: SignIn | None = None
    owes_factor: bool = False

    @property
    def me(self) -> Person:
        """The person who is signed in."""
        if self.person is None:
            raise LookupError("nobody is signed in on this page")
        return self.person

    def may(self, *wanted: Role | Permission) -> bool:
        """Whether the person holds one of the roles or permissions."""
        return any(
            permits(self.person, one)
            if isinstance(one, Permission)
            else self.person is not None and self.person.may(one)
            for one in wanted
        )

    def tell(self, sentence: Sentence, **instead: Fact) -> str:
        """A sentence in the visitor's language."""
        return self.speech.tell(sentence, **instead)

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **view: object,
    ) -> HTMLResponse:
        """Render a page for the visitor."""
        here, query = self._here()
        # A page that tells of a trouble must not need the database for another one.
        stuck = self._stuck() if status == OK else ()
        text = (
            _environment(self.speech.language, self.speech.zone)
            .get_template(template)
            .render(
                visit=self,
                me=self.person,
                settings=self.app.settings,
                form_token=form_token(self.token) if self.token else "",
                here=here,
                here_and_query=f"{here}?{query}" if query else here,
                stuck=stuck,
                notice=NOTICES.get(self.request.query_params.get("done", "")),
                **view,
            )
        )
        return HTMLResponse(text, status_code=status, headers=dict(headers or {}))

    def _stuck(self) -> Sequence[str]:
        """Cases that nobody may decide, for those who decide, grant mandates or mend."""
        if self.owes_factor or not self.may(*TOLD_OF_STUCK):
            return ()
        with self.app.database.both() as (work, readings):
            named = readings.waiting.stuck(most=MOST_STUCK)
            return [case.id for case in still_orphaned(named, work)] if named else ()

    def _here(self) -> tuple[str, str]:
        """Path and query of the page that is shown; a refused form is shown on its own page."""
        url = urlsplit(str(self.request.url))
        if self.request.method == "POST":
            url = urlsplit(self.request.headers.get("referer", "/"))
        return url.path, url.query

    def go(self, path: str) -> RedirectResponse:
        """Send the visitor on after a form was taken."""
        return RedirectResponse(path, status_code=303)


@cache
def _environment(language: Language, zone: str) -> Environment:
    said = speech(language, zone)
    environment = Environment(
        loader=PackageLoader("creditflow", "templates/web"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        said.gettext, said.ngettext, newstyle=True
    )
    environment.filters |= {
        "money": said.money,
        "whole": said.whole,
        "compact": said.compact,
        "percent": said.percent,
        "number": said.number,
        "day": said.day,
        "last_day": said.last_day,
        "moment": said.moment,
        "tell": said.tell,
        "named": lambda code: said.gettext(name_of(code)),
        "backing_kind": lambda kind: said.gettext(BACKING_KINDS[kind]),
        "bucket": lambda name: said.gettext(BUCKETS[name]),
        "said": said.gettext,
        "sector": lambda sector: said.gettext(SECTORS.get(sector, sector)),
        "country": said.country,
        "source": lambda source: source_name(source, said),
    }
    environment.globals |= {"asset": asset, "speech": said, "Role": Role, "Permission": Permission}
    environment.globals |= {"LimitState": LimitState, "on_binding": on_binding}
    return environment


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
