"""What holds for all tests: shared fixtures, and browser tests that must not be skipped in CI."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.orchestration import prefect_server

__all__ = ["prefect_server"]

ROOT = Path(__file__).parent.parent


def real_data_folder() -> Path | None:
    """The folder of real data sets, which the project may use but not ship; None without one."""
    named = os.environ.get("REAL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The same; skips the test where it is absent."""
    folder = real_data_folder()
    if folder is None:
        pytest.skip("the real data sets are not here")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that both processes end together."""
    slow = {
        item.path
        for item in items
        if item.get_closest_marker("orchestrated") or item.get_closest_marker("crash")
    }
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skipped browser test as failed where .ci/run said that it has to run."""
    report = yield
    has_to_run = "CREDITFLOW_REQUIRE_BROWSER" in os.environ
    if report.skipped and has_to_run and item.get_closest_marker("browser"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} has to run here, but was skipped: {report.longrepr}"
    return report
