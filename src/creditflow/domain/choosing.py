"""Choosing: which scorecard judges a customer, and how much its own record weighs in it.

A customer moves from new to existing invoice by invoice: with n invoices
settled within twelve months the scorecard for existing customers weighs
w = n / (n + k), k from the policy, the one for new customers the rest. This is
the credibility of experience after Bühlmann (1967).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from creditflow.domain.customer import CustomerId
from creditflow.domain.evaluation import Blend, Evaluation
from creditflow.domain.policy import Policy
from creditflow.domain.scorecard import OTHER, Scorecard, Segment
from creditflow.domain.scoring import choose_segment, measure
from creditflow.domain.signals import Evidence
from creditflow.domain.yardstick import Yardstick, blended, yardstick

_FINEST = Decimal("0.0001")
"""Weights are rounded to this, so that every product with them is exact."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What judges a customer: its segment, the yardstick, and the blend that it is, if it is one.

    `scorecard` is the id of the segment's scorecard.
    """

    segment: Segment
    scorecard: str
    blend: Blend | None
    yardstick: Yardstick


def own_weight(settled: Decimal | None, blend_invoices: int) -> Decimal:
    """The share n / (n + k) to four decimals; zero where n is unknown."""
    if settled is None or settled <= 0:
        return Decimal(0)
    share = settled / (settled + blend_invoices)
    return share.quantize(_FINEST, ROUND_HALF_EVEN)


def choose(evidence: Evidence, policy: Policy, *, on: date) -> Choice:
    """What judges a customer with this evidence on that day."""
    segment = choose_segment(evidence, policy, on=on)
    card = scorecard_for(segment, evidence, policy, on=on)
    if policy.blend_invoices is None:
        return Choice(segment, card.id, None, yardstick(card))
    new = scorecard_for(Segment.NEW, evidence, policy, on=on)
    existing = scorecard_for(Segment.EXISTING, evidence, policy, on=on)
    own = own_weight(evidence.number("settled_12m", on=on), policy.blend_invoices)
    blend = Blend(new.id, existing.id, own)
    return Choice(segment, card.id, blend, blended(new, existing, own))


def scorecard_for(segment: Segment, evidence: Evidence, policy: Policy, *, on: date) -> Scorecard:
    """The one scorecard of the segment that applies; validation has seen to there being one."""
    cards = [card for card in policy.scorecards.values() if card.segment is segment]
    if any(card.applies_to for card in cards):
        named = named_words(cards)
        facts = {signal: _word(evidence, signal, on) for signal in named}
        for card in cards:
            if applies(card, facts, named):
                return card
    return policy.scorecards[segment]


def named_words(cards: Iterable[Scorecard]) -> dict[str, frozenset[str]]:
    """By signal, the words that any of the cards names."""
    words: dict[str, frozenset[str]] = {}
    for card in cards:
        for signal, values in card.applies_to.items():
            words[signal] = words.get(signal, frozenset()) | (frozenset(values) - {OTHER})
    return words


def applies(
    card: Scorecard, facts: Mapping[str, str | None], named: Mapping[str, frozenset[str]]
) -> bool:
    """Whether it applies to a customer of which these words are known."""
    return all(
        facts[signal] in words or (OTHER in words and facts[signal] not in named[signal])
        for signal, words in card.applies_to.items()
    )


def judge(
    evidence: Evidence,
    policy: Policy,
    *,
    id: str,  # noqa: A002 - the name of the field
    case_id: str,
    customer: CustomerId,
    on: date,
    at: datetime,
) -> Evaluation:
    """The evaluation that follows from this evidence under this policy on that day."""
    choice = choose(evidence, policy, on=on)
    scored = measure(evidence, choice.yardstick, on=on)
    return Evaluation(
        id=id,
        case_id=case_id,
        customer=customer,
        on=on,
        at=at,
        segment=choice.segment,
        scorecard=choice.scorecard,
        policy_version=policy.version,
        evidence=evidence,
        contributions=scored.contributions,
        dimension_points=scored.dimension_points,
        points=scored.points,
        grade=scored.grade,
        pd=scored.pd,
        confidence=scored.confidence,
        reasons_for=scored.reasons_for,
        reasons_against=scored.reasons_against,
        missing=scored.missing,
        knock_outs=scored.knock_outs,
        blend=choice.blend,
    )


def judged_again(evaluation: Evaluation, evidence: Evidence, policy: Policy) -> Evaluation:
    """The same customer on the same day, judged by this evidence and this policy."""
    return judge(
        evidence,
        policy,
        id=evaluation.id,
        case_id=evaluation.case_id,
        customer=evaluation.customer,
        on=evaluation.on,
        at=evaluation.at,
    )


def used(evaluation: Evaluation, policy: Policy) -> Yardstick:
    """The yardstick that an evaluation names; `policy` must be the version that it names."""
    cards = {card.id: card for card in policy.scorecards.values()}
    blend = evaluation.blend
    if blend is not None and blend.new in cards and blend.existing in cards:
        return blended(cards[blend.new], cards[blend.existing], blend.own_weight)
    return yardstick(cards.get(evaluation.scorecard) or policy.scorecards[evaluation.segment])


def _word(evidence: Evidence, signal: str, on: date) -> str | None:
    found = evidence.get(signal)
    return found.value if found and found.usable(on) and isinstance(found.value, str) else None
