"""Keep exchange rates: what is new once, and what is known only changed by somebody, with a reason.

A rate is never replaced silently. Another value for a currency and day that are
known stays out and is told, with the one that stands; who finds the standing one
wrong corrects it by name, and the journal keeps both. Proposals keep the rates
that they used, so a correction changes none of them.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from creditflow.domain.errors import Problem, Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.money import CURRENCIES
from creditflow.domain.people import SYSTEM_ACTOR, Person
from creditflow.domain.permissions import Permission, permits
from creditflow.domain.rate_age import LatestRate, latest_rates
from creditflow.domain.rates import PIVOT, Rate
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import RateFeed, RateFile, Work

SUBJECT = "rates"
"""What the journal calls the table of rates."""

_RATE = re.compile(r"\d{1,9}(\.\d{1,12})?", re.ASCII)

LEAST_WORDS = 8
"""Characters of a reason that others can understand."""


class NoCorrection(Refusal):
    """A rate cannot be corrected in that way."""


@dataclass(frozen=True, slots=True)
class Differing:
    """Another value for a day that is known: the rate that stands, and the one that stayed out."""

    stands: Rate
    told: Rate

    @property
    def sentence(self) -> Sentence:
        """Both of them, and what to do where the standing one is wrong."""
        return say(
            "For {currency} on {on} the rate {stands} ({source}) stands; {told} ({told_by}) stayed"
            " out. Correct it where that one is right (creditflow rates correct).",
            currency=self.stands.currency,
            on=self.stands.on,
            stands=str(self.stands.per_pivot),
            source=self.stands.source,
            told=str(self.told.per_pivot),
            told_by=self.told.source,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of rates that were handed in."""

    new: tuple[Rate, ...]
    known: int
    differing: tuple[Differing, ...]


def keep_rates(rates: Sequence[Rate], *, work: Work) -> Kept:
    """Keep those whose currency and day are not known; what stands is never touched."""
    standing = {(rate.currency, rate.on): rate for rate in work.rates.add(rates)}
    new, known, differing = [], 0, []
    for rate in rates:
        stands = standing.get((rate.currency, rate.on))
        if stands is None:
            new.append(rate)
        elif stands.per_pivot == rate.per_pivot:
            known += 1
        else:
            differing.append(Differing(stands, rate))
    return Kept(tuple(new), known, tuple(differing))


def bring_rates(
    feed: RateFeed,
    *,
    by: str,
    at: datetime,
    on: date,
    work: Callable[[], AbstractContextManager[Work]],
) -> Kept:
    """Fetch the rates of a day and keep what is new; a failure stays visible. Raises Problem."""
    try:
        file = feed.fetch(on=on)
    except Problem as problem:
        with work() as noting:
            note_failure(problem, on=on, at=at, work=noting)
        raise
    with work() as keeping:
        return keep_fetched(file, by=by, at=at, work=keeping)


def keep_fetched(file: RateFile, *, by: str, at: datetime, work: Work) -> Kept:
    """Keep the rates of a fetched file in the currencies that are dealt in.

    The journal has the file's hash where anything was new, and once where
    anything differed.
    """
    wanted = wanted_currencies(work)
    kept = keep_rates([rate for rate in file.rates if rate.currency in wanted], work=work)
    if kept.new or kept.differing:
        facts = {
            "file": file.sha256,
            "host": file.host,
            "on": file.newest.isoformat(),
            "count": str(len(kept.new)),
            "differing": ", ".join(
                f"{d.stands.currency} {d.stands.on} {d.stands.per_pivot} ≠ {d.told.per_pivot}"
                for d in kept.differing
            ),
        }
        entry = Entry("rates.fetched", SUBJECT, by, at, facts)
        if kept.new:
            work.journal.record(entry)
        else:
            work.journal.record_once(f"rates.differing:{file.sha256}", entry)
    return kept


def note_failure(problem: Problem, *, on: date, at: datetime, work: Work) -> None:
    """Have the journal say, once a day, that rates could not be fetched, and why."""
    facts = {"why": str(problem.sentence)}
    entry = Entry("rates.not_fetched", SUBJECT, SYSTEM_ACTOR, at, facts)
    work.journal.record_once(f"rates.not_fetched:{on.isoformat()}", entry)


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody typed: a rate in the place of the one that stands, and why."""

    currency: str
    on: date
    rate: str
    why: str

    def read(self, *, source: str, today: date) -> Rate:
        """The rate; raises NoCorrection with everything that is wrong with it."""
        code, told = self.currency.strip().upper(), self.rate.strip()
        problems = []
        if code not in CURRENCIES - {PIVOT}:
            problems.append(say("{currency} is no currency that has a rate.", currency=code or "-"))
        if not _RATE.fullmatch(told) or not Decimal(told):
            problems.append(
                say("A rate is above zero, such as 7.8123, not {rate}.", rate=told or "-")
            )
        if len(self.why.strip()) < LEAST_WORDS:
            problems.append(
                say(
                    "Say why the rate is changed, in at least {count} characters.",
                    count=LEAST_WORDS,
                )
            )
        if self.on > today:
            problems.append(say("{on} is still to come; a rate is of a day that was.", on=self.on))
        if problems:
            raise NoCorrection(problems[0], details=problems)
        return Rate(code, self.on, Decimal(told), source)


def correct_rate(
    correction: Correction, *, by: Person, at: datetime, today: date, work: Work
) -> Rate | None:
    """Put a rate in the place of the one that stands; the one it was, if any.

    Raises NoCorrection where the person may not, or the rate cannot be that.
    """
    if not permits(by, Permission.HAND_IN):
        raise NoCorrection(say("Who may hand in files may correct a rate, and nobody else."))
    rate = correction.read(source=by.id, today=today)
    known = {r.on: r for r in work.rates.all().listed() if r.currency == rate.currency}
    before = known.get(rate.on)
    if before is not None and before.per_pivot == rate.per_pivot:
        raise NoCorrection(
            say(
                "The rate of {currency} on {on} is {rate} already.",
                currency=rate.currency,
                on=rate.on,
                rate=str(before.per_pivot),
            )
        )
    work.rates.put_all([rate])
    facts = {
        "currency": rate.currency,
        "on": rate.on.isoformat(),
        "before": f"{before.per_pivot} ({before.source})" if before else "",
        "after": str(rate.per_pivot),
        "comment": correction.why.strip(),
    }
    work.journal.record(Entry("rates.corrected", SUBJECT, by.id, at, facts))
    return before


def wanted_currencies(work: Work) -> set[str]:
    """The currencies of customers, of their documents and of the policy, and those known."""
    known = {rate.currency for rate in work.rates.all().listed()}
    base = {work.policies.current().base_currency}
    return (work.customers.currencies() | work.ledger.currencies() | known | base) - {PIVOT}


def standing_of(on: date, *, work: Work) -> list[LatestRate]:
    """The latest rate of every currency that customers have or that is known, with its age.

    Where there is one currency alone, nothing is converted and no rate is missing.
    """
    wanted = work.customers.currencies() | {work.policies.current().base_currency}
    return latest_rates(work.rates.all(), on, wanted if len(wanted) > 1 else ())
