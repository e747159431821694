"""Observations: what invented registers, courts, bureaus and insurers say of invented customers."""

from collections.abc import Iterator
from datetime import date, timedelta

from creditflow.sources.generated.behaviour import Kind
from creditflow.sources.generated.dice import Dice
from creditflow.sources.generated.profiles import Profile
from creditflow.sources.generated.words import SECTORS

_STREAM = 1 << 29
_REGISTER, _COURTS, _LISTS = "Example Register", "Example Court Records", "Example Sanctions Lists"
_BUREAU, _INSURER, _DESK = "Example Bureau", "Example Credit Insurance", "our collections desk"
_INSTITUTE = "Example Research Institute"
_LETTERS = (
    "AAA", "AA+", "AA", "AA-", "A+", "A", "A-", "BBB+", "BBB", "BBB-", "BB+", "BB", "BB-", "B+",
    "B", "B-", "CCC", "CC", "C",
)  # fmt: skip
_WORSE = {Kind.TROUBLE: 7, Kind.DETERIORATING: 4, Kind.LOSS_MAKING: 4, Kind.SHRINKING: 2}
"""Steps of a letter grade by which a kind stands below the usual."""

Row = tuple[str, ...]


def observations(profile: Profile, *, until: date, seed: int) -> Iterator[Row]:
    """What is said of one customer; of some nothing at all, and of one in ten only old news."""
    dice = Dice(seed, profile.number + _STREAM)
    if dice.chance(8):
        return
    on = until - timedelta(days=dice.between(2, 28))
    if dice.chance(10):
        on -= timedelta(days=dice.between(200, 500))
    yield from _register(dice, profile, on)
    yield from _courts(dice, profile, on)
    if dice.chance(85):
        yield _row(profile, "sanctioned", on, "no", _LISTS)
    if dice.chance(55):
        grade = _LETTERS[_step(dice, profile)]
        yield _row(profile, "bureau_standing", on, grade, _BUREAU, scale="letters")
    if dice.chance(40):
        # Of the insurer's ten classes the first is the best.
        class_ = "NR" if dice.chance(6) else str(1 + _step(dice, profile) // 2)
        until_ = (on + timedelta(days=180)).isoformat()
        yield _row(
            profile, "insurer_standing", on, class_, _INSURER,
            scale="class-1-to-10", valid_until=until_,
        )  # fmt: skip
    if not profile.kind.is_new and dice.chance(45):
        broken = dice.below(4) if profile.kind in _WORSE else int(dice.chance(6))
        yield _row(profile, "broken_promises_12m", on, str(broken), _DESK)


def market_views(*, until: date, seed: int) -> Iterator[Row]:
    """An outlook for each line of business."""
    dice = Dice(seed, _STREAM - 1)
    for sector in sorted(SECTORS):
        outlook = f"{dice.between(-6, 6) / 10:.1f}"
        on = (until - timedelta(days=dice.between(5, 60))).isoformat()
        yield ("", sector, "", "market_outlook", on, outlook, "", _INSTITUTE, "")


def _register(dice: Dice, profile: Profile, on: date) -> Iterator[Row]:
    abnormal = profile.kind is Kind.TROUBLE and dice.chance(30)
    yield _row(profile, "registry_status", on, "abnormal" if abnormal else "active", _REGISTER)
    founded = profile.onboarded_on - timedelta(days=dice.between(90, 7000))
    yield _row(profile, "registered_on", on, founded.isoformat(), _REGISTER)


def _courts(dice: Dice, profile: Profile, on: date) -> Iterator[Row]:
    if not dice.chance(75 if profile.country == "CN" else 30):
        return
    bad = profile.kind is Kind.TROUBLE
    cases = dice.between(1, 6) if bad and dice.chance(60) else int(dice.chance(7))
    yield _row(profile, "court_cases_12m", on, str(cases), _COURTS)
    yield _row(profile, "enforcements_12m", on, str(cases // 3), _COURTS)
    if profile.country == "CN":
        yield _row(profile, "dishonest_debtor", on, "no", _COURTS)
    yield _row(profile, "insolvency", on, "no", _COURTS)


def _step(dice: Dice, profile: Profile) -> int:
    """The place on the letter scale, 0 the best."""
    usual = 6 + _WORSE.get(profile.kind, 0)
    return min(max(dice.around(usual, 2), 0), len(_LETTERS) - 1)


def _row(
    profile: Profile, signal: str, on: date, value: str, provider: str, *, scale: str = "",
    valid_until: str = "",
) -> Row:  # fmt: skip
    return (
        profile.customer, "", "", signal, on.isoformat(), value, scale, provider, valid_until,
    )  # fmt: skip
