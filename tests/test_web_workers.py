"""Pictures wait in line, no more of them than are read soon; bodies come in time or not at all; pages are forgotten."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from fakes import FakeReader, frame
from web import client as web_client
from web import page, problem, shared

from camrec.reading.reader import Reader
from camrec.settings import ReadingSettings
from camrec.web import followers as pages
from camrec.web.followers import Follower, Followers
from camrec.web.intake import TOGETHER, Intake
from camrec.web.problems import Problem
from camrec.web.questions import Question
from camrec.web.workers import Workers

WAIT_S = 30  # for what comes at once unless something is broken


class Held:
    """Jobs that wait until they are let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.readers: list[object] = []
        self.begun = threading.Semaphore(0)

    def job(self, reader: object) -> str:
        self.readers.append(reader)
        self.begun.release()
        assert self.free.wait(WAIT_S)
        return "done"


def test_no_more_at_once_than_there_are_readers():
    made: list[object] = []
    held = Held()

    async def rush() -> list[object]:
        workers = Workers(lambda: made.append(object()) or made[-1], 2, WAIT_S)  # type: ignore[arg-type,func-returns-value,return-value]
        assert len(made) == 1  # the second one is opened when it is needed
        jobs = [asyncio.create_task(workers.run(held.job)) for _ in range(5)]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        for _ in range(2):
            await asyncio.to_thread(held.begun.acquire, timeout=WAIT_S)
        assert workers.waiting == 3
        held.free.set()
        results = await asyncio.gather(*jobs)
        assert workers.waiting == 0
        workers.close()
        return [answer for answer, _ in results]

    assert asyncio.run(rush()) == ["done"] * 5
    assert len(made) == 2 and set(held.readers) == set(made)


def test_who_would_wait_too_long_is_sent_away_until_it_is_his_turn():
    held = Held()

    async def rush() -> list[int]:
        workers = Workers(object, 2, longest_s=3)  # type: ignore[arg-type]
        workers._each_s = 1.9  # of one picture
        jobs = [asyncio.create_task(workers.run(held.job)) for _ in range(8)]  # type: ignore[arg-type]
        await asyncio.sleep(0)
        held.free.set()
        found = await asyncio.gather(*jobs, return_exceptions=True)
        workers.close()
        assert all(e.headers == {"Retry-After": "4"} for e in found if isinstance(e, Problem))  # fmt: skip
        return [e.status_code if isinstance(e, Problem) else 200 for e in found]

    assert asyncio.run(rush()) == [200] * 5 + [503] * 3


def test_how_long_a_picture_takes_is_learned():
    workers = Workers(object, 1, 1)  # type: ignore[arg-type]
    for _ in range(100):
        workers._learn(2.0)
    assert workers._each_s == pytest.approx(2.0, abs=0.01)
    workers.close()


def test_what_has_waited_too_long_is_left_undone():
    held = Held()

    async def rush() -> list[object]:
        workers = Workers(object, 1, longest_s=0.1)  # type: ignore[arg-type]
        jobs = [asyncio.create_task(workers.run(held.job)) for _ in range(2)]  # type: ignore[arg-type]
        await asyncio.to_thread(held.begun.acquire, timeout=WAIT_S)
        workers._each_s = 0.0
        await asyncio.sleep(0.2)
        held.free.set()
        found = await asyncio.gather(*jobs, return_exceptions=True)
        workers.close()
        return found

    done, late = asyncio.run(rush())
    assert done[0] == "done" and len(held.readers) == 1  # type: ignore[index]
    assert isinstance(late, Problem) and late.status_code == 503


def test_a_job_that_fails_gives_its_reader_back():
    def fail(reader: Reader) -> None:
        raise ValueError("no")

    async def twice() -> None:
        workers = Workers(object, 1, 0)  # type: ignore[arg-type]
        for _ in range(2):
            with pytest.raises(ValueError, match="no"):
                await workers.run(fail)
        workers.close()

    asyncio.run(twice())


def test_overload_is_told_in_the_common_form(monkeypatch: pytest.MonkeyPatch):
    workers = shared().workers
    monkeypatch.setattr(workers, "_busy", 1000)
    monkeypatch.setattr(workers, "_each_s", 0.1)
    answer = web_client().post("/api/read", content=page())
    problem(answer, 503, "busy")
    assert answer.headers["retry-after"] == "50"


def intake_of(
    messages: list[dict[str, object]], patience_s: float = WAIT_S, times: int = 1
) -> tuple[Intake, Callable[[], Awaitable[list[object]]]]:
    """An intake over an application that reads all of its body, and what comes of it."""
    found: list[object] = []

    async def app(scope, receive, send):
        try:
            while True:
                message = await receive()
                found.append(len(message.get("body", b"")))
                if not message.get("more_body"):
                    return
        except Problem as error:
            found.append(error.code)

    intake = Intake(app, 100_000, frozenset({"/api/read"}), patience_s)
    queue = list(messages)

    async def receive():
        if queue:
            return queue.pop(0)
        await asyncio.sleep(WAIT_S)

    async def run() -> list[object]:
        scope = {"type": "http", "path": "/api/read", "headers": []}
        await intake(scope, receive, None)  # type: ignore[arg-type]
        return found

    return intake, run


def part(size: int, more: bool = True) -> dict[str, object]:
    return {"type": "http.request", "body": bytes(size), "more_body": more}


def test_a_body_that_stops_coming_is_given_up():
    _, run = intake_of([part(10)], patience_s=0.05)
    assert asyncio.run(run()) == [10, "too_slow"]


def test_a_body_is_counted_over_all_of_its_parts():
    _, run = intake_of([part(60_000), part(60_000), part(60_000)])
    assert asyncio.run(run()) == [60_000, "too_large"]


def test_a_body_that_is_refused_makes_no_room():
    intake, run = intake_of([part(60_000), part(60_000)])
    assert asyncio.run(run()) == [60_000, "too_large"]
    assert intake._room == TOGETHER * 100_000


def test_all_bodies_together_are_bounded_and_room_is_given_back():
    intake, run = intake_of([part(60_000), part(1, more=False)])
    intake._room = 50_000
    assert asyncio.run(run()) == ["busy"]
    assert intake._room == 50_000
    intake, run = intake_of([part(60_000), part(1, more=False)])
    assert asyncio.run(run()) == [60_000, 1]
    assert intake._room == TOGETHER * 100_000


QUESTION = Question(ReadingSettings(rotate="0"))


class Asked(FakeReader):
    group = Reader.group
    _pattern = None


def test_pages_are_told_apart_and_the_oldest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
):
    now = 0.0
    monkeypatch.setattr(pages.time, "monotonic", lambda: now)
    kept = Followers(most=2, idle_s=60)
    first, second = kept.of("one"), kept.of("two")
    assert kept.of("one") is first is not second
    third = kept.of("three")  # "two" was silent longest
    assert kept.of("one") is first and kept.of("three") is third and len(kept) == 2
    now = 61.0
    assert kept.of("one") is not None and len(kept) == 1


def test_frames_of_one_page_take_turns():
    at_once, most = 0, 0

    def count(_: object) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.01)
        at_once -= 1

    follower, reader = Follower(), Asked("12", before=count)
    threads = [
        threading.Thread(
            target=follower.follow, args=(frame(grey=grey).image, reader, QUESTION)
        )
        for grey in (50, 100, 150, 200)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_picture_is_not_kept_until_the_next_one():
    picture = np.full((960, 1280, 3), 200, np.uint8)
    gone, follower = weakref.ref(picture), Follower()
    follower.follow(picture, Asked("12"), QUESTION)
    del picture
    gc.collect()
    assert gone() is None


def test_an_unmoved_picture_is_read_until_it_is_believed(
    monkeypatch: pytest.MonkeyPatch,
):
    read: list[object] = []
    times = iter([10.0, 10.0, 10.1, 10.2, 10.3])
    monkeypatch.setattr(pages.time, "monotonic", lambda: next(times))
    follower, reader = Follower(), Asked("12", before=read.append)
    scenes = [follower.follow(frame().image, reader, QUESTION) for _ in range(4)]
    assert len(read) == 2
    assert [scene.frame.index for scene in scenes] == [0, 1, 2, 3]
    assert [track.id for track in scenes[-1].tracks] == [0, 1]


def test_a_threshold_that_is_turned_leaves_the_tracks_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
):
    times = iter([10.0, 10.0, 10.2, 10.4, 10.5])
    monkeypatch.setattr(pages.time, "monotonic", lambda: next(times))
    follower, reader = Follower(), Asked("12")
    stricter = Question(ReadingSettings(rotate="0", min_confidence=0.95))
    asked = [QUESTION, QUESTION, stricter, QUESTION]
    found = [follower.follow(frame().image, reader, question) for question in asked]
    ids = [[track.id for track in scene.tracks] for scene in found]
    assert ids == [[], [0, 1], [], [0, 1]]
