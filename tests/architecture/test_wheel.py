"""What is installed is what lies in the repository: source archive, then wheel, file by file."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT

DRAWERS = ("flows/", "tasks/", "approvals/", "templates/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("without git nobody knows which files belong here")
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", out, ROOT], capture_output=True, check=True
    )
    (built,) = out.glob("*.whl")
    return built


def in_the_repository() -> set[str]:
    """Files that belong to the package, as they are called in it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    files = {name for name in listed if (ROOT / name).is_file()}
    inside = {n.removeprefix("src/") for n in files if n.startswith("src/creditflow/")}
    return inside | {f"creditflow/{name}" for name in files if name.startswith(DRAWERS)}


def test_the_wheel_holds_exactly_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert held == in_the_repository()


def test_the_wheel_works_without_the_checkout(wheel, tmp_path):
    look = (
        "import creditflow, creditflow.approvals.deciding, creditflow.services.applying;"
        "import importlib.resources as r;"
        "print(creditflow.__file__, creditflow.approvals.deciding.__file__,"
        " (r.files('creditflow') / 'templates' / 'letters').is_dir())"
    )

    said = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(wheel)!r}); {look}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert said[0].startswith(str(wheel))
    assert said[1].startswith(str(wheel))
    assert said[2] == "True"


def test_the_licence_travels_along(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())


@pytest.mark.parametrize("drawer", [name.strip("/") for name in DRAWERS])
def test_a_drawer_is_a_link_that_works_wherever_the_repository_lies(drawer):
    link = ROOT / "src" / "creditflow" / drawer

    assert link.is_symlink()
    assert str(link.readlink()) == f"../../{drawer}"
    assert link.resolve() == ROOT / drawer
