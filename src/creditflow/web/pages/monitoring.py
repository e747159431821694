"""Monitoring: whether the judgements still hold, on five pages with their figures as files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import Response

from creditflow.domain.monitoring import FEWEST
from creditflow.domain.monitoring_lateness import LATENESS, WITHIN, Outcome
from creditflow.domain.permissions import Permission
from creditflow.domain.policy import Policy
from creditflow.domain.scorecard import Segment
from creditflow.store.monitoring import Which
from creditflow.web import monitoring_plots as plots
from creditflow.web import monitoring_sheets as sheets
from creditflow.web import watching
from creditflow.web.doors import Doors, Entered
from creditflow.web.language import Speech
from creditflow.web.monitoring_words import BASES, CHIPS, FINDINGS, SEGMENTS, VERDICTS, WAYS
from creditflow.web.naming import word
from creditflow.web.pages.letters import download
from creditflow.web.sheets import Sheet, as_csv
from creditflow.web.visit import Visit
from creditflow.web.watching import Ask, Basis

if TYPE_CHECKING:
    from creditflow.bootstrap import App

doors = Doors()
CSV = "text/csv; charset=utf-8"
YEARLY = frozenset({"overrides", "migration"})
"""Where a year is shown unless somebody asks for less: what happens seldom needs time."""

DEFAULT = Outcome(days=90, within=180)
"""What a probability of default speaks of: ninety days late, as supervisors define it."""


@dataclass(frozen=True)
class Page:
    """One page of monitoring: how it is measured, and how its figures become a file."""

    title: str
    measure: Callable[["App", Ask], Any]
    as_sheets: Callable[[Any, Policy, Speech], Sequence[Sheet]]
    draw: Callable[[Any, Policy, Speech], dict[str, object]]
    filters: frozenset[str]


PAGES = {
    "drift": Page(
        word("Drift"),
        watching.drift_of,
        lambda found, _, speech: sheets.drift_sheets(found, speech),
        plots.drift_plots,
        frozenset({"days", "segment", "basis"}),
    ),
    "overrides": Page(
        word("Overrides"),
        watching.overrides_of,
        sheets.override_sheets,
        plots.override_plots,
        frozenset({"days", "outcome"}),
    ),
    "migration": Page(
        word("Migration"),
        watching.migration_of,
        lambda found, _, speech: sheets.migration_sheets(found, speech),
        plots.migration_plots,
        frozenset({"days", "basis"}),
    ),
    "backtest": Page(
        word("Backtest"),
        watching.backtest_of,
        lambda found, _, speech: sheets.backtest_sheets(found, speech),
        plots.backtest_plots,
        frozenset({"outcome", "basis"}),
    ),
    "approvals": Page(
        word("Approvals"),
        watching.approvals_of,
        sheets.approval_sheets,
        plots.approval_plots,
        frozenset({"days"}),
    ),
}


@doors.get("/monitoring", who=Permission.WATCH)
def overview(visit: Entered) -> Response:
    """The one figure of each page that says whether it needs a look."""
    ask = read_ask(visit)
    year, app = watching.whole_year(ask), visit.app
    found = {
        "score": watching.score_drift_of(app, ask),
        "overrides": watching.override_rates_of(app, year),
        "migration": watching.migration_of(app, year),
        "backtest": watching.backtest_of(app, ask),
        "approvals": watching.approvals_of(app, ask),
    }
    return _page(visit, "monitoring.html", "", ask, {"found": found})


@doors.get("/monitoring/drift", who=Permission.WATCH)
def drift(visit: Entered) -> Response:
    """Whether customers are still like those before."""
    return _shown(visit, "drift", "monitoring_drift.html")


@doors.get("/monitoring/overrides", who=Permission.WATCH)
def overrides(visit: Entered) -> Response:
    """How often people decided otherwise, and how it turned out."""
    return _shown(visit, "overrides", "monitoring_overrides.html")


@doors.get("/monitoring/migration", who=Permission.WATCH)
def migration(visit: Entered) -> Response:
    """From which grade to which customers moved."""
    return _shown(visit, "migration", "monitoring_migration.html")


@doors.get("/monitoring/backtest", who=Permission.WATCH)
def backtest(visit: Entered) -> Response:
    """What became of those who were judged."""
    return _shown(visit, "backtest", "monitoring_backtest.html")


@doors.get("/monitoring/approvals", who=Permission.WATCH)
def approvals(visit: Entered) -> Response:
    """How long cases wait, and how many are late."""
    return _shown(visit, "approvals", "monitoring_approvals.html")


@doors.get("/monitoring/drift.csv", who=Permission.WATCH)
def drift_file(visit: Entered) -> Response:
    """The same as a file."""
    return _file(visit, "drift")


@doors.get("/monitoring/overrides.csv", who=Permission.WATCH)
def overrides_file(visit: Entered) -> Response:
    """The same as a file."""
    return _file(visit, "overrides")


@doors.get("/monitoring/migration.csv", who=Permission.WATCH)
def migration_file(visit: Entered) -> Response:
    """The same as a file."""
    return _file(visit, "migration")


@doors.get("/monitoring/backtest.csv", who=Permission.WATCH)
def backtest_file(visit: Entered) -> Response:
    """The same as a file."""
    return _file(visit, "backtest")


@doors.get("/monitoring/approvals.csv", who=Permission.WATCH)
def approvals_file(visit: Entered) -> Response:
    """The same as a file."""
    return _file(visit, "approvals")


def read_ask(visit: Visit, *, usual_days: int = 90, usual: Outcome = DEFAULT) -> Ask:
    """What the address asks for; whatever it gets wrong is as if it were absent."""
    asked = visit.request.query_params
    today = visit.app.today()
    try:
        on = min(date.fromisoformat(asked.get("on", "")), today)
    except ValueError:
        on = today
    with visit.app.readings() as readings:
        sectors, currencies = readings.monitoring.choices()
    segment, basis = asked.get("segment", ""), asked.get("basis", "")
    return Ask(
        on=on,
        days=_one_of(watching.PERIODS, asked.get("days"), usual_days),
        segment=Segment(segment) if segment in set(Segment) else Segment.EXISTING,
        which=Which(
            _known(asked.get("sector"), sectors), _known(asked.get("currency"), currencies)
        ),
        outcome=Outcome(
            _one_of(LATENESS, asked.get("late"), usual.days),
            _one_of(WITHIN, asked.get("within"), usual.within),
        ),
        basis=Basis(basis) if basis in set(Basis) else watching.usual_basis(visit.app),
    )


def _shown(visit: Visit, name: str, template: str) -> Response:
    ask, page = _asked(visit, name), PAGES[name]
    found = page.measure(visit.app, ask)
    policy = watching.policy_of(visit.app)
    return _page(
        visit,
        template,
        name,
        ask,
        {"found": found, **page.draw(found, policy, visit.speech)},
    )


def _file(visit: Visit, name: str) -> Response:
    ask, page = _asked(visit, name), PAGES[name]
    policy = watching.policy_of(visit.app)
    made = page.as_sheets(page.measure(visit.app, ask), policy, visit.speech)
    return download(as_csv(made), f"creditflow-{name}-{ask.on.isoformat()}.csv", CSV)


def _asked(visit: Visit, name: str) -> Ask:
    usual = DEFAULT if name == "backtest" else Outcome()
    return read_ask(visit, usual_days=365 if name in YEARLY else 90, usual=usual)


def _page(visit: Visit, template: str, name: str, ask: Ask, view: dict[str, Any]) -> Response:
    with visit.app.readings() as readings:
        sectors, currencies = readings.monitoring.choices()
        looked_back_at = readings.monitoring.looked_back_at()
    return visit.page(
        template,
        name=name,
        pages={name: page.title for name, page in PAGES.items()},
        filters=PAGES[name].filters if name else frozenset(),
        ask=ask,
        query=_query(visit),
        looked_back_at=looked_back_at,
        bases=BASES,
        today=visit.app.today(),
        sectors=sectors,
        currencies=currencies,
        periods=watching.PERIODS,
        lateness=LATENESS,
        within=WITHIN,
        segments=SEGMENTS,
        fewest=FEWEST,
        findings=FINDINGS,
        verdicts=VERDICTS,
        ways=WAYS,
        chips=CHIPS,
        **view,
    )


def _query(visit: Visit) -> str:
    """What was asked for, to be carried along by links."""
    known = ("on", "days", "segment", "sector", "currency", "late", "within", "basis")
    asked = visit.request.query_params
    return urlencode({name: asked[name] for name in known if asked.get(name)})


def _one_of(choices: Sequence[int], asked: str | None, otherwise: int) -> int:
    return next((choice for choice in choices if str(choice) == asked), otherwise)


def _known(asked: str | None, choices: Sequence[str]) -> str | None:
    return asked if asked in choices else None
