"""Policy files: exact numbers, known lines, and nothing that could do harm."""

from pathlib import Path

import pytest

from creditflow.domain.policy_reading import InvalidPolicy, policy_from_json
from creditflow.sources.policy_files import (
    load_policy,
    policy_text,
    shipped_policy_documents,
    shipped_policy_text,
)

SHIPPED = shipped_policy_documents()


BILLION_LAUGHS = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


def with_policy(text: str) -> dict[str, str]:
    return {**SHIPPED, "policy.yaml": text}


def test_the_shipped_files_make_the_same_policy_as_their_canonical_text() -> None:
    policy, problems = load_policy(SHIPPED, 3)
    assert problems == []
    assert policy == policy_from_json(shipped_policy_text(), 3)


def test_a_folder_is_read_like_its_texts(tmp_path: Path) -> None:
    for name, text in SHIPPED.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert policy_text(tmp_path) == shipped_policy_text()


def test_problems_stand_on_their_lines() -> None:
    text = SHIPPED["policy.yaml"].replace("expiry_days: 30 ", "expiry_days: -3 ")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("expiry_days"))
    _, (problem,) = load_policy(with_policy(text), 1)
    assert (problem.document, problem.line, problem.path) == ("policy", line, "expiry_days")
    assert str(problem).startswith(f"policy:{line}: expiry_days: ")


def test_a_missing_field_stands_where_its_mapping_begins() -> None:
    text = SHIPPED["policy.yaml"].replace("    due_working_days: 1\n", "", 1)
    line = text.splitlines().index("  - id: credit-analyst") + 1
    _, (problem,) = load_policy(with_policy(text), 1)
    assert problem.line == line


def test_a_key_that_stands_twice_is_a_problem() -> None:
    text = SHIPPED["policy.yaml"] + "\nbase_currency: USD\n"
    policy, problems = load_policy(with_policy(text), 1)
    assert policy is None
    assert [(p.line, p.path) for p in problems] == [(len(text.splitlines()), "base_currency")]


@pytest.mark.parametrize(
    "text",
    [
        "a: [1",
        "\tx: 1",
        "a: !!python/object/apply:os.system [echo]",
        BILLION_LAUGHS,
        "a: &a {b: *a}",
        "",
        "just words",
        "x: " + "9" * 5000,
        "? [a, b]\n: c",
        "a: 2026-01-01\nb: .nan\nc: 0o17\nd: 1_000\ne: 12:30:45",
    ],
)
def test_broken_and_hostile_files_are_refused_in_words(text: str) -> None:
    policy, problems = load_policy(with_policy(text), 1)
    assert policy is None
    assert problems
    with pytest.raises(InvalidPolicy):
        policy_text(with_policy(text))


def test_a_missing_file_is_named() -> None:
    _, problems = load_policy({"policy.yaml": SHIPPED["policy.yaml"]}, 1)
    assert len(problems) == 2
