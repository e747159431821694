"""Profiles: who the customers of a generated book are, each from its own dice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from creditflow.sources.generated.behaviour import (
    BEHAVIOURS,
    OPENING,
    PERMILLE,
    WEIGHTS,
    Behaviour,
    Kind,
    progress,
)
from creditflow.sources.generated.dice import Dice
from creditflow.sources.generated.names import (
    Brand,
    CompanyName,
    chinese_brand,
    chinese_company,
    foreign_brand,
    foreign_company,
)
from creditflow.sources.generated.registration import chinese_credit_code, foreign_number
from creditflow.sources.generated.words import (
    CITIES,
    COUNTRIES_EUR,
    COUNTRIES_USD,
    OWNERS_CN,
    SECTORS,
    City,
    Country,
)

_GROUP_SHARE = 12  # percent of the customers that belong to a group
_GROUP_SIZES = ((2, 45), (3, 30), (4, 15), (5, 10))
YUAN_PERCENT = {"CNY": 100, "USD": 715, "EUR": 800}
"""Yuan per unit of the currency, in percent: what turns a size in yuan into one of theirs."""

_MEDIAN_SALES, _LEAST_SALES, _MOST_SALES = 330_000, 20_000, 8_000_000  # yuan a month


@dataclass(frozen=True, slots=True)
class Group:
    """Companies under one owner."""

    group_id: str
    name: str
    brand: Brand
    chinese: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One invented customer; amounts are minor units of `currency`."""

    number: int
    customer: str
    kind: Kind
    name: CompanyName
    country: str
    currency: str
    sector: str
    region: str
    owner: str
    registration_no: str
    group: Group | None
    onboarded_on: date
    terms_days: int
    monthly: int
    """Usual sales of a month, before trend and season."""
    per_month: int
    requested_limit: int | None
    current_limit: int | None
    current_limit_from: date | None

    @property
    def behaviour(self) -> Behaviour:
        """How it buys, pays and earns."""
        return BEHAVIOURS[self.kind]

    @property
    def language(self) -> str:
        """The language it is written to in."""
        return "zh-CN" if self.country == "CN" else "en"


def profiles(*, customers: int, months: int, until: date, seed: int) -> Iterator[Profile]:
    """The customers of the book, in the order of their numbers, one at a time."""
    common = Dice(seed)
    shift = common.below(3)
    book = _Book(until, months, shift, _groups(common, customers, shift))
    for number in range(1, customers + 1):
        yield _profile(Dice(seed, number), number, book)


@dataclass(frozen=True, slots=True)
class _Book:
    """What the customers of one book share."""

    until: date
    months: int
    shift: int
    groups: dict[int, Group]
    taken: set[str] = field(default_factory=set)
    """Web names and registration numbers that a customer has already."""


def _currency(number: int, shift: int) -> str:
    # Steps of 61 spread over 100, so that any stretch of the book has about the same mix.
    at = (number - 1 + shift) * 61 % 100
    return "CNY" if at < 60 else "USD" if at < 82 else "EUR"  # noqa: PLR2004 - shares of 100


def _groups(dice: Dice, customers: int, shift: int) -> dict[int, Group]:
    """Which customer belongs to which group; members share a brand and a writing."""
    target = customers * _GROUP_SHARE // 100
    free = {
        home: [n for n in range(1, customers + 1) if (_currency(n, shift) == "CNY") is home]
        for home in (True, False)
    }
    member_of: dict[int, Group] = {}
    brands: set[str] = set()
    while target - len(member_of) >= 2 or (not member_of and customers >= 6):  # noqa: PLR2004
        size = min(dice.weighted(_GROUP_SIZES), max(2, target - len(member_of)))
        home = dice.chance(65) or len(free[False]) < size
        if len(free[home]) < size:
            break
        group = _group(dice, len(brands) + 1, home, brands)
        for _ in range(size):
            at = dice.below(len(free[home]))
            free[home][at], free[home][-1] = free[home][-1], free[home][at]
            member_of[free[home].pop()] = group
    return member_of


def _group(dice: Dice, number: int, home: bool, brands: set[str]) -> Group:
    brand = _unused_brand(dice, home, brands)
    brands.add(brand.latin)
    name = f"{brand.own}集团" if home else f"{brand.own} {dice.pick(('Group', 'Holding'))}"
    return Group(f"G{number:04d}", name, brand, home)


def _unused_brand(dice: Dice, home: bool, brands: set[str]) -> Brand:
    while True:
        brand = chinese_brand(dice) if home else foreign_brand(dice)
        if brand.latin not in brands or len(brands) > 1000:  # noqa: PLR2004 - then names may repeat
            return brand


def _profile(dice: Dice, number: int, book: _Book) -> Profile:
    kind = OPENING[number - 1] if number <= len(OPENING) else dice.weighted(WEIGHTS)
    currency, group = _currency(number, book.shift), book.groups.get(number)
    sector = dice.pick(SECTORS)
    place: City | Country
    if currency == "CNY":
        place = dice.pick(CITIES)
        country, owner = "CN", dice.pick(OWNERS_CN)
    else:
        place = dice.weighted(COUNTRIES_USD if currency == "USD" else COUNTRIES_EUR)
        country, owner = place.code, place.owner
    age = _days_known(dice, kind, number)
    terms = 30 if kind.is_new else dice.weighted(((30, 34), (45, 20), (60, 32), (90, 14)))
    monthly = _monthly_sales(dice, kind, currency)
    requested, current, since = _limits(dice, kind, _fair(kind, monthly, terms), age, book)
    return Profile(
        number, f"C{number:05d}", kind, _name(dice, group, place, sector, book.taken), country,
        currency, sector, place.region, owner, _registration(dice, place, book.taken), group,
        book.until - timedelta(days=age), terms, monthly,
        1 if kind.is_new else dice.between(2, 5), requested, current, since,
    )  # fmt: skip


def _days_known(dice: Dice, kind: Kind, number: int) -> int:
    """For how many days the customer has been one of ours."""
    if kind.is_new:
        return dice.between(8, 165)
    # A change needs a past; and in a small book every customer should have a story to tell.
    steady = kind in {Kind.PROMPT, Kind.SLOW, Kind.SEASONAL, Kind.LOSS_MAKING}
    least = 800 if number <= len(OPENING) else 200 if steady else 500
    return least + dice.below(60) * dice.below(60)


def _name(
    dice: Dice, group: Group | None, place: City | Country, sector: str, taken: set[str]
) -> CompanyName:
    """A name that no customer of the book has yet; members of a group share the brand."""
    while True:
        if isinstance(place, City):
            brand = group.brand if group else chinese_brand(dice)
            name = chinese_company(dice, brand, place, sector)
        else:
            brand = group.brand if group else foreign_brand(dice)
            name = foreign_company(dice, brand, place, sector)
        if name.slug not in taken:
            taken.add(name.slug)
            return name
        # A group may have used up what its sector can be called: then it picks another trade.
        sector = dice.pick(SECTORS) if group else sector


def _registration(dice: Dice, place: City | Country, taken: set[str]) -> str:
    """A registration number that no customer of the book has yet."""
    while True:
        if isinstance(place, City):
            number = chinese_credit_code(dice, place.code)
        else:
            number = foreign_number(dice, place.code)
        if number not in taken:
            taken.add(number)
            return number


def _monthly_sales(dice: Dice, kind: Kind, currency: str) -> int:
    while True:
        yuan = _MEDIAN_SALES * dice.stretch_bp(1.15) // 10_000
        if _LEAST_SALES <= yuan <= _MOST_SALES:
            break
    start_up = 45 if kind.is_new else 100  # percent: new customers begin with trial orders
    return yuan * start_up * 100 // YUAN_PERCENT[currency]


def _fair(kind: Kind, monthly: int, terms: int) -> int:
    """What usual sales need: they are owed for the terms, the usual delay and twenty days more."""
    return monthly * (terms + max(BEHAVIOURS[kind].late[0], 0) + 20) // 30


def _limits(
    dice: Dice, kind: Kind, fair: int, age: int, book: _Book
) -> tuple[int | None, int | None, date | None]:
    """Requested limit, current limit and since when; None where there is none."""
    behaviour = BEHAVIOURS[kind]
    asks = dice.chance(behaviour.asks)
    if kind.is_new:
        # Some ask for what they hope to buy one day.
        wish = dice.weighted(((100, 40), (150, 35), (220, 18), (500, 7)))
        return _rounded(fair * wish // 100), None, None
    since = dice.between(40, min(820, age - 30))
    at = max(0, PERMILLE - since * PERMILLE // (book.months * 30))
    level = progress(*behaviour.level, 0, at)
    # Most limits fit, as after any review; some are far too high or far too low.
    fit = dice.weighted(((dice.between(92, 110), 92), (dice.between(210, 420), 4),
                         (dice.between(35, 62), 4)))  # fmt: skip
    usual = fair * level // PERMILLE * behaviour.granted // 100
    current = _rounded(usual * fit // 100)
    now = fair * behaviour.level[1] // PERMILLE
    wish = dice.between(120, 190)
    requested = _rounded(max(now, current) * wish // 100) if asks else None
    return requested, current, book.until - timedelta(days=since)


def _rounded(minor: int) -> int:
    """Two significant digits of whole currency units, as limits are agreed; at least 1,000."""
    units = max(minor // 100, 1000)
    step: int = 10 ** (len(str(units)) - 2)
    return -(-units // step) * step * 100
