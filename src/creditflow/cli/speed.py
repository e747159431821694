"""A progress bar that tells how much is done in a second."""

import time
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class SpeedBar:
    """So many steps, and things done on the way; `speed` says them, with a place for {speed}."""

    def __init__(self, title: str, steps: int, speed: str) -> None:
        self._bar = Progress(
            *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
            *(TimeElapsedColumn(), TextColumn("{task.fields[speed]}")),
        )
        self._task = self._bar.add_task(title, total=steps, speed="")
        self._speed, self._began, self._things = speed, time.perf_counter(), 0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def advance(self, steps: int, things: int | None = None) -> None:
        """So many more steps are done, and so many things (as many as steps, if not said)."""
        self._things += steps if things is None else things
        a_second = self._things / max(1e-9, time.perf_counter() - self._began)
        said = self._speed.format(speed=f"{a_second:,.0f}")
        self._bar.update(self._task, advance=steps, speed=said)
