"""Show exchange rates: the names of their ages, and a small line of how each moved lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from creditflow.domain.rate_age import RateAge
from creditflow.domain.rates import Rate, Rates
from creditflow.web.naming import word

RATE_AGES: Mapping[str, str] = {
    RateAge.FRESH: word("up to date"),
    RateAge.OLD: word("old, still used"),
    RateAge.UNUSABLE: word("too old to be used"),
    RateAge.MISSING: word("missing"),
}

DAYS = 90
WIDTH, HEIGHT, MARGIN = 140, 34, 4


@dataclass(frozen=True, slots=True)
class RateLine:
    """The points of one currency's line, as SVG has them, and the values that words need."""

    path: str
    end: tuple[float, float]
    first: Rate
    last: Rate
    lowest: Decimal
    highest: Decimal
    count: int
    width: int = WIDTH
    height: int = HEIGHT


def rate_line(currency: str, rates: Rates, on: date) -> RateLine | None:
    """The line of the last days up to that one; None with fewer than two rates."""
    known = [
        rate
        for rate in rates.listed()
        if rate.currency == currency and on - timedelta(days=DAYS) <= rate.on <= on
    ]
    if len(known) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    values = [rate.per_pivot for rate in known]
    low, high = min(values), max(values)
    points = [(_x(rate.on, known), _y(rate.per_pivot, low, high)) for rate in known]
    return RateLine(
        path=" ".join(f"{'L' if i else 'M'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(points)),
        end=points[-1],
        first=known[0],
        last=known[-1],
        lowest=low,
        highest=high,
        count=len(known),
    )


def _x(on: date, known: list[Rate]) -> float:
    share = (on - known[0].on) / (known[-1].on - known[0].on)
    return round(MARGIN + (WIDTH - 2 * MARGIN) * share, 1)


def _y(value: Decimal, low: Decimal, high: Decimal) -> float:
    """From the lowest at the foot to the highest at the head; level where nothing moved."""
    share = float((value - low) / (high - low)) if high > low else 0.5
    return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share, 1)
