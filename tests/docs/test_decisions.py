"""Decisions can be read: every page has its sections, and what it refers to exists."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "decisions").glob("*.md"))
SECTIONS = ["Context", "Decision", "Consequences", "Considered", "References to files"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_has_all_its_sections(page):
    text = page.read_text(encoding="utf-8")

    assert text.startswith(f"# {page.name[:4]} – ")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == SECTIONS
    assert "\nStatus: " in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_files_it_refers_to_exist(page):
    _, _, references = page.read_text(encoding="utf-8").partition("## References to files")
    files = re.findall(r"^- `(.+)`$", references, flags=re.MULTILINE)

    assert files
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_decisions_are_numbered_without_a_gap():
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


def test_every_library_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [re.split(r"[\[<>=~! ]", line)[0] for line in project["dependencies"]]
    page = (ROOT / "docs/decisions/0010-libraries.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| ([\w-]+) \| .{15,} \| .+ \|$", page, flags=re.MULTILINE)

    assert sorted(explained) == sorted(needed)
