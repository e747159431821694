"""Model shadow: how a learned model grades beside the scorecard, on evaluations that both judged.

It says where they differ, not who is right: that shows when the invoices are
paid, and in the model card for the past.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from creditflow.domain.evaluation import Evaluation
from creditflow.domain.grade import Grade


@dataclass(frozen=True, slots=True)
class ModelShadow:
    """Counts of (grade by the scorecard, grade by the model), and the mean yearly PD of each."""

    grades: Mapping[tuple[Grade, Grade], int]
    pd_by_scorecard: Decimal
    pd_by_model: Decimal

    @property
    def judged(self) -> int:
        """How many evaluations both judged."""
        return sum(self.grades.values())

    @property
    def same(self) -> int:
        """How many got the same grade."""
        return sum(count for (scorecard, model), count in self.grades.items() if scorecard is model)

    @property
    def better(self) -> int:
        """How many the model grades better than the scorecard does."""
        return sum(n for (card, model), n in self.grades.items() if model < card)

    @property
    def worse(self) -> int:
        """How many it grades worse."""
        return self.judged - self.same - self.better


def model_shadow(model_hash: str, evaluations: Iterable[Evaluation]) -> ModelShadow | None:
    """What that model made of these; None where it judged none of them.

    Where the policy let a champion count, the scorecard's own grade is the one before that.
    """
    grades: Counter[tuple[Grade, Grade]] = Counter()
    by_scorecard = by_model = Decimal(0)
    for evaluation in evaluations:
        judged = next((j.judged for j in evaluation.learned if j.hash == model_hash), None)
        if judged is None:
            continue
        alone = evaluation.combined or evaluation
        grades[alone.grade, judged.grade] += 1
        by_scorecard, by_model = by_scorecard + alone.pd, by_model + judged.yearly
    count = sum(grades.values())
    if not count:
        return None
    return ModelShadow(grades, by_scorecard / count, by_model / count)
