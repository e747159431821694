"""Granting as policy data: how far an approver may go, and which conditions there are."""

from dataclasses import dataclass

from creditflow.domain.texts import Text


@dataclass(frozen=True, slots=True)
class OfferedCondition:
    """A condition that approvers may choose; where it is `told`, the customer's letter says it."""

    code: str
    text: Text
    told: bool


@dataclass(frozen=True, slots=True)
class GrantRule:
    """How far an approver may go below what is proposed, and which conditions there are.

    Terms and validity are in days; how far up they may go says the grade.
    """

    least_terms_days: int = 0
    least_validity_days: int = 1
    conditions: tuple[OfferedCondition, ...] = ()

    def offered(self, code: str) -> OfferedCondition | None:
        """The condition of that code; None where the policy has none such."""
        return next((one for one in self.conditions if one.code == code), None)


NO_GRANT_RULE = GrantRule()
