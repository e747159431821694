"""Walk one case through its whole way in a process that is killed at the n-th point, for every n.

Run as `python -m tests.crash.way FOLDER SMTP_PORT DESIGN`. The folder holds a
template database; each walk gets a copy of its own. The outcome of every walk
is one line of JSON on standard output.

A point is every call of a repository that writes, the moment before and after
every commit of something written, and the moments around each step of the conversation with the
mail server. Dying at a read leaves what dying at the write before it left. So
the walk dies at each place where dying could matter, and nowhere is it taken
on trust which places those are.
"""

import gc
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from creditflow.approvals.deciding import decide
from creditflow.bootstrap import App
from creditflow.cli.draining import drain_all
from creditflow.domain.case import CaseState
from creditflow.domain.decision import Say, Verdict
from creditflow.domain.letter import LetterState
from creditflow.ports import Handed, Work
from creditflow.services.verifying import verify_journal
from creditflow.settings import Settings


class Points:
    """Counts the points passed, and kills this process at one of them."""

    def __init__(self, kill_at: int | None, trace: Path) -> None:
        self.kill_at, self.passed, self.wrote = kill_at, 0, False
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def reach(self, name: str) -> None:
        self.passed += 1
        if self.passed == self.kill_at:
            os.write(self._trace, name.encode())
            os.kill(os.getpid(), signal.SIGKILL)


WRITES = frozenset({"add", "put", "put_all", "claim", "kept", "again", "take"})
"""What changes a state. Numbers and journal entries are never written without one of these."""


class Watched:
    """Anything, with every call of its methods that writes being a point."""

    def __init__(self, inner: object, name: str, points: Points) -> None:
        self._inner, self._name, self._points = inner, name, points

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(self._inner, attribute)
        name = f"{self._name}.{attribute}"
        if callable(value):

            def call(*args: object, **kwargs: object) -> object:
                if attribute in WRITES:
                    self._points.wrote = True
                    self._points.reach(name)
                return value(*args, **kwargs)

            return call
        return Watched(value, name, self._points)


class WatchedPost:
    """A post whose every step is a point, before and after."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner, self._points = inner, points

    def approach(self, message: bytes, *, recipient: str) -> Any:
        self._points.reach("before approach")
        way = self._inner.approach(message, recipient=recipient)
        self._points.reach("after approach")
        return way if isinstance(way, Handed) else WatchedHandover(way, self._points)


class WatchedHandover:
    """A handover that may die just before or just after the data."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner, self._points = inner, points

    def send(self) -> Handed:
        self._points.reach("before DATA")
        handed = self._inner.send()
        self._points.reach("after DATA")
        return handed

    def close(self) -> None:
        self._inner.close()


class MortalApp(App):
    """The real installation, with points in its database and its post, and a clock of its own."""

    points: Points | None = None
    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead

    @contextmanager
    def work(self) -> Iterator[Work]:
        points = self.points
        if points is None:
            with self.database.work() as work:
                yield work
            return
        points.wrote = False
        with self.database.work() as work:
            yield Watched(work, "work", points)  # type: ignore[misc]
            if points.wrote:
                points.reach("before commit")
        if points.wrote:
            points.reach("after commit")

    def deliver(self, letter: str | None = None) -> Any:
        if self.points is not None:
            self.__dict__["post"] = WatchedPost(App(self.settings).post, self.points)
        return super().deliver(letter)


# ------------------------------------------------------------------ designs


def careful(app: MortalApp, case_id: str) -> None:
    """The product's own way."""
    app.deliver()


def send_first(app: MortalApp, case_id: str) -> None:
    """Negative control: send, then mark as sent. Dying in between sends it twice."""
    with app.work() as work:
        letter = work.letters.of_case(case_id)
    if letter is None or letter.state is LetterState.SENT:
        return
    post = WatchedPost(App(app.settings).post, app.points) if app.points else App(app.settings).post
    way = post.approach(letter.message, recipient=letter.recipient)
    way.send()
    way.close()
    _mark_sent(app, letter)


def mark_first(app: MortalApp, case_id: str) -> None:
    """Negative control: mark as sent, then send. Dying in between loses it."""
    with app.work() as work:
        letter = work.letters.of_case(case_id)
    if letter is None or letter.state is LetterState.SENT:
        return
    _mark_sent(app, letter)
    post = WatchedPost(App(app.settings).post, app.points) if app.points else App(app.settings).post
    way = post.approach(letter.message, recipient=letter.recipient)
    way.send()
    way.close()


def _mark_sent(app: MortalApp, letter: Any) -> None:
    with app.work() as work:
        work.letters.put(replace(letter, state=LetterState.SENT, sent_at=app.now()))
        case = work.cases.get(letter.case_id)
        work.cases.put(case.moved(CaseState.NOTIFIED, at=app.now()))


DESIGNS: dict[str, Callable[[MortalApp, str], None]] = {
    "careful": careful,
    "send_first": send_first,
    "mark_first": mark_first,
}


# ------------------------------------------------------------------ one walk


def walk(app: MortalApp, case_id: str, design: str) -> None:
    """From where the case is to the letter: what web, heartbeat and worker do, in one process."""
    with app.reading() as reading:
        case = reading.cases.get(case_id)
    if case.state in (CaseState.DRAFT, CaseState.EVALUATED, CaseState.PROPOSED):
        app.advance(case_id)
    decide_once(app, case_id)
    while app.keep_promise() is not None:
        pass
    app.step(case_id)
    DESIGNS[design](app, case_id)


def decide_once(app: MortalApp, case_id: str) -> None:
    """The approver's click; a second click with the same form does no harm."""
    with app.reading() as reading:
        case = reading.cases.get(case_id)
    key = f"form-{case_id}"
    with app.work() as work:
        if work.decisions.by_key(key) or case.state is not CaseState.AWAITING:
            return
        verdict = Verdict(Say.APPROVE, proposal_hash=case.proposal_hash or "")
        person = work.people.get("boss")
        at, on = app.now(), app.today()
        decide(case_id, verdict, by=person, key=key, at=at, on=on, work=work)


def recover(app: MortalApp, case_id: str, design: str) -> None:
    """What the next start does, an hour later: the reconciler, and the approver's retry."""
    drain_all(app) if design == "careful" else None
    walk(app, case_id, design)
    drain_all(app) if design == "careful" else None


def judge(app: MortalApp, case_id: str) -> dict[str, object]:
    """The facts that the test holds against the invariants."""
    with app.reading() as work:
        case = work.cases.get(case_id)
        letter = work.letters.of_case(case_id)
        _, broken = verify_journal(work=work)
        return {
            "state": case.state.value,
            "decisions": sum(d.final for d in work.decisions.of(case_id)),
            "applied": sum(x.case_id == case_id for x in work.limits.history(case.customer)),
            "letter": letter.state.value if letter else None,
            "message_id": letter.message_id if letter else None,
            "journal_broken": broken,
            "tasks_open": sum(t.state == "open" for t in work.tasks.of(case_id)),
        }


def in_child(do: Callable[[], object]) -> bool:
    """Run it in a forked process; True where that process was killed."""
    child = os.fork()
    if child == 0:
        try:
            do()
        except BaseException:  # noqa: BLE001 - a forked child must never return to its parent's code
            import traceback

            traceback.print_exc()
            os._exit(70)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.WEXITSTATUS(status):
        raise SystemExit(f"a walk failed with {os.WEXITSTATUS(status)}")
    return False


def settings_for(folder: Path, smtp_port: int, walk_name: str = "test") -> Settings:
    """Each walk has a mail domain of its own, so that its letter is told from all others."""
    return Settings(
        data_dir=folder,
        company_name="Test Trading",
        sender_name="Credit",
        sender_address="credit@test.example",
        mail_domain=f"{walk_name}.example",
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        # Typst works with threads of its own, which do not live on in a forked child.
        letter_pdf="never",
    )


def rehearse(template: Path, smtp_port: int, design: str, case_id: str) -> None:
    """Walk once in this process: what is loaded here need not be loaded in every child."""
    folder = template.parent / f"rehearsal-{design}"
    shutil.copytree(template, folder)
    app = MortalApp(settings_for(folder, smtp_port, folder.name))
    walk(app, case_id, design)
    judge(app, case_id)
    app.close()
    shutil.rmtree(folder)


def main(template: Path, smtp_port: int, design: str, case_id: str) -> None:
    if design != "careful":
        # The controls differ in how they deliver, so they begin where the letter is written.
        decided = template.parent / f"template-{design}"
        shutil.copytree(template, decided)
        app = MortalApp(settings_for(decided, smtp_port, design))
        app.advance(case_id)
        decide_once(app, case_id)
        app.step(case_id)
        app.close()
        template = decided
    rehearse(template, smtp_port, design, case_id)
    # Children share what is loaded by now; a collection would copy all of it in each of them.
    gc.freeze()
    gc.disable()
    n = 0
    killed = True
    while killed:
        n += 1
        folder = template.parent / f"walk-{design}-{n}"
        shutil.copytree(template, folder)
        trace = folder / "point"

        def first(n: int = n, folder: Path = folder, trace: Path = trace) -> None:
            app = MortalApp(settings_for(folder, smtp_port, folder.name))
            app.points = Points(n, trace)
            walk(app, case_id, design)

        killed = in_child(first)

        def second(folder: Path = folder) -> None:
            app = MortalApp(settings_for(folder, smtp_port, folder.name))
            app.ahead = timedelta(hours=1)
            recover(app, case_id, design)
            (folder / "facts").write_text(json.dumps(judge(app, case_id)))

        in_child(second)
        facts = json.loads((folder / "facts").read_text())
        point = trace.read_text() if trace.exists() else ""
        print(json.dumps({"n": n, "killed": killed, "point": point, **facts}), flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
