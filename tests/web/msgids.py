"""Find every text that people read: in calls of say, word and _, also mapped, and in templates."""

import ast
from collections.abc import Iterator
from functools import cache

from jinja2 import Environment

from tests.architecture.reading import ROOT, calls, product

MARKS = {"say", "word", "_"}
TEMPLATES = ROOT / "templates" / "web"
KEPT_IN_THE_JOURNAL = {
    "the policy sends no letter where the limit stays as it is",
    "its letter is held until the customer has an address",
    "the base limit was taken away",
}
"""Facts of journal entries that are translated when they are shown."""


@cache
def texts() -> dict[str, str]:
    """Every text, and one place where it stands."""
    return dict([*_in_templates(), *_in_modules()])


def _in_modules() -> Iterator[tuple[str, str]]:
    for source in product():
        for call in calls(source):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name in MARKS and call.args and _is_text(call.args[0]):
                yield call.args[0].value, f"{source.path}:{call.lineno}"
            if name == "map" and call.args and getattr(call.args[0], "id", "") in MARKS:
                yield from ((text, f"{source.path}:{call.lineno}") for text in _mapped(call))
            if name == "ngettext" or getattr(call.func, "attr", "") == "ngettext":
                yield from (
                    (a.value, f"{source.path}:{call.lineno}") for a in call.args[:1] if _is_text(a)
                )


def _mapped(call: ast.Call) -> Iterator[str]:
    """The texts of `map(_, ("…", "…"))`; where they are written elsewhere, nobody finds them."""
    for texts_ in call.args[1:]:
        if not isinstance(texts_, ast.Tuple) or not all(map(_is_text, texts_.elts)):
            raise TypeError(f"write the texts of {ast.unparse(call)} where they are mapped")
        yield from (text.value for text in texts_.elts)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _in_templates() -> Iterator[tuple[str, str]]:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted(TEMPLATES.glob("*.html")):
        for line, _function, message in environment.extract_translations(path.read_text()):
            first = message[0] if isinstance(message, tuple) else message
            yield str(first), f"{path.name}:{line}"
