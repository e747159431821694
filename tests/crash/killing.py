"""Kill relays with SIGKILL at any moment, against a mail server that misbehaves; count the harm.

    python -m tests.crash.killing [--kills 1000] [--order ours] [--seed 7]

Each relay takes one letter and is killed, half of them at a named point of the
way, half after a random time. The server takes a letter, refuses it for now or
for good, hangs or hangs up after the data. Then the survivors are recovered and
what is left is delivered, as the heartbeat would. ORDER is `ours` or one of the
three naive ones that are tried as controls. Prints the harm as one line of JSON.
"""

import argparse
import json
import os
import random
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

from creditflow.domain.case import CaseState
from creditflow.domain.customer import CustomerId
from creditflow.domain.letter import LetterState
from creditflow.post.smtp import SmtpPost
from creditflow.services.relaying import LEASE, recover_lapsed
from creditflow.settings.post import MOST_PER_CONNECTION
from creditflow.store.database import Database
from tests.makers import NOW, a_case, a_customer, a_letter, a_policy
from tests.post.servers import DROP, FaultServer
from tests.services.dying_relay import ORDERS as STEPS
from tests.services.dying_relay import POINTS, Mortal

FATES = {"250 taken": 5, "452 later": 1, "554 never": 1, DROP: 2, "hang": 1}
"""What the server answers behind the data, and how often."""

NAIVE = ("send_then_mark", "mark_then_send", "send_again_after_silence")
REPLY_WITHIN = 0.15
LONGEST_LIFE = 0.12


@dataclass
class MoodyServer(FaultServer):
    """Answers each letter's data by chance; `taken` are those that it keeps, answered or not."""

    mood: random.Random = field(default_factory=random.Random)
    calm: bool = False
    taken: Counter[str] = field(default_factory=Counter)

    def _reply(self, step: str) -> str:
        if step != "end":
            return super()._reply(step)
        fate = "250 taken" if self.calm else self.mood.choices([*FATES], [*FATES.values()])[0]
        if not fate.startswith(("4", "5")):
            name = message_from_bytes(self.arrived[-1])["Message-ID"]
            self.taken[name.strip("<>").split("@")[0]] += 1
        self.arrived.clear()
        if fate == "hang":
            time.sleep(REPLY_WITHIN * 2)
            return DROP
        return fate


def serve(server: MoodyServer) -> socket.socket:
    """Each connection in a thread of its own, so that a hanging one holds up nobody."""
    listening = socket.create_server(("127.0.0.1", 0))
    server.port = listening.getsockname()[1]

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            one = replace(server, arrived=[], said=[])
            threading.Thread(target=talk, args=(one, connection), daemon=True).start()

    def talk(one: MoodyServer, connection: socket.socket) -> None:
        with connection:
            try:
                one._talk(connection)
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    return listening


def opened(url: str) -> Database:
    return Database(url, policy_from_json=lambda _text, version: a_policy(version))


def fill(url: str, letters: int) -> list[str]:
    database = opened(url)
    database.migrate()
    names = [f"L-{n}" for n in range(letters)]
    with database.work() as work:
        for n, name in enumerate(names):
            customer = CustomerId(f"C{n}")
            work.customers.put_all([a_customer(customer)])
            work.cases.add(a_case(f"CASE-{n}", customer=customer, state=CaseState.APPLIED))
            work.letters.add(a_letter(name, case_id=f"CASE-{n}", customer=customer, due_at=NOW))
    database.close()
    return names


def kill_one(work: Callable[[str, Callable[[], object]], None], point: str, after: float) -> bool:
    """Fork, let it work, kill it: by itself at the point, or from here after that time."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            work(point, lambda: os.write(writing, b"!"))
        finally:
            os._exit(0)
    os.close(writing)
    os.read(reading, 1)  # it has begun
    os.close(reading)
    if not point:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return status == signal.SIGKILL


def run(kills: int, order: str, seed: int, folder: Path) -> dict[str, int]:
    chance = random.Random(seed)
    url = f"sqlite:///{folder / 'creditflow.db'}"
    letters = fill(url, kills * 4)
    server = MoodyServer(mood=random.Random(seed))
    listening = serve(server)
    post = SmtpPost(
        "127.0.0.1", server.port, "none", "c@company.example", timeout=REPLY_WITHIN,
        most_messages=MOST_PER_CONNECTION,
    )  # fmt: skip
    step = STEPS.get(order, STEPS["ours"])
    killed = 0
    for letter in letters:
        if killed == kills:
            break
        point = chance.choice(POINTS) if chance.random() < 0.5 else ""
        killed += kill_one(
            lambda at, begun, letter=letter: relay(
                Mortal(opened(url), post, at or "never"), step, letter, begun
            ),
            point,
            chance.uniform(0, LONGEST_LIFE),
        )
    server.calm = True
    harm = settle(opened(url), Mortal(opened(url), post, "never"), step, order)
    time.sleep(REPLY_WITHIN * 3)
    listening.close()
    return measured(harm, server.taken, letters) | {"kills": killed}


def relay(mortal, step, letter, begun) -> None:
    """Open everything, say so, then take the letter on its way."""
    with mortal.database.reading() as work:
        work.letters.in_state(LetterState.CLAIMED)
    begun()
    step(mortal, letter, lambda: NOW)


def settle(database, mortal, step, order) -> dict[str, str]:
    """Recover and deliver the rest, twice over: leases lapse, waits pass."""
    now = NOW
    for _ in range(3):
        now += LEASE + timedelta(days=1)
        with database.work() as work:
            for lapsed in recover_lapsed(work=work, at=now):
                if order == "send_again_after_silence" and lapsed.state is LetterState.UNCERTAIN:
                    work.letters.put(replace(lapsed, state=LetterState.PENDING, due_at=now))
        while step(mortal, None, lambda now=now: now):
            pass
    with database.reading() as work:
        return {x.id: x.state.value for state in LetterState for x in work.letters.in_state(state)}


def measured(states: dict[str, str], taken: Counter[str], letters: list[str]) -> dict[str, int]:
    """Lost: said to be sent and never taken. Doubled: taken twice. Held ones are neither."""
    counted = Counter(states[x] for x in letters)
    return {
        "lost": sum(states[x] == "sent" and not taken[x] for x in letters),
        "doubled": sum(taken[x] > 1 for x in letters),
        "unsettled": sum(states[x] in {"pending", "claimed", "in_data"} for x in letters),
        "held": counted["uncertain"],
        "refused": counted["failed"],
        "sent": counted["sent"],
    }


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--kills", type=int, default=1000)
    ask.add_argument("--order", default="ours", choices=["ours", *NAIVE])
    ask.add_argument("--seed", type=int, default=7)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as at:
        print(json.dumps(run(given.kills, given.order, given.seed, Path(at))))


if __name__ == "__main__":
    main()
