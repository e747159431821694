"""Drift: whether the customers of now are still like those that the scorecard was made for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from creditflow.domain.monitoring import FEWEST, Judged, Period, latest_each
from creditflow.domain.monitoring_statistics import chance_index, stability_index
from creditflow.domain.scorecard import Bin, Characteristic, Scorecard, Segment
from creditflow.domain.signals import SignalValue

WATCH, SHIFTED = 0.10, 0.25
"""Below .10 nothing moved, from .25 on the population is another one.

Source: N. Siddiqi, Credit Risk Scorecards (Wiley 2006), ch. 10.
"""

MISSING = "missing"


class Finding(StrEnum):
    """What the stability index says."""

    TOO_FEW = "too_few"
    STABLE = "stable"
    CHANCE = "chance"
    WATCH = "watch"
    SHIFTED = "shifted"


@dataclass(frozen=True, slots=True)
class Share:
    """One bin: how many were in it in the reference window, and how many are now.

    `bin` is the scorecard's own; None is the bin of unknown values, or, in the
    distribution of the score, of no bin. `grade` names the bins of the score.
    """

    key: str
    bin: Bin | None
    reference: int
    current: int


@dataclass(frozen=True, slots=True)
class Shift:
    """How far one distribution moved.

    `index` is the stability index, `chance` what chance alone would stay below;
    `points` the mean change of the points (0 to 100 of a characteristic, 0 to
    1,000 of the score) that came of it, None where a window is empty.
    """

    name: str
    characteristic: Characteristic | None
    shares: tuple[Share, ...]
    index: float
    chance: float
    finding: Finding
    points: Decimal | None

    @property
    def reference(self) -> int:
        """How many the reference window holds."""
        return sum(share.reference for share in self.shares)

    @property
    def current(self) -> int:
        """How many the current window holds."""
        return sum(share.current for share in self.shares)

    @property
    def enough(self) -> bool:
        """Whether both windows hold enough evaluations to say anything."""
        return self.finding is not Finding.TOO_FEW


@dataclass(frozen=True, slots=True)
class Drift:
    """The drift of one segment: of its score (by grade), and of each characteristic."""

    period: Period
    scorecard: Scorecard
    score: Shift
    characteristics: tuple[Shift, ...]

    @property
    def reference(self) -> int:
        """How many customers the reference window holds."""
        return self.score.reference

    @property
    def current(self) -> int:
        """How many the current window holds."""
        return self.score.current

    @property
    def enough(self) -> bool:
        """Whether both windows hold enough evaluations to say anything."""
        return self.score.enough


def drift(judged: Sequence[Judged], scorecard: Scorecard, period: Period) -> Drift:
    """Compare two windows by the bins of one scorecard, whatever card judged the evaluations.

    Each customer counts once per window, with its latest evaluation. Values
    are put into the scorecard's bins anew, so that a changed scorecard is not
    mistaken for changed customers; unknown values are a bin of their own. The
    score is compared by the bands of the grades, with the points as they were
    given.
    """
    before, now = _sides(judged, scorecard, period)
    return Drift(
        period=period,
        scorecard=scorecard,
        score=_score(before, now, scorecard),
        characteristics=tuple(_shift(c, before, now) for c in scorecard.characteristics),
    )


def score_drift(judged: Sequence[Judged], scorecard: Scorecard, period: Period) -> Shift:
    """How far the score alone moved; the evaluations need no values for that."""
    return _score(*_sides(judged, scorecard, period), scorecard)


def counted(judged: Sequence[Judged], segment: Segment, period: Period) -> list[Judged]:
    """Those of a segment that are compared: each customer's latest in each of the windows."""
    own = [one for one in judged if one.segment is segment]
    return [
        one
        for window in (period.reference, period.current)
        for one in latest_each(one for one in own if window.holds(one.on))
    ]


def finding(index: float, chance: float, *, reference: int, current: int) -> Finding:
    """What an index says: the usual thresholds, unless chance alone could have done it."""
    if min(reference, current) < FEWEST:
        return Finding.TOO_FEW
    if index < WATCH:
        return Finding.STABLE
    if index <= chance:
        return Finding.CHANCE
    return Finding.WATCH if index < SHIFTED else Finding.SHIFTED


def bin_key(characteristic: Characteristic, value: SignalValue) -> str:
    """Which bin of the characteristic a value falls into: its place, or `missing`."""
    for place, bin_ in enumerate(characteristic.bins):
        if isinstance(value, Decimal):
            if not bin_.values and (bin_.below is None or value < bin_.below):
                return str(place)
        elif value in bin_.values:
            return str(place)
    return MISSING


def _sides(
    judged: Sequence[Judged], scorecard: Scorecard, period: Period
) -> tuple[list[Judged], list[Judged]]:
    """Those who are compared, before and now."""
    own = counted(judged, scorecard.segment, period)
    before = [one for one in own if period.reference.holds(one.on)]
    return before, [one for one in own if period.current.holds(one.on)]


def _shift(
    characteristic: Characteristic, before: Sequence[Judged], now: Sequence[Judged]
) -> Shift:
    reference, current = _counts(characteristic, before), _counts(characteristic, now)
    bins: dict[str, Bin | None] = {str(i): b for i, b in enumerate(characteristic.bins)}
    points = {key: characteristic.missing_points if b is None else b.points
              for key, b in {**bins, MISSING: None}.items()}  # fmt: skip
    shares = tuple(
        Share(key, bin_, reference[key], current[key])
        for key, bin_ in {**bins, MISSING: None}.items()
    )
    earned = [_mean(reference, points), _mean(current, points)]
    return _made(characteristic.name, characteristic, shares, earned)


def _counts(characteristic: Characteristic, judged: Sequence[Judged]) -> Counter[str]:
    known: dict[SignalValue, str] = {}
    counts: Counter[str] = Counter()
    for one in judged:
        value = one.values.get(characteristic.signal)
        if value not in known:
            known[value] = bin_key(characteristic, value)
        counts[known[value]] += 1
    return counts


def _score(before: Sequence[Judged], now: Sequence[Judged], scorecard: Scorecard) -> Shift:
    reference, current = (Counter(_band(one, scorecard) for one in side) for side in (before, now))
    shares = tuple(
        Share(band.grade, None, reference[band.grade], current[band.grade])
        for band in scorecard.bands
    )
    means = [_average([one.points for one in side]) for side in (before, now)]
    return _made("score", None, shares, means)


def _band(one: Judged, scorecard: Scorecard) -> str:
    for band in scorecard.bands:
        if one.points >= band.at_least:
            return band.grade
    return scorecard.bands[-1].grade


def _made(
    name: str,
    characteristic: Characteristic | None,
    shares: tuple[Share, ...],
    means: Sequence[Decimal | None],
) -> Shift:
    reference = {share.key: share.reference for share in shares}
    current = {share.key: share.current for share in shares}
    used = sum(1 for share in shares if share.reference or share.current)
    n, m = sum(reference.values()), sum(current.values())
    index, chance = stability_index(reference, current), chance_index(used, n, m)
    before, now = means
    return Shift(
        name=name,
        characteristic=characteristic,
        shares=shares,
        index=index,
        chance=chance,
        finding=finding(index, chance, reference=n, current=m),
        points=None if before is None or now is None else now - before,
    )


def _mean(counts: Mapping[str, int], points: Mapping[str, int]) -> Decimal | None:
    number = sum(counts.values())
    whole = sum(points[key] * count for key, count in counts.items())
    return Decimal(whole) / number if number else None


def _average(points: Sequence[Decimal]) -> Decimal | None:
    return sum(points, Decimal(0)) / len(points) if points else None
