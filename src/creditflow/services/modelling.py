"""Let learned models in: keep one, let it judge in the shadow, make it champion, retire it.

Nobody alone brings a model to power: who made it a challenger cannot promote
it, and neither can who trained it. Every step is journaled.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from creditflow.domain.errors import Refusal
from creditflow.domain.journal import Entry
from creditflow.domain.learned_reading import model_from_json
from creditflow.domain.learned_writing import model_hash
from creditflow.domain.model_registry import MOVES, ModelState, RegisteredModel
from creditflow.domain.model_shadow import ModelShadow, model_shadow
from creditflow.domain.people import Person
from creditflow.domain.sentences import Sentence, say
from creditflow.ports import Work
from creditflow.services.drafting import NotYours, ensure_policy_admin, says_something

LOOKED_AT = 200
"""So many of the latest evaluations show how a model judges."""


class WrongMoment(Refusal):
    """The model does not stand where this could be done with it."""


def keep_model(text: str, report: str, *, by: str, at: datetime, work: Work) -> RegisteredModel:
    """Keep a trained model as a draft, which does nothing yet; raises BadModel."""
    model_from_json(text)
    model = RegisteredModel(
        id=f"MD-{work.counters.next('model'):04d}",
        text=text,
        hash=model_hash(text),
        report=report,
        trained_by=by,
        trained_at=at,
    )
    work.models.add(model)
    work.journal.record(Entry("model.trained", model.id, by, at, {"hash": model.hash}))
    return model


def propose_model(
    model_id: str, *, why: str, by: Person, at: datetime, work: Work
) -> RegisteredModel:
    """Make a draft a challenger: it judges beside every evaluation and decides nothing."""
    ensure_policy_admin(by)
    model = _standing(model_id, ModelState.CHALLENGER, work)
    _ensure_said(why)
    moved = model.moved(ModelState.CHALLENGER, proposed_by=by.id, proposed_at=at, why=why.strip())
    work.models.put(moved)
    facts = {"hash": model.hash, "why": moved.why}
    work.journal.record(Entry("model.proposed", model.id, by.id, at, facts))
    return moved


def promote_model(
    model_id: str, *, why: str, by: Person, at: datetime, work: Work
) -> RegisteredModel:
    """Make a challenger the champion; the one before it retires. Takes another person."""
    ensure_policy_admin(by)
    model = _standing(model_id, ModelState.CHAMPION, work)
    _ensure_said(why)
    if by.id in {model.proposed_by, model.trained_by}:
        raise NotYours(
            say(
                "You trained or proposed {model} yourself; another policy administrator"
                " promotes it.",
                model=model.id,
            )
        )
    for other in work.models.scoring():
        if other.state is ModelState.CHAMPION:
            _retire(other, f"{model.id}: {why.strip()}", by, at, work)
    moved = model.moved(ModelState.CHAMPION, decided_by=by.id, decided_at=at, why=why.strip())
    work.models.put(moved)
    facts = {"hash": model.hash, "why": moved.why, "proposed_by": model.proposed_by or ""}
    work.journal.record(Entry("model.promoted", model.id, by.id, at, facts))
    return moved


def retire_model(
    model_id: str, *, why: str, by: Person, at: datetime, work: Work
) -> RegisteredModel:
    """Take a model out of use; what it judged stays on record and can be replayed."""
    ensure_policy_admin(by)
    model = _standing(model_id, ModelState.RETIRED, work)
    _ensure_said(why)
    return _retire(model, why.strip(), by, at, work)


def shadows_of(models: Iterable[RegisteredModel], *, work: Work) -> dict[str, ModelShadow]:
    """How each of these that judges did beside the scorecard on the latest evaluations, by id."""
    scoring = [m for m in models if m.state in {ModelState.CHALLENGER, ModelState.CHAMPION}]
    if not scoring:
        return {}
    latest = work.evaluations.recent(LOOKED_AT)
    found = ((model.id, model_shadow(model.hash, latest)) for model in scoring)
    return {model: shadow for model, shadow in found if shadow is not None}


def _retire(
    model: RegisteredModel, why: str, by: Person, at: datetime, work: Work
) -> RegisteredModel:
    moved = model.moved(ModelState.RETIRED, decided_by=by.id, decided_at=at, why=why)
    work.models.put(moved)
    facts = {"hash": model.hash, "why": why}
    work.journal.record(Entry("model.retired", model.id, by.id, at, facts))
    return moved


def _standing(model_id: str, to: ModelState, work: Work) -> RegisteredModel:
    model = work.models.get(model_id)
    if to in MOVES[model.state]:
        return model
    raise WrongMoment(_OUT_OF_TURN[to](model.id))


_OUT_OF_TURN: Mapping[ModelState, Callable[[str], Sentence]] = {
    ModelState.CHALLENGER: lambda model: say(
        "{model} was proposed already, or retired; only a draft becomes a challenger."
        " Train it anew.",
        model=model,
    ),
    ModelState.CHAMPION: lambda model: say(
        "{model} does not judge in the shadow, so nobody knows yet how it judges. Make it a"
        " challenger first; another person can then make it the champion.",
        model=model,
    ),
    ModelState.RETIRED: lambda model: say("{model} is retired already.", model=model),
}
"""What to say where a model does not stand where it could go on to this."""


def _ensure_said(why: str) -> None:
    if not says_something(why):
        raise WrongMoment(say("Say in a sentence why: it is read in years."))
