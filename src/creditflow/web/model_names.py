"""Call the kinds and states of learned models by the names that people use."""

from collections.abc import Mapping

from creditflow.domain.learned import ModelKind
from creditflow.domain.model_registry import ModelState
from creditflow.web.naming import word

MODEL_KINDS: Mapping[str, str] = {
    ModelKind.POINTS: word("learned scorecard"),
    ModelKind.TREES: word("boosted trees"),
    ModelKind.MEAN: word("mean of scorecard and trees"),
}
MODEL_STATES: Mapping[str, str] = {
    ModelState.DRAFT: word("model draft"),
    ModelState.CHALLENGER: word("challenger"),
    ModelState.CHAMPION: word("champion"),
    ModelState.RETIRED: word("retired"),
}
