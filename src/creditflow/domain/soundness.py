"""Soundness: a statement's figures that can be believed, and a named problem for each that cannot.

What is contradicted is unknown, never guessed: a negative inventory, a part
larger than its whole, a balance sheet that does not add up, the same period
told in two ways, figures in ten thousands (万元) between figures in units (元).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from creditflow.domain.evidence_problem import EvidenceProblem, ProblemCode
from creditflow.domain.figures import DIVISORS, FIGURES, FLOWS, GROWTHS, STOCKS, bearing_on
from creditflow.domain.ledger import Statement
from creditflow.domain.money import Money
from creditflow.domain.sentences import Sentence, say

_NEVER_NEGATIVE = (
    "revenue", "cost_of_sales", "total_assets", "current_assets", "cash", "inventory",
    "receivables", "total_liabilities", "current_liabilities",
)  # fmt: skip
_PARTS = (
    ("current_assets", "total_assets"),
    ("cash", "current_assets"),
    ("inventory", "current_assets"),
    ("receivables", "current_assets"),
    ("current_liabilities", "total_liabilities"),
)
TOLERANCE = 100
"""A balance sheet may miss its sum by one part in a hundred."""

MOST_TIMES_REVENUE = 20
"""Nobody buys twenty times its revenue from us; with a revenue in 万元 it would seem so."""

UNIT_JUMP = 1_000
"""No business grows or shrinks a thousandfold in a year; a unit of thousands or 万 does."""

MOST_MONTHS = 24

_CHECK_UNIT = say("Check the unit of the figures (元 or 万元) and hand the statement in again.")
_CHECK_FIGURES = say("Compare the figures with the statement and hand it in again.")


def sound(
    statement: Statement, statements: Sequence[Statement], earlier: Statement | None
) -> tuple[Statement, list[EvidenceProblem]]:
    """The statement without the figures that cannot be believed, and why for each of them.

    `statements` are all of the customer that had ended; `earlier` is the one of
    the year before, if there is one.
    """
    doubts = _Doubts(statement)
    for check in (_length, _currency, _negative, _parts, _balance, _units):
        check(doubts)
    _contradictions(doubts, statements)
    if earlier is not None:
        _jumps(doubts, earlier)
    _divisors(doubts, earlier)
    return doubts.believed(), doubts.problems


class _Doubts:
    """The figures of one statement, and those of them that are in doubt."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.doubtful: set[str] = set()
        self.problems: list[EvidenceProblem] = []

    def figure(self, name: str) -> int | None:
        """A figure that nothing has put in doubt so far, in minor units."""
        amount: Money | None = getattr(self.statement, name)
        return None if amount is None or name in self.doubtful else amount.minor

    def doubt(
        self, code: ProblemCode, names: Iterable[str], what: Sentence, remedy: Sentence
    ) -> None:
        """These figures cannot be believed."""
        self.doubtful.update(names)
        self.problems.append(EvidenceProblem(code, what, remedy, bearing_on(names)))

    def believed(self) -> Statement:
        """The statement with what is in doubt unknown."""
        unknown: dict[str, Any] = dict.fromkeys(self.doubtful)
        return replace(self.statement, **unknown)


def _length(doubts: _Doubts) -> None:
    statement = doubts.statement
    if not 1 <= statement.months <= MOST_MONTHS:
        doubts.doubt(
            ProblemCode.PERIOD_LENGTH,
            FLOWS,
            say(
                "The statement of {period_end} covers {months} months, which no period does.",
                period_end=statement.period_end,
                months=statement.months,
            ),
            say("Give the months that revenue and profit cover, usually 12."),
        )


def _currency(doubts: _Doubts) -> None:
    statement = doubts.statement
    for name in FIGURES:
        amount: Money | None = getattr(statement, name)
        if amount is not None and amount.currency != statement.currency:
            doubts.doubt(
                ProblemCode.FIGURE_CURRENCY,
                (name,),
                say(
                    "{figure} of {period_end} is in {currency}, the statement in {other}.",
                    figure=name,
                    period_end=statement.period_end,
                    currency=amount.currency,
                    other=statement.currency,
                ),
                _CHECK_FIGURES,
            )


def _negative(doubts: _Doubts) -> None:
    for name in _NEVER_NEGATIVE:
        figure = doubts.figure(name)
        if figure is not None and figure < 0:
            doubts.doubt(
                ProblemCode.NEGATIVE_FIGURE,
                (name,),
                say(
                    "{figure} of {period_end} is below zero ({amount}), which has no meaning.",
                    figure=name,
                    period_end=doubts.statement.period_end,
                    amount=getattr(doubts.statement, name),
                ),
                _CHECK_FIGURES,
            )


def _parts(doubts: _Doubts) -> None:
    """A part that is larger than its whole puts both in doubt."""
    for part, whole in _PARTS:
        some, all_ = doubts.figure(part), doubts.figure(whole)
        if some is not None and all_ is not None and some > all_:
            doubts.doubt(
                ProblemCode.PART_ABOVE_WHOLE,
                (part, whole),
                say(
                    "{part} ({some}) is more than {whole} ({all}), of which it is a part.",
                    part=part,
                    some=getattr(doubts.statement, part),
                    whole=whole,
                    all=getattr(doubts.statement, whole),
                ),
                _CHECK_FIGURES,
            )


def _balance(doubts: _Doubts) -> None:
    """Assets are liabilities and equity; where they are not, nobody knows which is wrong."""
    names = ("total_assets", "total_liabilities", "equity")
    assets, liabilities, equity = (doubts.figure(name) for name in names)
    if assets is None or liabilities is None or equity is None:
        return
    if abs(assets - liabilities - equity) * TOLERANCE > assets:
        doubts.doubt(
            ProblemCode.UNBALANCED,
            names,
            say(
                "Assets of {assets} are not liabilities of {liabilities} and equity of {equity}.",
                assets=doubts.statement.total_assets,
                liabilities=doubts.statement.total_liabilities,
                equity=doubts.statement.equity,
            ),
            say("Compare the three figures with the statement, and their unit."),
        )


def _units(doubts: _Doubts) -> None:
    """Revenue a thousand times the assets, or the other way round, is in another unit."""
    revenue, assets = doubts.figure("revenue"), doubts.figure("total_assets")
    if revenue and assets and _apart(revenue, assets):
        doubts.doubt(
            ProblemCode.UNIT_MIXED,
            FIGURES,
            say(
                "Revenue of {revenue} and assets of {assets} are not in the same unit.",
                revenue=doubts.statement.revenue,
                assets=doubts.statement.total_assets,
            ),
            _CHECK_UNIT,
        )


def _contradictions(doubts: _Doubts, statements: Sequence[Statement]) -> None:
    """The same period told otherwise by another source of the same standing."""
    statement = doubts.statement
    for other in statements:
        if (
            other.period_end != statement.period_end
            or other.source == statement.source
            or (other.audited is True) != (statement.audited is True)
            or (other.months, other.currency) != (statement.months, statement.currency)
        ):
            continue
        names = [n for n in FIGURES if _differs(getattr(statement, n), getattr(other, n))]
        for name in names:
            doubts.doubt(
                ProblemCode.CONTRADICTING_STATEMENTS,
                (name,),
                say(
                    "{figure} of {period_end} is {one} by one source and {other} by another.",
                    figure=name,
                    period_end=statement.period_end,
                    one=getattr(statement, name),
                    other=getattr(other, name),
                ),
                say("Find out which is right and hand that one in under both sources."),
            )


def _differs(one: Money | None, other: Money | None) -> bool:
    return one is not None and other is not None and one != other


def _jumps(doubts: _Doubts, earlier: Statement) -> None:
    """Where revenue or assets are a thousand times those of a year before, the unit has changed.

    Both groups of figures are judged by their largest member, for a profit may
    well be a thousand times that of a bad year.
    """
    for group, name in ((FLOWS, "revenue"), (STOCKS, "total_assets")):
        now, before = doubts.figure(name), _minor(earlier, name)
        if now and before and _apart(now, before):
            doubts.doubt(
                ProblemCode.UNIT_CHANGED,
                group,
                say(
                    "{figure} went from {before} to {now} between {earlier} and {period_end}:"
                    " the unit of the figures seems to have changed (元 and 万元).",
                    figure=name,
                    before=getattr(earlier, name),
                    now=getattr(doubts.statement, name),
                    earlier=earlier.period_end,
                    period_end=doubts.statement.period_end,
                ),
                _CHECK_UNIT,
            )


def _divisors(doubts: _Doubts, earlier: Statement | None) -> None:
    """Ratios to a figure that is zero or less mean nothing; the figure itself stays."""
    for name, signals in DIVISORS.items():
        figure = doubts.figure(name)
        if figure is not None and figure <= 0:
            doubts.problems.append(_no_divisor(name, doubts.statement, signals))
    for name, growth in GROWTHS.items():
        before = _minor(earlier, name) if earlier is not None else None
        if earlier is not None and before is not None and before <= 0:
            doubts.problems.append(_no_divisor(name, earlier, (growth,)))


def _no_divisor(name: str, statement: Statement, signals: tuple[str, ...]) -> EvidenceProblem:
    return EvidenceProblem(
        ProblemCode.NOT_ABOVE_ZERO,
        say(
            "{figure} of {period_end} is {amount}, not above zero: ratios to it mean nothing.",
            figure=name,
            period_end=statement.period_end,
            amount=getattr(statement, name),
        ),
        say("If the figure is right, nothing is to be done; judge by the other ratios."),
        signals,
    )


def _minor(statement: Statement, name: str) -> int | None:
    amount: Money | None = getattr(statement, name)
    return amount.minor if amount is not None and amount.currency == statement.currency else None


def _apart(one: int, other: int) -> bool:
    low, high = sorted((abs(one), abs(other)))
    return high >= UNIT_JUMP * low > 0


def future_statements(statements: Iterable[Statement], seen_on: date) -> list[EvidenceProblem]:
    """Statements whose period had not ended on the day when somebody looked."""
    return [
        EvidenceProblem(
            ProblemCode.FUTURE_STATEMENT,
            say(
                "A statement is dated {period_end}, which has not come yet; it is not used.",
                period_end=statement.period_end,
            ),
            say("Correct its date; check that day and month are in the right order."),
        )
        for statement in statements
        if statement.period_end > seen_on
    ]


def larger_than_believable(bought: Decimal, revenue: Decimal) -> bool:
    """Whether our sales to a customer exceed its whole revenue so far that the units differ."""
    return 0 < revenue * MOST_TIMES_REVENUE < bought
