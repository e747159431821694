"""What a reader may rely on in every file: short, promised in one sentence, without a clock."""

import ast
import re

import pytest

from tests.architecture.reading import PACKAGE, ROOT, Source, calls, functions, product

LONGEST_FILE = 320
"""Near 300, with room for the line that would otherwise be squeezed in."""

LONGEST_FUNCTION = 50

MIGRATIONS = "src/creditflow/store/migrations/versions/"
"""A migration is one long list of what changes; nobody reads it twice."""

LONGER_FILES = {
    "src/creditflow/runs/warm_worker.py": (
        380,
        "one worker: taking, executing, cancelling, leaving",
    ),
}
"""How long they may be, and why."""

CLOCK_KEEPER = "src/creditflow/bootstrap.py"
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}

# These live by Prefect's clock: they judge how old runs are that no case knows of.
PREFECTS_CLOCK = "src/creditflow/runs/"


def too_long(source: Source) -> list[str]:
    if source.path.startswith(MIGRATIONS):
        return []
    most, _ = LONGER_FILES.get(source.path, (LONGEST_FILE, ""))
    return [f"{source.path}: {source.length} lines, at most {most}"] if source.length > most else []


def long_functions(source: Source) -> list[str]:
    if source.path.startswith(MIGRATIONS):
        return []
    return [
        f"{source.path}:{f.lineno} {f.name} has {length} lines, at most {LONGEST_FUNCTION}"
        for f in functions(source)
        if (length := (f.end_lineno or 0) - f.lineno + 1) > LONGEST_FUNCTION
    ]


def clock_readings(source: Source) -> list[str]:
    if source.path == CLOCK_KEEPER or source.path.startswith(PREFECTS_CLOCK):
        return []
    return [
        f"{source.path}:{call.lineno} looks at the clock; take the time as an argument"
        for call in calls(source)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in CLOCKS
    ]


def unfinished(source: Source) -> list[str]:
    return [
        f"{source.path}:{number} is not finished: {line.strip()}"
        for number, line in enumerate(source.text.splitlines(), start=1)
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line)
    ]


def unpromised(source: Source) -> list[str]:
    promise = ast.get_docstring(source.tree) or ""
    first = promise.split("\n\n")[0].strip()
    ends = first.endswith((".", ":", "。"))
    return [] if first and ends else [f"{source.path}: the first sentence says what it promises"]


RULES = (too_long, long_functions, clock_readings, unfinished, unpromised)


@pytest.mark.parametrize("rule", RULES)
def test_every_module_keeps_the_rule(rule):
    assert [line for source in product() for line in rule(source)] == []


UNTIDY = {
    too_long: '"""Long."""\n' * 321,
    long_functions: '"""Long."""\ndef f():\n' + "    pass\n" * 50,
    clock_readings: '"""Late."""\nfrom datetime import datetime\nnow = datetime.now()\n',
    unfinished: '"""Half."""\n# TODO: the rest\n',
    unpromised: "x = 1\n",
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_would_notice(rule):
    assert rule(Source("src/creditflow/untidy.py", UNTIDY[rule]))


def test_exceptions_are_needed():
    lengths = {source.path: source.length for source in product()}

    assert [path for path in LONGER_FILES if lengths.get(path, 0) <= LONGEST_FILE] == []


# ---------------------------------------------------------------------- templates

TEMPLATES = ROOT / "templates"
STATIC = PACKAGE / "web" / "static"
A_NAME = re.compile(r"""["']([\w./-]*[\w-]+\.(?:html|j2|css|txt)(?:\.j2)?)["']""")


def test_every_template_that_is_named_exists():
    there = {p.name for folder in (TEMPLATES, STATIC) for p in folder.rglob("*") if p.is_file()}
    named = {
        (path, name)
        for path, text in _texts()
        for name in A_NAME.findall(text)
        if "/" in name or path.startswith("templates/")
    }

    missing = [
        f"{path} names {name}"
        for path, name in sorted(named)
        if not name.startswith(("/", "static/", "http"))
        and not (TEMPLATES / name).exists()
        and name.rpartition("/")[2] not in there
    ]
    assert missing == []


def test_every_template_is_used():
    texts = "\n".join(text for _, text in _texts())
    words = set(re.findall(r"[\w-]+", texts))

    unused = [
        str(path.relative_to(ROOT))
        for path in sorted(TEMPLATES.rglob("*"))
        if path.is_file() and path.name.split(".")[0] not in words
    ]
    assert unused == []


def _texts() -> list[tuple[str, str]]:
    templates = [p for p in TEMPLATES.rglob("*") if p.suffix in {".html", ".j2"}]
    return [
        *((source.path, source.text) for source in product()),
        *((str(p.relative_to(ROOT)), p.read_text(encoding="utf-8")) for p in templates),
    ]
