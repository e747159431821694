"""The plots of monitoring: from measured figures to what the templates draw."""

from datetime import date

from creditflow.domain.grade import Grade
from creditflow.domain.monitoring_approvals import Approvals
from creditflow.domain.monitoring_backtest import Backtest
from creditflow.domain.monitoring_drift import SHIFTED, WATCH, Drift, Shift
from creditflow.domain.monitoring_migration import Migration
from creditflow.domain.monitoring_overrides import Overrides
from creditflow.domain.policy import Policy
from creditflow.web.events import desk_title
from creditflow.web.language import Speech
from creditflow.web.monitoring_sheets import shift_title, stage_name
from creditflow.web.monitoring_words import WAYS, bin_name
from creditflow.web.plots import HALF, Bounded, Plot, columns, lines, whiskers

LONGEST_BAR = 120
HEATS = 5


def drift_plots(found: Drift, _: Policy, speech: Speech) -> dict[str, object]:
    """The distribution of the score, and of each characteristic."""
    shifts = (found.score, *found.characteristics)
    longest = max([SHIFTED * 1.5, *(shift.index for shift in shifts)])
    return {
        "shifts": shifts,
        "titles": {shift.name: shift_title(shift, speech) for shift in shifts},
        "plots": {shift.name: _distribution(shift, speech) for shift in shifts},
        "bars": {shift.name: round(shift.index / longest * LONGEST_BAR, 1) for shift in shifts},
        "bounds": [round(bound / longest * LONGEST_BAR, 1) for bound in (WATCH, SHIFTED)],
        "longest": LONGEST_BAR,
        "bin_names": {
            shift.name: [bin_name(share, shift.characteristic, speech) for share in shift.shares]
            for shift in shifts
        },
    }


def override_plots(found: Overrides, policy: Policy, speech: Speech) -> dict[str, object]:
    """Override rates by grade, and the bad shares of each kind of decision, with their bounds."""
    grades = [
        Bounded(rate.key, float(rate.share), rate.interval.low, rate.interval.high)
        for rate in found.by_grade
        if rate.share is not None
    ]
    outcomes = [
        Bounded(
            speech.gettext(WAYS[group.key]),
            float(group.share),
            group.interval.low,
            group.interval.high,
        )
        for group in found.turned_out
        if group.share is not None
    ]
    return {
        "grade_plot": whiskers(grades, width=HALF) if grades else None,
        "outcome_plot": whiskers(outcomes) if outcomes else None,
        "desks": {rate.key: desk_title(rate.key, policy, speech) for rate in found.by_desk},
    }


def migration_plots(found: Migration, _: Policy, __: Speech) -> dict[str, object]:
    """How strongly each cell of the matrix is coloured: by its share of the row."""
    heats = {
        (before, after): _heat(found.share(before, after))
        for before in (*Grade, None)
        for after in (*Grade, None)
    }
    return {"heats": heats, "grades": list(Grade), "moves": _moves(found)}


def backtest_plots(found: Backtest, _: Policy, speech: Speech) -> dict[str, object]:
    """What was observed by grade beside what was promised, and the same by cohort."""
    grades = [
        Bounded(r.grade.value, r.observed or 0.0, r.exact.low, r.exact.high, r.expected)
        for r in found.grades
        if r.count
    ]
    months = [_month(c.month, speech) for c in found.cohorts]
    observed = ("seen", [c.observed for c in found.cohorts])
    expected = ("promised", [c.expected for c in found.cohorts])
    return {
        "grade_plot": whiskers(grades) if grades else None,
        "cohort_plot": lines(months, [observed, expected], share=True) if len(months) > 1 else None,
        "month_names": months,
    }


def approval_plots(found: Approvals, policy: Policy, speech: Speech) -> dict[str, object]:
    """The backlog over time, and the straight-through share by month."""
    days = [speech.short_day(b.day) for b in found.backlog]
    waiting = ("seen", [float(b.open) for b in found.backlog])
    late = ("late", [float(b.overdue) for b in found.backlog])
    months = [_month(m.month, speech) for m in found.months]
    shares = [None if m.straight_through is None else float(m.straight_through)
              for m in found.months]  # fmt: skip
    any_waited = any(b.open for b in found.backlog)
    stages = [s for s in found.stages if s.figures.median_hours is not None]
    names = [stage_name(s.stage, speech) for s in stages]
    usual = ("a0", [s.figures.median_hours or 0.0 for s in stages])
    slow = ("before", [s.figures.slow_hours or 0.0 for s in stages])
    return {
        "backlog_plot": lines(days, [waiting, late], share=False) if any_waited else None,
        "share_plot": columns(months, [("a0", [share or 0.0 for share in shares])], width=HALF)
        if found.decisions.decided
        else None,
        "stage_plot": columns(names, [usual, slow], share=False) if stages else None,
        "stage_names": {s.stage: stage_name(s.stage, speech) for s in found.stages},
        "month_names": months,
        "desk_names": {desk.desk: desk_title(desk.desk, policy, speech) for desk in found.desks},
    }


def _distribution(shift: Shift, speech: Speech) -> Plot | None:
    if not shift.reference or not shift.current:
        return None
    return columns(
        [bin_name(share, shift.characteristic, speech) for share in shift.shares],
        [
            ("before", [share.reference / shift.reference for share in shift.shares]),
            ("now", [share.current / shift.current for share in shift.shares]),
        ],
        width=HALF if shift.characteristic else 640,
    )


def _heat(share: float | None) -> int:
    """Zero for nobody, up to five for everybody."""
    return 0 if not share else 1 + min(HEATS - 1, int(share * HEATS))


def _moves(found: Migration) -> dict[str, float | None]:
    whole = found.both
    parts = {"better": found.better, "stayed": found.stayed, "worse": found.worse}
    return {name: count / whole if whole else None for name, count in parts.items()}


def _month(month: date, speech: Speech) -> str:
    return (
        f"{speech.month(month)} {month:%y}"
        if speech.language == "en"
        else f"{month:%y}/{month.month}"
    )
