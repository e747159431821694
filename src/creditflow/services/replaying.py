"""Replay judgements: judge the stored evidence again by the policy of then, and compare.

Compared are the evaluation itself, the proposals that followed from it with the
hash that decisions are bound to, what lists show of them, and what the journal
says about them; so that whoever changes one of them behind creditflow's back is
found out, and so is a change of the program that would judge otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.policy import Policy
from creditflow.domain.proposal import Proposal
from creditflow.domain.replay import Difference, differences, differences_of_proposals
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.evaluating import journalled, replay
from creditflow.services.proposing import journalled as journalled_proposal
from creditflow.services.proposing import replay_proposal

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
"""What reading a kept evaluation raises where its text is not what was written."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of replaying one evaluation; without `problems` it is exactly the same.

    `proposals` are those that followed from it and came out again, `unkept` the
    number of those from before a proposal kept its situation and its rates.
    """

    evaluation_id: str
    evaluation: Evaluation | None
    problems: tuple[Sentence, ...]
    proposals: tuple[Proposal, ...] = ()
    unkept: int = 0

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

    @property
    def followed(self) -> list[Sentence]:
        """What came of its proposals, a sentence each."""
        told = [
            say(
                "Proposal {proposal} follows from it exactly: {amount}, {count} exchange rates,"
                " hash {hash}.",
                proposal=proposal.id,
                amount=proposal.proposed,
                count=len(proposal.rates),
                hash=proposal.hash[:16],
            )
            for proposal in self.proposals
        ]
        if self.unkept:
            told.append(
                say(
                    "{count} of its proposals are from before their situation was kept: their hash"
                    " was checked, what they follow from was not.",
                    count=self.unkept,
                )
            )
        return told


def replay_evaluation(evaluation_id: str, *, work: Work) -> Replayed:
    """Replay one evaluation and its proposals; raises NotFound where there is none of that id."""
    listed = work.evaluations.listed(evaluation_id)
    try:
        evaluation = work.evaluations.get(evaluation_id)
        proposals = [
            proposal
            for proposal in work.proposals.of_case(evaluation.case_id)
            if proposal.evaluation_id == evaluation_id
        ]
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
    for proposal in proposals:
        found += _followed(proposal, evaluation, policy, work)
    return Replayed(
        evaluation_id,
        evaluation,
        tuple(map(_told, found)),
        tuple(proposal for proposal in proposals if proposal.situation),
        sum(proposal.situation is None for proposal in proposals),
    )


def _followed(
    proposal: Proposal, evaluation: Evaluation, policy: Policy, work: Work
) -> list[Difference]:
    """A proposal against what follows anew, against lists and against the journal."""
    own = {
        "hash": proposal.hash,
        "grade": proposal.grade.value,
        "binding": proposal.binding.value,
        "proposed": str(proposal.proposed),
    }
    found = _unequal("proposal.lists", own, work.proposals.listed(proposal.id))
    for sealed in work.journal.of(proposal.case_id):
        facts = sealed.entry.facts
        if sealed.entry.what == "case.proposed" and facts.get("proposal") == proposal.id:
            found += _unequal("proposal.journal", journalled_proposal(proposal), facts)
    try:
        again = replay_proposal(proposal, evaluation, policy)
    except Problem as problem:
        return [*found, Difference("proposal", proposal.id, str(problem))]
    return found if again is None else [*found, *differences_of_proposals(proposal, again)]


def named_models(evaluation: Evaluation) -> list[str]:
    """The hashes of the learned models that judged beside it."""
    return [judgement.hash for judgement in evaluation.learned]


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
    for sealed in work.journal.of(evaluation.case_id):
        facts = sealed.entry.facts
        if sealed.entry.what == "case.evaluated" and facts.get("evaluation") == evaluation.id:
            return _unequal("journal", journalled(evaluation), facts)
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
