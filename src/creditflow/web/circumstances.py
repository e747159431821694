"""Read what somebody enters to ask who would decide an amount; every mistake in one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from creditflow.approvals.simulating import Simulation, simulate
from creditflow.domain.calendar import IsWorkingDay
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.grade import Grade
from creditflow.domain.money import CURRENCIES
from creditflow.domain.occasion import OccasionKind
from creditflow.domain.scorecard import Segment
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.presuming import Circumstances, Presumed, presume, presume_entered
from creditflow.web.amounts import read_amount
from creditflow.web.typed import Typed

FIELDS = ("customer", "amount", "occasion", "currency", "segment", "grade", "current", "raised",
          "confidence", "knocked_out", "legal_entity", "secured")  # fmt: skip
"""What may be entered; everything but the amount may be left out."""

ASKED = (OccasionKind.REQUEST, OccasionKind.PERIODIC)
"""Occasions that make a difference to who decides: somebody asked, or nobody did."""


class CannotSay(Refusal):
    """From what was entered nobody can tell who would decide."""


@dataclass(frozen=True)
class Foretold:
    """The case that was presumed, and what would become of the amount."""

    presumed: Presumed
    simulation: Simulation


def foretell(
    typed: Mapping[str, str], *, at: datetime, on: date, works: IsWorkingDay, work: Work
) -> Foretold:
    """Who would decide what was entered; raises CannotSay with everything that is wrong at once.

    With a customer it is judged by today's facts and only the amount and the
    occasion count; without one, what is entered of a customer.
    """
    reading = Typed(typed)
    kind = reading.read("occasion", _occasion) or OccasionKind.REQUEST
    customer = reading.text("customer")
    if customer:
        presumed, currency = _customers(customer, kind, reading, at=at, on=on, work=work)
    else:
        presumed, currency = _entered(kind, reading, at=at, on=on, work=work)
    amount = reading.read("amount", lambda text: read_amount(text, currency))
    if not reading.text("amount"):
        reading.problems.append(say("Say which amount it is about, in {currency}.",
                                    currency=currency))  # fmt: skip
    if reading.problems or presumed is None or amount is None:
        raise CannotSay(reading.problems[0], details=reading.problems)
    simulation = simulate(
        presumed.asked,
        presumed.case,
        amount,
        barred=presumed.barred,
        at=at,
        on=on,
        works=works,
        work=work,
    )
    return Foretold(presumed, simulation)


def _customers(
    customer: str, kind: OccasionKind, reading: Typed, *, at: datetime, on: date, work: Work
) -> tuple[Presumed | None, str]:
    try:
        currency = work.customers.get(CustomerId(customer)).currency
    except NotFound as problem:
        reading.problems.append(problem.sentence)
        return None, work.policies.current().base_currency
    return presume(CustomerId(customer), kind, at=at, on=on, work=work), currency


def _entered(
    kind: OccasionKind, reading: Typed, *, at: datetime, on: date, work: Work
) -> tuple[Presumed | None, str]:
    policy = work.policies.current()
    base, companies = policy.base_currency, [entity.id for entity in policy.legal_entities]
    currency = reading.read("currency", _currency) or base
    grade = reading.read("grade", _grade)
    if not reading.text("grade"):
        reading.problems.append(say("Name a customer, or the grade that one would have: A to G."))
    confidence = reading.read("confidence", _share)
    what = Circumstances(
        currency=currency,
        segment=reading.read("segment", _segment) or Segment.EXISTING,
        grade=grade or Grade.G,
        current=reading.read("current", lambda text: read_amount(text, currency)),
        raised=reading.read("raised", lambda text: read_amount(text, base)),
        confidence=Decimal(1) if confidence is None else confidence,
        is_requested=kind is OccasionKind.REQUEST,
        is_knocked_out=bool(reading.text("knocked_out")),
        secured=reading.read("secured", lambda text: read_amount(text, currency)),
        legal_entity=reading.read("legal_entity", lambda text: _company(text, companies)),
    )
    if reading.problems:
        return None, currency
    return presume_entered(what, at=at, on=on, work=work), currency


def _occasion(text: str) -> OccasionKind:
    return OccasionKind(_one_of(text, [kind.value for kind in ASKED]))


def _segment(text: str) -> Segment:
    return Segment(_one_of(text, [segment.value for segment in Segment]))


def _grade(text: str) -> Grade:
    return Grade(_one_of(text.upper(), [grade.value for grade in Grade]))


def _currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise CannotSay(
            say("{typed} is no currency. Write its three letters, such as CNY.", typed=text[:20])
        )
    return text.upper()


def _one_of(text: str, known: list[str]) -> str:
    if text not in known:
        raise CannotSay(say("{typed} is none of {known}.", typed=text[:20], known=", ".join(known)))
    return text


def _company(text: str, known: list[str]) -> str:
    if not known:
        raise CannotSay(
            say(
                "{typed} is no company of ours: the policy lists none. Leave it out, or list the"
                " companies under legal_entities.",
                typed=text[:20],
            )
        )
    return _one_of(text, known)


def _share(text: str) -> Decimal:
    """A share as percent, from 0 to 100."""
    try:
        share = Decimal(text.rstrip("%％").strip()) / 100
    except InvalidOperation:
        share = Decimal(-1)
    if not share.is_finite() or not 0 <= share <= 1:
        raise CannotSay(
            say("{typed} is no share. Write a percentage from 0 to 100.", typed=text[:20])
        )
    return share


def is_asked(typed: Mapping[str, str]) -> bool:
    """Whether anything was entered at all."""
    return any(typed.get(name, "").strip() for name in ("amount", "grade", "current", "raised"))
