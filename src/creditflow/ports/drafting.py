"""What the core asks of the store for everything that one proposes and another confirms."""

from typing import Protocol, TypeVar

from creditflow.domain.draft import Draft

D = TypeVar("D", bound=Draft)


class Drafts(Protocol[D]):
    """Drafts of one kind; what was proposed never changes, only what became of it."""

    def get(self, draft: str) -> D:
        """One draft; raises NotFound."""
        ...

    def add(self, draft: D) -> None:
        """Keep a new one; raises Conflict while another one of the same is open."""
        ...

    def put(self, draft: D) -> None:
        """Keep what became of it; raises Conflict where that was decided meanwhile."""
        ...
