"""Budget reading: plain data becomes a budget plan, or every problem in it is named at once."""

from collections.abc import Sequence
from decimal import Decimal

from creditflow.domain.budgets import Budget, BudgetPlan, Economics, Measure, UseStep
from creditflow.domain.errors import Refusal
from creditflow.domain.money import Money
from creditflow.domain.plain_data import Fields, LineOf, Place
from creditflow.domain.policy_problem import PolicyProblem, Problems
from creditflow.domain.scope import Scope
from creditflow.domain.sentences import say

_SCALARS = {
    "total": Measure.LIMIT,
    "expected_loss": Measure.EXPECTED_LOSS,
    "economic_capital": Measure.ECONOMIC_CAPITAL,
    "uninsured": Measure.UNINSURED,
}
_PARTS = {
    "sectors": Scope.SECTOR,
    "countries": Scope.COUNTRY,
    "regions": Scope.REGION,
    "groups": Scope.GROUP,
}
_RATES = ("margin", "loss_given_default", "cost_of_money", "cost_of_capital",
          "drawn_before_default", "lost_without_credit")  # fmt: skip


class InvalidBudgets(Refusal):
    """A document that makes no budget plan; `problems` has all that is wrong with it."""

    def __init__(self, problems: Sequence[PolicyProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            say(
                "The budgets have {count} problems; the first: {first}",
                count=len(problems),
                first=str(problems[0]),
            )
        )


def read_budgets(
    value: object, *, document: str, line_of: LineOf, noted: Sequence[PolicyProblem] = ()
) -> tuple[BudgetPlan | None, list[PolicyProblem]]:
    """The plan that the plain data make, or None and every problem in them. Never raises.

    What could not be read is UNREAD, and among the problems `noted` already.
    """
    problems = Problems(noted)
    place = Place(value, document=document, path=(), line_of=line_of, problems=problems)
    fields = place.fields("currency", "economics", "budgets")
    currency = fields.read("currency", Place.currency, "CNY")
    economics = fields.read("economics", _economics, None)
    budgets = fields.read("budgets", lambda at: _budgets(at, currency), None)
    if problems or economics is None or budgets is None:
        return None, problems
    limits, per_name, per_group, least = budgets
    return BudgetPlan(currency, economics, limits, per_name, per_group, least), problems


def _economics(place: Place) -> Economics:
    fields = place.fields(*_RATES, "use", optional=("sector_margin", "covered"))
    rates = {name: fields.read(name, _share, Decimal(0)) for name in _RATES}
    covered = fields.read(
        "covered", lambda at: at.fields(optional=("countries", "customers")), None
    )
    return Economics(
        **rates,
        use=fields.read("use", _use, ()),
        sector_margin=fields.read("sector_margin", _shares, {}),
        covered_countries=covered.read("countries", _shares, {}) if covered else {},
        covered_customers=covered.read("customers", _shares, {}) if covered else {},
    )


def _share(place: Place) -> Decimal:
    return place.number(0, 1)


def _shares(place: Place) -> dict[str, Decimal]:
    return {name: below.number(0, 1) for name, below in place.entries()}


def _use(place: Place) -> tuple[UseStep, ...]:
    """Parts of the need in order, each less likely to be used than the one before."""
    steps: list[UseStep] = []
    for item in place.items():
        fields = item.fields("up_to", "chance")
        step = UseStep(
            fields.read("up_to", lambda at: at.number(0, 10), Decimal(0)),
            fields.read("chance", _share, Decimal(0)),
        )
        sound = item.is_sound
        if sound and step.up_to <= (steps[-1].up_to if steps else 0):
            item.wrong(
                say("This part of the need ends before it begins."),
                say("Let “up_to” rise from one entry to the next, beginning above zero."),
            )
        if sound and steps and step.chance > steps[-1].chance:
            item.wrong(
                say("A later part of the need cannot be used more often than an earlier one."),
                say("Let “chance” fall from one entry to the next."),
            )
        steps += [step] if sound else []
    return tuple(steps)


_Budgets = tuple[tuple[Budget, ...], Money | None, Money | None, Decimal | None]


def _budgets(place: Place, currency: str) -> _Budgets:
    optional = (*_SCALARS, *_PARTS, "per_name", "per_group", "least_insured_share")
    fields = place.fields(optional=optional)
    if fields.complete and not any(fields.get(name) for name in optional):
        place.wrong(
            say("There is no budget here."),
            say("Set at least one of: {fields}.", fields=", ".join(optional)),
        )
    found = [
        Budget(measure, Scope.BOOK, "", at.money(currency))
        for name, measure in _SCALARS.items()
        if (at := fields.get(name)) is not None
    ]
    for name, scope in _PARTS.items():
        if (at := fields.get(name)) is not None:
            found += [
                Budget(Measure.LIMIT, scope, part, below.money(currency))
                for part, below in at.entries()
            ]
    per_name = _money(fields, "per_name", currency)
    per_group = _money(fields, "per_group", currency)
    least = fields.read("least_insured_share", _share, None)
    if least is not None:
        found.append(Budget(Measure.INSURED_SHARE, Scope.BOOK, "", Money.zero(currency)))
    return tuple(found), per_name, per_group, least


def _money(fields: Fields, name: str, currency: str) -> Money | None:
    return fields.read(name, lambda at: at.money(currency), None)
