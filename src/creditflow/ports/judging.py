"""What judging asks of the store: policies, their drafts, models, evaluations, proposals."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from creditflow.domain.customer import CustomerId
from creditflow.domain.evaluation import Evaluation
from creditflow.domain.model_registry import RegisteredModel
from creditflow.domain.policy import Policy
from creditflow.domain.policy_draft import PolicyDraft
from creditflow.domain.proposal import Proposal
from creditflow.ports.drafting import Drafts


class Policies(Protocol):
    """Published policies. A version never changes once it is there."""

    def current(self) -> Policy:
        """The version in force; raises NotFound before the first was published."""
        ...

    def version(self, number: int) -> Policy:
        """An earlier version, for replaying what was judged by it; raises NotFound."""
        ...

    def text(self, number: int) -> str:
        """The canonical JSON of a version; raises NotFound."""
        ...

    def publish(self, text: str, *, by: str, at: datetime) -> int:
        """Publish a policy (its canonical JSON) as the version in force; the version's number.

        The very text that is in force already publishes nothing new.
        """
        ...


class PolicyDrafts(Drafts[PolicyDraft], Protocol):
    """Policies that were proposed; one is open at a time."""

    def open(self) -> PolicyDraft | None:
        """The one draft that is waiting or confirmed."""
        ...

    def all(self) -> list[PolicyDraft]:
        """Every draft, the latest first."""
        ...


class Models(Protocol):
    """Learned models; what was learned never changes, only what it may do."""

    def get(self, model: str) -> RegisteredModel:
        """One model; raises NotFound."""
        ...

    def all(self) -> list[RegisteredModel]:
        """Every model, the latest first."""
        ...

    def scoring(self) -> list[RegisteredModel]:
        """The champion, if there is one, and all challengers."""
        ...

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        """The texts of the models with these hashes, whatever their state; others are absent."""
        ...

    def add(self, model: RegisteredModel) -> None:
        """Keep a new one; raises Conflict where its id or its very text is there already."""
        ...

    def put(self, model: RegisteredModel) -> None:
        """Keep where it stands now; raises Conflict where that was decided meanwhile.

        Also where it would be a second champion.
        """
        ...


class Evaluations(Protocol):
    """Evaluations; append-only."""

    def get(self, evaluation: str) -> Evaluation:
        """One evaluation; raises NotFound."""
        ...

    def latest(self, customer: CustomerId) -> Evaluation | None:
        """The customer's latest one."""
        ...

    def recent(self, most: int) -> list[Evaluation]:
        """The latest ones of whomever, at most so many, newest first."""
        ...

    def ids(self) -> list[str]:
        """All evaluations, oldest first."""
        ...

    def listed(self, evaluation: str) -> Mapping[str, str]:
        """Grade, points and confidence of one as lists show them; raises NotFound."""
        ...

    def add(self, evaluation: Evaluation) -> None:
        """Keep a new one."""
        ...


class Proposals(Protocol):
    """Proposals; append-only."""

    def get(self, proposal: str) -> Proposal:
        """One proposal; raises NotFound."""
        ...

    def of_case(self, case: str) -> list[Proposal]:
        """All proposals of a case, by id."""
        ...

    def listed(self, proposal: str) -> Mapping[str, str]:
        """Hash, grade, binding method and amount as lists show them; raises NotFound."""
        ...

    def add(self, proposal: Proposal) -> None:
        """Keep a new one."""
        ...
