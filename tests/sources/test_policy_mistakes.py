"""Every mistake in a set of policy files is told at once, each on its line; no mistake hides one."""

from pathlib import Path

import pytest

from creditflow.cli import run
from creditflow.domain.policy_problem import PolicyProblem
from creditflow.sources.policy_files import load_policy
from tests.sources.mistakes import MISTAKES, SHIPPED, Mistake, planted


def found(texts: dict[str, str]) -> list[PolicyProblem]:
    policy, problems = load_policy(texts, 1)
    assert (policy is None) == bool(problems)
    return problems


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.kind for mistake in MISTAKES])
def test_one_mistake_is_one_problem_on_its_line_with_a_remedy(mistake: Mistake) -> None:
    made = planted(mistake)
    (problem,) = found(made.texts)
    assert (problem.document, problem.line) == made.places[mistake]
    assert mistake.says in f"{problem.what} {problem.remedy}"
    assert str(problem.remedy)


def test_all_mistakes_are_told_at_once_each_on_its_line_and_nothing_else() -> None:
    made = planted(*MISTAKES)
    problems = found(made.texts)
    assert len(MISTAKES) >= 20
    assert sorted((p.document, p.line or 0) for p in problems) == sorted(made.places.values())
    told = [(p.document, p.line, f"{p.what} {p.remedy}") for p in problems]
    for mistake in MISTAKES:
        document, at = made.places[mistake]
        assert [t for d, n, t in told if (d, n) == (document, at) and mistake.says in t], mistake


def test_problems_come_in_the_order_of_the_lines() -> None:
    problems = found(planted(*MISTAKES).texts)
    for document in SHIPPED:
        lines = [p.line or 0 for p in problems if f"{p.document}.yaml" == document]
        assert lines == sorted(lines)


def test_the_files_without_mistakes_have_no_problem() -> None:
    assert found(dict(SHIPPED)) == []


def test_the_command_prints_every_mistake_with_its_line_and_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = planted(*MISTAKES)
    for name, text in made.texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.setenv("CREDITFLOW_LANGUAGE", "en")
    monkeypatch.setattr("sys.argv", ["creditflow", "policy", "check", str(tmp_path)])

    status = run()

    rows = capsys.readouterr().err.splitlines()
    assert status == 1
    assert rows[-1] == f"Problems: {len(MISTAKES)}."
    for mistake in MISTAKES:
        document, at = made.places[mistake]
        beginning = f"{document}:{at}: "
        assert [r for r in rows if r.startswith(beginning) and mistake.says in r], mistake


BROKEN = (
    ("a bracket that never closes", "expiry_days: 30 ", "expiry_days: [30 "),
    ("a quote that never closes", "base_currency: CNY", 'base_currency: "CNY'),
    ("a colon in plain text", "base_currency: CNY", "base_currency: CNY: or so"),
    ("a tab", "  machinery: 0.2", "\tmachinery: 0.2"),
    ("indentation", "  machinery: 0.2\n  electronics: 0.3", "  machinery: 0.2\n    electronics: 0.3"),
    ("a bracket too many", '{signal: insolvency, values: ["yes"]}', '{signal: insolvency, values: ["yes"]]}'),
)  # fmt: skip


@pytest.mark.parametrize(("sound", "broken"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_what_is_not_yaml_is_told_where_it_stands_and_hides_nothing_but_itself(
    sound: str, broken: str
) -> None:
    syntax = Mistake("", "policy.yaml", sound, broken, "not YAML")
    alone = planted(syntax)
    (problem,) = found(alone.texts)
    assert "not YAML" in str(problem.what)
    # An indentation is only seen to be wrong on the line after the one that it began on.
    assert 0 <= (problem.line or 0) - alone.places[syntax][1] <= 1
    others = [
        m
        for m in MISTAKES
        if m.file == "policy.yaml" and "outlook" not in m.kind and sound not in m.sound
    ]
    both = planted(syntax, *others)
    told = {(p.document, p.line) for p in found(both.texts)}
    assert {both.places[other] for other in others} <= told
