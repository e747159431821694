"""Words in cells: names, numbers of documents, currencies, countries, addresses, choices.

Whatever could mislead a reader or a spreadsheet is refused: control characters,
marks that turn the direction of writing, invisible characters, formulas.
"""

import re
import unicodedata
from collections.abc import Collection

from creditflow.domain.customer import LANGUAGES, LetterWay
from creditflow.domain.money import CURRENCIES
from creditflow.domain.sentences import say
from creditflow.domain.texts import TAG
from creditflow.services.addressing import (
    LONGEST_ADDRESS,
    LONGEST_LOCAL_PART,
    MOST_RECIPIENTS,
    SEVERAL,
)
from creditflow.sources.amounts import Unreadable

MOST_ID = 64
MOST_NAME = 200

# Control characters, zero-width ones, marks of direction, surrogates, specials.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("[\r\n]")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

# Exactly one addr-spec (RFC 5321 in its ASCII form): no names, no lists, no quotes.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)

_COUNTRY_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
    "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
    "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
    "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
    "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW ZZ "
)

COUNTRIES = frozenset(_COUNTRY_CODES.split())
"""ISO 3166-1 codes, and ZZ, by which the same standard's users say that they do not know."""


def text(value: str, *, most: int = MOST_NAME) -> str:
    """A name or another text of one line, in Unicode's composed form; raises Unreadable."""
    if value.isascii() and value.isprintable():
        clean = value
    else:
        if _BREAKS.search(value):
            raise Unreadable(
                say("The text goes on over several lines."),
                say("Write it in one line; look for a quotation mark that is not closed."),
            )
        if _HIDDEN.search(value):
            raise Unreadable(
                say("The text contains control characters or invisible ones."),
                say("Type it anew instead of copying it."),
            )
        # Composing never shortens a text to less than a quarter; a huge one is not touched.
        clean = unicodedata.normalize("NFC", value) if len(value) <= 4 * most else value
    bare = clean.removeprefix("'")
    if bare.startswith(_FORMULA):
        raise Unreadable(
            say("The text begins with {sign}, which a spreadsheet would calculate.", sign=bare[0]),
            say("Remove the first character, or put a word before it."),
        )
    if len(clean) > most:
        raise Unreadable(
            say("The text has more than {most} characters.", most=most),
            say("Shorten it; look for a quotation mark that is not closed."),
        )
    return clean


def id_(value: str) -> str:
    """A number or code that something is known by, kept as text; raises Unreadable."""
    clean = text(value, most=MOST_ID)
    if not clean.isascii() and unicodedata.normalize("NFKC", clean) != clean:
        raise Unreadable(
            say("The number is written with full-width characters or look-alikes."),
            say("Write it with plain letters and digits."),
        )
    return clean


def currency(value: str) -> str:
    """An ISO 4217 code as it is written there, in capitals; raises Unreadable."""
    if value in CURRENCIES:
        return value
    if value.upper() in CURRENCIES:
        raise Unreadable(
            say("Currency codes are written in capitals."),
            say("Write {code}.", code=value.upper()),
        )
    raise Unreadable(
        say("This is not a currency that creditflow knows."),
        say("Write its ISO 4217 code, such as CNY, USD or EUR."),
    )


def country(value: str) -> str:
    """An ISO 3166-1 code of two capitals, or ZZ for unknown; raises Unreadable."""
    if value in COUNTRIES:
        return value
    raise Unreadable(
        say("This is not a country code of two capital letters."),
        say("Write its ISO 3166 code, such as CN or US; ZZ where it is unknown."),
    )


def language(value: str, known: Collection[str] = LANGUAGES) -> str:
    """One of the languages that letters are written in; raises Unreadable."""
    if value in known:
        return value
    raise Unreadable(
        say("Letters are written in {known} only.", known=", ".join(known)),
        say("Use one of: {choices}.", choices=", ".join(known)),
    )


def language_tag(value: str) -> str:
    """A language as it is written, whether or not letters are; raises Unreadable."""
    if TAG.fullmatch(value):
        return value
    raise Unreadable(
        say("This is not how a language is written."), say("Write it as zh-CN, en or de.")
    )


def letters_by(value: str) -> LetterWay:
    """Email or post; raises Unreadable."""
    if value in set(LetterWay):
        return LetterWay(value)
    raise Unreadable(say("Letters leave by email or by post only."), say("Write email or post."))


def emails(value: str) -> str:
    """E-mail addresses without names, set apart by semicolons; raises Unreadable."""
    found = [part for part in map(str.strip, value.split(SEVERAL)) if part]
    if len(found) > MOST_RECIPIENTS:
        raise Unreadable(
            say("These are more than {most} e-mail addresses.", most=MOST_RECIPIENTS),
            say("Keep those that letters should reach."),
        )
    for address in found or [value]:
        local, _, _ = address.partition("@")
        fits = len(address) <= LONGEST_ADDRESS and len(local) <= LONGEST_LOCAL_PART
        if not fits or not _ADDRESS.fullmatch(address):
            raise Unreadable(
                say("This is not exactly one e-mail address."),
                say(
                    "Write one address such as finance@example.com, without a name; set several"
                    " apart by semicolons."
                ),
            )
    return f"{SEVERAL} ".join(found)
