"""Look at the machine: Python, the package as it was installed, the disk, fonts, settings."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import creditflow
from creditflow.cli.examining.finding import Finding, fine, problem, warning
from creditflow.domain.sentences import say
from creditflow.settings import ENV_FILE, PREFIX, Settings, unknown_settings

DRAWERS = ("flows", "tasks", "approvals", "templates")
LEAST_PYTHON = (3, 11)
FASTAPI_BEFORE = (0, 151)
"""Prefect's server does not start with FastAPI versions from a little later on."""

DISK_IS_SHORT_GB = 1.0
DISK_IS_FULL_GB = 0.2


def machine(settings: Settings) -> Iterator[Finding]:
    """Everything that can be seen without asking anybody."""
    yield python()
    yield drawers(Path(creditflow.__file__).parent)
    yield prefect_and_fastapi()
    yield disk(settings.data_dir)
    yield from chinese_fonts()
    yield from spelling()
    yield from safe_address(settings)
    yield from private_env_file(settings, Path(ENV_FILE))


def python(running: tuple[int, ...] = sys.version_info[:2]) -> Finding:
    """Whether this Python is new enough."""
    if running >= LEAST_PYTHON:
        return fine(say("Python {version}", version=platform.python_version()))
    return problem(
        say("Python {version} is too old.", version=platform.python_version()),
        say("Install Python 3.11 or newer and set creditflow up with it."),
    )


def drawers(package: Path) -> Finding:
    """Whether the four folders of the checkout arrived as links, not as small text files."""
    broken = [name for name in DRAWERS if not (package / name).is_dir()]
    if not broken:
        return fine(say("The package is complete."))
    return problem(
        say("{folders} should be links to folders and are not.", folders=", ".join(broken)),
        say(
            "Clone again with: git clone -c core.symlinks=true … (on Windows, switch on developer"
            " mode first)."
        ),
    )


def prefect_and_fastapi() -> Finding:
    """Whether the two versions can live together."""
    try:
        found = {name: version(name) for name in ("prefect", "fastapi")}
    except PackageNotFoundError as missing:
        return problem(
            say("The package {name} is missing.", name=str(missing.name)),
            say("Set creditflow up again: make setup"),
        )
    return pair(found["prefect"], found["fastapi"])


def pair(prefect: str, fastapi: str) -> Finding:
    """Judge the versions of Prefect and FastAPI."""
    if tuple(int(part) for part in fastapi.split(".")[:2]) < FASTAPI_BEFORE:
        return fine(
            say("Prefect {prefect} with FastAPI {fastapi}", prefect=prefect, fastapi=fastapi)
        )
    return problem(
        say("Prefect's server does not start with FastAPI {fastapi}.", fastapi=fastapi),
        say('Install an older one: pip install "fastapi<0.151"'),
    )


def disk(folder: Path) -> Finding:
    """How much room is left where the data lies."""
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(place).free / 1e9
    what = say("{free} GB are free in {folder}.", free=f"{free:.1f}", folder=str(folder))
    remedy = say("Free some room, or set {name} to a larger disk.", name=f"{PREFIX}DATA_DIR")
    if free < DISK_IS_FULL_GB:
        return problem(what, remedy)
    return warning(what, remedy) if free < DISK_IS_SHORT_GB else fine(what)


def chinese_fonts() -> Iterator[Finding]:
    """Whether this machine can show Chinese; says nothing where it cannot be asked."""
    fc_list = shutil.which("fc-list")
    if fc_list is None:
        return
    listed = subprocess.run(  # noqa: S603 - the system's own tool, nothing foreign in its words
        [fc_list, ":lang=zh-cn", "family"], capture_output=True, check=False, timeout=30
    )
    if listed.stdout.strip():
        yield fine(say("There is a font for Chinese."))
    else:
        yield warning(
            say("This machine has no font for Chinese; browsers elsewhere are not concerned."),
            say("On Debian: apt-get install fonts-noto-cjk"),
        )


def spelling() -> Iterator[Finding]:
    """Every CREDITFLOW_ variable that sets nothing."""
    for sentence in unknown_settings():
        yield warning(sentence, say("docs/reference/settings.md lists every setting."))


def safe_address(settings: Settings) -> Iterator[Finding]:
    """Whether passwords could travel in clear."""
    at_home = settings.web_host in {"127.0.0.1", "localhost", "::1"}
    if not at_home and settings.address.startswith("http://"):
        yield warning(
            say(
                "The inbox listens on {host} and {address} is not encrypted, so passwords travel"
                " in clear.",
                host=settings.web_host,
                address=settings.address,
            ),
            say(
                "Put a proxy with TLS before it and set {name} to its https address.",
                name=f"{PREFIX}BASE_URL",
            ),
        )


def private_env_file(settings: Settings, file: Path) -> Iterator[Finding]:
    """Whether others on this machine can read the passwords in `.env`."""
    if settings.secrets and file.is_file() and os.name == "posix" and file.stat().st_mode & 0o077:
        yield warning(
            say("Others on this machine can read the passwords in {file}.", file=str(file)),
            say("chmod 600 {file}", file=str(file)),
        )
