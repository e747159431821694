"""Reading what a policy says of terms: customs of sectors, the cost of money, the law."""

from datetime import date
from decimal import Decimal

from creditflow.domain.money import Money
from creditflow.domain.plain_data import Place
from creditflow.domain.sentences import say
from creditflow.domain.terms_rule import PaymentLaw, TermsRule

_MOST_DAYS = 365
_LEAST_COST = Decimal("0.001")


def read_terms(place: Place, base: str) -> TermsRule:
    """The rule; to be thrown away where problems were noted."""
    f = place.fields(optional=("sectors", "money_cost", "most_cost", "law"))
    if place.is_sound and (f.get("money_cost") is None) != (f.get("most_cost") is None):
        place.wrong(
            say("The cost of money and the share that may go into it belong together."),
            say("Write both money_cost and most_cost, or neither."),
        )
    return TermsRule(
        sectors=f.read(
            "sectors", lambda p: {s: d.whole(0, _MOST_DAYS) for s, d in p.entries()}, {}
        ),
        money_cost=f.read("money_cost", lambda p: p.number(_LEAST_COST, 1), None),
        most_cost=f.read("most_cost", lambda p: p.number(0, 1), None),
        law=f.read("law", lambda p: _law(p, base), None),
    )


def _law(place: Place, base: str) -> PaymentLaw:
    f = place.fields(
        *("country", "since", "public_sectors", "public_days", "large_from", "large_days")
    )
    return PaymentLaw(
        country=f.read("country", Place.word, ""),
        since=f.read("since", Place.day, date.max),
        public_sectors=f.read(
            "public_sectors", lambda p: tuple(x.word() for x in p.items(least=0)), ()
        ),
        public_days=f.read("public_days", lambda p: p.whole(0, _MOST_DAYS), 0),
        large_from=f.read("large_from", lambda p: p.money(base), Money.zero(base)),
        large_days=f.read("large_days", lambda p: p.whole(0, _MOST_DAYS), 0),
    )
