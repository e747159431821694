"""Replay evaluations: judge the stored evidence again by the policy of then, and compare.

Compared are the evaluation itself, what lists show of it, and what the journal
says about it; so that whoever changes one of them behind creditflow's back is
found out, and so is a change of the program that would judge otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from creditflow.domain.errors import NotFound
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.learned_judging import named_models
from creditflow.domain.policy import Policy
from creditflow.domain.replay import Difference, differences, fingerprint
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.evaluating import replay

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
"""What reading a kept evaluation raises where its text is not what was written."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of replaying one evaluation; without `problems` it is exactly the same."""

    evaluation_id: str
    evaluation: Evaluation | None
    problems: tuple[Sentence, ...]

    @property
    def same(self) -> bool:
        """Whether it came out as it was kept."""
        return not self.problems

    @property
    def sentence(self) -> Sentence:
        """The outcome in one sentence."""
        if self.evaluation is None or self.problems:
            return say(
                "Evaluation {evaluation} does not replay: {count} differences.",
                evaluation=self.evaluation_id,
                count=len(self.problems),
            )
        return say(
            "Evaluation {evaluation} replays exactly: {points} points, grade {grade},"
            " by {scorecard} of policy {policy}.",
            evaluation=self.evaluation_id,
            points=str(self.evaluation.points),
            grade=self.evaluation.grade.value,
            scorecard=self.evaluation.scorecard,
            policy=self.evaluation.policy_version,
        )


def replay_evaluation(evaluation_id: str, *, work: Work) -> Replayed:
    """Replay one evaluation; raises NotFound where there is none of that id."""
    listed = work.evaluations.listed(evaluation_id)
    try:
        evaluation = work.evaluations.get(evaluation_id)
    except UNREADABLE:
        problem = say("What was kept of {evaluation} cannot be read.", evaluation=evaluation_id)
        return Replayed(evaluation_id, None, (problem,))
    found = [*_against_lists(evaluation, listed), *_against_journal(evaluation, work)]
    try:
        policy = work.policies.version(evaluation.policy_version)
    except NotFound as gone:
        told = (gone.sentence, *map(_told, found))
        return Replayed(evaluation_id, evaluation, told)
    found += _against_again(evaluation, policy, work.models.texts(named_models(evaluation)))
    return Replayed(evaluation_id, evaluation, tuple(map(_told, found)))


def _against_again(
    evaluation: Evaluation, policy: Policy, models: Mapping[str, str]
) -> list[Difference]:
    return differences(evaluation, replay(evaluation, policy, models))


def _against_lists(evaluation: Evaluation, listed: Mapping[str, str]) -> list[Difference]:
    """What lists show stands in columns beside the evaluation."""
    own = {
        "grade": evaluation.grade.value,
        "points": str(evaluation.points),
        "confidence": str(evaluation.confidence),
    }
    return _unequal("lists", own, listed)


def _against_journal(evaluation: Evaluation, work: Work) -> list[Difference]:
    """The journal's entry about it, where there is one; older entries say less."""
    own = {
        "grade": evaluation.grade.value,
        "points": str(evaluation.points),
        "scorecard": evaluation.scorecard,
        "policy": str(evaluation.policy_version),
        "evidence": fingerprint(evaluation.evidence),
    }
    for sealed in work.journal.of(evaluation.case_id):
        facts = sealed.entry.facts
        if sealed.entry.what == "case.evaluated" and facts.get("evaluation") == evaluation.id:
            return _unequal("journal", own, facts)
    return []


def _unequal(where: str, own: Mapping[str, str], said: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(f"{where}.{name}", value, said[name])
        for name, value in own.items()
        if name in said and said[name] != value
    ]


def _told(difference: Difference) -> Sentence:
    return say(
        "{field}: kept is {kept}, but it should be {again}.",
        field=difference.field,
        kept=difference.kept,
        again=difference.again,
    )
