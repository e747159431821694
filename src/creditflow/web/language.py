"""Say everything in the reader's language: texts, sentences with their facts, amounts and days.

English texts are the keys of the catalogue. It is read from the .po file when
the first reader of a language comes, so there is nothing to compile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal

from creditflow.domain.customer import LANGUAGES, Language
from creditflow.domain.money import Money, decimals
from creditflow.domain.sentences import Fact, Sentence
from creditflow.web.naming import named_fact, word

LOCALES: Mapping[Language, str] = {"zh-CN": "zh_CN", "en": "en_GB"}
OWN_NAMES: Mapping[str, str] = {"zh-CN": word("Chinese"), "en": word("English")}
CATALOGUES = Path(__file__).parent / "locale"
UNKNOWN = "—"
"""Stands where something is not known; it is never mistaken for zero."""
AS_SAID = frozenset({"project"})
"""Facts that somebody named: a project that is called like a word of ours keeps its name."""

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Speech:
    """One language, and the time zone in which moments are told."""

    language: Language
    zone: str
    texts: Texts

    @property
    def locale(self) -> str:
        """What Babel calls the language."""
        return LOCALES[self.language]

    def gettext(self, text: str) -> str:
        """The text in this language; the English text where it has no translation."""
        return self.texts.get(text) or text

    def country(self, code: str) -> str:
        """The country of that ISO code by its name; the code where it has none."""
        return str(Locale.parse(self.locale).territories.get(code, code))

    def called(self, language: str) -> str:
        """The name of a language that letters are written in; its tag where it has none."""
        if language in OWN_NAMES:
            return self.gettext(OWN_NAMES[language])
        try:
            name = Locale.parse(language, sep="-").get_display_name(self.locale)
        except (UnknownLocaleError, ValueError):
            return language
        return name or language

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The same for a number of things; Chinese knows no plural and translates the first."""
        if self.language == "en":
            return one if number == 1 else many
        return self.texts.get(one) or (one if number == 1 else many)

    def tell(self, sentence: Sentence, **instead: Fact) -> str:
        """A sentence with its facts in words; `instead` replaces facts by name."""
        facts = {
            name: named_fact(name, fact) if isinstance(fact, str) else fact
            for name, fact in {**sentence.facts, **instead}.items()
        }
        written = {k: v if k in AS_SAID else self._translated(v) for k, v in facts.items()}
        said = Sentence(sentence.text, written)
        return said.said(self.gettext, self.write)

    def _translated(self, fact: Fact) -> Fact:
        if isinstance(fact, Sentence):
            return self.tell(fact)
        return self.gettext(fact) if isinstance(fact, str) else fact

    def write(self, fact: Fact) -> str:
        """A fact in words."""
        match fact:
            case None:
                return self.gettext("unknown")
            case Money():
                return self.money(fact)
            case datetime():
                return self.moment(fact)
            case date():
                return self.day(fact)
            case int() | float():
                return str(format_decimal(fact, "#,##0.##", locale=self.locale))
            case _:
                return str(fact)

    # ------------------------------------------------------------------ amounts and numbers

    def money(self, amount: Money | None) -> str:
        """An exact amount: CNY 2,600,000.00."""
        if amount is None:
            return UNKNOWN
        return f"{amount.currency}\u00a0{self.figures(amount)}"

    def figures(self, amount: Money) -> str:
        """An exact amount without its currency: 2,600,000.00."""
        places = decimals(amount.currency)
        form = "#,##0" + ("." + "0" * places if places else "")
        return str(format_decimal(amount.major, form, locale=self.locale))

    def whole(self, amount: Money | None) -> str:
        """An amount to whole units of its currency, for lists: CNY 2,600,000."""
        if amount is None:
            return UNKNOWN
        number = amount.major.to_integral_value()
        return f"{amount.currency}\u00a0{format_decimal(number, '#,##0', locale=self.locale)}"

    def compact(self, amount: Money | int) -> str:
        """An amount as the axis of a chart has it: 2.6M, 260万."""
        number = amount.major if isinstance(amount, Money) else Decimal(amount)
        return str(format_compact_decimal(number, locale=self.locale, fraction_digits=1))

    def percent(self, share: Decimal | Fraction | None, *, signed: bool = False) -> str:
        """A share of one as percent: 30 %, +30 %."""
        if share is None:
            return UNKNOWN
        number = round(Fraction(share) * 100)
        return (f"{number:+,}%" if signed else f"{number:,}%").replace("-", "−")

    def number(self, value: Decimal | int | None, places: int = 2) -> str:
        """A number with at most so many decimals."""
        if value is None:
            return UNKNOWN
        form = "#,##0" + ("." + "#" * places if places else "")
        # What is nothing to so many decimals has no sign.
        value = value if round(value, places) else 0
        return str(format_decimal(value, form, locale=self.locale))

    # ------------------------------------------------------------------ days and moments

    def day(self, on: date | None) -> str:
        """A day: 23 Nov 2026, 2026年11月23日."""
        return UNKNOWN if on is None else str(format_date(on, "medium", locale=self.locale))

    def last_day(self, until: date | None) -> str:
        """The last day that counts of a period which ends before `until`, as letters say it too."""
        return self.day(None if until is None else until - timedelta(days=1))

    def month(self, on: date) -> str:
        """A month, short: Nov, 11月."""
        return str(format_date(on, "LLL", locale=self.locale))

    def year_month(self, on: date) -> str:
        """A month of a year, short: Nov 2026, 2026年11月."""
        form = "LLL y" if self.language == "en" else "y年M月"
        return str(format_date(on, form, locale=self.locale))

    def short_day(self, on: date) -> str:
        """A day under a column of a chart: 23 Nov, 11/23."""
        form = "d MMM" if self.language == "en" else "M/d"
        return str(format_date(on, form, locale=self.locale))

    def moment(self, at: datetime | None) -> str:
        """A moment where the company is: 23 Nov 2026, 17:30."""
        if at is None:
            return UNKNOWN
        form = "d MMM y, HH:mm" if self.language == "en" else "y年M月d日 HH:mm"
        zone = ZoneInfo(self.zone)
        return str(format_datetime(at, form, tzinfo=zone, locale=self.locale))


@cache
def speech(language: Language, zone: str = "UTC") -> Speech:
    """The speech of a language; moments are told in that time zone."""
    return Speech(language, zone, _catalogue(language))


@cache
def _catalogue(language: Language) -> Texts:
    path = CATALOGUES / LOCALES[language] / "LC_MESSAGES" / "creditflow.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=LOCALES[language])
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            message.string if isinstance(message.string, str) else message.string[0]
        )
        for message in catalogue
        if message.id and message.string
    }


def preferred(accepted: str, otherwise: Language) -> Language:
    """The language that an Accept-Language header asks for first among ours."""
    wishes: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        wishes += [
            (-_weight(weight), place, language)
            for language in LANGUAGES
            if tag.lower().split("-")[0] == language.split("-")[0]
        ]
    return min(wishes)[2] if wishes else otherwise


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
