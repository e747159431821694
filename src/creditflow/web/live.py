"""Tell open pages that cases have moved: one reader of the journal for all of them, per process.

The journal is what all processes of an installation share, so a decision that
another process recorded is seen here like one of our own. Nobody reads while
nobody listens, and however many listen, the database is asked once a beat.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from anyio.to_thread import run_sync

BEAT_SECONDS = 1.0
"""How often the end of the journal is looked at while somebody listens."""

PULSE_SECONDS = 15.0
"""How long a connection may be silent before it says that it is still there."""

LONGEST_SECONDS = 600.0
"""How long a connection lives; whoever listens on comes again and is asked who they are."""

MOST_LISTENERS = 1_000
MOST_CASES = 100
"""How many cases are named at once; of more it is only said that they are many."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Cases of which the journal has entries up to that one; None where they are too many."""

    seq: int
    cases: tuple[str, ...] | None

    def __add__(self, other: "Moved") -> "Moved":
        """What happened up to the later of the two."""
        if self.cases is None or other.cases is None:
            return Moved(other.seq, None)
        cases = tuple(dict.fromkeys((*self.cases, *other.cases)))
        return Moved(other.seq, cases if len(cases) <= MOST_CASES else None)

    @property
    def event(self) -> str:
        """As a server-sent event."""
        data = json.dumps({"seq": self.seq, "cases": self.cases})
        return f"id: {self.seq}\nevent: moved\ndata: {data}\n\n"


Look = Callable[[int | None], Moved]
"""What the journal says behind an entry; behind its very end where None is given."""


@dataclass(eq=False)
class Listener:
    """One open page: what it was not told yet, and a bell."""

    bell: asyncio.Event = field(default_factory=asyncio.Event)
    untold: Moved | None = None

    def tell(self, moved: Moved) -> None:
        """Put it to what the page was not told yet."""
        self.untold = moved if self.untold is None else self.untold + moved
        self.bell.set()

    async def hear(self, seconds: float) -> Moved | None:
        """Wait for something new; None where nothing came within that time."""
        try:
            await asyncio.wait_for(self.bell.wait(), seconds)
        except TimeoutError:
            return None
        self.bell.clear()
        moved, self.untold = self.untold, None
        return moved


class Live:
    """All listeners of this process and the one reader they share."""

    def __init__(self, look: Look, *, beat: float = BEAT_SECONDS) -> None:
        self._look = look
        self._beat = beat
        self._listeners: set[Listener] = set()
        self._reader: asyncio.Task[None] | None = None
        self.reads = 0

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    async def once(self) -> str:
        """Where the journal ends, as one event: for whoever wants no stream."""
        return (await self._read(None)).event

    async def stream(
        self,
        after: int | None,
        *,
        pulse: float = PULSE_SECONDS,
        longest: float = LONGEST_SECONDS,
    ) -> AsyncIterator[str]:
        """Events from behind that entry on, until the connection has lived long enough."""
        listener = Listener()
        ends = asyncio.get_running_loop().time() + longest
        self._listeners.add(listener)
        try:
            first = await self._read(after)
            # The reader starts where the first look ended, so nothing falls between the two.
            self._ensure_reader(first.seq)
            yield f"retry: 3000\n{first.event}"
            while (left := ends - asyncio.get_running_loop().time()) > 0:
                moved = await listener.hear(min(pulse, left))
                yield ": still here\n\n" if moved is None else moved.event
        finally:
            self._listeners.discard(listener)

    def _ensure_reader(self, seq: int) -> None:
        if self._reader is None or self._reader.done():
            self._reader = asyncio.get_running_loop().create_task(self._keep_reading(seq))

    async def _keep_reading(self, seq: int) -> None:
        while self._listeners:
            await asyncio.sleep(self._beat)
            try:
                moved = await self._read(seq)
            except Exception:  # noqa: BLE001, S112 - whatever ails the database, the next beat looks again
                continue
            if moved.seq == seq:
                continue
            seq = moved.seq
            if moved.cases != ():
                for listener in self._listeners:
                    listener.tell(moved)

    async def _read(self, after: int | None) -> Moved:
        self.reads += 1
        return await run_sync(self._look, after)
