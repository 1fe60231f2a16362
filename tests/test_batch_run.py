"""Whole batches: by workers of this machine and by a cluster over TCP, through kills of workers and of the run itself."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import pytest

pytest.importorskip("distributed", reason="the extra `batch` is not installed")

import pyarrow.parquet as pq
from distributed import Client
from distributed.client import FutureCancelledError
from distributed.comm.core import CommClosedError
from drawing import sheet, write
from fakes import write_video

import camrec
from camrec.batch.crew import Crew, local_client
from camrec.batch.files import Chunk, File, chunked
from camrec.batch.job import Job
from camrec.batch.run import Batch, Totals, run_batch
from camrec.errors import OutputError, SourceError

posix = pytest.mark.skipif(sys.platform == "win32", reason="kills are POSIX's here")

CHECKOUT = str(Path(__file__).parents[1])
LIMIT_S = 240.0  # for what takes seconds on a machine that has nothing else to do
PAGES = 24
IN_ONE_GO = 4


def page(path: Path, text: str) -> None:
    """A picture with one number."""
    image = sheet(120, 60 * len(text) + 60)
    write(image, text, 30, 30)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages with their own numbers, 12 and more."""
    folder = tmp_path_factory.mktemp("many") / "scans"
    for k in range(PAGES):
        page(folder / ("odd" if k % 2 else "even") / f"page{k}.png", str(12 + k))
    return folder


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Two workers, for all tests that do not ask for their own."""
    with local_client(2) as client:
        yield client


def batch_of(table: Path, *paths: Path, most_failures: int | None = None, by_name: bool = True, **job: Any) -> Batch:  # fmt: skip
    how = {"in_one_go": IN_ONE_GO, **job}
    return Batch(tuple(map(str, paths)), table, Job.of(**how), by_name, most_failures)


def run(batch: Batch, client: Client, **how: Any) -> Totals:
    return run_batch(batch, lambda: nullcontext(client), **how)


@pytest.fixture(scope="module")
def unbroken(scans: Path, client: Client, tmp_path_factory: pytest.TempPathFactory) -> bytes:  # fmt: skip
    """The table of all scans, of a run that nothing happened to."""
    table = tmp_path_factory.mktemp("unbroken") / "table.csv"
    totals = run(batch_of(table, scans), client)
    assert (totals.files, totals.failures, totals.finished) == (PAGES, 0, True)
    assert [path.name for path in table.parent.iterdir()] == ["table.csv"]
    return table.read_bytes()


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(table.decode().splitlines()))


def test_every_number_is_read_and_told_in_the_order_of_the_files(scans: Path, unbroken: bytes):  # fmt: skip
    told = dict.fromkeys((row["source"], row["text"]) for row in rows(unbroken))
    kinds = [("even", k) for k in range(0, PAGES, 2)] + [("odd", k) for k in range(1, PAGES, 2)]  # fmt: skip
    wanted = [(str(scans / kind / f"page{k}.png"), str(12 + k)) for kind, k in kinds]
    assert list(told) == wanted


def test_a_single_worker_s_rows_are_those_of_the_reader(scans: Path, unbroken: bytes):
    first = rows(unbroken)[0]
    digit = camrec.Reader().read(scans / "even/page0.png").digits[0]
    assert [int(first[name]) for name in "xywh"] == digit.box.as_list()
    assert first["confidence"] == str(round(digit.confidence, 4))


def broken_files(folder: Path, clip: bytes) -> set[str]:
    """One of every kind; returns their names."""
    good = cv2.imencode(".png", sheet())[1].tobytes()
    jpeg = cv2.imencode(".jpg", sheet())[1].tobytes()
    contents = {
        "empty.png": b"",
        "cut.png": good[: len(good) // 2],
        "text.jpg": b"I am no picture",
        "noise.jpg": bytes(range(256)) * 9,
        "huge.png": good[:16] + (10**6).to_bytes(4, "big") * 2 + good[24:],
        "cut.mp4": clip[: len(clip) // 2],
        "empty.mp4": b"",
        "document.pdf.tif": b"%PDF-1.7 and so on",
        "broken.zip": b"PK\x03\x04 and nothing",
        "broken.tgz": b"\x1f\x8b no",
        "photo.avif": b"\0\0\0\x1cftypheic" + bytes(50),
        "half.jpg": jpeg[:300],
    }
    folder.mkdir()
    with zipfile.ZipFile(folder / "bombs.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", bytes(2**27))
        archive.writestr("nested.zip", b"PK")
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    return {*contents, "gone.png", "bomb.png", "nested.zip"}


@posix
def test_every_good_file_is_read_and_every_bad_one_named(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    clip = write_video(tmp_path / "clip.mp4", frames=6).read_bytes()
    bad = broken_files(tmp_path / "mixed", clip)
    for k in range(5):
        page(tmp_path / f"mixed/page{k}.png", f"7{k}")
    with zipfile.ZipFile(tmp_path / "mixed/more.zip", "w") as archive:
        archive.write(tmp_path / "mixed/page1.png", "in/page.png")
        archive.writestr("clip.mp4", clip)
    with tarfile.open(tmp_path / "mixed/more.tgz", "w:gz") as archive:
        archive.add(tmp_path / "mixed/page2.png", "page.png")
    table = tmp_path / "table.jsonl"
    failures: list[str] = []
    totals = run(batch_of(table, Path("mixed"), rows="files", save=str(tmp_path / "seen")), client, watch=lambda totals, more: failures.extend(more))  # fmt: skip
    told = [json.loads(line) for line in table.read_text().splitlines()]
    assert {Path(row["source"]).name for row in told if "error" in row} == bad
    assert totals.failures == len(failures) == len(bad)
    assert all(row["source"] in row["message"] for row in told if "error" in row)
    texts = {row["source"]: row["text"] for row in told if row.get("text")}
    assert texts == {f"mixed/page{k}.png": f"7{k}" for k in range(5)} | {"mixed/more.zip/in/page.png": "71", "mixed/more.tgz/page.png": "72"}  # fmt: skip
    assert {row["source"]: row["frames"] for row in told}["mixed/more.zip/clip.mp4"] == 6  # fmt: skip
    assert (tmp_path / "seen/mixed/more.zip/in/page.camrec.png").is_file()
    assert (tmp_path / "seen/mixed/more.zip/clip.camrec.mp4").is_file() or (tmp_path / "seen/mixed/more.zip/clip.mp4.camrec.mp4").is_file()  # fmt: skip


@posix
def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(scans: Path, client: Client, unbroken: bytes, tmp_path: Path):  # fmt: skip
    killed: list[int] = []

    def kill_one(totals: Totals, failures: tuple[str, ...]) -> None:
        if totals.files and not killed:
            killed.append(client.run(os.getpid).popitem()[1])
            os.kill(killed[0], signal.SIGKILL)

    table = tmp_path / "table.csv"
    totals = run(batch_of(table, scans), client, watch=kill_one)
    assert totals.failures == 0 and killed
    assert table.read_bytes() == unbroken


@posix
def test_workers_keep_the_memory_of_a_picture_for_the_next(client: Client):
    # What Dask sets by itself costs half as much time again.
    assert set(client.run(os.getenv, "MALLOC_TRIM_THRESHOLD_").values()) == {str(32 << 20)}  # fmt: skip


def deadly(job: Job, chunk: Chunk) -> list[str]:
    """Ends its worker where a file is deadly, as a crash in a decoder does."""
    for file in chunk.files:
        if "deadly" in file.name and not file.problem:
            os.kill(os.getpid(), signal.SIGKILL)
    return [file.problem or file.name for file in chunk.files]


@posix
def test_a_file_that_kills_workers_is_set_aside_and_named(client: Client):
    files = [File(f"page{k}.png") for k in range(6)]
    files[1:1] = [File("deadly.png")]
    crew = Crew(client, deadly, Job.of())
    told = dict(sorted((c.number, r) for c, r in crew.results(chunked(files, 3))))
    results = [name for result in told.values() for name in result]
    assert results[0] == "page0.png" and results[2:] == [f"page{k}.png" for k in range(1, 6)]  # fmt: skip
    assert results[1].startswith("deadly.png ended the worker that read it, twice")


@posix
def test_a_pipe_among_the_files_is_named_and_not_waited_for(client: Client, tmp_path: Path):  # fmt: skip
    os.mkfifo(tmp_path / "pipe.png")
    table = tmp_path / "table.csv"
    totals = run(batch_of(table, tmp_path), client)
    assert totals.failures == 1
    assert "pipe.png is a pipe" in table.read_text()


FROZEN = """
import time
from camrec.batch import frozen
frozen.FROZEN_S = 1.0
with frozen.unless_frozen() as go_on:
    for _ in range(6):
        time.sleep(0.3)
        go_on()
with frozen.unless_frozen():
    pass
time.sleep(1.5)
print("alive", flush=True)
with frozen.unless_frozen():
    time.sleep(60)
"""


def test_a_worker_that_hangs_over_one_frame_ends_itself():
    done = subprocess.run([sys.executable, "-c", FROZEN], capture_output=True, text=True, timeout=50, check=False)  # fmt: skip
    assert done.stdout == "alive\n"
    assert done.returncode == 1 and "Timeout" in done.stderr


FROZEN_BESIDE = """
import threading, time
from camrec.batch import frozen
frozen.FROZEN_S = 0.5
begun = threading.Event()
def hang():
    with frozen.unless_frozen():
        begun.set()
        time.sleep(60)
threading.Thread(target=hang, daemon=True).start()
begun.wait()
with frozen.unless_frozen():
    pass
time.sleep(30)
print("alive", flush=True)
"""


def test_a_thread_that_hangs_is_not_excused_by_another_that_ends():
    done = subprocess.run([sys.executable, "-c", FROZEN_BESIDE], capture_output=True, text=True, timeout=50, check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "") and "Timeout" in done.stderr


class Cancelled:
    """What becomes of a future when its scheduler is gone."""

    key = "work"

    def add_done_callback(self, note: Callable[[Any], None]) -> None:
        note(self)

    def result(self) -> None:
        raise FutureCancelledError(
            self.key, "scheduler-connection-lost", "Please\nrun it again."
        )


class LostClient:
    def nthreads(self) -> dict[str, int]:
        return {"tcp://10.0.0.6:1": 1}

    def submit(self, *_: object, **__: object) -> Cancelled:
        return Cancelled()

    def cancel(self, futures: object) -> None:
        raise CommClosedError("nobody is there")


def test_a_scheduler_that_is_lost_is_told_with_how_to_go_on():
    client: Any = LostClient()
    crew = Crew(client, deadly, Job.of())
    chunks = chunked([File(f"page{k}.png") for k in range(3)], 1)
    with pytest.raises(SourceError, match="the scheduler is lost.*--resume"):
        next(crew.results(chunks))


def test_a_run_that_was_stopped_goes_on_where_it_was(scans: Path, client: Client, unbroken: bytes, tmp_path: Path):  # fmt: skip
    batch, seen = batch_of(tmp_path / "table.csv", scans), [Totals()]

    def note(totals: Totals, failures: tuple[str, ...]) -> None:
        seen[0] = totals

    stopped = run(batch, client, watch=note, stop=lambda: seen[0].files > 0)
    assert not stopped.finished and not batch.table.exists()
    resumed = run(batch, client, resume=True)
    assert resumed.earlier == stopped.files > 0 and resumed.files == PAGES
    assert batch.table.read_bytes() == unbroken and not batch.folder.exists()


def test_changed_options_do_not_resume(scans: Path, client: Client, tmp_path: Path):
    table = tmp_path / "table.csv"
    run(batch_of(table, scans), client, stop=lambda: True)
    with pytest.raises(OutputError, match="pattern was None and is '4'"):
        run(batch_of(table, scans, pattern="4"), client, resume=True)
    with pytest.raises(OutputError, match="--resume"):
        run(batch_of(table, scans), client)


def test_a_run_ends_where_too_much_cannot_be_read_and_goes_on_when_allowed(client: Client, tmp_path: Path):  # fmt: skip
    for k in range(12):
        (tmp_path / f"page{k}.png").write_bytes(b"no picture")
    page(tmp_path / "page12.png", "47")
    table = tmp_path / "table.parquet"
    with pytest.raises(SourceError, match="more than --max-failures 5.*no picture|more than --max-failures 5"):  # fmt: skip
        run(batch_of(table, tmp_path, most_failures=5), client)
    totals = run(batch_of(table, tmp_path, most_failures=12), client, resume=True)
    assert (totals.files, totals.failures) == (13, 12)
    told = pq.read_table(table).to_pylist()
    assert [row["digit"] for row in told if row["digit"]] == ["4", "7"]
    assert {row["error"] for row in told} == {"SourceError", None}


def test_a_folder_without_pictures_leaves_nothing_behind(client: Client, tmp_path: Path):  # fmt: skip
    (tmp_path / "none").mkdir()
    with pytest.raises(SourceError, match="no picture"):
        run(batch_of(tmp_path / "table.csv", tmp_path / "none"), client)
    assert [path.name for path in tmp_path.iterdir()] == ["none"]


def test_as_they_came_has_the_same_rows(scans: Path, client: Client, unbroken: bytes, tmp_path: Path):  # fmt: skip
    table = tmp_path / "table.csv"
    run(batch_of(table, scans, by_name=False), client)
    assert sorted(table.read_bytes().splitlines()) == sorted(unbroken.splitlines())


COMMAND = [sys.executable, "-m", "camrec", "batch"]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": CHECKOUT}


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *map(str, arguments)], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip


def finish(*arguments: str | Path) -> str:
    """Run the command to its good end; what it told people."""
    process = start(*arguments)
    _, told = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, told
    return told


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def parts_done(table: Path) -> int:
    manifest = Path(f"{table}.unfinished/manifest.jsonl")
    return manifest.read_bytes().count(b"\n") - 1 if manifest.exists() else 0


@posix
def test_a_run_that_is_killed_goes_on_and_one_that_is_interrupted_says_how(scans: Path, unbroken: bytes, tmp_path: Path):  # fmt: skip
    table = tmp_path / "table.csv"
    arguments = (scans, "--table", table, "--workers", "1", "--in-one-go", str(IN_ONE_GO))  # fmt: skip
    process = start(*arguments)
    until(lambda: parts_done(table) >= 1, process)
    process.kill()
    process.communicate()
    assert not table.exists()
    done = parts_done(table)
    process = start(*arguments, "--resume")
    until(lambda: parts_done(table) > done, process)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=LIMIT_S)[1]
    if process.returncode != 0:  # it may have been done already
        assert process.returncode == 130 and "--resume" in told
        told = finish(*arguments, "--resume")
    assert f"{PAGES} files" in told
    assert table.read_bytes() == unbroken
    assert "nothing left to do" in finish(*arguments, "--resume")


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """A scheduler and workers as processes of their own, by Dask's commands; yields the address."""
    address_file = folder / "scheduler.json"
    common = ["--scheduler-file", str(address_file), "--no-dashboard"]
    dask = [sys.executable, "-m", "dask"]
    processes = [subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *common], env=environment(), stderr=subprocess.DEVNULL)]  # fmt: skip
    try:
        until(address_file.exists, processes[0])
        for _ in range(workers):
            processes.append(subprocess.Popen([*dask, "worker", "--nthreads", "1", "--local-directory", str(folder), *common], env=environment(), cwd=folder, stderr=subprocess.DEVNULL))  # fmt: skip
        yield json.loads(address_file.read_text())["address"]
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(LIMIT_S)


def test_a_cluster_reads_what_this_machine_reads(scans: Path, unbroken: bytes, tmp_path: Path):  # fmt: skip
    table = tmp_path / "table.csv"
    with cluster(tmp_path, workers=2) as address:
        assert address.startswith("tcp://")
        finish(scans, "--table", table, "--scheduler", address)
        records = camrec.read_many(scans, scheduler=address)
        assert [record["source"] for record in records] == list(dict.fromkeys(row["source"] for row in rows(unbroken)))  # fmt: skip
    assert table.read_bytes() == unbroken


def test_no_scheduler_is_told_in_a_sentence(scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    from camrec.batch import crew

    monkeypatch.setattr(crew, "_CONNECT_S", 1.0)
    batch = batch_of(tmp_path / "table.csv", scans)
    with pytest.raises(SourceError, match="no scheduler answers at tcp://127.0.0.1:9"):
        run_batch(batch, partial(crew.open_client, scheduler="tcp://127.0.0.1:9"))


def test_records_come_in_order_and_errors_in_their_place(scans: Path, tmp_path: Path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    paths = [scans / "odd/page3.png", bad, scans / "even/page2.png"]
    errors: list[SourceError] = []
    records = list(camrec.read_many(iter(paths), workers=1, on_error=errors.append))
    assert [record["numbers"][0]["text"] for record in records] == ["15", "14"]
    assert len(errors) == 1 and "bad.png" in str(errors[0])


def test_many_paths_are_not_taken_ahead_of_the_reading(client: Client):
    taken = 0

    def paths() -> Iterator[File]:
        nonlocal taken
        for taken in range(1, 10_001):
            yield File(f"page{taken}.png")

    results = Crew(client, deadly, Job.of()).results(chunked(paths(), 1))
    next(results)
    assert taken < 50
    results.close()
