"""The one loop: order, overlap, and an end that leaves everything whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from fakes import CLASSES, FakeReader, frame, scene

from camrec.elements import Frame, Scene
from camrec.errors import OutputError, SourceError
from camrec.settings import TrackingSettings
from camrec.stream import pipeline as pipelines
from camrec.stream.feed import AheadFeed
from camrec.stream.health import Health
from camrec.stream.pipeline import Pipeline
from camrec.stream.playback import SLACK_S, STRIDE_S, FilmPace, Gauge
from camrec.stream.sightings import Sightings
from camrec.stream.tracker import Tracker


class Notebook:
    """A sink that writes down what happens to it."""

    def __init__(
        self, fail_at: int | None = None, error: type[Exception] = OutputError
    ):
        self.frames: list[int] = []
        self.closed = 0
        self.threads: set[str] = set()
        self._fail_at = fail_at
        self._error = error

    def write(self, scene: Scene) -> None:
        self.threads.add(threading.current_thread().name)
        if scene.frame.index == self._fail_at:
            raise self._error("full")
        self.frames.append(scene.frame.index)

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed += 1


def frames(count: int, fps: float = 30.0) -> list[Frame]:
    return [frame(k, k / fps) for k in range(count)]


# --- pipeline


def test_every_sink_gets_every_scene_in_order_and_is_closed() -> None:
    sinks = [Notebook(), Notebook()]
    with Pipeline(FakeReader("47"), sinks) as pipeline:
        texts = [pipeline.process(f).numbers[0].text for f in frames(20)]
    assert texts == ["47"] * 20
    assert [sink.frames for sink in sinks] == [list(range(20))] * 2
    assert [sink.closed for sink in sinks] == [1, 1]


def test_sinks_are_written_and_closed_where_no_signal_can_break_in() -> None:
    sink = Notebook()
    with Pipeline(FakeReader(), [sink]) as pipeline:
        pipeline.process(frame())
    assert threading.main_thread().name not in sink.threads


def test_writing_overlaps_with_reading() -> None:
    class Slow(Notebook):
        def write(self, scene: Scene) -> None:
            time.sleep(0.03)
            super().write(scene)

    reader = FakeReader(before=lambda _: time.sleep(0.03))
    begin = time.perf_counter()
    with Pipeline(reader, [Slow()]) as pipeline:
        for f in frames(10):
            pipeline.process(f)
    assert time.perf_counter() - begin < 0.5  # one after the other takes 0.6


@pytest.mark.parametrize(("bytes_", "least", "most"), [(0, 4, 6), (2**30, 30, 30)])
def test_so_many_scenes_wait_as_fit(
    monkeypatch: pytest.MonkeyPatch, bytes_: int, least: int, most: int
) -> None:
    monkeypatch.setattr(pipelines, "_WAITING_BYTES", bytes_)
    go_on = threading.Event()
    read: list[int] = []

    class Stuck(Notebook):
        def write(self, scene: Scene) -> None:
            go_on.wait(5)
            super().write(scene)

    def feed(pipeline: Pipeline) -> None:
        for f in frames(30):
            pipeline.process(f)

    reader = FakeReader(before=lambda one: read.append(one.index))
    sink = Stuck()
    with Pipeline(reader, [sink]) as pipeline:
        thread = threading.Thread(target=feed, args=(pipeline,))
        thread.start()
        thread.join(0.5)
        waiting = len(read)
        go_on.set()
        thread.join()
    assert least <= waiting <= most
    assert sink.frames == [*range(30)]


def test_frames_are_tracked_where_there_is_a_tracker() -> None:
    tracker = Tracker(TrackingSettings(show_after_s=0.0), CLASSES)
    with Pipeline(FakeReader("47"), tracker=tracker) as pipeline:
        scenes = [pipeline.process(f) for f in frames(3)]
    assert [[t.id for t in s.tracks] for s in scenes] == [[0, 1]] * 3


def test_shared_sinks_outlive_the_pipeline() -> None:
    shared, own = Notebook(), Notebook()
    for _ in range(2):
        with Pipeline(FakeReader(), [own], shared=[shared]) as pipeline:
            pipeline.process(frame())
    assert (shared.frames, shared.closed) == ([0, 0], 0)
    assert own.closed == 2


def test_a_sink_that_fails_is_told_and_the_others_go_on() -> None:
    errors: list[OutputError] = []
    bad, good = Notebook(fail_at=2), Notebook()
    with Pipeline(FakeReader(), [bad, good], on_error=errors.append) as pipeline:
        for f in frames(6):
            pipeline.process(f)
    assert [str(error) for error in errors] == ["full"]
    assert bad.frames == [0, 1] and bad.closed == 1
    assert good.frames == list(range(6))


def test_where_no_sink_is_left_the_run_ends() -> None:
    bad = Notebook(fail_at=2)
    done = 0
    with (
        pytest.raises(OutputError, match="full"),
        Pipeline(FakeReader(), [bad], on_error=pytest.fail) as pipeline,
    ):
        for f in frames(10_000):
            pipeline.process(f)
            done += 1
            time.sleep(0.001)
    assert done < 10_000


@pytest.mark.parametrize("error", [OutputError, BrokenPipeError, ZeroDivisionError])
def test_no_failure_of_a_sink_is_lost(error: type[Exception]) -> None:
    with pytest.raises(error), Pipeline(FakeReader(), [Notebook(0, error)]) as pipeline:
        pipeline.process(frame())


def test_an_error_while_reading_still_closes_the_sinks() -> None:
    def fail(image: Frame) -> None:
        if image.index == 3:
            raise SourceError("broken")

    sink = Notebook()
    with (
        pytest.raises(SourceError),
        Pipeline(FakeReader(before=fail), [sink]) as pipeline,
    ):
        for f in frames(10):
            pipeline.process(f)
    assert sink.frames == [0, 1, 2] and sink.closed == 1


# --- feed


def test_a_feed_hands_on_every_frame_in_order() -> None:
    with AheadFeed(frames(50)) as feed:
        assert [f.index for f in feed] == list(range(50))
        assert feed.ended


def test_a_feed_fetches_ahead_but_not_too_far() -> None:
    fetched: list[int] = []

    def source() -> Iterator[Frame]:
        for f in frames(100):
            fetched.append(f.index)
            yield f

    with AheadFeed(source(), ahead=3) as feed:
        time.sleep(0.1)
        assert len(fetched) == 3
        feed.take(1.0)
        time.sleep(0.1)
        assert len(fetched) == 4


def test_a_feed_waits_no_longer_than_it_is_told() -> None:
    release = threading.Event()

    def source() -> Iterator[Frame]:
        release.wait(10)
        yield frame(5)

    with AheadFeed(source()) as feed:
        assert feed.take(0.02) is None and not feed.ended
        release.set()
        taken = feed.take(1.0)
        assert taken is not None and taken.index == 5


def test_what_a_source_raises_comes_out_of_the_feed_in_its_turn() -> None:
    def source() -> Iterator[Frame]:
        yield frame(0)
        raise SourceError("torn")

    with AheadFeed(source()) as feed:
        taken = feed.take(1.0)
        assert taken is not None and taken.index == 0
        with pytest.raises(SourceError, match="torn"):
            feed.take(1.0)
        assert feed.ended


def test_a_feed_can_be_closed_while_its_source_hangs() -> None:
    release = threading.Event()

    def source() -> Iterator[Frame]:
        release.wait(10)
        yield frame()

    begin = time.perf_counter()
    with AheadFeed(source()):
        pass
    assert time.perf_counter() - begin < 1
    release.set()


# --- playback


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_frames_wait_for_their_time() -> None:
    clock = Clock()
    pace = FilmPace(clock)
    assert pace.wait_s(frame(0, 0.0)) == 0
    clock.now += 0.02
    assert pace.wait_s(frame(1, 0.1)) == pytest.approx(0.08)


def test_late_frames_are_left_out_but_never_all_of_them() -> None:
    clock = Clock()
    pace = FilmPace(clock)
    waits = []
    for k in range(60):  # each takes twice its time
        waits.append(pace.wait_s(frame(k, k * 0.04)))
        clock.now += 0.08 if waits[-1] is not None else 0.001
    assert waits.count(None) == pytest.approx(30, abs=3)
    clock.now += 60.0  # far too late: it goes on from there
    shown = [pace.wait_s(frame(k, k * 0.04)) is not None for k in range(60, 90)]
    assert shown.index(True) * 0.04 <= STRIDE_S + SLACK_S


def test_a_pause_does_not_make_frames_late() -> None:
    clock = Clock()
    pace = FilmPace(clock)
    pace.wait_s(frame(0, 0.0))
    pace.pause()
    clock.now += 30
    pace.resume()
    assert pace.wait_s(frame(1, 0.1)) == pytest.approx(0.1)


@pytest.mark.parametrize("fps", [5, 30, 60])
def test_rate_and_delay_are_those_of_the_last_second(fps: int) -> None:
    clock = Clock()
    pace = FilmPace(clock)
    gauge = Gauge(pace, clock=clock)
    assert gauge.health() == Health()
    for k in range(4 * fps):
        film = frame(k, k / fps)
        clock.now += pace.wait_s(film) or 0.0
        late = 0.2 if k < 2 * fps else 0.01
        clock.now += late / fps  # so long it takes until it is on the screen
        gauge.shown(film)
    health = gauge.health()
    assert health.rate == pytest.approx(fps, rel=0.01)
    assert health.delay_s == pytest.approx(0.01 / fps)
    assert (health.skipped, health.trouble) == (0, "")


def test_frames_that_were_left_out_are_counted_from_the_first_one_shown() -> None:
    clock = Clock()
    gauge = Gauge(FilmPace(clock), clock=clock)
    for index in (7, 8, 11, 20):
        clock.now += 0.1
        gauge.shown(frame(index, index / 30))
    assert gauge.health().skipped == 10
    lost = gauge.health("no picture")
    assert (lost.rate, lost.skipped, lost.trouble) == (0, 10, "no picture")


# --- sightings


@pytest.mark.parametrize("fps", [5, 30])
def test_numbers_that_stay_are_told_apart_from_those_that_flit(fps: int) -> None:
    seen = Sightings()
    for k in range(3 * fps):
        texts = ["47"] if k < 2 * fps else ["2021", "47"]
        texts += ["9"] if k == fps else []
        seen.add(scene(*texts, of=frame(k, k / fps)))
    assert seen.lasting() == ["47", "2021"]
    assert sorted(seen.now) == ["2021", "47"]


def test_changes_of_the_numbers_are_noticed() -> None:
    seen = Sightings()
    texts = [[], ["4"], ["4"], ["47"], []]
    changes = [seen.add(scene(*t, of=frame(k, k / 10))) for k, t in enumerate(texts)]
    assert changes == [False, True, False, True, True]


def test_before_a_camera_what_has_gone_is_forgotten() -> None:
    seen = Sightings(forgetting=True)
    for k in range(100):
        seen.add(scene("47", str(k), of=frame(k, k / 10)))
    assert seen.lasting() == ["47"] and len(seen._seconds) == 2


def test_a_very_short_clip_has_numbers_too() -> None:
    seen = Sightings()
    for k in range(4):
        seen.add(scene("47", of=frame(k, k / 30)))
    assert seen.lasting() == ["47"]
