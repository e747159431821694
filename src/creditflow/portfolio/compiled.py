"""The one door to the compiler: functions that run over columns become machine code, kept on disk.

Compiled code is kept under a name that tells the version of everything that
becomes part of it, so that a change in a small function or in a number of the
domain can never leave a kernel with the old one inside.
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
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = base / "creditflow" / f"kernels-{version_of(Path(__file__).parents[1])}"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # which says that there is no home
        return None
    return str(folder) if os.access(folder, os.W_OK) else None


def version_of(package: Path) -> str:
    """A digest of all that may be compiled into a kernel: functions and numbers that it names."""
    digest = hashlib.sha256(platform.python_version().encode())
    for part in ("domain", "portfolio"):
        for source in sorted((package / part).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
