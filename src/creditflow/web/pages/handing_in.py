"""Hand in files: choose what they hold, see every problem with its place and remedy."""

from starlette.responses import Response

from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.services.importing import ImportReport
from creditflow.sources.hand_in_templates import write_template
from creditflow.sources.loading import profile_names
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.naming import KINDS
from creditflow.web.pages.letters import download
from creditflow.web.visit import Visit

doors = Doors()
OWN = "creditflow"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 500


@doors.get("/import", who=Permission.HAND_IN)
def hand_in_form(visit: Entered) -> Response:
    """Ask for a file; show what was handed in before."""
    return _page(visit)


@doors.post("/import", who=Permission.HAND_IN)
def hand_in(visit: Entered, form: Form) -> Response:
    """Keep the good rows of a file and report the others."""
    typed = {name: form.text(name) for name in ("kind", "profile", "source")}
    upload = form.file("file")
    try:
        if upload is None:
            raise NotFound(say("Choose a file first."))
        kind = typed["kind"] if typed["kind"] in KINDS else "all"
        report = visit.app.hand_in(
            upload.file.read(),
            (upload.filename or "file").replace("\\", "/").rpartition("/")[2][:200],
            by=visit.me.id,
            kinds=None if kind == "all" else [kind],
            profile=typed["profile"] if typed["profile"] in profile_names() else OWN,
            source=typed["source"] or "own",
            tell=visit.tell,
        )
    except Problem as problem:
        status = 422 if isinstance(problem, NotFound) else status_of(problem)
        return _page(visit, problem=problem, typed=typed, status=status)
    return _page(visit, report=report, typed=typed)


@doors.get("/import/template/{kind}", who=Permission.HAND_IN)
def template(kind: str, visit: Entered) -> Response:
    """An empty spreadsheet to fill in, in the visitor's language."""
    if kind not in KINDS or kind == "all":
        raise NotFound(say("There is no template for {kind}.", kind=kind))
    content = write_template(kind, visit.speech.language)
    return download(content, f"creditflow-{kind}.xlsx", XLSX)


@doors.get("/import/{hand_in_id}/rejects", who=Permission.HAND_IN)
def rejects(hand_in_id: str, visit: Entered) -> Response:
    """The rows of a file that were not taken, to be corrected and handed in again."""
    with visit.app.reading() as work:
        record = work.hand_ins.get(hand_in_id)
    stem = record.file_name.rpartition(".")[0] or "rows"
    return download(record.rejects, f"{stem}.rejects.csv", "text/csv; charset=utf-8")


def _page(
    visit: Visit,
    *,
    report: ImportReport | None = None,
    problem: Problem | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.app.readings() as readings:
        earlier = readings.hand_ins(most=30)
    return visit.page(
        "import.html",
        status=status,
        report=report,
        most=MOST_SHOWN,
        problem=problem.sentence if problem else None,
        typed={"kind": "all", "profile": OWN, "source": "own", **(typed or {})},
        kinds=KINDS,
        profiles=profile_names(),
        earlier=earlier,
    )
