"""Tell open pages that cases have moved: one reader of the journal for all of them, per process.

The journal is what all processes of an installation share, so a decision that
another process recorded is seen here like one of our own. Nobody reads while
nobody listens, and however many listen, the database is asked once a beat.
Streams are coroutines: they hold no thread while they wait.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field

from anyio.to_thread import run_sync

from creditflow.web.lists import Asked
from creditflow.web.news import Audience, Look

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
"""How often the end of the journal is looked at while somebody listens."""

PULSE_SECONDS = 15.0
"""How long a connection may be silent before it says that it is still there."""

LONGEST_SECONDS = 600.0
"""How long a connection lives; whoever listens on comes again and is asked who they are."""

MOST_STREAMS = 500
MOST_PER_SESSION = 4
"""Of one session, the oldest stream ends when there are more: browsers open but a few anyway."""

Looking = Callable[[int | None, Collection[str], Collection[Asked]], Look]
"""What the journal says behind an entry, which sessions still hold, and what passes filters."""


class TooMany(Exception):
    """There are as many streams as this process keeps."""


@dataclass(eq=False)
class Listener:
    """One open page: a bell, and what it was not told yet; None is more than can be told."""

    audience: Audience
    session: str
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    untold: dict[str, str] | None = field(default_factory=dict)
    seq: int = 0
    is_over: bool = False

    def tell(self, looked: Look) -> None:
        """Put what was seen to what the page was not told yet."""
        self.seq = max(self.seq, looked.seq)
        filters = self.audience.filters
        # Who came while the journal was being looked at was not asked about: that is said as much.
        unasked = bool(looked.news) and filters is not None and filters not in looked.passing
        if looked.news is None or self.untold is None or unasked:
            self.untold = None
        else:
            passing = None if filters is None else looked.passing.get(filters, frozenset())
            for news in looked.news:
                passes = passing is None or news.case_id in passing
                now = self.audience.hears(news, passes=passes)
                is_still_new = now == "changed" and self.untold.get(news.case_id) == "new"
                self.untold[news.case_id] = "new" if is_still_new else now
        if self.untold != {}:
            self.bell.set()

    def end(self) -> None:
        """Let the connection end."""
        self.is_over = True
        self.bell.set()

    async def hear(self, seconds: float) -> str:
        """Wait for something to say, or say that one is still here."""
        try:
            await asyncio.wait_for(self.bell.wait(), seconds)
        except TimeoutError:
            return ": still here\n\n"
        self.bell.clear()
        told, self.untold = self.untold, {}
        return event(self.seq, told)


def event(seq: int, cases: Mapping[str, str] | None) -> str:
    """A server-sent event: which cases have moved up to that entry, and what that means here."""
    return f"id: {seq}\nevent: moved\ndata: {json.dumps({'seq': seq, 'cases': cases})}\n\n"


class Live:
    """All listeners of this process and the one reader they share."""

    def __init__(self, look: Looking, *, beat: float = BEAT_SECONDS) -> None:
        self._look = look
        self._beat = beat
        self._listeners: list[Listener] = []
        self._reader: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.reads = 0

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    async def once(self) -> str:
        """Where the journal ends, as one event: for whoever wants no stream."""
        return event((await self._read(None, ())).seq, {})

    def stream(
        self,
        audience: Audience,
        session: str,
        after: int | None,
        *,
        pulse: float = PULSE_SECONDS,
        longest: float = LONGEST_SECONDS,
    ) -> AsyncIterator[str]:
        """Events from behind that entry on, as long as session and connection live; or TooMany."""
        if len(self._listeners) >= MOST_STREAMS:
            raise TooMany
        return self._events(Listener(audience, session), after, pulse, longest)

    async def _events(
        self, listener: Listener, after: int | None, pulse: float, longest: float
    ) -> AsyncIterator[str]:
        self._loop = asyncio.get_running_loop()
        ends = self._loop.time() + longest
        self._listeners.append(listener)
        self._make_room(listener.session)
        try:
            filters = listener.audience.filters
            first = await self._read(after, (), () if filters is None else (filters,))
            listener.tell(first)
            # The reader starts where the first look ended, so nothing falls between the two.
            self._ensure_reader(first.seq)
            yield f"retry: 3000\n{event(first.seq, {})}"
            while not listener.is_over and (left := ends - self._loop.time()) > 0:
                said = await listener.hear(min(pulse, left))
                if not listener.is_over:
                    yield said
        finally:
            self._listeners.remove(listener)

    def close(self) -> None:
        """End all streams, from whatever thread: the server stops."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for listener in self._listeners:
            listener.end()

    def _make_room(self, session: str) -> None:
        own = [one for one in self._listeners if one.session == session and not one.is_over]
        for listener in own[:-MOST_PER_SESSION]:
            listener.end()

    def _ensure_reader(self, seq: int) -> None:
        if self._reader is None or self._reader.done():
            self._reader = asyncio.get_running_loop().create_task(self._keep_reading(seq))

    async def _keep_reading(self, seq: int) -> None:
        while self._listeners:
            await asyncio.sleep(self._beat)
            sessions = {listener.session for listener in self._listeners}
            audiences = [listener.audience for listener in self._listeners]
            filters = {one.filters for one in audiences if one.filters is not None}
            try:
                looked = await self._read(seq, sessions, filters)
            except Exception:
                log.exception("looking for news failed; the next beat looks again")
                continue
            for listener in [one for one in self._listeners if one.session in sessions]:
                if listener.session not in looked.sessions:
                    listener.end()
                elif looked.seq > seq:
                    listener.tell(looked)
            seq = looked.seq

    async def _read(
        self, after: int | None, sessions: Collection[str], filters: Collection[Asked] = ()
    ) -> Look:
        self.reads += 1
        return await run_sync(self._look, after, sessions, filters)
