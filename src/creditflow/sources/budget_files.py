"""Budget files: YAML text becomes a budget plan, or every problem is named with line and remedy."""

from importlib.resources import files

from creditflow.domain.budget_reading import InvalidBudgets, read_budgets
from creditflow.domain.budgets import BudgetPlan
from creditflow.sources.policy_files import read_document


def load_budgets(text: str, name: str) -> BudgetPlan:
    """The plan that the text of a budget file says; raises InvalidBudgets with all that is wrong.

    `name` is what the file is called in problems.
    """
    value, line_of, unread = read_document(name, text)
    plan, problems = read_budgets(value, document=name, line_of=line_of, noted=unread)
    if plan is None or problems:
        raise InvalidBudgets(problems)
    return plan


def example_budgets() -> str:
    """The budget file that creditflow comes with, to begin from."""
    return (files("creditflow") / "data" / "budgets.yaml").read_text("utf-8")
