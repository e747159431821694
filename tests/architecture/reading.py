"""Read the product's own source: which files there are, and what is defined in them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "creditflow"
DRAWERS = ("flows", "tasks", "approvals")


@dataclass(frozen=True)
class Source:
    """One module: its path from the top of the repository, its text, its tree."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)

    @property
    def length(self) -> int:
        return len(self.text.splitlines())


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def product() -> tuple[Source, ...]:
    """Every module of the package, each once, wherever its real file lies."""
    inside = (p for p in PACKAGE.rglob("*.py") if not _through_a_link(p))
    drawers = (p for name in DRAWERS for p in (ROOT / name).rglob("*.py"))
    paths = sorted({*inside, *drawers})
    return tuple(Source(str(p.relative_to(ROOT)), p.read_text(encoding="utf-8")) for p in paths)


def _through_a_link(path: Path) -> bool:
    return any(parent.is_symlink() for parent in path.parents if parent.is_relative_to(PACKAGE))


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a module."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(source: Source) -> Iterator[ast.Call]:
    """All calls in a module."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield node
