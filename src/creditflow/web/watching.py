"""What monitoring shows, for the pages and the command line: read of one moment, then measured."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from creditflow.domain.customer import CustomerId
from creditflow.domain.monitoring import Judged, Period, Window, period
from creditflow.domain.monitoring_approvals import Approvals, approvals
from creditflow.domain.monitoring_backtest import Backtest, backtest
from creditflow.domain.monitoring_drift import Drift, Shift, counted, drift, score_drift
from creditflow.domain.monitoring_lateness import Outcome, Spell
from creditflow.domain.monitoring_migration import SHELF_LIFE, Migration, migration
from creditflow.domain.monitoring_overrides import Overrides, Ruling, overrides
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.domain.scorecard import Segment
from creditflow.store.monitoring import Moment, MonitoringReadings, Which

if TYPE_CHECKING:
    from creditflow.bootstrap import App

PERIODS = (30, 90, 180, 365)
REFERENCE_DAYS = 365
YOUNG = timedelta(days=180)
"""An installation whose first evaluation is younger has next to nothing to watch."""


class Basis(StrEnum):
    """Whose judgements are looked at: those that were made, or those that would have been."""

    MADE = "made"
    LOOKED_BACK = "looked-back"


@dataclass(frozen=True)
class Ask:
    """What somebody wants to see: until which day, over which time, of whom."""

    on: date
    days: int = 90
    segment: Segment = Segment.EXISTING
    which: Which = field(default_factory=Which)
    outcome: Outcome = field(default_factory=Outcome)
    basis: Basis = Basis.MADE

    @property
    def window(self) -> Window:
        """The time that is looked at."""
        return Window(self.on - timedelta(days=self.days), self.on)


def moment(app: "App", on: date) -> Moment:
    """A business date where the company is."""
    return Moment(on, app.end_of(on), app.business_date)


def drift_of(app: "App", ask: Ask) -> Drift:
    """Drift against the bins of the scorecard in force, for one segment."""
    card, windows = policy_of(app).scorecards[ask.segment], _windows(ask)
    with app.readings() as readings:
        monitoring, at, since = readings.monitoring, moment(app, ask.on), windows.reference.after
        if ask.basis is Basis.LOOKED_BACK:
            judged = monitoring.retrospects(at, ask.which, since=since, with_values=True)
        else:
            judged = monitoring.judged(at, ask.which, since=since)
            # Only those that will be counted are asked for their evidence.
            judged = monitoring.with_values(
                counted(judged, ask.segment, windows),
                {characteristic.signal for characteristic in card.characteristics},
            )
    return drift(judged, card, windows)


def score_drift_of(app: "App", ask: Ask) -> Shift:
    """How far the score moved, without reading anybody's evidence."""
    card, windows = policy_of(app).scorecards[ask.segment], _windows(ask)
    with app.readings() as readings:
        judged = _judged(readings.monitoring, app, ask, since=windows.reference.after)
    return score_drift(judged, card, windows)


def migration_of(app: "App", ask: Ask) -> Migration:
    """Grades at the end of the day, against those at the beginning of the time."""
    first = ask.window.after
    with app.readings() as readings:
        judged = _judged(readings.monitoring, app, ask, since=first - SHELF_LIFE)
    return migration(judged, first=first, second=ask.on)


def backtest_of(app: "App", ask: Ask) -> Backtest:
    """Outcomes of everybody who was judged so far."""
    rates = _rates(app)
    with app.readings() as readings:
        judged = _judged(readings.monitoring, app, ask)
        known = any(ask.outcome.seen_by(one.on, ask.on) for one in judged)
        late = _spells(readings.monitoring, ask, rates) if known else {}
    return backtest(judged, late, outcome=ask.outcome, on=ask.on)


def overrides_of(app: "App", ask: Ask) -> Overrides:
    """How people decided, and how it turned out."""
    rates = _rates(app)
    with app.readings() as readings:
        rulings = _rulings(readings.monitoring, app, ask)
        known = any(ask.outcome.seen_by(one.on, ask.on) for one in rulings)
        late = _spells(readings.monitoring, ask, rates) if known else {}
    return overrides(rulings, late, window=ask.window, outcome=ask.outcome, on=ask.on)


def approvals_of(app: "App", ask: Ask) -> Approvals:
    """Times, breaches, backlog and shares."""
    with app.readings() as readings:
        stages = readings.monitoring.stages(
            moment(app, ask.on), ask.which, since=moment(app, ask.window.after)
        )
        rulings = _rulings(readings.monitoring, app, ask)
    return approvals(stages, rulings, window=ask.window, works=app.works)


def policy_of(app: "App") -> Policy:
    """The policy in force: its scorecards are the yardstick."""
    with app.reading() as work:
        return work.policies.current()


def override_rates_of(app: "App", ask: Ask) -> Overrides:
    """How people decided, without looking for what became of it."""
    with app.readings() as readings:
        rulings = _rulings(readings.monitoring, app, ask)
    return overrides(rulings, {}, window=ask.window, outcome=ask.outcome, on=ask.on)


def whole_year(ask: Ask) -> Ask:
    """The same over at least a year: what happens seldom needs time to be seen."""
    return replace(ask, days=max(ask.days, PERIODS[-1]))


def usual_basis(app: "App") -> Basis:
    """What was made, unless that began less than half a year ago and somebody has looked back."""
    with app.readings() as readings:
        first = readings.monitoring.first_evaluation_at()
        looked_back = readings.monitoring.looked_back_at()
    young = first is None or app.now() - first < YOUNG
    return Basis.LOOKED_BACK if young and looked_back is not None else Basis.MADE


def _windows(ask: Ask) -> Period:
    return period(ask.on, days=ask.days, reference_days=REFERENCE_DAYS)


def _judged(
    monitoring: MonitoringReadings, app: "App", ask: Ask, *, since: date | None = None
) -> list[Judged]:
    read = monitoring.retrospects if ask.basis is Basis.LOOKED_BACK else monitoring.judged
    return read(moment(app, ask.on), ask.which, since=since)


def _rulings(monitoring: MonitoringReadings, app: "App", ask: Ask) -> list[Ruling]:
    """The decisions of the time that is looked at."""
    began = moment(app, ask.window.after)
    return monitoring.rulings(moment(app, ask.on), ask.which, since=began)


def _spells(
    monitoring: MonitoringReadings, ask: Ask, rates: Rates
) -> dict[CustomerId, tuple[Spell, ...] | None]:
    """Late payers; asked for only where an outcome could be known at all."""
    return monitoring.spells(ask.on, days=ask.outcome.days, rates=rates, which=ask.which)


def _rates(app: "App") -> Rates:
    with app.reading() as work:
        return work.rates.all()
