"""The page behind the link in a letter: acknowledge, ask for reasons, object, send documents.

It shows the letter's number and date and what was answered so far, and nothing
else of the customer. Below it, for colleagues: what waits for a reply.
"""

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from creditflow.domain.customer import LANGUAGES
from creditflow.domain.errors import NotFound, Problem
from creditflow.domain.letter_answer import AnswerKind, Upload, checked_upload
from creditflow.domain.permissions import Permission
from creditflow.domain.received_file import TAKEN, NotTaken
from creditflow.domain.sentences import say
from creditflow.services.answering import answer, letter_behind, settle_answer
from creditflow.web.doors import ANYBODY, SIGNED_IN, Doors, Entered, Form, Posted
from creditflow.web.errors import status_of
from creditflow.web.language import speech
from creditflow.web.naming import ANSWERS
from creditflow.web.pages.letters import download
from creditflow.web.pages.signing import address_of
from creditflow.web.visit import Visit

doors = Doors()


@doors.get("/answer/{token}", who=ANYBODY)
def answer_page(token: str, visit: Entered) -> Response:
    """The form of one letter."""
    return _page(token, visit)


@doors.post("/answer/{token}", who=ANYBODY)
def answered(token: str, visit: Entered, form: Form) -> Response:
    """Take an answer; where it is refused, show the form again with what was typed."""
    typed = {name: form.text(name) for name in ("kind", "note")}
    try:
        visit.request.app.state.gate.pass_by("answer", address_of(visit), visit.app.now())
        if typed["kind"] not in set(AnswerKind):
            raise NotTaken(say("Please choose what you would like to tell us."))
        _take(token, AnswerKind(typed["kind"]), typed["note"], _files(form, visit), visit)
    except Problem as problem:
        return _page(token, visit, problem=problem, typed=typed)
    return visit.go(f"/answer/{token}?done=answered")


@doors.get("/answers", who=SIGNED_IN)
def answers(visit: Entered) -> Response:
    """What customers answered and nobody has seen to, the most urgent first."""
    with visit.app.readings() as readings:
        waiting = readings.answers_waiting()
    return visit.page("answers.html", waiting=waiting, today=visit.app.today())


@doors.post("/answers/{answer_id}/settled", who=Permission.MEND_LETTERS)
def settled(answer_id: str, visit: Entered, form: Form) -> Response:
    """Say that an answer was seen to."""
    with visit.app.work() as work:
        done = settle_answer(
            answer_id, note=form.text("note"), by=visit.me.id, at=visit.app.now(), work=work
        )
    return visit.go(f"/letters/{done.letter_id}?done=settled")


@doors.get("/answers/{answer_id}/files/{place}", who=Permission.MEND_LETTERS)
def file(answer_id: str, place: int, visit: Entered) -> Response:
    """One file that a customer sent, to be kept as a file and never shown here."""
    with visit.app.reading() as work:
        found = {int(x.id.rpartition(".")[2]): x for x in work.answers.uploads(answer_id)}
    if place not in found:
        raise NotFound(say("There is no such file with answer {answer}.", answer=answer_id))
    upload = found[place]
    return download(upload.content, f"{upload.id}-{upload.file_name}", "application/octet-stream")


def _files(form: Posted, visit: Visit) -> list[Upload]:
    chosen = form.file("file")
    if chosen is None:
        return []
    most = visit.app.settings.upload_max_mb * 1_000_000
    content = chosen.file.read(most + 1)
    return [checked_upload("", chosen.filename or "", content, most_bytes=most)]


def _take(token: str, kind: AnswerKind, note: str, files: list[Upload], visit: Visit) -> None:
    app = visit.app
    with app.work() as work:
        letter = letter_behind(token, links=app.links, on=app.today(), work=work)
        answer(
            letter,
            kind,
            note=note,
            uploads=files,
            reply_within=app.settings.reasons_due_days,
            at=app.now(),
            on=app.today(),
            work=work,
        )


def _page(
    token: str,
    visit: Visit,
    *,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The form of the letter, in the letter's language; what is wrong with a link says it alone."""
    app = visit.app
    try:
        with app.reading() as work:
            letter = letter_behind(token, links=app.links, on=app.today(), work=work)
            earlier = work.answers.of(letter.number)
    except NotFound as gone:
        return visit.page("answer_gone.html", status=404, sentence=gone.sentence)
    language = next((x for x in LANGUAGES if x == letter.language), visit.speech.language)
    own = replace(visit, speech=speech(language, app.settings.time_zone))
    return own.page(
        "answer.html",
        status=status_of(problem) if problem else 200,
        letter=letter,
        earlier=earlier,
        kinds=ANSWERS,
        problem=problem.sentence if problem else None,
        typed=typed or {},
        taken=", ".join(TAKEN),
    )
