"""Imports point inward, and the contract that says so can fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT

LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def lint(folder: Path, source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_layers_hold():
    outcome = lint(ROOT, ROOT / "src")

    assert outcome.returncode == 0, outcome.stdout


PLANTED = {
    "Imports point inward": ("utils.py", ""),
    "The core does no I/O": ("services/planted.py", "import httpx\n"),
    "Hosts start flows by name": ("web/planted.py", "import creditflow.flows\n"),
    "Rows stay in the store": ("tasks/planted.py", "import creditflow.store.tables\n"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory) -> str:
    """What the linter says about a copy in which every contract is broken."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        ROOT / "src" / "creditflow",
        copy / "creditflow",
        ignore=shutil.ignore_patterns("__pycache__", "static", "data"),
    )
    for name, text in PLANTED.values():
        (copy / "creditflow" / name).write_text(f'"""Planted."""\n{text}')
    outcome = lint(copy, copy)
    assert outcome.returncode == 1
    return outcome.stdout


@pytest.mark.parametrize("contract", [name for name in PLANTED if name != "Imports point inward"])
def test_a_planted_import_breaks_the_contract(broken, contract):
    assert any(contract in line and "BROKEN" in line for line in broken.splitlines())
