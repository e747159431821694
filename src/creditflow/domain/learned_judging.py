"""Learned judging: registered models judge the evidence of an evaluation, beside the scorecard."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from creditflow.domain.evaluation import Evaluation, LearnedJudgement
from creditflow.domain.learned import LearnedModel, LearnedValue
from creditflow.domain.learned_reading import model_from_json
from creditflow.domain.learned_scoring import judge
from creditflow.domain.model_registry import RegisteredModel


def with_models(evaluation: Evaluation, models: Iterable[RegisteredModel]) -> Evaluation:
    """The evaluation with what each of the models makes of its evidence; the rest is unchanged."""
    values = known_values(evaluation)
    learned = tuple(
        LearnedJudgement(m.id, m.hash, m.state.value, judge(read_once(m.text), values))
        for m in sorted(models, key=lambda m: (m.state.value != "champion", m.id))
    )
    return replace(evaluation, learned=learned)


def learned_again(evaluation: Evaluation, kept: Evaluation, texts: Mapping[str, str]) -> Evaluation:
    """The same with the models that an evaluation names; `texts` are theirs, by hash.

    A model whose text is not there is left out, which a comparison shows.
    """
    values = known_values(evaluation)
    learned = tuple(
        replace(judgement, judged=judge(read_once(texts[judgement.hash]), values))
        for judgement in kept.learned
        if judgement.hash in texts
    )
    return replace(evaluation, learned=learned)


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
