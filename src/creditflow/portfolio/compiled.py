"""The one door to the compiler: functions that run over columns become machine code, kept on disk.

Compiled code is kept under a name that tells the version of all kernels, so
that a change in one of them can never leave another with the old code inside.
"""

import hashlib
import os
import platform
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast, get_type_hints

from creditflow.domain.errors import Unavailable
from creditflow.domain.sentences import say

P = ParamSpec("P")
T = TypeVar("T")

NEEDED = ("numpy", "numba", "pyarrow")


class ExtraMissing(Unavailable):
    """What evaluates in columns is not installed."""


def ensure_installed() -> None:
    """Raise ExtraMissing where the extra `portfolio` is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ExtraMissing(
            say(
                "Evaluating the whole book in columns needs {missing}. Install it with"
                " pip install 'creditflow[portfolio]'.",
                missing=", ".join(missing),
            )
        )


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """The function as machine code, for whole numbers and arrays of them.

    It runs without Python's lock, so that several blocks can go at once, and makes no
    array of its own (see `allocating`), so that it never counts who uses which.
    """
    return _made(function, inside=False)


def allocating(function: Callable[P, T]) -> Callable[P, T]:
    """The same for one that makes arrays."""
    return _made(function, inside=False, makes_arrays=True)


def inlined(function: Callable[P, T]) -> Callable[P, T]:
    """The same for a small one that is called for every document: it becomes part of its callers.

    A call would count the users of each array that it is handed, up and down again.
    """
    return _made(function, inside=True)


def _made(function: Callable[P, T], *, inside: bool, makes_arrays: bool = False) -> Callable[P, T]:
    import numba  # noqa: PLC0415 - importing it takes a second

    kept = _cache_folder()
    # Without _nrt nothing counts who uses an array; that doubles the speed of small functions.
    options: Any = {
        "nogil": True,
        "error_model": "numpy",
        "forceinline": inside,
        **({} if makes_arrays else {"_nrt": False}),
    }
    settings: Any = numba.config  # which makes its attributes only when it is loaded
    before, settings.CACHE_DIR = settings.CACHE_DIR, kept or ""
    try:
        made = numba.njit(_signature(function), cache=kept is not None, **options)(function)
    finally:
        settings.CACHE_DIR = before
    return cast("Callable[P, T]", made)


def _signature(function: Callable[..., object]) -> str | None:
    """One signature where a function is about numbers alone, else none: it follows from the call.

    Without it the compiler makes another version for each constant that is passed.
    """
    *taken, given = get_type_hints(function).values()
    if {*taken, given} <= {int}:
        return f"int64({', '.join(['int64'] * len(taken))})"
    return None


@cache
def _cache_folder() -> str | None:
    """Where compiled code is kept; None where nothing can be kept."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(platform.python_version().encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        text = source.read_bytes()
        if b"@compiled\n" in text or b"@allocating\n" in text:
            digest.update(text)
    folder = base / "creditflow" / f"kernels-{digest.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return str(folder) if os.access(folder, os.W_OK) else None
