"""Learned models on the command line: train, list, show, propose, promote, retire."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditflow.cli import app
from creditflow.cli.casework import Day
from creditflow.cli.knowing import As, known
from creditflow.cli.words import _, told

if TYPE_CHECKING:
    from creditflow.bootstrap import App
    from creditflow.domain.learned import LearnedModel
    from creditflow.domain.model_registry import RegisteredModel
    from creditflow.domain.model_shadow import ModelShadow
    from creditflow.models.training import Trained
    from creditflow.ports import Work

model = typer.Typer(help=_("Models learned from the company's own history, and what they may do."),
                    no_args_is_help=True)  # fmt: skip
app.add_typer(model, name="model")

Model = Annotated[str, typer.Argument(help=_("The model, such as MD-0001."))]
Why = Annotated[str, typer.Option(help=_("Why, in a sentence."))]


@model.command(help=_("Learn from the ledger; where there is too little, say so and keep nothing."))
def train(  # noqa: PLR0917 - one option per thing that can be asked
    as_: As,
    kind: Annotated[
        list[str] | None,
        typer.Option(help=_("points, trees, or mean of both; all three if absent.")),
    ] = None,
    days_past_due: Annotated[
        int, typer.Option(min=1, help=_("Bad is an invoice that becomes so many days past due …"))
    ] = 30,
    within: Annotated[int, typer.Option(min=1, help=_("… within so many days."))] = 90,
    least_events: Annotated[
        int, typer.Option(min=1, help=_("Fewer bad outcomes are too few to learn from."))
    ] = 50,
    long_run_rate: Annotated[
        float | None,
        typer.Option(
            min=0.0001, max=0.9, help=_("The long-run share of bad outcomes to anchor to.")
        ),
    ] = None,
    on: Day = None,
    cards: Annotated[
        Path | None, typer.Option(file_okay=False, help=_("Write model cards into this folder."))
    ] = None,
) -> None:
    """Sample, learn, validate, keep as drafts; exit status 1 where there is too little."""
    _ensure_installed()
    from creditflow.cli.installing import existing
    from creditflow.cli.sampling import sampled
    from creditflow.domain.learned import BadOutcome, ModelKind
    from creditflow.models.training import TrainingRules, milder
    from creditflow.models.training import train as learn

    app_ = existing()
    kinds = [ModelKind(k) for k in kind] if kind else list(ModelKind)
    outcome = BadOutcome(days_past_due, within)
    by = known(app_, as_).id
    with app_.reading() as work:
        rules = TrainingRules(outcome, _grades(work), least_events, long_run_rate)
    day = on.date() if on else app_.today()
    found = sampled(app_, day, outcome)
    print(
        _("{rows} observations of {customers} customers, {events} bad outcomes.").format(
            rows=len(found), customers=found.customers, events=found.events
        )
    )
    mild = sampled(app_, day, milder(outcome)) if ModelKind.MEAN in kinds else None
    for one in _kept(app_, [learn(found, k, rules, mild) for k in kinds], by):
        _say(one)
        if cards is not None:
            _write_cards(one, cards)


def _kept(app_: "App", trained: "list[Trained]", by: str) -> "list[RegisteredModel]":
    """Keep the models as drafts, all in one transaction."""
    from creditflow.domain.learned_writing import model_to_json
    from creditflow.services.modelling import keep_model

    with app_.work() as work:
        return [
            keep_model(model_to_json(t.model), _plain(t.report), by=by, at=app_.now(), work=work)
            for t in trained
        ]


def _ensure_installed() -> None:
    from importlib.util import find_spec

    from creditflow.domain.errors import Unavailable
    from creditflow.domain.sentences import say

    if not all(map(find_spec, ("numpy", "sklearn"))):
        raise Unavailable(
            say("Training needs numpy and scikit-learn. Install them: pip install"
                " 'creditflow[models]'.")
        )  # fmt: skip


def _grades(work: "Work") -> tuple:  # type: ignore[type-arg]
    """The master scale: grades by the yearly default probabilities of the policy's scorecard."""
    from creditflow.domain.scorecard import Segment
    from creditflow.models.calibrating import master_scale

    bands = work.policies.current().scorecards[Segment.EXISTING].bands
    return master_scale([(band.grade, float(band.pd)) for band in bands])


def _plain(report: object) -> str:
    import json

    return json.dumps(report, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _write_cards(kept: "RegisteredModel", folder: Path) -> None:
    from creditflow.web.model_card import card_html

    folder.mkdir(parents=True, exist_ok=True)
    for language in ("zh-CN", "en"):
        file = folder / f"{kept.id}.{language}.html"
        file.write_text(card_html(kept, language), encoding="utf-8")
        print(file)


@model.command("list", help=_("List models, the latest first."))
def list_() -> None:
    """Print every model with its state and its figures."""
    from rich.table import Table

    from creditflow.cli.installing import existing
    from creditflow.cli.screen import screen
    from creditflow.domain.learned_judging import read_once
    from creditflow.web.model_card import measures
    from creditflow.web.model_names import MODEL_KINDS, MODEL_STATES

    table = Table(_("Model"), _("Kind"), _("State"), _("Outcome"), "Gini", _("Trained by"),
                  _("Proposed by"), _("Decided by"))  # fmt: skip
    with existing().reading() as work:
        for one in work.models.all():
            made = read_once(one.text)
            table.add_row(
                one.id,
                _(MODEL_KINDS[made.kind]),
                _(MODEL_STATES[one.state]),
                _outcome(made),
                f"{measures(one)['gini']:.3f}",
                one.trained_by,
                one.proposed_by or "",
                one.decided_by or "",
            )
    screen().print(table)


@model.command(help=_("Show a model: what it learned from, how well it foretells; write its card."))
def show(
    model_id: Model,
    cards: Annotated[
        Path | None, typer.Option(file_okay=False, help=_("Write model cards into this folder."))
    ] = None,
) -> None:
    """Print the figures; with a folder also the cards in both languages."""
    from creditflow.cli.installing import existing
    from creditflow.services.modelling import shadows_of

    with existing().reading() as work:
        kept = work.models.get(model_id)
        beside = shadows_of([kept], work=work).get(kept.id)
    _say(kept)
    if beside is not None:
        _beside(beside)
    if cards is not None:
        _write_cards(kept, cards)


@model.command(help=_("Make a draft a challenger: it judges in the shadow and decides nothing."))
def propose(model_id: Model, as_: As, why: Why) -> None:
    """From the next evaluation on its judgement is kept beside the scorecard's."""
    from creditflow.services.modelling import propose_model

    _move(propose_model, model_id, as_, why)


@model.command(help=_("Make a challenger the champion; takes another person than the proposer."))
def promote(model_id: Model, as_: As, why: Why) -> None:
    """The champion before it retires."""
    from creditflow.services.modelling import promote_model

    _move(promote_model, model_id, as_, why)


@model.command(help=_("Take a model out of use; what it judged stays on record."))
def retire(model_id: Model, as_: As, why: Why) -> None:
    """It judges no more evaluations; earlier ones still replay."""
    from creditflow.services.modelling import retire_model

    _move(retire_model, model_id, as_, why)


def _move(act, model_id: str, as_: str, why: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - one of three use cases
    from creditflow.cli.installing import existing
    from creditflow.web.model_names import MODEL_STATES

    app_ = existing()
    person = known(app_, as_)
    with app_.work() as work:
        moved = act(model_id, why=why, by=person, at=app_.now(), work=work)
    print(f"{moved.id}: {_(MODEL_STATES[moved.state])}")


def _say(kept: "RegisteredModel") -> None:
    from creditflow.domain.learned_judging import read_once
    from creditflow.domain.sentences import say
    from creditflow.web.model_card import measures

    made, found = read_once(kept.text), measures(kept)
    sentence = say(
        "{model}: Gini {gini}, KS {ks}, Brier {brier}; foretold {pd}, came {rate}, on {rows}"
        " later observations. Hash {hash}.",
        model=kept.id,
        gini=f"{found['gini']:.3f}",
        ks=f"{found['ks']:.3f}",
        brier=f"{found['brier']:.4f}",
        pd=f"{found['mean_pd']:.4f}",
        rate=f"{found['rate']:.4f}",
        rows=int(found["rows"]),
        hash=kept.hash[:12],
    )
    print(told(sentence))
    print(
        told(
            say(
                "It learned from {events} bad outcomes among {rows} observations of"
                " {customers} customers, {first} to {last}.",
                events=made.origins.events,
                rows=made.origins.rows,
                customers=made.origins.customers,
                first=made.origins.first,
                last=made.origins.last,
            )
        )
    )


def _beside(found: "ModelShadow") -> None:
    """Where it differs from the scorecard, as one sentence and as a table."""
    from rich.console import Console
    from rich.table import Table

    from creditflow.domain.grade import Grade
    from creditflow.domain.sentences import say

    sentence = say(
        "Of the latest {judged} evaluations that it judged beside the scorecard, it grades {same}"
        " the same, {better} better and {worse} worse.",
        judged=found.judged, same=found.same, better=found.better, worse=found.worse,
    )  # fmt: skip
    print(told(sentence))
    table = Table(_("Scorecard ↓ model →"), *(grade.value for grade in Grade))
    for card in Grade:
        row = [found.grades.get((card, model), 0) for model in Grade]
        if any(row):
            table.add_row(card.value, *(str(count or "·") for count in row))
    Console().print(table)


def _outcome(made: "LearnedModel") -> str:
    return _("{late}+ days late within {within} days").format(
        late=made.outcome.days_past_due, within=made.outcome.within_days
    )
