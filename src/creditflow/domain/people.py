"""People, the desks where cases wait, and the mandate that each person holds."""

from dataclasses import dataclass
from enum import StrEnum

from creditflow.domain.customer import Language
from creditflow.domain.grade import Grade
from creditflow.domain.money import Money


class Role(StrEnum):
    """What a person may do besides deciding; deciding takes a mandate."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    APPROVER = "approver"
    SALES = "sales"
    ORDER_DESK = "order_desk"
    DATA_STEWARD = "data_steward"
    POLICY_ADMIN = "policy_admin"
    USER_ADMIN = "user_admin"
    ADMIN = "admin"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Mandate:
    """How much a person may answer for: a ceiling in the base currency, down to a grade.

    `ceiling` None means any amount.
    """

    ceiling: Money | None
    worst_grade: Grade

    def covers(self, amount: Money, grade: Grade) -> bool:
        """Whether a limit of that amount (in the base currency) at that grade is within it."""
        within = self.ceiling is None or amount <= self.ceiling
        return within and grade.is_at_least(self.worst_grade)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. `id` is the sign-in name; it is never given to another."""

    id: str
    name: str
    email: str
    language: Language
    roles: frozenset[Role]
    desks: frozenset[str] = frozenset()
    mandate: Mandate | None = None
    active: bool = True

    def may(self, role: Role) -> bool:
        """Whether an active person holds that role."""
        return self.active and role in self.roles


POLICY_ACTOR = "policy"
"""Who decided, where the policy let a case straight through."""

SYSTEM_ACTOR = "system"
"""Who did what no person and no policy decided: expiry, relay, reconciler."""
