"""Learned models: which there are, what each may do, and the four eyes that let one decide."""

from collections.abc import Callable

from starlette.responses import Response

from creditflow.domain.errors import Problem
from creditflow.domain.learned_judging import read_once
from creditflow.domain.model_registry import RegisteredModel
from creditflow.domain.permissions import Permission
from creditflow.services.modelling import (
    promote_model,
    propose_model,
    retire_model,
    shadows_of,
)
from creditflow.web.doors import Doors, Entered, Form
from creditflow.web.errors import status_of
from creditflow.web.model_card import card_html, measures
from creditflow.web.model_names import MODEL_KINDS, MODEL_STATES
from creditflow.web.pages.letters import download
from creditflow.web.visit import Visit

doors = Doors()

STEPS: dict[str, Callable[..., RegisteredModel]] = {
    "propose": propose_model,
    "promote": promote_model,
    "retire": retire_model,
}


@doors.get("/models", who=Permission.READ_POLICY)
def models(visit: Entered) -> Response:
    """Every model, the latest first, with its figures and what may be done with it."""
    return _page(visit)


@doors.get("/models/{model_id}/card", who=Permission.READ_POLICY)
def card(model_id: str, visit: Entered) -> Response:
    """The model card as a file in the reader's language."""
    with visit.app.reading() as work:
        model = work.models.get(model_id)
    language = visit.speech.language
    content = card_html(model, language).encode()
    return download(content, f"{model.id}.{language}.html", "text/html; charset=utf-8")


@doors.post("/models/{model_id}/propose", who=Permission.CHANGE_POLICY)
def propose(model_id: str, visit: Entered, form: Form) -> Response:
    """Let a draft judge in the shadow."""
    return _step("propose", model_id, visit, form)


@doors.post("/models/{model_id}/promote", who=Permission.CHANGE_POLICY)
def promote(model_id: str, visit: Entered, form: Form) -> Response:
    """Make somebody else's challenger the champion."""
    return _step("promote", model_id, visit, form)


@doors.post("/models/{model_id}/retire", who=Permission.CHANGE_POLICY)
def retire(model_id: str, visit: Entered, form: Form) -> Response:
    """Take a model out of use."""
    return _step("retire", model_id, visit, form)


def _step(step: str, model_id: str, visit: Visit, form: Form) -> Response:
    app = visit.app
    try:
        with app.work() as work:
            by = work.people.get(visit.me.id)
            STEPS[step](model_id, why=form.text("why"), by=by, at=app.now(), work=work)
    except Problem as problem:
        return _page(visit, problem=problem, status=status_of(problem))
    return visit.go("/models?done=model_" + step)


def _page(visit: Visit, *, problem: Problem | None = None, status: int = 200) -> Response:
    with visit.app.reading() as work:
        found = work.models.all()
        shadows = shadows_of(found, work=work)
        names = {person.id: person.name for person in work.people.all()}
    return visit.page(
        "models.html",
        status=status,
        models=[(model, read_once(model.text), measures(model)) for model in found],
        shadows=shadows,
        kinds=MODEL_KINDS,
        states=MODEL_STATES,
        names=names,
        problem=problem,
        may=visit.may(Permission.CHANGE_POLICY),
    )
