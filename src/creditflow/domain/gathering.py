"""Gathering: a customer's ledger, statements, limit and what others say become one day's evidence.

Nothing that happened after the day can be seen, and what is not known is in
the evidence as unknown, so that nobody mistakes it for zero. What cannot be
believed is unknown too, and the evidence names the problem.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from creditflow.domain.ageing import ageing
from creditflow.domain.behaviour import behaviour, lines, of_the_year, started_on, undisputed
from creditflow.domain.catalogue import KINDS, OBSERVED, SIGNALS, Kind
from creditflow.domain.condition import condition_of
from creditflow.domain.customer import Customer
from creditflow.domain.evidence_problem import EvidenceProblem, ProblemCode
from creditflow.domain.exposure import Exposure
from creditflow.domain.lateness import lateness
from creditflow.domain.ledger import Ledger, Statement
from creditflow.domain.ledger_age import ended, lasts, reaches
from creditflow.domain.limits import Limit
from creditflow.domain.observation import Observation
from creditflow.domain.observing import observe
from creditflow.domain.operations import Sales, operations, outlook, pipeline
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import Policy
from creditflow.domain.rates import Rates
from creditflow.domain.sentences import say
from creditflow.domain.signals import Evidence, Signal, SignalValue
from creditflow.domain.sound_ledger import sound_ledger
from creditflow.domain.soundness import future_statements
from creditflow.domain.turnover import turnover


def gather(
    customer: Customer,
    *,
    ledger: Ledger,
    statements: Sequence[Statement],
    exposure: Exposure,
    limit: Limit | None,
    policy: Policy,
    rates: Rates,
    on: date,
    observations: Iterable[Observation] = (),
    seen_on: date | None = None,
    sources_until: date | None = None,
) -> Evidence:
    """All signals of the catalogue for one customer at the end of that day.

    Amounts are in the customer's own currency at that day's rates; raises
    NoRate where a document's currency cannot be converted. `seen_on` is the day
    on which somebody looks (never before `on`): what is dated after it is a
    mistake and named as a problem, what merely is dated after `on` is not seen.
    `sources_until` is the latest day of any document of the ledger's sources,
    whoever's it is; None where nobody looked, and the ledger counts as complete.
    """
    own, observations = OwnCurrency(customer.currency, rates, on), tuple(observations)
    known, problems = sound_ledger(ledger.until(on), own)
    sales = Sales(known, own)
    condition = condition_of(statements, own).against(own.major(sales.last(365)))
    seen, unread = observe(observations, customer, policy, on)
    values: dict[str, SignalValue] = dict(condition.values)
    revenue = values.get("annual_revenue")
    values |= _history(known, sales, own, on)
    values |= operations(
        sales, exposure, limit, own, revenue if isinstance(revenue, Decimal) else None
    )
    values |= pipeline(known, sales, exposure)
    values |= outlook(customer, policy)
    values |= {"sector": customer.sector, "country": customer.country}
    started = started_on(customer.onboarded_on, known, on)
    if started is not None:
        values["tenure_days"] = Decimal((on - started).days)
    until, life = reaches(known, sources_until, on), policy.shelf_life_days(Kind.LEDGER)
    if life is not None and known.invoices:
        problems += ended(until, life, on)
    problems += [*condition.problems, *unread]
    if seen_on is not None:
        problems += future_statements(statements, max(on, seen_on))
        problems += _future_observations(observations, customer, max(on, seen_on))
    signals = _signals(values, seen, condition.statement, policy, (on, until))
    return Evidence(signals, problems)


def _future_observations(
    observations: Iterable[Observation], customer: Customer, seen_on: date
) -> Iterator[EvidenceProblem]:
    for observation in observations:
        if observation.on > seen_on and observation.concerns(customer):
            yield EvidenceProblem(
                ProblemCode.FUTURE_OBSERVATION,
                say(
                    "{provider} is said to have observed something on {day}, which has not come"
                    " yet; it is not used.",
                    provider=observation.provider,
                    day=observation.on,
                ),
                say("Correct its date; check that day and month are in the right order."),
            )


def _history(known: Ledger, sales: Sales, own: OwnCurrency, on: date) -> dict[str, Decimal]:
    """How the customer has paid and how its debts age, from its invoices."""
    found = lines(known, own)
    judged = undisputed(found)
    return {
        **behaviour(known, found, own, on),
        **lateness(judged, of_the_year(judged, on), on),
        **ageing(found, judged, on),
        **turnover(sales, found),
    }


def _signals(
    values: Mapping[str, SignalValue],
    seen: Mapping[str, Signal],
    statement: Statement | None,
    policy: Policy,
    days: tuple[date, date],
) -> Iterator[Signal]:
    """Each signal with its day; `days` are that of the evaluation and the ledger's last one."""
    on, until = days
    for name in SIGNALS:
        value, kind = values.get(name), KINDS[name]
        life = policy.shelf_life_days(kind)
        if kind in OBSERVED:
            yield seen.get(name) or Signal(name, None, on, kind.value)
        elif kind is Kind.MASTER_DATA:
            yield Signal(name, value, on, kind.value)
        elif life is None:
            yield Signal(name, value, on, f"policy {policy.version}")
        elif kind is Kind.LEDGER:
            yield Signal(name, value, until, "ledger", lasts(name, value, until, on, life))
        elif statement is None:
            yield Signal(name, None, on, "statement")
        else:
            end = statement.period_end
            yield Signal(name, value, end, _named(statement), end + timedelta(days=life))


def _named(statement: Statement) -> str:
    audited = {True: " (audited)", False: " (unaudited)", None: ""}[statement.audited]
    return f"statement {statement.period_end.isoformat()}{audited}"
