"""What people say about a case: asking for an opinion, commenting, putting files to a comment."""

from datetime import date, datetime

from starlette.responses import Response

from creditflow.approvals.referring import refer
from creditflow.domain.errors import Refusal
from creditflow.domain.people import Person
from creditflow.domain.permissions import Permission
from creditflow.domain.sentences import say
from creditflow.ports import Work
from creditflow.services.discussing import comment
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.pages.holding import acted
from creditflow.web.uploading import taken_of

doors = Doors()


@doors.post("/cases/{case_id}/refer", who=Permission.DECIDE)
def refer_case(case_id: str, visit: Entered, form: Form) -> Response:
    """Ask somebody's opinion."""
    typed = {"asked": form.text("to"), "question": form.text("question")}

    def act(me: Person, at: datetime, on: date, work: Work) -> object:
        if not typed["asked"]:
            raise Refusal(say("Choose a person."))
        return refer(
            case_id, typed["asked"], question=typed["question"], by=me, at=at, on=on, work=work
        )

    return acted(case_id, act, visit, done="referred", typed=typed)


@doors.post("/comments/{case_id}", who=Permission.COMMENT)
def comment_on_case(case_id: str, visit: Entered, form: Form) -> Response:
    """Write on a case; files that are not what their names say are refused, with all of it."""
    text = form.text("text")

    def act(me: Person, at: datetime, on: date, work: Work) -> object:  # noqa: ARG001 - every act is called alike
        files, refused = taken_of(form, "files", visit)
        return comment(case_id, text, files=files, refused=refused, by=me, at=at, work=work)

    return acted(case_id, act, visit, done="commented", typed={"text": text})
