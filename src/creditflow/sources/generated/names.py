"""Names: what an invented company is called, in its own language and in Latin letters."""

import re
import unicodedata
from dataclasses import dataclass

from creditflow.sources.generated.dice import Dice
from creditflow.sources.generated.words import (
    BRAND_FIRST,
    BRAND_SECOND,
    SECTORS,
    SYLLABLES_FIRST,
    SYLLABLES_LAST,
    SYLLABLES_MIDDLE,
    TRADES_ABROAD,
    TRADES_ZH,
    City,
    Country,
)


@dataclass(frozen=True, slots=True)
class Brand:
    """The part of the name that a group shares: as written at home, and in Latin letters."""

    own: str
    latin: str


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A company's name, its English name (empty where the name is Latin) and its web name."""

    name: str
    name_en: str
    slug: str


def chinese_brand(dice: Dice) -> Brand:
    """Two characters and their reading: 澜禾, Lanhe."""
    (first, sound), (second, echo) = dice.pick(BRAND_FIRST), dice.pick(BRAND_SECOND)
    return Brand(first + second, f"{sound}{echo}".capitalize())


def foreign_brand(dice: Dice) -> Brand:
    """Three syllables (two would often hit a real name): Kelamont, Brenovale."""
    word = dice.pick(SYLLABLES_FIRST) + dice.pick(SYLLABLES_MIDDLE) + dice.pick(SYLLABLES_LAST)
    return Brand(word, word)


def chinese_company(dice: Dice, brand: Brand, city: City, sector: str) -> CompanyName:
    """City, brand, trade and legal form, in one of the two orders that registers allow."""
    trade, trade_en = dice.pick(TRADES_ZH[sector])
    form, form_en = "股份有限公司" if dice.chance(18) else "有限公司", "Co., Ltd."
    if dice.chance(22):
        name = f"{brand.own}（{city.zh}）{trade}{form}"
        name_en = f"{brand.latin} ({city.en}) {trade_en} {form_en}"
    else:
        name = f"{city.zh}{brand.own}{trade}{form}"
        name_en = f"{city.en} {brand.latin} {trade_en} {form_en}"
    return CompanyName(name, name_en, _slug(f"{city.en} {brand.latin} {trade_en}"))


def foreign_company(dice: Dice, brand: Brand, country: Country, sector: str) -> CompanyName:
    """Brand, trade in the language of the country, legal form."""
    trade = dice.pick(TRADES_ABROAD[country.words][SECTORS.index(sector)])
    return CompanyName(f"{brand.own} {trade} {country.form}", "", _slug(f"{brand.latin} {trade}"))


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "").lower()).strip("-")
