"""What a reader can copy works: commands exist and parse, settings are known, links lead somewhere."""

import os
import re
from pathlib import Path

import pytest

from creditflow.settings import PREFIX, Settings, read_settings
from tests.docs.commands import every
from tests.docs.snippets import PAGES, ROOT, Line, lines, links

FOREIGN = {"cp", "chmod", "export", "python3", "prefect", "git", "make", "creditflow"}
"""What begins a line in a block of commands; anything else is a typing mistake or needs a thought."""


def commands_of(program: str) -> list[Line]:
    return [line for line in lines("sh") if line.words[0] == program]


def test_every_block_begins_with_something_known():
    assert {line.words[0] for line in lines("sh")} <= FOREIGN


def test_every_make_target_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))

    asked = {line.words[1] for line in commands_of("make")}
    assert asked
    assert asked <= targets


@pytest.fixture(scope="module")
def known() -> dict[str, object]:
    return dict(every())


@pytest.fixture
def _files_that_are_named(tmp_path, monkeypatch):
    """Empty files and folders with the names that commands use, because some must exist."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-policy").mkdir()
    for line in commands_of("creditflow"):
        for word in line.words:
            if re.fullmatch(r"[\w./-]+\.(csv|xlsx|yaml)", word):
                (tmp_path / word).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / word).touch()


@pytest.mark.usefixtures("_files_that_are_named")
@pytest.mark.parametrize("line", commands_of("creditflow"), ids=lambda line: line.text[:60])
def test_a_creditflow_command_has_these_options(line, known):
    assert parsed(line.words, known)


def parsed(words: list[str], known: dict[str, object]) -> bool:
    """Whether the command exists and takes these arguments; raises what the parser says."""
    for size in (3, 2):
        command = known.get(" ".join(words[:size]))
        if command is not None:
            command.make_context(" ".join(words[:size]), words[size:])
            return True
    return words in (["creditflow"], ["creditflow", "--help"])


def test_a_command_that_does_not_exist_would_be_noticed(known):
    assert not parsed(["creditflow", "levitate"], known)
    with pytest.raises(Exception, match="No such option"):
        parsed(["creditflow", "doctor", "--gently"], known)


def test_every_setting_that_is_named_exists():
    known_names = {PREFIX + name.upper() for name in Settings.model_fields}

    unknown = {
        f"{page.relative_to(ROOT)}: {name}"
        for page in PAGES
        for name in re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8"))
        if name not in known_names
    }
    assert unknown == set()


PAGES_WITH_SETTINGS = sorted({line.page for line in lines("ini") if line.text.startswith(PREFIX)})


@pytest.mark.parametrize("page", PAGES_WITH_SETTINGS)
def test_a_block_of_settings_can_be_used_as_it_is(page, tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    block = [x.text for x in lines("ini", page=ROOT / page) if x.text.startswith(PREFIX)]
    (tmp_path / ".env").write_text("\n".join(block), encoding="utf-8")

    given = read_settings().model_fields_set

    assert given == {line.split("=")[0].removeprefix(PREFIX).lower() for line in block}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    missing = [target for target in links(page) if not (page.parent / target).exists()]

    assert missing == []


TRANSLATED = sorted(page for page in PAGES if page.name.endswith(".zh-CN.md"))


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_translation_shows_the_same_commands(page):
    original = Path(str(page).replace(".zh-CN.md", ".md"))

    assert [x.text for x in lines("sh", page=page)] == [x.text for x in lines("sh", page=original)]


def test_the_glossary_has_the_same_words_in_both_languages():
    english, chinese = (
        set(re.findall(r"[一-鿿]{2,}|[A-Z][A-Za-z]+", row))
        for row in (_first_two_columns("glossary.md"), _first_two_columns("glossary.zh-CN.md"))
    )

    assert english == chinese


def _first_two_columns(name: str) -> str:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", text, flags=re.MULTILINE)
    return "\n".join(" ".join(row) for row in rows[1:])


def test_the_licence_is_the_whole_text():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")

    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
