"""Keeping lists of the inbox under names: save, rename, share with one's desk, forget."""

from starlette.responses import Response

from creditflow.services.saving_views import change_view, forget_view, save_view
from creditflow.web.doors import SIGNED_IN, Doors, Entered, Form
from creditflow.web.tabs import read

doors = Doors()


@doors.post("/views", who=SIGNED_IN)
def keep_view(visit: Entered, form: Form) -> Response:
    """Keep the list that is shown under a name."""
    query, desk = read(form.text("query")).query, form.text("desk") or None
    with visit.app.work() as work:
        me, at = work.people.get(visit.me.id), visit.app.now()
        save_view(form.text("name"), query, desk=desk, by=me, at=at, work=work)
    return visit.go(f"/?{query}&done=view_saved")


@doors.post("/views/{view_id}", who=SIGNED_IN)
def rename_view(view_id: str, visit: Entered, form: Form) -> Response:
    """Give a view another name or other readers."""
    desk = form.text("desk") or None
    with visit.app.work() as work:
        me, at = work.people.get(visit.me.id), visit.app.now()
        view = change_view(view_id, form.text("name"), desk=desk, by=me, at=at, work=work)
    return visit.go(f"/?{view.query}&done=view_saved")


@doors.post("/views/{view_id}/forget", who=SIGNED_IN)
def drop_view(view_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """Forget a view; the cases that it showed stay where they are."""
    with visit.app.work() as work:
        me, at = work.people.get(visit.me.id), visit.app.now()
        forget_view(view_id, by=me, at=at, work=work)
    return visit.go("/?done=view_forgotten")
