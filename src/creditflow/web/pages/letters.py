"""Letters: what was written to whom, what became of it, and what a person can do about it."""

from starlette.responses import HTMLResponse, Response

from creditflow.domain.errors import NotFound
from creditflow.domain.letter import LetterState
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.post.envelope import attached_pdf
from creditflow.services.relaying import Resolution, resolve_uncertain, try_again
from creditflow.services.returning import STRANDED, hand_over, send_anew
from creditflow.web.doors import SIGNED_IN, Doors, Entered, Form
from creditflow.web.events import Teller
from creditflow.web.letter_outcomes import outcome_said
from creditflow.web.naming import LETTER_STATES, OUTCOMES
from creditflow.web.pages.cases import FRAMED

doors = Doors()
TROUBLED = (
    LetterState.UNCERTAIN,
    LetterState.FAILED,
    LetterState.BOUNCED,
    LetterState.NO_ADDRESS,
)

BY_POST = (LetterState.TO_PRINT, LetterState.PRINTED)


@doors.get("/letters", who=SIGNED_IN)
def letters(visit: Entered) -> Response:
    """All letters, or those in one state, of one kind, or that contain the words."""
    asked = visit.request.query_params
    wanted, kind, words = (asked.get(x, "") for x in ("state", "kind", "q"))
    states = frozenset({LetterState(wanted)}) if wanted in set(LetterState) else None
    with visit.app.readings() as readings:
        rows = readings.letters(
            states=states, about=kind if kind in OUTCOMES else None, containing=words.strip()
        )
        counts = readings.letters_by_state()
        answers = readings.answers_that_wait()
    return visit.page(
        "letters.html",
        rows=rows,
        counts=counts,
        wanted=wanted,
        kind=kind,
        kinds=OUTCOMES,
        words=words,
        answers=answers,
        by_post=sum(counts.get(x, 0) for x in BY_POST),
        total=sum(counts.values()),
        troubled=[state for state in TROUBLED if counts.get(state)],
        names=LETTER_STATES,
    )


@doors.get("/letters/{letter_id}", who=SIGNED_IN)
def letter(letter_id: str, visit: Entered) -> Response:
    """One letter: as the customer sees it, as text, with its headers and its way."""
    with visit.app.reading() as work:
        found = work.letters.get(letter_id)
        customer = work.customers.get(found.customer)
        others = [x for x in work.letters.numbered(found.number) if x.id != found.id]
        answers = work.answers.of(found.number)
        people, policy = {x.id: x for x in work.people.all()}, work.policies.current()
        entries = [
            x
            for x in work.journal.of(found.subject_of_record)
            if x.entry.facts.get("letter") in {found.id, found.number}
        ]
    with visit.app.readings() as readings:
        files = readings.file_names(found.number)
    head = found.message.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    return visit.page(
        "letter.html",
        letter=found,
        customer=customer,
        head=head,
        outcome=outcome_said(found.answer, visit.speech),
        others=others,
        answers=answers,
        files=files,
        events=Teller(people, policy, visit.speech).events(entries),
        stranded=found.state in STRANDED,
        may_mend=visit.may(Permission.MEND_LETTERS),
        LetterState=LetterState,
        BY_POST=BY_POST,
    )


@doors.get("/letters/{letter_id}/page", who=SIGNED_IN)
def letter_as_page(letter_id: str, visit: Entered) -> Response:
    """The letter alone, in a document that can do nothing."""
    with visit.app.reading() as work:
        return HTMLResponse(work.letters.get(letter_id).html, headers=FRAMED)


@doors.get("/letters/{letter_id}/message", who=SIGNED_IN)
def letter_as_message(letter_id: str, visit: Entered) -> Response:
    """The very bytes that leave, to be kept as a file."""
    with visit.app.reading() as work:
        found = work.letters.get(letter_id)
    return download(found.message, f"{found.id}.eml", "message/rfc822")


@doors.post("/letters/{letter_id}/resolution", who=Permission.MEND_LETTERS)
def resolve(letter_id: str, visit: Entered, form: Form) -> Response:
    """Say that an uncertain letter arrived, or have a marked copy sent."""
    wanted = form.text("resolution")
    verdict = Resolution.RESEND if wanted == Resolution.RESEND else Resolution.CONFIRM
    with visit.app.work() as work:
        resolve_uncertain(letter_id, verdict=verdict, by=visit.me.id, at=visit.app.now(), work=work)
    done = "resend" if verdict is Resolution.RESEND else "confirmed"
    return visit.go(f"/letters/{letter_id}?done={done}")


@doors.get("/letters/{letter_id}/print", who=SIGNED_IN)
def letter_as_pdf(letter_id: str, visit: Entered) -> Response:
    """The very PDF that was attached, to be kept or printed."""
    with visit.app.reading() as work:
        found = work.letters.get(letter_id)
    pdf = attached_pdf(found.message)
    if pdf is None:
        raise NotFound(say("Letter {letter} went without a PDF.", letter=found.id))
    return download(pdf, f"{found.number}.pdf", "application/pdf")


@doors.post("/letters/{letter_id}/anew", who=Permission.MEND_LETTERS)
def anew(letter_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """Send a letter that did not arrive to the address that is known now."""
    app = visit.app
    with app.work() as work:
        made = send_anew(
            letter_id,
            by=visit.me.id,
            at=app.now(),
            work=work,
            press=app.press,
            sender=app.sender,
        )
    return visit.go(f"/letters/{made.id}?done=anew")


@doors.post("/letters/{letter_id}/handed-over", who=Permission.MEND_LETTERS)
def handed_over(letter_id: str, visit: Entered, form: Form) -> Response:
    """Note that a letter that did not arrive was handed over in print."""
    with visit.app.work() as work:
        hand_over(letter_id, by=visit.me.id, at=visit.app.now(), how=form.text("how"), work=work)
    return visit.go(f"/letters/{letter_id}?done=handed_over")


@doors.post("/letters/{letter_id}/retry", who=Permission.MEND_LETTERS)
def retry(letter_id: str, visit: Entered, form: Form) -> Response:  # noqa: ARG001 - its token was checked
    """Try a failed letter again."""
    with visit.app.work() as work:
        try_again(letter_id, by=visit.me.id, at=visit.app.now(), work=work)
    return visit.go(f"/letters/{letter_id}?done=retry")


def download(content: bytes, name: str, media_type: str) -> Response:
    """A file to keep, whatever the browser thinks that it could show."""
    plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in "-_."))
    headers = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return Response(content, media_type=media_type, headers=headers)
