"""Keep a list of the inbox under a name of one's own, and forget it again.

Views are bookmarks: they show what their owner may see anyway, change nothing
for anybody else and are therefore no matter for the journal.
"""

from datetime import datetime

from creditflow.domain.errors import Refusal
from creditflow.domain.people import Person
from creditflow.domain.saved_view import LONGEST_NAME, MOST_VIEWS, SavedView
from creditflow.domain.sentences import say
from creditflow.ports import Work


class BadView(Refusal):
    """What was asked for cannot be kept as a view."""


def save_view(name: str, query: str, *, by: Person, at: datetime, work: Work) -> SavedView:
    """Keep it; the same name again replaces what it stood for. Raises BadView."""
    plain = " ".join(name.split())
    if not plain or not plain.isprintable() or len(plain) > LONGEST_NAME:
        raise BadView(
            say("Give the view a name of at most {most} characters.", most=LONGEST_NAME)
        )
    kept = work.saved_views.of(by.id)
    if len(kept) >= MOST_VIEWS and plain not in {view.name for view in kept}:
        raise BadView(
            say("You keep {most} views already. Remove one, then save this.", most=MOST_VIEWS)
        )
    view = SavedView(by.id, plain, query, at)
    work.saved_views.put(view)
    return view


def forget_view(name: str, *, by: Person, work: Work) -> None:
    """Forget it; one that is not there (any more) is forgotten as well."""
    work.saved_views.remove(by.id, name)
