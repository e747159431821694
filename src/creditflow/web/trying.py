"""Try a draft on the book: in columns where they are installed, else customer by customer."""

from collections.abc import Callable
from importlib.util import find_spec

from creditflow.domain.customer import CustomerId
from creditflow.domain.policy import Policy
from creditflow.domain.shadow import Shadow
from creditflow.ports import Work
from creditflow.services import shadowing

FEW = 300
"""Up to so many customers are judged sooner than the compiled code is loaded."""

AT_ONCE, AT_ONCE_IN_COLUMNS = 2_000, 20_000
"""Customers that a page may judge while somebody waits: some six seconds."""


def has_columns() -> bool:
    """Whether what evaluates in columns is installed."""
    return all(find_spec(name) is not None for name in ("numpy", "numba", "pyarrow"))


def most_at_once() -> int:
    """The largest book that a page may judge."""
    return AT_ONCE_IN_COLUMNS if has_columns() else AT_ONCE


def tried(
    draft: Policy,
    *,
    work: Work,
    customers: list[CustomerId],
    seen: Callable[[], None] = lambda: None,
) -> Shadow:
    """What the draft would change for these customers; `seen` is called after each one."""
    if len(customers) <= FEW or not has_columns():
        return shadowing.shadow_run(draft, work=work, customers=customers, seen=seen)
    from creditflow.portfolio.shadowing import shadow_run  # noqa: PLC0415 - an extra

    return shadow_run(draft, work=work, customers=customers, seen=seen)
