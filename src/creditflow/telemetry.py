"""Write structured logs: one event per line, the case on each line, never a secret.

    configure_logging("info", "json", secrets=["…"])
    with about_case("CF-000123"):
        log.info("letter accepted")

The journal tells auditors what was decided; this tells operators what the machine
did. Nothing here is promised to anybody, and nothing is read back.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

Form = Literal["console", "json"]

HIDDEN = "[hidden]"
_KEEP_APART = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
# C0 and C1 control characters, line separators, and the marks that turn text around.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_IN_URL = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
_IN_HEADER = re.compile(r"(?i)\b(basic|bearer)\s+[a-z0-9+/=_.~-]{8,}")
# What every LogRecord has anyway; whatever else it carries was given as `extra`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "case"}

_case: ContextVar[str | None] = ContextVar("case", default=None)


@contextmanager
def about_case(case: str) -> Iterator[None]:
    """Put the case's id on every line that is logged inside, in this thread or task."""
    before = _case.set(case)
    try:
        yield
    finally:
        _case.reset(before)


def configure_logging(
    level: str, form: Form, *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send everything from `level` on to standard error (or `stream`), in place of what was set.

    `secrets` are texts that must never appear; wherever one would, "[hidden]" stands.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    hide = Hiding(secrets)
    handler.setFormatter(JsonLines(hide) if form == "json" else ConsoleLines(hide))
    handler.addFilter(_with_case)
    root = logging.getLogger()
    for earlier in list(root.handlers):
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level.upper())
    # They tell of every request at `info`, which is what our own lines are for.
    for chatty in ("httpx", "httpcore", "apscheduler.executors.default"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _with_case(record: logging.LogRecord) -> bool:
    record.case = _case.get()
    return True


class Hiding:
    """Replaces secrets: those that are known, and whatever looks like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take the known ones; longer ones first, so that a part never uncovers the whole."""
        known = sorted({s for s in secrets if s}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._known:
            text = self._known.sub(HIDDEN, text)
        text = _IN_URL.sub(HIDDEN, text)
        return _IN_HEADER.sub(rf"\1 {HIDDEN}", text)


def escaped(text: str) -> str:
    """Write control characters visibly, so that nobody's name can forge a line of the log."""
    return _CONTROL.sub(lambda m: _KEEP_APART.get(m[0], f"\\u{ord(m[0]):04x}"), text)


class JsonLines(logging.Formatter):
    """One JSON object per line."""

    def __init__(self, hide: Hiding) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON; everything extra becomes text."""
        line: dict[str, str] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if case := getattr(record, "case", None):
            line["case"] = str(case)
        line.update({name: str(value) for name, value in _extras(record).items()})
        if problem := _traceback(record):
            line["problem"] = problem
        clean = {name: escaped(self._hide(value)) for name, value in line.items()}
        return json.dumps(clean, ensure_ascii=False)


class ConsoleLines(logging.Formatter):
    """Time, level, case and event on one line; a traceback below it, indented."""

    def __init__(self, hide: Hiding) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line for reading."""
        case = getattr(record, "case", None)
        about = f" [{case}]" if case else ""
        extras = "".join(f" {name}={value}" for name, value in _extras(record).items())
        event = f"{record.getMessage()}{extras}"
        head = f"{_moment(record)} {record.levelname.lower():<7}{about} {event} ({record.name})"
        lines = [escaped(self._hide(head))]
        below = _traceback(record).splitlines()
        lines.extend("    " + escaped(self._hide(line)) for line in below)
        return "\n".join(lines)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _USUAL}


def _traceback(record: logging.LogRecord) -> str:
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    return "".join(traceback.format_exception(*record.exc_info)).rstrip()
