"""Open lists hear what has moved: by one reader for all, and only as long as they may."""

import asyncio
import json
import signal
import socket
import threading
import time
from dataclasses import replace
from urllib.parse import parse_qsl

import httpx
import pytest
import uvicorn

from creditflow.approvals.deciding import decide
from creditflow.approvals.referring import refer
from creditflow.approvals.seats import Seat
from creditflow.approvals.withdrawing import hand_in_again
from creditflow.domain.decision import Say, Verdict
from creditflow.store.waiting import Wanted
from creditflow.web.app import create_app
from creditflow.web.lists import Asked, asked_of, place_of, wanted
from creditflow.web.live import MOST_PER_SESSION, Listener, Live, TooMany
from creditflow.web.news import MOST_CASES, Audience, Look, News, audience_of, look
from creditflow.web.server import Server
from creditflow.web.session import hash_of, open_session
from tests.web.installation import EVERYTHING, waiting

EVENTS = {"Accept": "text/event-stream"}
PATIENCE = 15.0


def said_by(lines):
    """The events of a stream, as they come."""
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def next_about(events):
    """The next event that names cases."""
    return next(said["cases"] for said in events if said["cases"] != {})


def decided_by(app, person, case, said=Say.REJECT):
    with app.work() as work:
        verdict = Verdict(said, work.cases.get(case).proposal_hash, comment="No.")
        by, at = work.people.get(person), app.now()
        decide(case, verdict, by=by, key=f"k{case}", at=at, on=app.today(), work=work)


def referred(app, case, to="wang.fang"):
    with app.work() as work:
        by, at = work.people.get("robert.klein"), app.now()
        refer(case, to, question="Why?", by=by, at=at, on=app.today(), work=work)


async def until(holds):
    while not holds():  # noqa: ASYNC110 - what is waited for rings no bell of ours
        await asyncio.sleep(0.01)


def streamed(somebody, path="/live?list=mine", **more):
    return somebody.http.stream("GET", path, headers=EVENTS, timeout=PATIENCE, **more)


# ------------------------------------------------------------------ over the wire


def test_a_decision_of_somebody_else_is_heard_at_once_and_what_came_before_is_not(app, visit):
    first, second = (row.case_id for row in waiting(app)[:2])
    decided_by(app, "robert.klein", first)
    somebody = visit("everything")
    with streamed(somebody) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = said_by(stream.iter_lines())
        assert next(events)["cases"] == {}

        decided_by(app, "robert.klein", second)

        assert next_about(events) == {second: "decided"}


def test_what_happened_between_the_page_and_the_stream_is_heard_too(app, visit):
    somebody, case = visit("everything"), waiting(app)[0].case_id
    page = somebody.get("/?list=mine").text
    position = int(page.split('data-live="')[1].split('"')[0])
    referred(app, case)

    with streamed(somebody, f"/live?list=mine&after={position}") as stream:
        events = said_by(stream.iter_lines())
        assert next(events)["seq"] > position
        assert next_about(events) == {case: "changed"}


def test_whoever_asks_for_no_stream_is_answered_once(app, visit):
    somebody = visit("everything")
    with app.readings() as readings:
        end = readings.journal_length()

    answer = somebody.get("/live")

    assert answer.status_code == 200
    assert f'"seq": {end}' in answer.text
    head = somebody.http.head("/live", headers=EVENTS, timeout=PATIENCE)
    assert (head.status_code, head.text) == (200, "")
    assert somebody.get("/live?after=²&list=nowhere").status_code == 200


def test_the_stream_ends_with_the_session(app, visit):
    somebody = visit("everything")
    with streamed(somebody) as stream:
        lines = stream.iter_lines()
        next(said_by(lines))
        with app.work() as work:
            work.sessions.close_all("everything")

        assert [line for line in lines if line.startswith("data")] == []  # and it ends
    again = somebody.http.get("/live", headers=EVENTS)
    assert (again.status_code, again.headers["location"][:8]) == (303, "/sign-in")


def test_many_streams_hold_no_thread_and_ask_the_database_once_for_all(app):
    """More than there are threads; pages are answered meanwhile, and all hear the same."""
    streams, case = 60, waiting(app)[0].case_id
    web = create_app(app)
    with app.work() as work:
        people = [person.id for person in work.people.all() if person.active]
        tokens = [
            open_session(work.people.get(people[n % len(people)]), at=app.now(), hours=1, work=work)
            for n in range(streams)
        ]

    async def listened(http, token):
        cookie = {"Cookie": f"creditflow={token}"}
        async with http.stream("GET", "/live?list=all", headers={**EVENTS, **cookie}) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: ") and json.loads(line[6:])["cases"] != {}:
                    return json.loads(line[6:])["cases"]
        return {}

    async def both(address):
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=address, trust_env=False, timeout=60, limits=limits
        ) as http:
            hearing = [asyncio.create_task(listened(http, token)) for token in tokens]
            await until(lambda: web.state.live.listeners == streams)
            reads = web.state.live.reads
            cookie = {"Cookie": f"creditflow={tokens[0]}"}
            page = await http.get("/health/live", headers=cookie)
            assert page.status_code == 200
            begin = time.monotonic()
            await asyncio.to_thread(decided_by, app, "robert.klein", case)
            heard = await asyncio.gather(*hearing)
            beats = (time.monotonic() - begin) / web.state.live._beat
            assert web.state.live.reads - reads <= beats + 2
            return heard

    with Serving(web) as address:
        heard = asyncio.run(both(address))

    assert len(heard) == streams
    assert {now for cases in heard for now in cases.values()} == {"decided", "gone"}


class Serving:
    """The server that is shipped, on a free port; told to stop by a signal."""

    def __init__(self, web, kind=Server):
        self.listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(web, log_level="error", lifespan="off")
        self.server = kind(web, config) if kind is Server else kind(config)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.listening]}, daemon=True
        )

    def __enter__(self):
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def stopped_within(self, seconds):
        self.server.handle_exit(signal.SIGTERM, None)
        self.thread.join(seconds)
        return not self.thread.is_alive()

    def __exit__(self, *_):
        self.server.handle_exit(signal.SIGTERM, None)
        self.server.force_exit = True
        self.thread.join(10)
        self.listening.close()


@pytest.mark.parametrize(("kind", "ends"), [(Server, True), (uvicorn.Server, False)])
def test_a_server_that_stops_waits_for_no_stream(app, kind, ends):
    """Another server would: that is the control."""
    with app.work() as work:
        token = open_session(work.people.get("everything"), at=app.now(), hours=1, work=work)
    served = Serving(create_app(app), kind)
    with served as address, httpx.Client(base_url=address, trust_env=False) as http:
        cookie = {"Cookie": f"creditflow={token}"}
        with http.stream("GET", "/live", headers={**EVENTS, **cookie}, timeout=60) as stream:
            lines = stream.iter_lines()
            next(said_by(lines))
            assert served.stopped_within(5 if ends else 1.5) is ends


# ------------------------------------------------------------------ what a case means to whom


def heard(chosen, news, **who):
    seat = Seat(frozenset({"director"}), frozenset({"kim", "lee"}))
    given = {"person": "kim", "desks": frozenset({"director"}), "seats": [seat], **who}
    return Audience(chosen=chosen, **given).hears(news)


@pytest.mark.parametrize(
    ("news", "mine", "others", "desk", "all_"),
    [
        (News("C", True, "director"), "new", "gone", "new", "new"),
        (News("C", False, "director"), "changed", "gone", "changed", "changed"),
        (News("C", True, "committee"), "gone", "new", "gone", "new"),
        (News("C", True, "director", frozenset({"lee"})), "gone", "new", "new", "new"),
        (News("C", False, "director", held_by="max"), "gone", "changed", "changed", "changed"),
        (News("C", False, "director", held_by="lee"), *("changed", "gone", "changed", "changed")),
        (News("C", False, None, decided_by="max"), *["decided"] * 4),
        (News("C", False, None, decided_by="kim"), *["gone"] * 4),
        (News("C", True, None), *["gone"] * 4),
    ],
)  # fmt: skip
def test_what_a_case_means_follows_from_the_list_and_the_seat(news, mine, others, desk, all_):
    found = [heard(chosen, news) for chosen in ("mine", "others", "desk", "all")]

    assert found == [mine, others, desk, all_]


def test_mine_is_what_the_list_says(app):
    """For everybody: what is heard as waiting is what the database lists."""
    with app.readings() as readings:
        end = readings.journal_length()
    looked = [look(app, after, ()) for after in range(end)]
    known = {news.case_id: news for one in looked for news in one.news or ()}
    cases = {row.case_id for row in waiting(app)}
    assert cases <= known.keys()
    with app.reading() as work:
        people = work.people.all()
    for person in people:
        audience = audience_of(person, Asked("mine"), app)
        mine = {case for case in cases if audience.hears(known[case]) in ("new", "changed")}
        with app.database.both() as (work, readings):
            listed = readings.waiting.among(
                Wanted(seats=audience.seats, at=app.now(), cases=frozenset(cases))
            )
        assert mine == listed, person.id


FILTERS = ("q=CF", "q=nobody", "grade=C", "move=raise", "move=first", "due=late", "due=week",
           "kind=periodic", "desk=credit-manager")  # fmt: skip


def test_what_passes_the_filters_is_what_the_list_shows(app):
    """Also of cases that no open page has shown yet."""
    with app.readings() as readings:
        end = readings.journal_length()
    waits = {row.case_id for row in waiting(app)}
    for query in FILTERS:
        asked = asked_of(dict(parse_qsl(query)), usual="all")
        audience = audience_of(EVERYTHING, asked, app)
        heard = set()
        for after in range(end):
            looked = look(app, after, (), [audience.filters])
            passing = looked.passing[audience.filters]
            heard |= {
                news.case_id
                for news in looked.news or ()
                if audience.hears(news, passes=news.case_id in passing) in ("new", "changed")
            }
        with app.database.both() as (work, readings):
            place = place_of(EVERYTHING, app.now(), app.today(), work, readings)
            listed = readings.waiting.among(replace(wanted(asked, place), cases=frozenset(waits)))
        assert heard == listed, query
    assert audience_of(EVERYTHING, Asked("all"), app).filters is None


def test_a_filtered_list_hears_of_new_cases_that_pass_and_of_no_others(app, visit):
    """Two lists, one of the case's customer and one of another."""
    row, other, *_ = waiting(app)
    decided_by(app, "robert.klein", row.case_id, Say.RETURN)
    address, somebody = "/live?list=all&q={}", visit("everything")
    with (
        streamed(somebody, address.format(row.customer_id)) as own,
        streamed(somebody, address.format(other.customer_id)) as others,
    ):
        hearing = [said_by(stream.iter_lines()) for stream in (own, others)]
        for events in hearing:
            next(events)
        with app.work() as work:
            hand_in_again(row.case_id, note="", by=work.people.get("chen.wei"), at=app.now(),
                          on=app.today(), work=work)  # fmt: skip
        app.advance(row.case_id)

        heard = next_about(hearing[0])[row.case_id]
        if heard != "new":  # a beat fell between both acts
            heard = next_about(hearing[0])[row.case_id]
        assert heard == "new"
        assert next_about(hearing[1]) == {row.case_id: "gone"}


def test_a_page_that_was_not_asked_about_is_told_that_much_has_changed():
    filters = Asked("all", words="CF")
    listener = Listener(replace(ALL, filters=filters), "s")
    moved = [News("C", True, "director")]

    listener.tell(Look(1, [], frozenset()))
    assert listener.untold == {}
    listener.tell(Look(2, moved, frozenset(), {filters: frozenset({"C"})}))
    assert listener.untold == {"C": "new"}
    listener.tell(Look(3, moved, frozenset()))
    assert listener.untold is None


def test_too_many_at_once_are_said_to_be_many(app):
    rows = waiting(app)
    with app.readings() as readings:
        end = readings.journal_length()
    assert look(app, 0, ()).news is None if len(rows) > MOST_CASES else True
    assert look(app, end, ()).news == []
    assert look(app, None, ()).seq == end


def test_sessions_hold_until_they_end_run_out_or_the_person_leaves(app):
    with app.work() as work:
        person, at = work.people.get("everything"), app.now()
        one, two = (hash_of(open_session(person, at=at, hours=1, work=work)) for _ in range(2))
    assert look(app, None, {one, two, "unknown"}).sessions == {one, two}
    with app.work() as work:
        work.sessions.close_session(one)
    assert look(app, None, {one, two}).sessions == {two}


# ------------------------------------------------------------------ the one reader


def quiet(sessions):
    return Look(1, [], frozenset(sessions))


ALL = Audience("kim", "all", frozenset(), [])


def test_nobody_reads_while_nobody_listens_and_one_reads_for_all():
    live = Live(lambda _after, sessions, _filters: quiet(sessions), beat=0.01)

    async def listen():
        streams = [live.stream(ALL, f"s{number}", 0, pulse=0.05) for number in range(20)]
        for stream in streams:
            await anext(stream)
        opened = live.reads
        await asyncio.sleep(0.2)
        beats = live.reads - opened
        for stream in streams:
            await stream.aclose()
        await asyncio.sleep(0.05)
        rest = live.reads
        await asyncio.sleep(0.1)
        return opened, beats, live.reads - rest

    opened, beats, after = asyncio.run(listen())
    assert 20 <= opened <= 30
    assert 2 <= beats <= 25
    assert after == 0
    assert live.listeners == 0


def test_streams_are_bounded_and_of_one_session_the_oldest_ends(monkeypatch):
    monkeypatch.setattr("creditflow.web.live.MOST_STREAMS", MOST_PER_SESSION + 1)
    live = Live(lambda _after, sessions, _filters: quiet(sessions), beat=0.01)

    async def listen():
        streams = [live.stream(ALL, "one", 0) for _ in range(MOST_PER_SESSION + 1)]
        for stream in streams:
            await anext(stream)
        with pytest.raises(StopAsyncIteration):
            await anext(streams[0])
        other = live.stream(ALL, "two", 0)
        await anext(other)
        with pytest.raises(TooMany):
            live.stream(ALL, "three", 0)

    asyncio.run(listen())


def test_a_stream_ends_when_its_time_is_over_and_says_before_that_it_is_there():
    live = Live(lambda _after, sessions, _filters: quiet(sessions), beat=0.01)

    async def listen():
        return [said async for said in live.stream(ALL, "s", 0, pulse=0.02, longest=0.1)]

    first, *rest = asyncio.run(listen())
    assert first.startswith("retry: 3000\nid: 1\nevent: moved\n")
    assert rest
    assert set(rest) == {": still here\n\n"}


def test_a_database_that_fails_for_a_while_is_asked_again(caplog):
    asked = []

    def failing(after, sessions, _filters):
        asked.append(after)
        if len(asked) == 2:
            raise OSError("gone")
        moved = [News("C", True, "director")] if len(asked) == 3 else []
        return Look(len(asked), moved, frozenset(sessions))

    async def listen():
        stream = Live(failing, beat=0.01).stream(ALL, "s", 0)
        await anext(stream)
        return await anext(stream)

    assert '"C": "new"' in asyncio.run(listen())
    assert "the next beat looks again" in caplog.text


def test_what_comes_while_nobody_takes_it_is_told_once_and_new_stays_new():
    seen = iter([[], [News("C", True, "director")], [News("C", False, "director")], None])
    seq = iter(range(1, 100))

    def looking(_after, sessions, _filters):
        number = next(seq)
        return Look(number, next(seen, []), frozenset(sessions))

    live = Live(looking, beat=0.01)

    async def listen():
        stream = live.stream(ALL, "s", 0)
        await anext(stream)
        await until(lambda: live.reads >= 3)
        (listener,) = live._listeners
        untold = dict(listener.untold)
        await until(lambda: listener.untold is None)
        return untold, await anext(stream)

    untold, said = asyncio.run(listen())
    assert untold == {"C": "new"}
    assert '"cases": null' in said
