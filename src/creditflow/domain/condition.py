"""Condition: what a customer's statements say of it, as far as they can be believed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from creditflow.domain.evidence_problem import EvidenceProblem, ProblemCode
from creditflow.domain.figures import GROWTHS
from creditflow.domain.ledger import Statement
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.ratios import latest, ratios, year_before
from creditflow.domain.sentences import say
from creditflow.domain.signals import SignalValue
from creditflow.domain.soundness import larger_than_believable, sound

AMOUNTS = (
    *("annual_revenue", "equity_amount", "purchase_share_of_revenue", "working_capital_amount"),
)
"""What is of no use where the unit of a statement is in doubt; ratios within it stay."""


@dataclass(frozen=True, slots=True)
class Condition:
    """The signals of the latest statement, and what in it could not be believed."""

    statement: Statement | None = None
    values: Mapping[str, SignalValue] = field(default_factory=dict)
    problems: tuple[EvidenceProblem, ...] = ()

    def against(self, bought: Decimal) -> "Condition":
        """The same, its amounts unknown where we alone sold it many times its revenue in a year."""
        revenue = self.values.get("annual_revenue")
        if self.statement is None or not isinstance(revenue, Decimal):
            return self
        if not larger_than_believable(bought, revenue):
            return self
        problem = _against_ledger(self.statement, bought, revenue)
        kept = {name: value for name, value in self.values.items() if name not in AMOUNTS}
        return replace(self, values=kept, problems=(*self.problems, problem))


def condition_of(statements: Sequence[Statement], own: OwnCurrency) -> Condition:
    """The financial signals of the latest statement whose period had ended on the day.

    Raises NoRate where its currency cannot be converted.
    """
    statement = latest(statements, own.on)
    if statement is None:
        return Condition()
    values, problems = believed(statement, statements, own)
    return Condition(statement, values, problems)


def believed(
    statement: Statement, statements: Sequence[Statement], own: OwnCurrency
) -> tuple[dict[str, SignalValue], tuple[EvidenceProblem, ...]]:
    """What follows from one statement among all of a customer's, and what is wrong with it.

    Only statements of the same or an earlier period have a say, so that the
    result is the same on every day.
    """
    known = [s for s in statements if s.period_end <= statement.period_end]
    earlier = year_before(known, statement)
    sound_one, problems = sound(statement, known, earlier)
    before = None
    if earlier is not None:
        before, doubts = sound(earlier, known, None)
        problems += _about_growth(doubts)
    return ratios(sound_one, before, own), tuple(dict.fromkeys(problems))


def _about_growth(doubts: Iterable[EvidenceProblem]) -> Iterator[EvidenceProblem]:
    """Of an earlier statement, only growth depends."""
    for problem in doubts:
        growths = tuple(name for name in problem.signals if name in GROWTHS.values())
        if growths:
            yield replace(problem, signals=growths)


def _against_ledger(statement: Statement, year: Decimal, revenue: Decimal) -> EvidenceProblem:
    return EvidenceProblem(
        ProblemCode.UNIT_AGAINST_LEDGER,
        say(
            "We alone sold it {bought} within a year, and its statement of {period_end} has a"
            " revenue of {revenue}: the statement seems to be in another unit (万元).",
            bought=f"{year:,.0f}",
            period_end=statement.period_end,
            revenue=f"{revenue:,.0f}",
        ),
        say("Check the unit of the figures (元 or 万元) and hand the statement in again."),
        AMOUNTS,
    )
