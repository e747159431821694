"""Compiled code is used again only where everything that went into it is what it was."""

import shutil
from pathlib import Path

import pytest

import creditflow
from creditflow.portfolio.compiled import version_of

PACKAGE = Path(creditflow.__file__).parent


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for part in ("domain", "portfolio"):
        shutil.copytree(PACKAGE / part, tmp_path / part)
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    ["portfolio/features.py", "portfolio/aging.py", "portfolio/room.py", "domain/soundness.py"],
)
def test_a_kernel_is_compiled_anew_where_a_part_of_it_changed(package: Path, changed: str) -> None:
    """Also where that part is a small function or a number of another module."""
    before = version_of(package)
    with (package / changed).open("a") as file:
        file.write("# changed\n")
    assert version_of(package) != before


def test_the_same_code_is_not_compiled_again(package: Path) -> None:
    assert version_of(package) == version_of(PACKAGE)
