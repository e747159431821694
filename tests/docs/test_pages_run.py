"""How-tos are followed to the letter: a page's commands run in order, in an installation of their own."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import date

import pytest

from creditflow.bootstrap import installed
from creditflow.cli import run
from creditflow.cli.installing import prepare
from creditflow.settings import read_settings
from creditflow.sources.generated import write_portfolio
from tests.docs.snippets import ROOT, Line, block, lines

STAY = {"up", "demo", "web", "worker", "heartbeat"}
"""Commands that go on until somebody stops them; other tests start those."""

FollowLine = Callable[[Line], int]


@pytest.fixture
def follow(tmp_path, monkeypatch) -> FollowLine:
    """Do what a line says, as somebody who sits in a new installation; the exit status.

    The installation is one after its first start: a database and the shipped
    policy. creditflow runs in this process, because starting it costs a second.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C.UTF-8")
    write_portfolio(tmp_path, customers=6, until=date(2026, 3, 2))
    page = ROOT / "docs" / "how-to" / "import-your-ledger.md"
    (tmp_path / "ledger.csv").write_text(block("csv", page), encoding="utf-8")
    (tmp_path / "my-ledger.yaml").write_text(block("yaml", page), encoding="utf-8")
    prepare(read_settings()).database.close()

    def one(line: Line) -> int:
        with monkeypatch.context() as sitting:
            for word in shlex.split(line.text):
                if not re.fullmatch(r"[A-Z_]+=.*", word):
                    break
                sitting.setenv(*word.split("=", maxsplit=1))
            if line.words[0] == "python3":
                return subprocess.run([sys.executable, *line.words[1:]], check=False).returncode
            sitting.setattr(sys, "argv", line.words)
            installed.cache_clear()
            try:
                return run()
            finally:
                installed().database.close()
                installed.cache_clear()

    return one


RUN = (
    "docs/how-to/add-people.md",
    "docs/how-to/import-your-ledger.md",
    "docs/how-to/import-external-evidence.md",
    "docs/how-to/back-up.md",
    "docs/how-to/change-the-policy.md",
)


@pytest.mark.parametrize("page", RUN)
def test_following_the_page_works(page, follow, capfd):
    followed = 0
    for line in lines("sh", page=ROOT / page):
        if line.words[0] in {"creditflow", "python3"} and line.words[1] not in STAY:
            status = follow(line)
            said = capfd.readouterr()
            assert status == 0, f"{line.text}\n{said.out}{said.err}"
            followed += 1
    assert followed


def test_a_step_that_does_not_work_would_be_noticed(follow):
    assert follow(Line("nowhere", "creditflow people add nobody")) != 0
