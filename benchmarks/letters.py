"""How many letters are set, printed and delivered per second, and whether memory stays flat.

    python -m benchmarks.letters [--letters 800] [--deliveries 400]

Measured in CPU seconds of this process: complete letters (facts to mail with
text, HTML and PDF, both languages in turn, a different customer each time), the
PDF alone, and deliveries: letters that are kept, claimed, handed to an SMTP
server, and settled, in SQLite on disk. The server is a process of its own whose
CPU seconds are told apart. Memory is the largest resident size so far (peak) at
1,000, 5,000 and 10,000 letters, as far as they are made.

The last line is JSON with all figures.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from creditflow.domain.customer import CustomerId
from creditflow.domain.letter import Addressed, LetterState
from creditflow.post.printing import Printer
from creditflow.post.rendering import Press, _page
from creditflow.post.smtp import SmtpPost
from creditflow.services.freezing import freeze
from creditflow.services.relaying import deliver_one
from creditflow.store.database import Database
from tests.makers import a_customer, a_policy
from tests.orchestration import free_port
from tests.post.letter_notices import every_letter
from tests.post.letters import AT, ID, SENDER, TO

SERVER = """
import sys, time
from pathlib import Path
from creditflow.post.mailbox import Mailbox
with Mailbox(Path(sys.argv[1]), port=int(sys.argv[2])):
    print("ready", flush=True)
    sys.stdin.read()
"""
NAMES = "华东远大瑞祥恒泰鑫隆博海盛元中科嘉美通联宏润德信达源丰顺康宁安佳伟业"


SAMPLE = 400
"""Letters that the parts of the work are measured on."""

MARKS = (1_000, 5_000, 10_000)


def peak_mb() -> float:
    """The most memory that this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def cpu(work: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of this process and seconds on the wall that the work takes."""
    begun, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - begun, time.perf_counter() - wall


def letters(count: int) -> list[Addressed]:
    """Different letters of all kinds to different customers, both languages in turn."""
    zh, en = every_letter("zh-CN"), every_letter("en")
    made = []
    for n in range(count):
        kind = (zh, en)[n % 2][(n // 2) % len(zh)]
        name = "".join(NAMES[(n * k) % len(NAMES)] for k in (3, 5, 7, 11)) + f"第{n}有限公司"
        if n % 2:
            name = f"Nordsee Trading {n} GmbH"
        made.append(replace(kind, number=f"L-{n:06d}", customer_name=name, customer_id=f"C{n}"))
    return made


def setting(count: int) -> dict[str, float]:
    """Complete letters per CPU second, PDFs per CPU second, and memory."""
    press, bare, printer = Press(SENDER, printer=Printer()), Press(SENDER), Printer()
    for language in ("zh-CN", "en"):
        for letter in every_letter(language):
            press.render(letter, recipient=TO, message_id=ID, at=AT)
    every = letters(count)
    memory: dict[str, float] = {}
    weighed = 0

    def render(with_: Press, some: list[Addressed]) -> None:
        nonlocal weighed
        for n, letter in enumerate(some, start=1):
            made = with_.render(letter, recipient=TO, message_id=f"<{n}@x.example>", at=AT)
            weighed += len(made.message)
            if n in MARKS:
                memory[f"peak_mb_at_{n}"] = round(peak_mb(), 1)

    complete, wall = cpu(lambda: render(press, every))
    kilobytes, peak = weighed / count / 1e3, peak_mb()
    some = every[:SAMPLE]
    without, _ = cpu(lambda: render(bare, some))
    pages = [_page(press._set(x)) for x in some]
    for page in pages[:2]:
        printer.pdf(page, at=AT)
    chinese, _ = cpu(lambda: [printer.pdf(page, at=AT) for page in pages[::2]])
    english, _ = cpu(lambda: [printer.pdf(page, at=AT) for page in pages[1::2]])
    return {
        "letters": count,
        "complete_letters_per_cpu_second": round(count / complete, 1),
        "complete_letters_per_second": round(count / wall, 1),
        "letters_without_pdf_per_cpu_second": round(len(some) / without, 1),
        "pdfs_per_cpu_second": round(len(pages) / (chinese + english), 1),
        "milliseconds_per_chinese_pdf": round(1e3 * chinese / len(pages[::2]), 1),
        "milliseconds_per_english_pdf": round(1e3 * english / len(pages[1::2]), 1),
        "kilobytes_per_mail": round(kilobytes, 1),
        **memory,
        "peak_mb": round(peak, 1),
    }


def delivering(count: int, folder: Path) -> dict[str, float]:
    """Letters claimed, handed over and settled per second, by one relay."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder / "mailbox"), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    server.stdout.readline()
    database = Database(
        f"sqlite:///{folder / 'creditflow.db'}", policy_from_json=lambda _t, v: a_policy(v)
    )
    database.migrate()
    press, at = Press(SENDER), datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    with database.work() as work:
        for n, letter in enumerate(letters(count)):
            customer = a_customer(CustomerId(f"C{n}"), email=f"ap{n}@customer.example")
            work.customers.put_all([customer])
            freeze(
                letter, customer, case_id=None, by="bench", at=at, work=work, press=press,
                sender=SENDER,
            )  # fmt: skip
    post = SmtpPost("127.0.0.1", port, "none", SENDER.address, most_messages=100)

    def deliver() -> None:
        while deliver_one(work=database.work, post=post, owner="bench", at=lambda: at):
            pass

    used, wall = cpu(deliver)
    with database.reading() as work:
        sent = len(work.letters.in_state(LetterState.SENT))
    database.close()
    post.close()
    server.communicate(b"", timeout=20)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    arrived = len(list((folder / "mailbox").glob("*.eml")))
    assert sent == arrived == count, (sent, arrived)
    return {
        "deliveries": count,
        "deliveries_per_second": round(count / wall, 1),
        "deliveries_per_cpu_second": round(count / used, 1),
        "servers_cpu_seconds": round(children.ru_utime + children.ru_stime, 2),
    }


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--letters", type=int, default=800)
    ask.add_argument("--deliveries", type=int, default=400)
    given = ask.parse_args()
    found: dict[str, float] = setting(given.letters)
    for name, value in found.items():
        print(f"{name:36} {value:>10}")
    with tempfile.TemporaryDirectory() as folder:
        sent = delivering(given.deliveries, Path(folder))
    for name, value in sent.items():
        print(f"{name:36} {value:>10}")
    print(json.dumps({**found, **sent, "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
