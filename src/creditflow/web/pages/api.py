"""The interface for other programs: read customers, limits and cases, and hand in files.

Amounts are text in the currency's usual units, so that no program rounds them.
"""

from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from creditflow.domain.access import Scope
from creditflow.domain.added_limits import AddedLimit
from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.errors import NotFound, Refusal
from creditflow.domain.granting import Grant
from creditflow.domain.money import Money
from creditflow.domain.sentences import say
from creditflow.services.importing import ImportReport
from creditflow.services.recalling import Recalled, recall
from creditflow.sources.loading import profile_names
from creditflow.store.reading_rows import CaseRow, CustomerRow
from creditflow.web.amounts import read_whole
from creditflow.web.key_doors import Key, KeyDoors
from creditflow.web.naming import KINDS

doors = KeyDoors()
MOST, USUAL = 500, 100
OWN = "creditflow"


@doors.get("/api/customers", scope=Scope.READ)
def customers(request: Request) -> Response:
    """Customers by id with their limit, behind `after`; `next` is where to go on."""
    asked = request.query_params
    most = _most(asked)
    with request.app.state.creditflow.readings() as readings:
        rows = readings.customers(
            containing=asked.get("q", ""), after=asked.get("after", ""), most=most + 1
        )
    shown = [_customer(row) for row in rows[:most]]
    return JSONResponse(
        {"customers": shown, "next": rows[most - 1].customer_id if len(rows) > most else None}
    )


@doors.get("/api/limits/{customer_id}", scope=Scope.READ)
def limit(customer_id: str, request: Request) -> Response:
    """One customer's limit (not set, zero, an amount, unlimited), and all that is in force."""
    app = request.app.state.creditflow
    today = app.today()
    with app.database.both() as (work, readings):
        row = readings.customer(customer_id)
        if row is None:
            raise NotFound(say("There is no customer {customer}.", customer=customer_id))
        found = recall(
            CustomerId(customer_id), on=today, believed=today, today=today, end_of=app.end_of,
            work=work,
        )  # fmt: skip
    named = {"customer": row.customer_id, "name": row.name}
    return JSONResponse({**named, **_limit(row), "in_force": _in_force(found)})


@doors.get("/api/cases", scope=Scope.READ)
def cases(request: Request) -> Response:
    """Cases, the latest changed first; by `state` and by `customer`."""
    asked = request.query_params
    states = asked.getlist("state")
    if unknown := set(states) - set(CaseState):
        raise Refusal(
            say(
                "There is no state {states}. States are {known}.",
                states=", ".join(sorted(unknown)),
                known=", ".join(CaseState),
            )
        )
    with request.app.state.creditflow.readings() as readings:
        rows = readings.cases(
            states=frozenset(map(CaseState, states)) or None,
            customer=asked.get("customer"),
            most=_most(asked),
        )
    return JSONResponse({"cases": [_case(row) for row in rows]})


@doors.get("/api/cases/{case_id}", scope=Scope.READ)
def case(case_id: str, request: Request) -> Response:
    """One case with what is proposed and what was decided: amount, terms, end and conditions."""
    with request.app.state.creditflow.reading() as work:
        found = work.cases.get(case_id)
        proposal = work.proposals.get(found.proposal_id) if found.proposal_id else None
        decisions = work.decisions.of(case_id) if proposal is not None else []
    said = [d for d in decisions if d.final and d.round == found.round]
    decided = said[-1] if said else None
    grant = decided.grant(proposal) if decided is not None and proposal is not None else None
    return JSONResponse(
        {
            "case": found.id,
            "customer": found.customer,
            "state": found.state.value,
            "proposed": _grant(proposal.grant if proposal is not None else None),
            "verdict": decided.say.value if decided is not None else None,
            "granted": _grant(grant),
        }
    )


@doors.post("/api/imports", scope=Scope.IMPORT)
async def hand_in(request: Request, key: Key) -> Response:
    """Hand in a file as the body; `name` is its name, the rest is as on the page."""
    data, asked = await request.body(), request.query_params
    kind, profile = asked.get("kind", "all"), asked.get("profile", OWN)
    problems = [
        problem
        for fine, problem in (
            (data, say("The body is empty; send the file as it is.")),
            (asked.get("name"), say("Say what the file is called: ?name=invoices.csv")),
            (kind in KINDS, say("Choose kinds among {kinds}.", kinds=", ".join(KINDS))),
            (profile in profile_names(),
             say("Choose profiles among {profiles}.", profiles=", ".join(profile_names()))),
        )
        if not fine
    ]  # fmt: skip
    if problems:
        raise Refusal(
            say("This file cannot be taken. {problems}", problems=" ".join(map(str, problems)))
        )
    report = await run_in_threadpool(
        request.app.state.creditflow.hand_in,
        data,
        asked["name"].replace("\\", "/").rpartition("/")[2][:200],
        by=key.actor,
        kinds=None if kind == "all" else [kind],
        profile=profile,
        source=asked.get("source", "own"),
    )
    return JSONResponse(_report(report))


def _most(asked: Any) -> int:  # noqa: ANN401 - Starlette's own multi-dict
    return max(1, min(MOST, read_whole(asked.get("most", ""), otherwise=USUAL)))


def _amount(amount: Money | None) -> Mapping[str, str] | None:
    """An amount in the currency's usual units; null where it is not known."""
    return None if amount is None else {"amount": str(amount.major), "currency": amount.currency}


def _grant(grant: Grant | None) -> Mapping[str, Any] | None:
    """What is granted; conditions by the policy's code. What an approver wrote stays inside."""
    if grant is None:
        return None
    return {
        "limit": _amount(grant.limit),
        "terms_days": grant.terms_days,
        "until": grant.until.isoformat(),
        "conditions": [one.code for one in grant.conditions if one.code],
    }


def _limit(row: CustomerRow) -> dict[str, Any]:
    return {
        "state": row.limit_state.value,
        "limit": _amount(row.limit),
        "until": row.limit_until.isoformat() if row.limit_until else None,
        "exposure": _amount(row.exposure),
        "open_case": row.open_case,
    }


def _in_force(found: Recalled) -> dict[str, Any]:
    """Base and temporary limits together, what is free of them, and each limit on top."""
    limits, consumed = found.limits, found.consumed
    uses = consumed.uses if consumed is not None else ()
    used = {x.limit.id: x.used for x in uses if isinstance(x.limit, AddedLimit)}
    return {
        "state": limits.state.value,
        "general": _amount(limits.general),
        "free": _amount(consumed.free) if consumed is not None else None,
        "uncovered": _amount(consumed.over) if consumed is not None else None,
        "on_top": [
            {
                "limit": top.id,
                "kind": top.kind.value,
                "project": top.project or None,
                "uses": top.consumption.value if top.consumption else None,
                "amount": _amount(top.amount),
                "used": _amount(used.get(top.id)),
                "room": _amount(consumed.room(top.project)) if consumed is not None else None,
                "from": top.from_.isoformat(),
                "until": top.until.isoformat(),
            }
            for top in (*limits.temporary, *limits.projects)
        ],
    }


def _customer(row: CustomerRow) -> dict[str, Any]:
    return {
        "customer": row.customer_id,
        "name": row.name,
        "name_en": row.name_en,
        "country": row.country,
        "currency": row.currency,
        **_limit(row),
    }


def _case(row: CaseRow) -> dict[str, Any]:
    return {
        "case": row.case_id,
        "customer": row.customer_id,
        "kind": row.kind.value,
        "state": row.state.value,
        "desk": row.desk,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "opened_at": row.opened_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "current": _amount(row.current),
        "proposed": _amount(row.proposed),
    }


def _report(report: ImportReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "already_imported": report.already_imported,
        "refused": report.refused,
        "rows": {
            "read": report.rows_read,
            "kept": report.rows_kept,
            "known": report.rows_known,
            "rejected": report.rows_rejected,
        },
        "problems": [
            {
                "line": one.line,
                "column": one.column,
                "severity": one.severity.value,
                "problem": str(one.what),
                "remedy": str(one.remedy),
            }
            for one in report.problems[:MOST]
        ],
    }
