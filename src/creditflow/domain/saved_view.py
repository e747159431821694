"""SavedView: a list of the inbox under a name, for its owner or for a whole desk."""

from dataclasses import dataclass
from datetime import datetime

MOST_VIEWS = 12
"""How many one person keeps; more would be a list that needs a list."""

LONGEST_NAME = 40
"""Characters of a name: what fits beside the lists."""

LONGEST_QUERY = 2_000
"""Characters of a query: a search of two hundred, each written as up to nine, and the filters."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """`query` is the address's query that shows it, without a page.

    `desk` is whose people see it too; nobody's but the owner's where it is None.
    What it shows follows from who looks: it opens nothing to anybody.
    """

    id: str
    owner: str
    name: str
    query: str
    at: datetime
    desk: str | None = None
