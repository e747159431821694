"""The policy: what is in force, what is proposed, what it would change, and who confirms it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from creditflow.domain.errors import NotFound, Problem, Refusal
from creditflow.domain.permissions import Permission
from creditflow.domain.policy import Policy
from creditflow.domain.policy_change import Change, changes
from creditflow.domain.policy_problem import PolicyProblem
from creditflow.domain.policy_reading import InvalidPolicy, policy_from_json
from creditflow.domain.sentences import say
from creditflow.domain.shadow import Shadow
from creditflow.services.drafting import BadDraft
from creditflow.services.publishing import (
    confirm_policy,
    propose_policy,
    refuse_policy,
    withdraw_policy,
)
from creditflow.sources.policy_files import policy_text, sources_of
from creditflow.store.work import SqlWork
from creditflow.web.doors import Doors, Entered, Form, Posted
from creditflow.web.drafts import Steps, go_on, may_do
from creditflow.web.errors import status_of
from creditflow.web.pages.letters import download
from creditflow.web.shadow_charts import desk_pairs, grade_pairs
from creditflow.web.shadow_table import desk_names, shadow_csv
from creditflow.web.trying import most_at_once, tried
from creditflow.web.typed import read_day
from creditflow.web.visit import Visit

doors = Doors()
STEPS = Steps(confirm=confirm_policy, refuse=refuse_policy, withdraw=withdraw_policy)
MOST_MOVES = 100
UNASKED = 200
"""With more customers a page waits to be asked for a shadow run, which takes seconds."""


class TooManyCustomers(Refusal):
    """The book is too large to be judged while somebody waits."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a draft would change: place by place, and for the whole book where that is quick.

    `may_run` says that the whole book can be judged in a page, if somebody asks for it.
    """

    changes: tuple[Change, ...]
    shadow: Shadow | None
    may_run: bool
    before: Policy
    after: Policy


@doors.get("/policy", who=Permission.READ_POLICY)
def policy(visit: Entered) -> Response:
    """The version in force, earlier ones, and drafts."""
    return _overview(visit)


@doors.get("/policy/versions/{number}", who=Permission.READ_POLICY)
def version(number: int, visit: Entered) -> Response:
    """One version: its documents, and what it changed."""
    with visit.app.reading() as work:
        text = work.policies.text(number)
        sources = sources_of(text, work.policy_drafts.all())
        before = work.policies.text(number - 1) if number > 1 else text
        current = work.policies.current().version
    found = changes(json.loads(before), json.loads(text))
    return visit.page(
        "policy_version.html", number=number, current=current, sources=sources, changes=found
    )


@doors.get("/policy/versions/{number}/{document}", who=Permission.READ_POLICY)
def document(number: int, document: str, visit: Entered) -> Response:
    """One document of a version as a YAML file, to be changed and handed in."""
    name = document.removesuffix(".yaml")
    with visit.app.reading() as work:
        sources = sources_of(work.policies.text(number), work.policy_drafts.all())
    if name not in sources:
        raise NotFound(say("Policy {version} has no document {name}.", version=number, name=name))
    return download(sources[name].encode(), f"{name}.yaml", "application/yaml; charset=utf-8")


@doors.post("/policy/drafts", who=Permission.CHANGE_POLICY)
def hand_in(visit: Entered, form: Form) -> Response:
    """Check the documents; show what they would change, or keep them as a draft."""
    typed = {name: form.text(name) for name in ("why", "effective_on")}
    app = visit.app
    try:
        with app.reading() as work:
            sources = _sources(form, work)
        text = policy_text({f"{name}.yaml": source for name, source in sources.items()})
        if form.text("only") == "try":
            with app.reading() as work:
                trial = _trial(text, work, asked=True)
            return _overview(visit, trial=trial, typed=typed)
        with app.work() as work:
            draft = propose_policy(
                text,
                sources,
                why=typed["why"],
                effective_on=read_day(day) if (day := typed["effective_on"]) else app.today(),
                by=visit.me,
                at=app.now(),
                on=app.today(),
                work=work,
            )
    except InvalidPolicy as invalid:
        return _overview(visit, problems=invalid.problems, typed=typed, status=422)
    except Problem as problem:
        return _overview(visit, problem=problem, typed=typed, status=status_of(problem))
    return visit.go(f"/policy/drafts/{draft.id}?done=policy_proposed")


@doors.get("/policy/drafts/{draft_id}", who=Permission.READ_POLICY)
def draft(draft_id: str, visit: Entered) -> Response:
    """One draft: what it would change, for whom, and what may be done with it."""
    return _draft_page(draft_id, visit, asked="run" in visit.request.query_params)


@doors.get("/policy/drafts/{draft_id}/shadow.csv", who=Permission.READ_POLICY)
def shadow_table(draft_id: str, visit: Entered) -> Response:
    """Everybody's move under the draft as a file."""
    with visit.app.reading() as work:
        kept, customers = work.policy_drafts.get(draft_id), work.customers.ids()
        if len(customers) > most_at_once():
            raise TooManyCustomers(
                say(
                    "{count} customers are too many to judge while a page loads. Where creditflow"
                    " is installed, write the file with: creditflow policy shadow FOLDER --csv"
                    " FILE",
                    count=len(customers),
                )
            )
        found = tried(policy_from_json(kept.text, 0), work=work, customers=customers)
    content = shadow_csv(found, visit.speech.language)
    return download(content, f"{kept.id}-shadow.csv", "text/csv; charset=utf-8")


@doors.post("/policy/drafts/{draft_id}/verdict", who=Permission.CHANGE_POLICY)
def decide_draft(draft_id: str, visit: Entered, form: Form) -> Response:
    """Confirm or refuse somebody else's draft, or withdraw one's own."""
    try:
        done = go_on(draft_id, STEPS, form, visit)
    except NotFound:
        raise
    except Problem as problem:
        return _draft_page(draft_id, visit, problem=problem)
    return visit.go(f"/policy/drafts/{draft_id}?done=policy_{done}")


def _sources(form: Posted, work: SqlWork) -> dict[str, str]:
    """The documents that were chosen; the others as they are in force."""
    text = work.policies.text(work.policies.current().version)
    sources = sources_of(text, work.policy_drafts.all())
    chosen = {
        name: upload.file.read().decode("utf-8-sig", "replace")
        for name in sources
        if (upload := form.file(name)) is not None
    }
    if not chosen:
        raise BadDraft(say("Choose at least one file. The others stay as they are in force."))
    return sources | chosen


def _trial(text: str, work: SqlWork, *, asked: bool) -> Trial:
    current = work.policies.current()
    after = policy_from_json(text, current.version + 1)
    customers = work.customers.ids()
    most = most_at_once()
    now = len(customers) <= (most if asked else UNASKED)
    return Trial(
        changes=changes(json.loads(work.policies.text(current.version)), json.loads(text)),
        shadow=tried(after, work=work, customers=customers) if now else None,
        may_run=len(customers) <= most,
        before=current,
        after=after,
    )


def _trial_view(trial: Trial | None, visit: Visit) -> dict[str, Any]:
    if trial is None:
        return {"trial": None}
    language = visit.speech.language
    found = trial.shadow
    names = {**desk_names(trial.before, language), **desk_names(trial.after, language)}
    return {
        "trial": trial,
        "desk_names": names,
        "grade_pairs": grade_pairs(found) if found else (),
        "desk_pairs": desk_pairs(found, trial.before, trial.after) if found else (),
        "moves": [m for m in found.moves if m.moves][:MOST_MOVES] if found else [],
        "moving": sum(1 for m in found.moves if m.moves) if found else 0,
    }


def _overview(
    visit: Visit,
    *,
    trial: Trial | None = None,
    problems: tuple[PolicyProblem, ...] = (),
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.app.reading() as work:
        current = work.policies.current()
        drafts = work.policy_drafts.all()
        documents = list(sources_of(work.policies.text(current.version), drafts))
        people = {person.id: person.name for person in work.people.all()}
    return visit.page(
        "policy.html",
        status=status,
        current=current,
        documents=documents,
        drafts=drafts,
        open_draft=next((d for d in drafts if d.is_open), None),
        names=people,
        may_make=visit.may(Permission.CHANGE_POLICY),
        problems=problems,
        problem=problem,
        typed=typed or {},
        today=visit.app.today().isoformat(),
        **_trial_view(trial, visit),
    )


def _draft_page(
    draft_id: str, visit: Visit, *, asked: bool = False, problem: Problem | None = None
) -> Response:
    with visit.app.reading() as work:
        kept = work.policy_drafts.get(draft_id)
        trial = _trial(kept.text, work, asked=asked) if kept.is_open else None
        people = {person.id: person.name for person in work.people.all()}
        found = changes(json.loads(work.policies.text(kept.based_on)), json.loads(kept.text))
    return visit.page(
        "policy_draft.html",
        status=status_of(problem) if problem else 200,
        draft=kept,
        changes=found,
        names=people,
        may=may_do(kept, visit),
        problem=problem,
        **_trial_view(trial, visit),
    )
