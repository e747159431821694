"""What the environment says becomes settings, or every problem at once."""

import re
from pathlib import Path

import pytest

from creditflow.settings import BadSettings, Settings, read_settings, unknown_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch, tmp_path):
    import os

    for name in list(os.environ):
        if name.startswith("CREDITFLOW_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set(tmp_path):
    settings = read_settings()

    assert settings.data_dir == tmp_path / "var"
    assert settings.database == f"sqlite:///{tmp_path}/var/creditflow.db"
    assert settings.address == "http://127.0.0.1:8765"


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("CREDITFLOW_WEB_PORT=1111\nCREDITFLOW_PREFECT_PORT=2222\n")
    monkeypatch.setenv("CREDITFLOW_WEB_PORT", "3333")

    settings = read_settings()

    assert (settings.web_port, settings.prefect_port) == (3333, 2222)


def test_every_problem_is_told_at_once_with_an_example(monkeypatch):
    monkeypatch.setenv("CREDITFLOW_WEB_PORT", "70000")
    monkeypatch.setenv("CREDITFLOW_TIME_ZONE", "Mars/Olympus")
    monkeypatch.setenv("CREDITFLOW_REVIEW_TIME", "25:00")
    monkeypatch.setenv("CREDITFLOW_CLOCK_OWNER", "cron")

    with pytest.raises(BadSettings) as problem:
        read_settings()

    said = str(problem.value)
    for name in ("WEB_PORT", "TIME_ZONE", "REVIEW_TIME", "CLOCK_OWNER"):
        assert f"CREDITFLOW_{name}=" in said


def test_a_bad_value_beside_a_secret_does_not_uncover_it(monkeypatch):
    monkeypatch.setenv("CREDITFLOW_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("CREDITFLOW_WEB_PORT", "x")

    with pytest.raises(BadSettings) as problem:
        read_settings()

    assert "hunter2" not in str(problem.value)


def test_a_secret_shows_in_no_text_of_the_settings(monkeypatch):
    monkeypatch.setenv("CREDITFLOW_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("CREDITFLOW_PREFECT_AUTH", "creditflow:hunter3")

    assert sorted(read_settings().secrets) == ["creditflow:hunter3", "hunter2"]
    assert "hunter" not in repr(read_settings())
    assert "hunter" not in str(read_settings())


def test_a_password_is_never_sent_in_the_clear(monkeypatch):
    monkeypatch.setenv("CREDITFLOW_SMTP_USERNAME", "credit")
    with pytest.raises(BadSettings, match="CREDITFLOW_SMTP_SECURITY to starttls or tls"):
        read_settings()

    monkeypatch.setenv("CREDITFLOW_SMTP_SECURITY", "tls")
    assert read_settings().smtp_username == "credit"


def test_a_frozen_installation_stays_as_it_was_read():
    with pytest.raises(ValueError, match="frozen"):
        read_settings().web_port = 1  # type: ignore[misc]  # that is what is tried


def test_a_name_that_sets_nothing_is_told_with_the_nearest_one(tmp_path):
    (tmp_path / ".env").write_text("# comment\nexport CREDITFLOW_WEBPORT=1\nOTHER=2\n")

    told = unknown_settings({"CREDITFLOW_SMPT_HOST": "x", "CREDITFLOW_QQQ": "y", "HOME": "/"})

    assert [str(sentence) for sentence in told] == [
        "CREDITFLOW_QQQ sets nothing. Remove it.",
        "CREDITFLOW_SMPT_HOST sets nothing. Did you mean CREDITFLOW_SMTP_HOST?",
        "CREDITFLOW_WEBPORT sets nothing. Did you mean CREDITFLOW_WEB_PORT?",
    ]


def test_a_name_that_is_known_is_not_told():
    assert unknown_settings({"CREDITFLOW_WEB_PORT": "1", "creditflow_language": "en"}) == []


def test_children_get_the_same_settings_from_their_environment(monkeypatch, tmp_path):
    settings = Settings(web_port=1234, smtp_password="hunter2", language="en")

    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    assert read_settings() == settings


def test_every_field_is_explained_in_both_languages_with_an_example_that_works():
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert isinstance(field.json_schema_extra, dict), name
        assert re.search(r"[\u4e00-\u9fff]", str(field.json_schema_extra["zh"])), name
        assert field.examples, name
        read_settings(**{"smtp_security": "starttls", name: field.examples[0]})


def test_every_setting_is_used_somewhere():
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("src/creditflow", "flows", "tasks", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".j2"}
        and (path.parent.name != "settings" or path.name == "post.py")
    ]
    # These are read through properties of other names.
    through = {
        "database_url": "database",
        "base_url": "address",
        "secrets_key": "keys_of_secrets",
        "web_host": "web_host",
        "second_factor_roles": "roles_with_second_factor",
    }

    def is_read(name: str) -> bool:
        read = rf"\b(?:settings|s)\.{through.get(name, name)}\b|CREDITFLOW_{name.upper()}\b"
        return any(re.search(read, text) for text in sources)

    unused = [name for name in Settings.model_fields if not is_read(name)]

    assert unused == []


def test_the_example_file_says_what_the_defaults_are(tmp_path):
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    set_ = [line[1:] for line in lines if line.startswith("#CREDITFLOW_")]
    defaults = read_settings()
    (tmp_path / ".env").write_text("\n".join(set_), encoding="utf-8")

    assert len(set_) == len(Settings.model_fields)
    assert read_settings() == defaults
