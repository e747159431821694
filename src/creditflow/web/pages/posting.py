"""The tray of letters by post: take them to print, download them, say that they are posted."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime

from starlette.responses import Response

from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.letter import Letter, LetterState
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.post.envelope import attached_pdf
from creditflow.services.posting import posted, put_back, take_to_print
from creditflow.store.reading_rows import MOST
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.pages.letters import download
from creditflow.web.visit import Visit

doors = Doors()
EARLIEST_ZIP = (1980, 1, 1, 0, 0, 0)
"""The day that all files in an archive bear: the same letters make the same bytes."""


@doors.get("/tray", who=Permission.MEND_LETTERS)
def tray(visit: Entered) -> Response:
    """Letters that wait to be printed, and those that are printed and not yet posted."""
    return _tray(visit)


@doors.get("/tray/letters.zip", who=Permission.MEND_LETTERS)
def archive(visit: Entered) -> Response:
    """The PDFs of all letters that the visitor has taken to print."""
    with visit.app.reading() as work:
        mine = [x for x in work.letters.in_state(LetterState.PRINTED)
                if x.lease_owner == visit.me.id]  # fmt: skip
    found = [(x, pdf) for x in mine if (pdf := attached_pdf(x.message)) is not None]
    if not found:
        raise NotFound(say("You have taken no letter to print."))
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        for letter, pdf in found:
            packed.writestr(zipfile.ZipInfo(f"{letter.number}.pdf", EARLIEST_ZIP), pdf)
    return download(kept.getvalue(), "letters.zip", "application/zip")


@doors.post("/tray", who=Permission.MEND_LETTERS)
def move(visit: Entered, form: Form) -> Response:
    """Take letters to print, put them back, or say that they are posted."""
    app, chosen, wanted = visit.app, form.all("letter"), form.text("say")
    steps: dict[str, Callable[[datetime, Work], list[Letter]]] = {
        "take": lambda at, work: take_to_print(chosen, by=visit.me.id, at=at, work=work),
        "back": lambda at, work: put_back(chosen, by=visit.me.id, at=at, work=work),
        "posted": lambda at, work: posted(
            chosen, by=visit.me.id, at=at, how=form.text("how"), work=work
        ),
    }
    step = steps.get(wanted)
    if step is None:
        raise NotFound(say("Choose what to do with the letters."))
    try:
        with app.work() as work:
            step(app.now(), work)
    except NotFound:
        raise
    except Problem as problem:
        return _tray(visit, problem)
    return visit.go(f"/tray?done=tray_{wanted}")


def _tray(visit: Visit, problem: Problem | None = None) -> Response:
    with visit.app.readings() as readings:
        waiting = readings.letters(states=frozenset({LetterState.TO_PRINT}))
        printed = readings.letters(states=frozenset({LetterState.PRINTED}))
    with visit.app.reading() as work:
        names = {person.id: person.name for person in work.people.all()}
        taken_by = {x.id: work.letters.get(x.id).lease_owner or "" for x in printed}
    return visit.page(
        "tray.html",
        status=status_of(problem) if problem else 200,
        waiting=waiting[::-1],
        printed=printed[::-1],
        taken_by=taken_by,
        mine=any(by == visit.me.id for by in taken_by.values()),
        names=names,
        most=MOST,
        problem=problem,
    )
