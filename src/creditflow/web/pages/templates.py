"""Wordings of letters: what is in force or proposed, how it would look, and who confirms it."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.letter import Addressed, told
from creditflow.domain.letter_notices import VIEWS
from creditflow.domain.letter_template import (
    LONGEST_SOURCE,
    TemplateDraft,
    TemplateName,
    TemplateProblem,
    template_named,
)
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.domain.wording_change import side_by_side
from creditflow.post.printing import can_print
from creditflow.post.vocabulary import places, vocabulary
from creditflow.services.wording import (
    confirm_wording,
    propose_wording,
    refuse_wording,
    tidied,
    withdraw_wording,
)
from creditflow.store.work import SqlWork
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.drafts import Steps, go_on, may_do
from creditflow.web.errors import status_of
from creditflow.web.naming import name_of
from creditflow.web.pages.cases import FRAMED
from creditflow.web.pages.letters import download
from creditflow.web.proving import FULL, MADE_UP, PARTS, Proofs, abouts, as_proposed
from creditflow.web.typed import read_day
from creditflow.web.visit import Visit

doors = Doors()
STEPS = Steps(confirm=confirm_wording, refuse=refuse_wording, withdraw=withdraw_wording)
LATEST = 12
"""Letters that are named to be looked at."""

SCHEMES = {"light": "not all", "dark": "all"}
"""What becomes of the letter's rule for dark screens."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A template in the list: the edition that words it, and a draft that waits."""

    name: TemplateName
    edition: int
    own: bool
    draft: TemplateDraft | None


@doors.get("/templates", who=Permission.READ_POLICY)
def templates(visit: Entered) -> Response:
    """All templates, and the drafts that wait."""
    shelf = visit.app.proofreader.shelf
    with visit.app.reading() as work:
        edition, drafts = work.templates.edition(), work.templates.all()
    worded = {x.template: x.edition for x in reversed(drafts) if x.edition}
    names = shelf.names(edition)
    open_ = {x.template: x for x in drafts if x.is_open}
    listed = [
        Listed(
            x,
            worded.get(x, 0) if edition.source(x) is not None else 0,
            shelf.is_own(x),
            open_.get(x),
        )
        for x in names
    ]
    return visit.page(
        "templates.html",
        letters=[x for x in listed if not x.name.is_part],
        parts=[x for x in listed if x.name.is_part],
        edition=edition.number,
        drafts=drafts,
        title_of=_title,
    )


@doors.get("/templates/drafts/{wording_id}", who=Permission.READ_POLICY)
def draft(wording_id: str, visit: Entered) -> Response:
    """One draft: what differs, how letters would look, and what may be done with it."""
    return _draft_page(wording_id, visit)


@doors.get("/templates/drafts/{wording_id}/preview/{form}", who=Permission.READ_POLICY)
def preview(wording_id: str, form: str, visit: Entered) -> Response:
    """The letter that the draft would make: light, dark, text, pdf or picture."""
    app, asked = visit.app, visit.request.query_params
    with app.reading() as work:
        kept = work.templates.get(wording_id)
        facts = _facts(kept, asked.get("on", FULL), asked.get("kind", ""), visit, work)
        edition = as_proposed(kept, work)
    if form == "picture":
        return Response(app.press.pictures(facts, at=app.now(), edition=edition)[0],
                        media_type="image/png")  # fmt: skip
    made = app.press.render(
        facts, recipient=None, message_id="<preview@creditflow>", at=app.now(), edition=edition
    )
    if form in SCHEMES:
        html = made.html.replace("(prefers-color-scheme: dark)", SCHEMES[form])
        return HTMLResponse(html.replace('content="light dark"', f'content="{form}"'),
                            headers=FRAMED)  # fmt: skip
    if form == "text":
        return PlainTextResponse(made.text)
    if form == "pdf" and made.pdf is not None:
        return download(made.pdf, f"{wording_id}.pdf", "application/pdf")
    raise NotFound(say("There is no preview {form}.", form=form))


@doors.post("/templates/drafts/{wording_id}/verdict", who=Permission.CHANGE_POLICY)
def decide(wording_id: str, visit: Entered, form: Form) -> Response:
    """Confirm or refuse somebody else's draft, or withdraw one's own."""
    try:
        done = go_on(wording_id, STEPS, form, visit)
    except NotFound:
        raise
    except Problem as problem:
        return _draft_page(wording_id, visit, problem=problem)
    return visit.go(f"/templates/drafts/{wording_id}?done=wording_{done}")


@doors.get("/templates/{template}", who=Permission.READ_POLICY)
def template(template: str, visit: Entered) -> Response:
    """One template: its wording in force, who worded it, and how it differs from the file."""
    name, shelf = template_named(template), visit.app.proofreader.shelf
    with visit.app.reading() as work:
        edition = work.templates.edition()
        drafts = work.templates.all(name)
        names = {person.id: person.name for person in work.people.all()}
        worded_by = work.templates.worded_by(name)
    text, in_file = shelf.needed(name, edition), shelf.in_file(name)
    worded = edition.source(name) is not None
    return visit.page(
        "template.html",
        name=name,
        title=_title(name),
        text=text,
        worded_by=worded_by if worded else 0,
        own=shelf.is_own(name),
        rows=side_by_side(in_file, text) if worded and in_file is not None else (),
        drafts=drafts,
        open_draft=next((x for x in drafts if x.is_open), None),
        names=names,
        may_make=visit.may(Permission.CHANGE_POLICY),
    )


@doors.get("/templates/{template}/edit", who=Permission.CHANGE_POLICY)
def edit(template: str, visit: Entered) -> Response:
    """The wording in force, an earlier one or the file's, to be changed."""
    name, start = template_named(template), visit.request.query_params.get("from", "")
    shelf = visit.app.proofreader.shelf
    with visit.app.reading() as work:
        edition = work.templates.edition()
        text = shelf.needed(name, edition)
        if start == "file":
            text = shelf.in_file(name) or text
        elif start:
            text = work.templates.get(start).text or shelf.in_file(name) or text
    return _edit_page(name, visit, {"text": text})


@doors.post("/templates/{template}/drafts", who=Permission.CHANGE_POLICY)
def propose(template: str, visit: Entered, form: Form) -> Response:
    """Only check a wording, or keep it as a draft; `back` gives the template back to its file."""
    app, name = visit.app, template_named(template)
    typed = {"text": form.raw("text"), "why": form.text("why"), "day": form.text("effective_on")}
    text = None if form.text("back") else tidied(typed["text"])
    try:
        if form.text("only") == "check":
            with app.reading() as work:
                found = app.proofreader.proofread(name, text, work.templates.edition())
            return _edit_page(name, visit, typed, problems=found, checked=True)
        with app.work() as work:
            kept = propose_wording(
                name,
                text,
                why=typed["why"],
                effective_on=read_day(day) if (day := typed["day"]) else app.today(),
                by=work.people.get(visit.me.id),
                at=app.now(),
                on=app.today(),
                work=work,
                proofreader=app.proofreader,
            )
    except NotFound:
        raise
    except Problem as problem:
        return _edit_page(name, visit, typed, problem=problem)
    return visit.go(f"/templates/drafts/{kept.id}?done=wording_proposed")


def _title(name: TemplateName) -> str:
    """What people call the letter or the part."""
    return PARTS.get(name.about, name.about) if name.is_part else name_of(told(name.about))


def _facts(draft: TemplateDraft, subject: str, kind: str, visit: Visit, work: SqlWork) -> Addressed:
    app = visit.app
    kinds = abouts(draft.template, as_proposed(draft, work), app.proofreader)
    if not kinds:
        raise NotFound(say("No letter has the part {name}.", name=str(draft.template)))
    about = next((x for x in kinds if x.value == kind), kinds[0])
    return Proofs(draft.template, about, app.today(), work, app.sender).of(subject)


def _edit_page(
    name: TemplateName,
    visit: Visit,
    typed: dict[str, str],
    *,
    problems: Sequence[TemplateProblem] = (),
    problem: Problem | None = None,
    checked: bool = False,
) -> Response:
    with visit.app.reading() as work:
        edition = work.templates.edition()
        drafts = work.templates.all(name)
    shelf = visit.app.proofreader.shelf
    kinds = visit.app.proofreader.letters_with(name, edition) or list(VIEWS)
    parts = [x.file for x in shelf.names(edition) if x.is_part and x.language == name.language]
    status = status_of(problem) if problem else 422 if problems else 200
    return visit.page(
        "template_edit.html",
        status=status,
        name=name,
        title=_title(name),
        typed=typed,
        problems=problems,
        problem=problem,
        checked=checked,
        open_draft=next((x for x in drafts if x.is_open), None),
        places=sorted(places(vocabulary(VIEWS[kinds[0]]))),
        parts=[x for x in parts if x != name.file],
        lines=typed["text"].count("\n") + 1,
        longest=LONGEST_SOURCE,
        today=visit.app.today().isoformat(),
    )


def _draft_page(wording_id: str, visit: Visit, *, problem: Problem | None = None) -> Response:
    app, asked = visit.app, visit.request.query_params
    subject, kind = asked.get("on", FULL) or FULL, asked.get("kind", "")
    no_proof: Problem | None = None
    with app.reading() as work:
        kept = work.templates.get(wording_id)
        names = {person.id: person.name for person in work.people.all()}
        before = app.proofreader.shelf.needed(kept.template, work.templates.edition(kept.based_on))
        after = kept.text or app.proofreader.shelf.in_file(kept.template) or ""
        kinds = abouts(kept.template, as_proposed(kept, work), app.proofreader)
        try:
            _facts(kept, subject, kind, visit, work)
        except Problem as absent:
            no_proof = absent
    with app.readings() as readings:
        about = next((x for x in kinds if x.value == kind), kinds[0] if kinds else None)
        rows = readings.letters(about=about.value, most=LATEST) if about else []
    return visit.page(
        "template_draft.html",
        status=status_of(problem) if problem else 200,
        draft=kept,
        title=_title(kept.template),
        rows=side_by_side(before, after),
        names=names,
        may=may_do(kept, visit),
        problem=problem,
        no_proof=no_proof,
        made_up=MADE_UP,
        subject=subject,
        kinds=kinds,
        about=about,
        suggested=list(dict.fromkeys(x.case_id or x.customer_id for x in rows)),
        prints=can_print() and app.settings.letter_pdf != "never",
    )
