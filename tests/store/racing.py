"""Eight approvers decide one case at the same moment, over and over, on a real database.

    python -m tests.store.racing [--races 300]

runs so many races on SQLite and on PostgreSQL and prints what came of them.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from creditflow.approvals.deciding import decide
from creditflow.approvals.entitling import AlreadyDecided
from creditflow.approvals.holding import claim, reassign
from creditflow.approvals.referring import refer
from creditflow.approvals.superseding import supersede
from creditflow.approvals.withdrawing import expire, withdraw
from creditflow.domain.case import CaseState, TaskState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.errors import Problem
from creditflow.domain.journal import first_broken
from creditflow.store.database import Database
from creditflow.store.work import SqlWork
from tests.databases import (
    postgres_cluster,
    postgres_database,
    postgres_programs,
    sqlite_database,
)
from tests.makers import (
    NOW,
    TODAY,
    a_case,
    a_customer,
    a_limit,
    a_person,
    a_proposal,
    a_task,
    an_analyst,
    an_evaluation,
    cny,
    later,
)

APPROVERS = tuple(
    a_person(f"director.{n}", name=name)
    for n, name in enumerate(
        ("Zhao Min", "Qian Wei", "Sun Lei", "Li Na", "Zhou Jie", "Wu Hao", "Zheng Yu", "Wang Fang")
    )
)
ANALYST = an_analyst()
OUTCOMES = {
    Say.APPROVE: CaseState.APPROVED,
    Say.APPROVE_WITH_CHANGE: CaseState.APPROVED,
    Say.RETURN: CaseState.RETURNED,
    Say.REJECT: CaseState.REJECTED,
}


@dataclass(frozen=True)
class Raced:
    """What came of one race: who decided, what the others were told, and what is wrong with it."""

    case_id: str
    winners: tuple[str, ...]
    told: tuple[Problem, ...]
    wrong: tuple[str, ...] = ()


def prepare(database: Database) -> None:
    """Eight people of one desk."""
    with database.work() as work:
        work.policies.publish("{}", by="analyst.li", at=NOW)
        for person in APPROVERS:
            work.people.put(person)


def open_case(database: Database, number: int) -> str:
    """A case of a customer of its own that waits for any of them."""
    customer, case = f"C{number:05}", f"CASE-{number}"
    with database.work() as work:
        work.customers.put_all([a_customer(customer)])
        work.limits.add(a_limit(customer=customer), replacing=0)
        evaluation = an_evaluation(f"EVAL-{number}", case_id=case, customer=customer)
        work.evaluations.add(evaluation)
        proposal = a_proposal(
            f"PROP-{number}", case_id=case, customer=customer, evaluation_id=evaluation.id
        )
        work.proposals.add(proposal)
        work.cases.add(
            a_case(
                case,
                customer=customer,
                state=CaseState.AWAITING,
                stage=1,
                desk="director",
                expires_at=later(days=30),
                evaluation_id=evaluation.id,
                proposal_id=proposal.id,
                proposal_hash=proposal.hash,
            )
        )
        work.tasks.add(a_task(case))
    return case


def race(database: Database, number: int, *, chance: random.Random) -> Raced:
    """Let all of them decide at once, each as chance has it."""
    case = open_case(database, number)
    with database.reading() as work:
        seen = work.cases.get(case).proposal_hash or ""
    barrier = threading.Barrier(len(APPROVERS))
    outcomes: list[object] = [None] * len(APPROVERS)
    verdicts = [_verdict(chance.choice(list(Say)), seen) for _ in APPROVERS]

    def run(place: int) -> None:
        barrier.wait()
        try:
            outcomes[place] = database.run(
                lambda work: decide(
                    case, verdicts[place], by=APPROVERS[place], key=f"{case}:{place}",
                    at=later(seconds=place), on=TODAY, work=work,
                )
            )  # fmt: skip
        except Problem as problem:
            outcomes[place] = problem

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(APPROVERS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    winners = tuple(
        APPROVERS[n].id for n, o in enumerate(outcomes) if o is not None and not _is_no(o)
    )
    told = tuple(o for o in outcomes if isinstance(o, Problem))
    raced = Raced(case, winners, told)
    return replace(raced, wrong=tuple(wrong_with(raced, database)))


def _is_no(outcome: object) -> bool:
    return isinstance(outcome, Problem)


def _verdict(said: Say, seen: str) -> Verdict:
    amount = cny(700_000) if said is Say.APPROVE_WITH_CHANGE else None
    return Verdict(said, seen, "" if said is Say.APPROVE else "Because.", amount)


def wrong_with(raced: Raced, database: Database) -> list[str]:
    """Everything that is not as it should be after a race."""
    found = []
    with database.reading() as work:
        case = work.cases.get(raced.case_id)
        decisions = work.decisions.of(raced.case_id)
        entries = [s.entry for s in work.journal.of(raced.case_id)]
    final = [d for d in decisions if d.final]
    if len(final) != 1 or len(decisions) != 1:
        found.append(f"{len(final)} final decisions of {len(decisions)}")
    if len(raced.winners) != 1 or len(raced.told) != len(APPROVERS) - 1:
        found.append(f"{len(raced.winners)} were told that they decided")
    if len(entries) != 1:
        found.append(f"{len(entries)} entries in the journal")
    if not final:
        return found
    name = next(p.name for p in APPROVERS if p.id == final[0].by)
    if case.state is not OUTCOMES[final[0].say]:
        found.append(f"{final[0].say} and yet {case.state}")
    return found + [
        f"not told that {name} was quicker: {problem}"
        for problem in raced.told
        if not isinstance(problem, AlreadyDecided) or problem.sentence.facts.get("who") != name
    ]


def collide(database: Database, number: int, *, chance: random.Random) -> Raced:
    """Let people and the clock do all that can be done to a waiting case, at once."""
    case = open_case(database, number)
    with database.reading() as work:
        seen = work.cases.get(case).proposal_hash or ""
    acts = [_act(what, case, seen, place) for place, what in enumerate(ACTS)]
    chance.shuffle(acts)
    barrier = threading.Barrier(len(acts))
    done: list[str] = []
    told: list[Problem] = []

    def run(act: Callable[[SqlWork], object], name: str) -> None:
        barrier.wait()
        try:
            if database.run(act) is not None:
                done.append(name)
        except Problem as problem:
            told.append(problem)

    threads = [threading.Thread(target=run, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    raced = Raced(case, tuple(done), tuple(told))
    return replace(raced, wrong=tuple(lost_after(raced, database)))


ACTS = ("decide", "decide", "claim", "reassign", "refer", "supersede", "expire", "withdraw")
ENDS = frozenset({"decide", "supersede", "expire", "withdraw"})


def _act(what: str, case: str, seen: str, place: int) -> tuple[Callable[[SqlWork], object], str]:
    by, at = APPROVERS[place], later(minutes=place)
    now = {"at": at, "on": TODAY}

    def expired(work: SqlWork) -> object:
        before = work.cases.get(case).state
        after = expire(case, at=later(days=31), work=work)
        return after if after.state is not before else None

    acts: dict[str, Callable[[SqlWork], object]] = {
        "decide": lambda work: decide(
            case, _verdict(Say.APPROVE, seen), by=by, key=f"{case}:{place}", work=work, **now
        ),
        "claim": lambda work: claim(case, by=by, work=work, **now),
        "reassign": lambda work: reassign(
            case, APPROVERS[0].id, why="Ill.", by=by, work=work, **now
        ),
        "refer": lambda work: refer(case, APPROVERS[1].id, question="?", by=by, work=work, **now),
        "supersede": lambda work: supersede(case, {}, work=work, **now),
        "withdraw": lambda work: withdraw(case, by=ANALYST, at=at, work=work),
        "expire": expired,
    }
    return acts[what], what


def lost_after(raced: Raced, database: Database) -> list[str]:
    """What is missing or too much after a collision: one version and one entry for each act."""
    found = []
    with database.reading() as work:
        case = work.cases.get(raced.case_id)
        entries = [s.entry.what for s in work.journal.of(raced.case_id)]
        tasks = work.tasks.of(raced.case_id)
        successors = [c for c in work.cases.in_states(list(CaseState)) if c.supersedes == case.id]
    if case.version != 1 + len(raced.winners):
        found.append(f"{len(raced.winners)} acts and version {case.version}")
    if len(entries) != len(raced.winners):
        found.append(f"{len(raced.winners)} acts and {entries}")
    ends = [act for act in raced.winners if act in ENDS]
    if len(ends) != 1:
        found.append(f"ended by {ends}")
    if case.state is CaseState.AWAITING or any(t.state is TaskState.OPEN for t in tasks):
        found.append(f"{case.state} with tasks that are {[t.state.value for t in tasks]}")
    if (case.state is CaseState.SUPERSEDED) != bool(successors):
        found.append(f"{case.state} and successors {[c.id for c in successors]}")
    return found


def races(database: Database, count: int, *, seed: int = 7) -> list[Raced]:
    """So many races, one after the other."""
    prepare(database)
    chance = random.Random(seed)
    return [race(database, number, chance=chance) for number in range(1, count + 1)]


def report(kind: str, database: Database, count: int) -> bool:
    """Run the races and print what came of them; whether all was as it should be."""
    begin, cpu = time.monotonic(), time.process_time()
    done = races(database, count)
    wall, used = time.monotonic() - begin, time.process_time() - cpu
    with database.reading() as work:
        entries = work.journal.entries(most=100_000)
    broken = first_broken(entries)
    wrong = [f"{raced.case_id}: {line}" for raced in done for line in raced.wrong]
    by_whom = Counter(name for raced in done for name in raced.winners)
    print(
        f"{kind}: {count} races of {len(APPROVERS)}: "
        f"{sum(len(raced.winners) for raced in done)} decisions, "
        f"{sum(len(raced.told) for raced in done)} told who was quicker, "
        f"{len(wrong)} wrong; journal of {len(entries)} entries "
        f"{'broken' if broken else 'intact'}; {wall:.1f} s, {used:.1f} s of CPU"
    )
    print("  first:", ", ".join(f"{name} {times}" for name, times in sorted(by_whom.items())))
    print("  e.g.", done[-1].told[0] if done[-1].told else "nobody was told anything")
    for line in wrong[:10]:
        print("  WRONG", line)
    return not wrong and broken is None


def main() -> int:
    """Both databases; the exit status says whether all was as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=300)
    count = parser.parse_args().races
    with tempfile.TemporaryDirectory() as folder, sqlite_database(Path(folder)) as database:
        fine = report("SQLite", database, count)
    programs = postgres_programs()
    if programs is None:
        print("PostgreSQL is not installed here, or this does not run as root", file=sys.stderr)
        return 1
    with postgres_cluster(programs) as server, postgres_database(server) as database:
        return 0 if report("PostgreSQL", database, count) and fine else 1


if __name__ == "__main__":
    sys.exit(main())
