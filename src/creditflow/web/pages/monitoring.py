"""Monitoring: whether the judgements still hold, on five pages with their figures as files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import Response

from creditflow.domain.errors import Refusal
from creditflow.domain.monitoring import FEWEST
from creditflow.domain.monitoring_lateness import LATENESS, WITHIN, Outcome
from creditflow.domain.permissions import Permission
from creditflow.domain.policy import Policy
from creditflow.domain.scorecard import Segment
from creditflow.domain.sentences import say
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
YEAR = 365

EARLIEST = date(1900, 1, 1)
"""Nothing that could be watched is older."""

LATE = Outcome()
DEFAULT = Outcome(days=90, within=180)
"""What a probability of default speaks of: ninety days late, as supervisors define it."""


class NoDay(Refusal):
    """What the address names as the day is none."""


@dataclass(frozen=True)
class Page:
    """One page of monitoring: how it is measured, and how its figures become a file.

    `days` and `outcome` are looked at unless somebody asks for others: what
    happens seldom needs a year to be seen.
    """

    title: str
    measure: Callable[["App", Ask], Any]
    as_sheets: Callable[[Any, Policy, Speech], Sequence[Sheet]]
    draw: Callable[[Any, Policy, Speech], dict[str, object]]
    filters: frozenset[str]
    days: int = 90
    outcome: Outcome = LATE


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
        days=YEAR,
    ),
    "migration": Page(
        word("Migration"),
        watching.migration_of,
        lambda found, _, speech: sheets.migration_sheets(found, speech),
        plots.migration_plots,
        frozenset({"days", "basis"}),
        days=YEAR,
    ),
    "backtest": Page(
        word("Backtest"),
        watching.backtest_of,
        lambda found, _, speech: sheets.backtest_sheets(found, speech),
        plots.backtest_plots,
        frozenset({"outcome", "basis"}),
        outcome=DEFAULT,
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
    choices = _choices(visit)
    ask = _ask(visit, choices, usual_outcome=DEFAULT)
    year, app = watching.whole_year(ask), visit.app
    found = {
        "score": watching.score_drift_of(app, ask),
        "overrides": watching.override_rates_of(app, year),
        "migration": watching.migration_of(app, year),
        "backtest": watching.backtest_of(app, ask),
        "approvals": watching.approvals_of(app, ask),
    }
    return _page(visit, "", ask, choices, found=found)


def _two_doors(name: str, page: Page) -> None:
    """The page of that name, and its figures as a file."""

    @doors.get(f"/monitoring/{name}", who=Permission.WATCH)
    def shown(visit: Entered) -> Response:
        choices = _choices(visit)
        ask = _ask(visit, choices, usual_days=page.days, usual_outcome=page.outcome)
        found = page.measure(visit.app, ask)
        drawn = page.draw(found, watching.policy_of(visit.app), visit.speech)
        return _page(visit, name, ask, choices, found=found, **drawn)

    @doors.get(f"/monitoring/{name}.csv", who=Permission.WATCH)
    def file(visit: Entered) -> Response:
        ask = _ask(visit, _choices(visit), usual_days=page.days, usual_outcome=page.outcome)
        found = page.measure(visit.app, ask)
        made = page.as_sheets(found, watching.policy_of(visit.app), visit.speech)
        looked_back = "basis" in page.filters and ask.basis is Basis.LOOKED_BACK
        of = f"{name}-{ask.basis.value}" if looked_back else name
        return download(as_csv(made), f"creditflow-{of}-{ask.on.isoformat()}.csv", CSV)


for _name, _its in PAGES.items():
    _two_doors(_name, _its)


@dataclass(frozen=True)
class Choices:
    """What there is to choose from, and when somebody last looked back."""

    sectors: Sequence[str]
    currencies: Sequence[str]
    looked_back_at: datetime | None


def _choices(visit: Visit) -> Choices:
    with visit.app.readings() as readings:
        monitoring = readings.monitoring
        return Choices(*monitoring.choices(), monitoring.looked_back_at())


def _ask(visit: Visit, choices: Choices, *, usual_days: int = 90, usual_outcome: Outcome) -> Ask:
    """What the address asks for; a choice that there is not is as if it were absent.

    Raises NoDay where the day is none: figures of another day would be mistaken for its own.
    """
    asked = visit.request.query_params
    on = _day(asked.get("on", "").strip(), visit.app.today())
    segment, basis = asked.get("segment", ""), asked.get("basis", "")
    return Ask(
        on=on,
        days=_one_of(watching.PERIODS, asked.get("days"), usual_days),
        segment=Segment(segment) if segment in set(Segment) else Segment.EXISTING,
        which=Which(
            _known(asked.get("sector"), choices.sectors),
            _known(asked.get("currency"), choices.currencies),
        ),
        outcome=Outcome(
            _one_of(LATENESS, asked.get("late"), usual_outcome.days),
            _one_of(WITHIN, asked.get("within"), usual_outcome.within),
        ),
        basis=Basis(basis) if basis in set(Basis) else watching.usual_basis(visit.app),
    )


def _day(typed: str, today: date) -> date:
    """The day that was asked for, or today, which is also the last that there is."""
    if not typed:
        return today
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.min
    if day < EARLIEST:
        raise NoDay(say("{day} is not a day; write it as 2026-01-31.", day=typed[:20]))
    return min(day, today)


def _page(
    visit: Visit,
    name: str,
    ask: Ask,
    choices: Choices,
    **view: Any,  # noqa: ANN401 - what the page's template asks for
) -> Response:
    return visit.page(
        f"monitoring_{name}.html" if name else "monitoring.html",
        name=name,
        pages={name: page.title for name, page in PAGES.items()},
        filters=PAGES[name].filters if name else frozenset(),
        ask=ask,
        query=_query(visit),
        looked_back_at=choices.looked_back_at,
        bases=BASES,
        today=visit.app.today(),
        sectors=choices.sectors,
        currencies=choices.currencies,
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
