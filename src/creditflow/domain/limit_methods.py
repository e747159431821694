"""Limit methods: what each of them would grant a customer, and why, in its own currency."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from creditflow.domain.backing import Backing
from creditflow.domain.candidate import Candidate, LimitMethod
from creditflow.domain.competition_rule import COMPETITION, competition_step
from creditflow.domain.dynamic_limits import NEVER, Movement
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.limits import LimitState
from creditflow.domain.market_rule import OUTLOOKS, market_step
from creditflow.domain.money import Money, decimals
from creditflow.domain.own_currency import OwnCurrency
from creditflow.domain.policy import GradeRule, Policy
from creditflow.domain.scorecard import Segment
from creditflow.domain.sentences import Sentence, say
from creditflow.domain.terms import shortest, terms_reasons
from creditflow.domain.terms_rule import TermsReason


@dataclass(frozen=True, slots=True)
class Situation:
    """What besides the evaluation bears on a limit; all amounts in the customer's currency.

    `current` is None where no limit was set or where it had no upper bound.
    `terms_days` are the present terms, `allocation` its part of the book, None if unknown.
    `moved` says when the limit last changed, `rooms` what is left for it of what it shares with
    others. `backings` are the covers and guarantees that count, `current_open` the part of the
    current limit that rests on none (None: all of it).
    """

    own: OwnCurrency
    current: Money | None
    current_state: LimitState
    requested: Money | None
    terms_days: int | None
    allocation: Candidate | None = None
    moved: Movement = NEVER
    rooms: tuple[Candidate, ...] = ()
    backings: tuple[Backing, ...] = ()
    current_open: Money | None = None

    def terms_reasons(self, evaluation: Evaluation, policy: Policy) -> tuple[TermsReason, ...]:
        """What each consideration would allow in terms of payment."""
        return terms_reasons(evaluation, self.terms_days, policy, self.own)

    def terms(self, evaluation: Evaluation, policy: Policy) -> int:
        """Days within which its invoices are to be paid."""
        return shortest(self.terms_reasons(evaluation, policy))


def candidates_of(
    evaluation: Evaluation, situation: Situation, rule: GradeRule, policy: Policy
) -> tuple[Candidate, ...]:
    """All of them, in the order in which a case shows them; those that do not apply are absent."""
    need = _against_competition(_need(evaluation, situation, rule, policy), evaluation, policy)
    found = [
        _knock_out(evaluation, situation),
        need,
        _current(situation) if need.amount is None else None,
        _requested(situation),
        situation.allocation,
        _capacity(evaluation, situation, rule),
        _appetite(evaluation, situation, rule, policy),
        _cap(situation, policy),
        *situation.rooms,
    ]
    return tuple(candidate for candidate in found if candidate is not None)


def _knock_out(evaluation: Evaluation, situation: Situation) -> Candidate | None:
    if not evaluation.knock_outs:
        return None
    why = say("A knock-out criterion is met: {codes}.", codes=", ".join(evaluation.knock_outs))
    return Candidate(LimitMethod.KNOCK_OUT, Money.zero(situation.own.code), why)


def _need(
    evaluation: Evaluation, situation: Situation, rule: GradeRule, policy: Policy
) -> Candidate:
    """What the customer is expected to owe at its busiest, in the share that the grade allows.

    Daily sales of the busiest ninety days × (terms + usual delay, capped), at
    least the largest single purchase and the open orders. Where the policy
    follows the season and thirteen months are known, the ninety days that
    followed a year ago, times the trend since, stand for the busiest ones: the
    limit is set for the season to come. A new customer has
    no history to go by: there its own request counts as the need.
    """
    if evaluation.segment is Segment.NEW and situation.requested is not None:
        why = say(
            "A new customer that asks for {amount}; its purchases do not tell its need yet.",
            amount=situation.requested,
        )
        return Candidate(LimitMethod.NEED, situation.requested, why)
    season = _season(evaluation, situation, policy)
    per_day = (
        season if season is not None else _amount(evaluation, "sales_peak_per_day_12m", situation)
    )
    floor = max(
        _amount(evaluation, "largest_purchase_12m", situation) or Money.zero(situation.own.code),
        _amount(evaluation, "open_orders", situation) or Money.zero(situation.own.code),
    )
    if per_day is None and not floor:
        return _no_need(situation)
    terms, delay = situation.terms(evaluation, policy), usual_delay(evaluation, policy)
    expected = per_day.times(terms + delay) if per_day else floor
    share = _percent(rule.need_share)
    if per_day is None or expected <= floor:
        why = say(
            "Its largest purchase or its open orders of {amount}, of which {share} is covered.",
            amount=floor,
            share=share,
        )
        return Candidate(LimitMethod.NEED, floor.times(rule.need_share), why)
    said = _OF_THE_SEASON if season is not None else _AT_THE_BUSIEST
    why = Sentence(
        said.text,
        {"per_day": per_day, "days": terms + delay, "terms": terms, "delay": delay, "share": share},
    )
    return Candidate(LimitMethod.NEED, expected.times(rule.need_share), why)


_AT_THE_BUSIEST = say(
    "Purchases of {per_day} a day at the busiest over {days} days"
    " ({terms} days terms, {delay} days usual delay), of which {share} is covered."
)
_OF_THE_SEASON = say(
    "Purchases of {per_day} a day in the coming season, as a year ago and with the trend since,"
    " over {days} days ({terms} days terms, {delay} days usual delay), of which {share} is covered."
)


def _season(evaluation: Evaluation, situation: Situation, policy: Policy) -> Money | None:
    """Daily sales that the season to come lets one expect; None where unknown or not asked."""
    sold = _amount(evaluation, "season_sales_per_day", situation)
    trend = evaluation.evidence.number("season_trend", on=evaluation.on)
    if policy.season is None or sold is None or trend is None:
        return None
    return sold.times(policy.season.factor(trend))


def _against_competition(need: Candidate, evaluation: Evaluation, policy: Policy) -> Candidate:
    """More of the need where others sell hard: who covers less of it loses the order."""
    seen = evaluation.evidence.number(COMPETITION, on=evaluation.on)
    step = competition_step(policy.competition, seen)
    if step is None or seen is None or not need.amount:
        return need
    why = say(
        "{why} Times {times}, because others compete for it: {competition}"
        " (−1 hardly at all, +1 very hard).",
        why=need.why,
        times=str(step.times),
        competition=str(seen),
    )
    return Candidate(need.method, need.amount.times(step.times), why)


def _no_need(situation: Situation) -> Candidate:
    if situation.current_state is LimitState.NONE_SET and situation.requested is None:
        why = say(
            "No purchases, no open orders and no request: there is nothing to grant a limit for."
            " A request with an amount would help."
        )
        return Candidate(LimitMethod.NEED, Money.zero(situation.own.code), why)
    why = say("No purchases within a year and no open orders: the need cannot be computed.")
    return Candidate(LimitMethod.NEED, None, why)


def _current(situation: Situation) -> Candidate | None:
    """Where the need is unknown, the limit so far is the best guess at it."""
    if situation.current is None:
        return None
    why = say("The current limit of {amount}, as its need is unknown.", amount=situation.current)
    return Candidate(LimitMethod.CURRENT, situation.current, why)


def _requested(situation: Situation) -> Candidate | None:
    if situation.requested is None:
        return None
    why = say("Not more than the {amount} asked for.", amount=situation.requested)
    return Candidate(LimitMethod.REQUESTED, situation.requested, why)


def _capacity(evaluation: Evaluation, situation: Situation, rule: GradeRule) -> Candidate:
    """What the customer can carry: shares of equity, working capital and yearly turnover."""
    equity = _amount(evaluation, "equity_amount", situation)
    revenue = _amount(evaluation, "annual_revenue", situation)
    zero = Money.zero(situation.own.code)
    worth = None if equity is None else max(zero, equity.times(rule.worth_share))
    turnover = None if revenue is None else max(zero, revenue.times(rule.turnover_share))
    capital = _amount(evaluation, "working_capital_amount", situation)
    liquid = None
    if capital is not None and rule.working_share is not None:
        liquid = max(zero, capital.times(rule.working_share))
    amounts = [amount for amount in (worth, turnover, liquid) if amount is not None]
    if not amounts:
        why = say("No usable financial statement: what it can carry is unknown.")
        return Candidate(LimitMethod.CAPACITY, None, why)
    least = min(amounts)
    if least == worth:
        why = say(
            "{share} of its equity of {equity}.", share=_percent(rule.worth_share), equity=equity
        )
    elif least == liquid:
        why = say(
            "{share} of its working capital of {capital}.",
            share=_percent(rule.working_share or 0),
            capital=capital,
        )
    else:
        why = say(
            "{share} of its yearly turnover of {turnover}.",
            share=_percent(rule.turnover_share),
            turnover=revenue,
        )
    return Candidate(LimitMethod.CAPACITY, least, why)


def _appetite(
    evaluation: Evaluation, situation: Situation, rule: GradeRule, policy: Policy
) -> Candidate:
    """The most for one name of that grade, scaled down where the evidence is thin."""
    most = situation.own.money(rule.cap)
    if not rule.cap:
        why = say("Grade {grade} gets no open credit.", grade=evaluation.grade.value)
        return Candidate(LimitMethod.APPETITE, most, why)
    firm = min(Fraction(1), Fraction(evaluation.confidence) / Fraction(policy.full_confidence))
    if firm == 1:
        why = say("At most {cap} for one customer of grade {grade}.",
                  cap=most, grade=evaluation.grade.value)  # fmt: skip
    else:
        why = say(
            "At most {cap} for one customer of grade {grade}, scaled down to {share}"
            " because only {confidence} of the evidence is known.",
            cap=most,
            grade=evaluation.grade.value,
            share=_percent(firm),
            confidence=_percent(evaluation.confidence),
        )
    amount, outlook = most.times(firm), _outlook(evaluation)
    step = market_step(policy.market, outlook)
    if step is None or outlook is None:
        return Candidate(LimitMethod.APPETITE, amount, why)
    told = say(
        "{why} Of this {share} is left, because the outlook of its market is {outlook}"
        " (−1 very poor, +1 very good).",
        why=why,
        share=_percent(step.share),
        outlook=str(outlook),
    )
    return Candidate(LimitMethod.APPETITE, amount.times(step.share), told)


def _outlook(evaluation: Evaluation) -> Decimal | None:
    """The worse of what the policy and what others think of its market; None where unknown."""
    seen = [evaluation.evidence.number(name, on=evaluation.on) for name in OUTLOOKS]
    return min((view for view in seen if view is not None), default=None)


def _cap(situation: Situation, policy: Policy) -> Candidate | None:
    if policy.name_cap is None:
        return None
    most = situation.own.money(policy.name_cap)
    return Candidate(LimitMethod.CAP, most, say("At most {cap} for any one customer.", cap=most))


def usual_delay(evaluation: Evaluation, policy: Policy) -> int:
    """Days that payments usually come late, of which no more is financed than the policy says."""
    days = evaluation.evidence.number("days_beyond_terms_12m", on=evaluation.on)
    return min(int(days or 0), policy.usual_delay_cap_days)


def _amount(evaluation: Evaluation, signal: str, situation: Situation) -> Money | None:
    value = evaluation.evidence.number(signal, on=evaluation.on)
    if value is None:
        return None
    return Money(int(value * 10 ** decimals(situation.own.code)), situation.own.code)


def _percent(share: Decimal | Fraction | int) -> str:
    return f"{round(Fraction(share) * 100)} %"
