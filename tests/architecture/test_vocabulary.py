"""One thing, one name: what is defined anywhere uses the words of the glossary."""

import ast
import re

import pytest

from tests.architecture.reading import Source, product

INSTEAD = {
    "client": "customer",
    "debtor": "customer",
    "ticket": "case",
    "rating": "grade",
    "recommendation": "proposal",
    "creditline": "limit",
    "util": "a noun or a verb",
    "utils": "a noun or a verb",
    "helper": "a noun or a verb",
    "helpers": "a noun or a verb",
    "manager": "a noun or a verb",
}


def wrong_words(source: Source) -> list[str]:
    return [
        f"{source.path}:{line} {name}: say {INSTEAD[word]}"
        for line, name in _defined(source)
        for word in _words(name)
        if word in INSTEAD
    ]


def _defined(source: Source) -> list[tuple[int, str]]:
    """What a module gives a name to: itself, classes, functions, arguments and fields."""
    found = [(1, part) for part in re.split(r"[/.]", source.path)]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.append((node.lineno, node.name))
        elif isinstance(node, ast.arg):
            found.append((node.lineno, node.arg))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.append((node.lineno, node.target.id))
    return found


def _words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return [*apart.split("_"), apart.replace("_", "")]


def test_nothing_is_called_by_a_wrong_word():
    assert [line for source in product() for line in wrong_words(source)] == []


@pytest.mark.parametrize(
    "text",
    [
        "class ClientRating: ...",
        "def f(debtor): ...",
        "credit_line: int = 0",
        "def recommendation_of(): ...",
    ],
)
def test_a_wrong_word_would_be_noticed(text):
    assert wrong_words(Source("src/creditflow/domain/case.py", text))


def test_a_wrong_file_name_would_be_noticed():
    assert wrong_words(Source("src/creditflow/utils.py", '"""Odds and ends."""'))
