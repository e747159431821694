"""The figures of monitoring as sheets: what the CSV files hold and what the terminal shows."""

from collections.abc import Sequence

from creditflow.domain.grade import Grade
from creditflow.domain.monitoring_approvals import Approvals, DeskFigures, MonthFigures
from creditflow.domain.monitoring_backtest import Backtest
from creditflow.domain.monitoring_drift import Drift, Shift
from creditflow.domain.monitoring_migration import Migration
from creditflow.domain.monitoring_overrides import OVERRIDDEN, Overrides, Rate
from creditflow.domain.policy import Policy
from creditflow.web.events import desk_title
from creditflow.web.language import Speech
from creditflow.web.monitoring_words import FINDINGS, VERDICTS, WAYS, bin_name
from creditflow.web.naming import word
from creditflow.web.sheets import Cell, Sheet

ALL, SCORE = word("All"), word("Score (by grade)")
SHARES = (
    *(word("Characteristic"), word("Bin"), word("Reference"), word("Now")),
    *(word("Share in the reference"), word("Share now")),
)
SHIFTS = (
    *(word("Characteristic"), word("PSI"), word("Chance alone"), word("Finding")),
    *(word("Reference"), word("Now"), word("Mean change of points")),
)
RATES = (
    *(word("Group"), word("Decisions"), word("Overridden"), word("Override rate")),
    *(word("Lower bound"), word("Upper bound"), word("Mean change of the amount")),
)
TURNED_OUT = (
    *(word("Decided"), word("Outcomes known"), word("Bad"), word("Bad share")),
    *(word("Lower bound"), word("Upper bound"), word("Not known yet")),
)
GRADES = (
    *(word("Grade"), word("Customers"), word("Bad"), word("Observed"), word("PD")),
    *(
        word("Lower bound"),
        word("Upper bound"),
        word("Lower bound (Jeffreys)"),
        word("Upper bound (Jeffreys)"),
        word("Finding"),
    ),
)
COHORTS = (
    *(word("Month"), word("Customers"), word("Bad"), word("Observed"), word("PD")),
    *(word("AUC"), word("Gini"), word("KS"), word("Brier score")),
)
DESKS = (
    *(word("Desk"), word("Done"), word("Median hours"), word("Slowest tenth, hours")),
    *(word("Median working days"), word("Done late"), word("Share done late")),
    *(word("Open"), word("Late"), word("Oldest, days")),
)
STAGES = (word("Stage"), *DESKS[1:])
MONTHS = (
    *(
        word("Month"),
        word("Decisions"),
        word("By the policy alone"),
        word("Straight-through share"),
    ),
    *(word("Modified"), word("Modified share"), word("Mean change of the amount")),
    *(word("Rejected"), word("Returned")),
)
BACKLOG = (word("Day"), word("Open"), word("Late"))


def drift_sheets(drift: Drift, speech: Speech) -> list[Sheet]:
    """How far each distribution moved, and every bin of it."""
    shifts = (drift.score, *drift.characteristics)
    return [
        _sheet(
            word("Drift"),
            SHIFTS,
            [
                (
                    shift_title(shift, speech),
                    shift.index if shift.reference and shift.current else None,
                    shift.chance if shift.reference and shift.current else None,
                    speech.gettext(FINDINGS[shift.finding]),
                    shift.reference,
                    shift.current,
                    None if shift.points is None else float(shift.points),
                )
                for shift in shifts
            ],
            speech,
        ),
        _sheet(
            word("Distribution by bin"),
            SHARES,
            [
                (
                    shift_title(shift, speech),
                    bin_name(share, shift.characteristic, speech),
                    share.reference,
                    share.current,
                    share.reference / shift.reference if shift.reference else None,
                    share.current / shift.current if shift.current else None,
                )
                for shift in shifts
                for share in shift.shares
            ],
            speech,
        ),
    ]


def shift_title(shift: Shift, speech: Speech) -> str:
    """What a distribution is called."""
    if shift.characteristic is None:
        return speech.gettext(SCORE)
    return shift.characteristic.title[speech.language]


def override_sheets(found: Overrides, policy: Policy, speech: Speech) -> list[Sheet]:
    """Override rates by desk and by grade, and how the cases turned out."""
    ways = [speech.gettext(WAYS[way]) for way in OVERRIDDEN]
    head = [*(speech.gettext(text) for text in RATES), *ways]
    return [
        Sheet(
            speech.gettext(title),
            head,
            [_rate(name, rate) for name, rate in rates],
        )
        for title, rates in (
            (
                word("Override rate by desk"),
                [
                    (speech.gettext(ALL), found.total),
                    *((desk_title(r.key, policy, speech), r) for r in found.by_desk),
                ],
            ),
            (word("Override rate by grade"), [(r.key, r) for r in found.by_grade]),
        )
    ] + [
        _sheet(
            word("How it turned out"),
            TURNED_OUT,
            [
                (
                    speech.gettext(WAYS[t.key]),
                    t.count,
                    t.bad,
                    t.share,
                    t.interval.low if t.count else None,
                    t.interval.high if t.count else None,
                    t.too_young,
                )
                for t in found.turned_out
            ],
            speech,
        )
    ]


def migration_sheets(found: Migration, speech: Speech) -> list[Sheet]:
    """The matrix, row by row."""
    new, gone = speech.gettext(word("newly graded")), speech.gettext(word("lapsed"))
    head = [
        speech.gettext(word("From grade")),
        *Grade,
        gone,
        speech.gettext(word("Together")),
    ]
    rows: list[list[Cell]] = [
        [new if grade is None else grade.value]
        + [found.count(grade, to) for to in (*Grade, None)]
        + [found.before(grade)]
        for grade in (*Grade, None)
    ]
    return [Sheet(speech.gettext(word("Grade migration")), head, rows)]


def backtest_sheets(found: Backtest, speech: Speech) -> list[Sheet]:
    """Promise and outcome by grade and by cohort."""
    return [
        _sheet(
            word("By grade"),
            GRADES,
            [
                (
                    *(result.grade.value, result.count, result.bad),
                    *(result.observed, result.expected),
                    *(_bounds(result.exact.low, result.exact.high, result.count)),
                    *(_bounds(result.jeffreys.low, result.jeffreys.high, result.count)),
                    speech.gettext(VERDICTS[result.verdict]),
                )
                for result in found.grades
            ],
            speech,
        ),
        _sheet(
            word("By cohort"),
            COHORTS,
            [
                (
                    *(c.month, c.count, c.bad, c.observed, c.expected),
                    c.separation.auc if c.separation else None,
                    c.separation.gini if c.separation else None,
                    c.separation.ks if c.separation else None,
                    c.brier,
                )
                for c in found.cohorts
            ],
            speech,
        ),
    ]


def approval_sheets(found: Approvals, policy: Policy, speech: Speech) -> list[Sheet]:
    """Times by desk and by stage, decisions by month, and the backlog by day."""
    desks = [(desk_title(d.desk, policy, speech), d) for d in found.desks]
    return [
        _sheet(
            word("Time at each desk"),
            DESKS,
            [_desk(name, d) for name, d in [(speech.gettext(ALL), found.total), *desks]],
            speech,
        ),
        _sheet(
            word("Time at each stage"),
            STAGES,
            [_desk(stage_name(s.stage, speech), s.figures) for s in found.stages],
            speech,
        ),
        _sheet(word("Decisions by month"), MONTHS, [_month(m) for m in found.months], speech),
        _sheet(
            word("Backlog"), BACKLOG, [(b.day, b.open, b.overdue) for b in found.backlog], speech
        ),
    ]


def _sheet(
    title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], speech: Speech
) -> Sheet:
    return Sheet(speech.gettext(title), [speech.gettext(text) for text in head], rows)


def _rate(name: str, rate: Rate) -> list[Cell]:
    return [
        *(name, rate.count, rate.overridden, rate.share),
        *_bounds(rate.interval.low, rate.interval.high, rate.count),
        rate.mean_change,
        *(rate.ways.get(way, 0) for way in OVERRIDDEN),
    ]


def _bounds(low: float, high: float, count: int) -> tuple[float | None, float | None]:
    """The bounds of a share; of nothing there are none."""
    return (low, high) if count else (None, None)


def _desk(name: str, desk: DeskFigures) -> list[Cell]:
    return [
        *(name, desk.done, desk.median_hours, desk.slow_hours, desk.median_working_days),
        *(desk.breached, desk.breached_share, desk.open, desk.overdue, desk.oldest),
    ]


def stage_name(stage: int, speech: Speech) -> str:
    """What the first stage of cases is called, the second, and so on."""
    return speech.gettext(word("stage {number}")).format(number=stage)


def _month(month: MonthFigures) -> list[Cell]:
    return [
        *(month.month, month.decided, month.by_policy, month.straight_through),
        *(month.modified, month.modified_share, month.mean_change),
        *(month.rejected, month.returned),
    ]
