"""What is kept of how people look at things."""

from collections.abc import Collection
from typing import Protocol

from creditflow.domain.saved_view import SavedView


class SavedViews(Protocol):
    """Lists of the inbox under names, each of one person, some shared with a desk."""

    def get(self, view: str) -> SavedView:
        """One view; raises NotFound."""
        ...

    def of(self, person: str) -> list[SavedView]:
        """A person's own views, the oldest first."""
        ...

    def shared_with(self, desks: Collection[str]) -> list[SavedView]:
        """The views that are shared with one of the desks, the oldest first."""
        ...

    def put(self, view: SavedView) -> None:
        """Keep it in place of the one with its id."""
        ...

    def remove(self, view: str) -> None:
        """Forget it, if it is there."""
        ...
