"""Learned judging: registered models judge the evidence of an evaluation, beside the scorecard."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from creditflow.domain.choosing import judged_again
from creditflow.domain.evaluation import Combined, Evaluation, LearnedJudgement
from creditflow.domain.learned import LearnedModel, LearnedValue
from creditflow.domain.learned_reading import model_from_json
from creditflow.domain.learned_scoring import (
    grade_of,
    judge,
    kept_probability,
    log_odds,
    probability,
)
from creditflow.domain.model_registry import ModelState, RegisteredModel
from creditflow.domain.policy import Combine, LearnedRule, Policy
from creditflow.domain.signals import Evidence


def with_models(
    evaluation: Evaluation, models: Iterable[RegisteredModel], rule: LearnedRule | None
) -> Evaluation:
    """The evaluation with what each of the models makes of its evidence.

    Without a rule, or without a champion, nothing else changes.
    """
    models = tuple(models)
    values = known_values(evaluation)
    learned = tuple(
        LearnedJudgement(m.id, m.hash, m.state.value, judge(read_once(m.text), values))
        for m in sorted(models, key=lambda m: (m.state is not ModelState.CHAMPION, m.id))
    )
    texts = {model.hash: model.text for model in models}
    return combined(replace(evaluation, learned=learned), rule, texts)


def learned_again(
    evaluation: Evaluation,
    kept: Evaluation,
    texts: Mapping[str, str],
    rule: LearnedRule | None,
) -> Evaluation:
    """The same with the models that an evaluation names; `texts` are theirs, by hash.

    A model whose text is not there is left out, which a comparison shows.
    """
    values = known_values(evaluation)
    learned = tuple(
        replace(judgement, judged=judge(read_once(texts[judgement.hash]), values))
        for judgement in kept.learned
        if judgement.hash in texts
    )
    return combined(replace(evaluation, learned=learned), rule, texts)


def rejudged(
    evaluation: Evaluation, evidence: Evidence, policy: Policy, texts: Mapping[str, str]
) -> Evaluation:
    """The same customer on the same day by this evidence, with the models that it names.

    `texts` are those of the models, by hash; one that is not there is left out.
    """
    again = judged_again(evaluation, evidence, policy)
    return learned_again(again, evaluation, texts, policy.learned)


def champions(evaluation: Evaluation, policy: Policy) -> list[str]:
    """The hashes of the models that have a say in its grade by the policy's rule."""
    if policy.learned is None:
        return []
    return [j.hash for j in evaluation.learned if j.role == ModelState.CHAMPION.value]


def combined(
    evaluation: Evaluation, rule: LearnedRule | None, texts: Mapping[str, str]
) -> Evaluation:
    """Grade and PD by the policy's rule; a knock-out stands whatever a model says."""
    champion = next((j for j in evaluation.learned if j.role == ModelState.CHAMPION.value), None)
    if rule is None or champion is None or evaluation.knock_outs:
        return evaluation
    expert, model = evaluation, champion.judged
    alone = Combined(champion.model, rule.combine.value, rule.weight, expert.grade, expert.pd)
    if rule.combine is Combine.WORSE_OF:
        grade, pd = max((expert.grade, expert.pd), (model.grade, model.yearly))
        return replace(evaluation, grade=grade, pd=pd, combined=alone)
    share = float(rule.weight)
    yearly = probability((1 - share) * log_odds(expert.pd) + share * log_odds(model.yearly))
    grade = grade_of(read_once(texts[champion.hash]), yearly)
    return replace(evaluation, grade=grade, pd=kept_probability(yearly), combined=alone)


def known_values(evaluation: Evaluation) -> dict[str, LearnedValue]:
    """What is known and fresh on the evaluation's day, by signal."""
    return {
        name: signal.value
        for name, signal in evaluation.evidence.items()
        if signal.usable(evaluation.on)
    }


@lru_cache(maxsize=32)
def read_once(text: str) -> LearnedModel:
    """The model of that text, read once."""
    return model_from_json(text)
