"""SavedView: a list of the inbox under a name that its owner gave it."""

from dataclasses import dataclass
from datetime import datetime

MOST_VIEWS = 20
"""How many one person keeps; more would be a list that needs a list."""

LONGEST_NAME = 40
"""Characters of a name: what fits beside the lists."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """`query` is the address's query that shows it, without a page."""

    person: str
    name: str
    query: str
    at: datetime
