"""Legal entity: a company of ours that grants limits and bears the loss; each limit has one."""

from collections.abc import Sequence
from dataclasses import dataclass

from creditflow.domain.texts import Text


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """A company of ours, by the id that master data names it with."""

    id: str
    title: Text


def granting_entity(entities: Sequence[LegalEntity], named: str | None) -> str | None:
    """Which company of ours grants a customer's limit, master data naming that one.

    The first in the policy's list where master data names none, or one that the
    policy does not know; None where the policy lists no companies at all.
    """
    ids = [entity.id for entity in entities]
    return named if named in ids else next(iter(ids), None)
