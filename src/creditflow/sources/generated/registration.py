"""Registration numbers: invented, with the form (in China the check digits too) of real ones."""

from creditflow.sources.generated.dice import Dice

# GB 32100-2015: the letters I, O, S, V and Z do not occur in a unified social credit code.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_check_digit(code: str) -> str:
    """The ninth character of an organisation code from its first eight (GB 11714-1997)."""
    total = sum(int(c, 36) * w for c, w in zip(code, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def credit_code_check_digit(code: str) -> str:
    """The last character of a unified social credit code from its first seventeen.

    GB 32100-2015: weights are the powers of 3, everything modulo 31.
    """
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return ALPHABET[(31 - total % 31) % 31]


def chinese_credit_code(dice: Dice, division: str) -> str:
    """A unified social credit code (18 characters) of a company in that division.

    The organisation part begins with Y, a range that is not given out, so that
    no real company is named by accident.
    """
    organisation = "Y" + "".join(dice.pick(ALPHABET) for _ in range(7))
    body = f"91{division}{organisation}{organisation_check_digit(organisation)}"
    return body + credit_code_check_digit(body)


def foreign_number(dice: Dice, country: str) -> str:
    """A number that looks like the country's company register; it belongs to nobody we know."""
    six, seven = dice.between(100_000, 299_999), dice.between(1_000_000, 8_999_999)
    forms = {
        "DE": f"HRB {six}",
        "AT": f"FN {six} {dice.pick('abdfghikmpst')}",
        "NL": f"KVK {seven}{dice.below(10)}",
        "FR": f"RCS {dice.between(400, 899)} {dice.between(100, 999)} {dice.between(100, 999)}",
        "IT": f"REA {dice.pick(('MI', 'TO', 'BO', 'VR'))}-{seven}",
        "ES": f"A{seven}{dice.below(10)}",
        "US": f"DE-{seven}",
        "GB": f"{dice.between(10, 15)}{six}",
        "HK": f"CR {seven}",
        "SG": f"{dice.between(2004, 2023)}{dice.between(10_000, 39_999)}{dice.pick('CDEGHKMNRWZ')}",
        "MX": f"FME-{seven}",
        "AE": f"CN-{seven}",
    }
    return forms.get(country, f"REG-{seven}")
