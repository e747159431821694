"""`creditflow model` from training to power, and the password behind every name that is recorded."""

from datetime import date
from pathlib import Path

import pytest

from creditflow.bootstrap import App
from creditflow.domain.model_registry import ModelState
from creditflow.domain.people import Role
from creditflow.settings import read_settings
from tests.cli.typed import Typed, enter, install, typing
from tests.makers import a_person

DAY = "2026-03-03"
SUN, GAO = (a_person(name, roles=frozenset({Role.POLICY_ADMIN})) for name in ("sun", "gao"))
TRAIN = ("model", "train", "--as", "sun", "--kind", "points", "--on", DAY)
WHY = "It ranks well on later days."


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as sitting:
        enter(folder, sitting)
        install(folder, SUN, GAO, customers=12, until=date.fromisoformat(DAY)).close()
    return folder


@pytest.fixture
def typed(folder, monkeypatch, capsys) -> Typed:
    enter(folder, monkeypatch)
    return typing(monkeypatch, capsys)


def kept() -> dict[str, ModelState]:
    app = App(read_settings())
    with app.reading() as work:
        found = {model.id: model.state for model in work.models.all()}
    app.close()
    return found


def test_nobody_trains_or_moves_a_model_under_a_name_alone(typed):
    for words in (TRAIN, ("model", "propose", "MD-0001", "--as", "sun", "--why", WHY)):
        status, said = typed(*words, password="a guess")

        assert status == 1
        assert "The name or the password is not right." in said
    assert kept() == {}


def test_with_too_little_to_learn_from_nothing_is_kept(typed):
    status, said = typed(*TRAIN, "--least-events", "100000")

    assert status == 1
    assert "too few to learn from" in said
    assert kept() == {}


def test_a_model_is_trained_shown_and_brought_to_power_by_two(typed, folder):
    status, said = typed(*TRAIN, "--least-events", "5", "--cards", "cards")

    assert status == 0, said
    assert "bad outcomes." in said
    assert {p.name for p in (folder / "cards").iterdir()} == {
        "MD-0001.en.html",
        "MD-0001.zh-CN.html",
    }
    assert "learned scorecard" in typed("model", "list")[1]
    assert "later observations" in typed("model", "show", "MD-0001")[1]
    assert typed("model", "propose", "MD-0001", "--as", "sun", "--why", WHY)[0] == 0
    assert (
        "another policy administrator"
        in (typed("model", "promote", "MD-0001", "--as", "sun", "--why", WHY)[1])
    )
    assert typed("model", "promote", "MD-0001", "--as", "gao", "--why", WHY)[0] == 0
    assert kept() == {"MD-0001": ModelState.CHAMPION}


def test_the_list_speaks_chinese(typed, monkeypatch):
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "zh-CN")

    assert "训练人" in typed("model", "list")[1]
