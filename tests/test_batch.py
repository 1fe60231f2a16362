"""The parts of a batch, each alone: what is listed, how it is cut, what is kept on disk, what rows say."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest

pytest.importorskip("distributed", reason="the extra `batch` is not installed")

import fsspec
import pyarrow.parquet as pq
from drawing import sheet, write
from fakes import frame, scene
from fsspec.implementations.memory import MemoryFileSystem

from camrec.batch import files, sorting, tables, work
from camrec.batch.archives import Archives
from camrec.batch.files import Chunk, File, chunked
from camrec.batch.job import Job
from camrec.batch.listing import check, listed
from camrec.batch.plan import Plan
from camrec.batch.rows import COLUMNS, SCENE_ROWS, Tally, closing_rows
from camrec.batch.run import Batch, check_batch
from camrec.batch.saving import mirrored
from camrec.batch.store import Store
from camrec.batch.work import Part, table_part
from camrec.errors import ModelError, OutputError, SourceError, UnfitError
from camrec.reading.models import find_model
from camrec.settings import ReadingSettings
from camrec.stream.sinks.outputs import write_error

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX names and rights")


def names(*paths: str | Path) -> list[str]:
    return [file.name for file in listed(map(str, paths))]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are made by their names, and read by relative ones."""
    monkeypatch.chdir(tmp_path)
    for name in ("page10.png", "page2.jpg", "b/x.PNG", "b/film.mp4", "notes.txt", ".hidden.png", "page2.camrec.jpg"):  # fmt: skip
        path = tmp_path / "scans" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def test_a_folder_is_listed_with_all_below_it_in_natural_order(folder: Path):
    below = ["scans/b/film.mp4", "scans/b/x.PNG", "scans/page2.jpg", "scans/page10.png"]
    assert names("scans") == [name.replace("/", os.sep) for name in below]


def test_paths_keep_their_order_and_globs_are_matched(folder: Path):
    assert names("scans/page10.png", "scans/*.jpg") == ["scans/page10.png", "scans/page2.jpg"]  # fmt: skip


def test_a_named_file_is_taken_whatever_its_suffix(folder: Path):
    assert names("scans/notes.txt") == ["scans/notes.txt"]


def test_addresses_do_not_depend_on_the_folder_a_worker_is_in(folder: Path):
    (file,) = listed(["scans/page2.jpg"])
    assert file.name == "scans/page2.jpg"
    assert Path(file.address) == folder / "scans/page2.jpg"


def test_a_list_comes_from_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    monkeypatch.setattr(sys, "stdin", io.StringIO("scans/page10.png\n\nscans/b\n"))
    assert len(names("-")) == 3


def test_fsspec_addresses_are_listed_as_folders_are(folder: Path):
    address = (folder / "scans").as_uri()
    found = names(address)
    assert [name.rpartition("/")[2] for name in found] == ["film.mp4", "x.PNG", "page2.jpg", "page10.png"]  # fmt: skip
    assert all(name.startswith("file://") for name in found)
    assert len(names(f"{address}/*.png")) == 1


def test_passwords_are_not_told():
    (file,) = listed(["ftp://me:secret@host/page.jpg"])
    assert "secret" not in file.name and "secret" in file.address


class Refusing(MemoryFileSystem):
    """A store that has errors of its own."""

    protocol = "refusing"

    def isdir(self, path: str, *_: object, **__: object) -> Any:
        raise NoCredentials("no credentials for refusing://me:secret@host")

    glob = open = isdir


class NoCredentials(Exception):
    pass


@pytest.mark.parametrize("name", ["scans", "*.jpg", "scans.zip"])
def test_what_a_store_says_is_told_and_no_password(name: str):
    fsspec.register_implementation("refusing", Refusing, clobber=True)
    (file,) = listed([f"refusing://me:secret@host/{name}"])
    assert "no credentials" in file.problem and "check the address" in file.problem
    assert file.problem.count("me:***@host") == 2
    assert "secret" not in file.name + file.problem


def test_a_store_that_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise NoCredentials("me:secret@host wants another key")

    monkeypatch.setattr("fsspec.core.url_to_fs", refuse)
    with pytest.raises(SourceError, match="cannot be opened .*another key") as told:
        check(["ftp://me:secret@host/scans"])
    assert "me:***@host/scans" in str(told.value)


def test_a_run_is_kept_without_the_passwords_of_its_addresses(tmp_path: Path):
    batch = Batch(("ftp://me:secret@host/scans",), tmp_path / "t.csv", Job.of())
    assert batch.identity()["paths"] == ["ftp://me:***@host/scans"]


@posix
def test_a_list_may_name_files_whose_names_are_no_text(folder: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    data = io.BytesIO(b"scans/\xe9.png\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data, "utf-8"))
    assert names("-", "-") == ["scans/\udce9.png"]


@pytest.mark.parametrize("path", ["z/*.zip", "file://{}/z/*.zip"])
def test_archives_are_found_by_a_glob(folder: Path, path: str):
    (folder / "z").mkdir()
    for name in ("one", "two"):
        packed(folder / f"z/{name}.zip", {f"{name}.png": b"A"})
    found = names(path.format(folder.as_posix()))
    assert [name.rpartition("z/")[2] for name in found] == ["one.zip/one.png", "two.zip/two.png"]  # fmt: skip


@posix
def test_an_archive_may_have_a_name_like_a_glob(folder: Path):
    packed(folder / "scans[1].zip", {"a.png": b"A"})
    assert names("scans[1].zip") == ["scans[1].zip/a.png"]


def test_a_finished_table_beside_its_unfinished_folder_is_told(tmp_path: Path):
    batch = Batch(("scans",), tmp_path / "t.csv", Job.of())
    batch.table.touch()
    batch.folder.mkdir()
    with pytest.raises(OutputError, match="remove the folder"):
        check_batch(batch, resume=True)
    with pytest.raises(OutputError, match="is there already"):
        check_batch(batch)


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz", "tgz", "tar.xz"])
def test_members_of_archives_are_files_like_others(folder: Path, ending: str):
    packed(folder / f"scans/more.{ending}", {"in/a.png": b"AAA", "b.jpg": b"BB", "c.txt": b"C"})  # fmt: skip
    found = list(listed(["scans"]))[2:4]
    assert [file.name for file in found] == [f"scans{os.sep}more.{ending}/in/a.png", f"scans{os.sep}more.{ending}/b.jpg"]  # fmt: skip
    archives = Archives()
    assert [archives.read(file) for file in found] == [b"AAA", b"BB"]
    assert archives.read(found[0]) == b"AAA"  # backwards, too


def packed(path: Path, contents: dict[str, bytes]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in contents.items():
                archive.writestr(name, data)
        return
    with tarfile.open(path, f"w:{ {'.gz': 'gz', '.tgz': 'gz', '.xz': 'xz'}.get(path.suffix, '') }") as archive:  # fmt: skip
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


@pytest.mark.parametrize("name", ["scans.zip", "scans.tar", "scans.tgz"])
def test_a_damaged_archive_is_named(folder: Path, name: str):
    (folder / name).write_bytes(b"this is no archive at all" * 50)
    (file,) = listed([name])
    assert name in file.problem and "cannot be unpacked" in file.problem


def test_a_replaced_archive_is_opened_anew(folder: Path):
    archives, path = Archives(), folder / "x.zip"
    packed(path, {"a.png": b"old"})
    (file,) = listed(["x.zip"])
    assert archives.read(file) == b"old"
    path.unlink()
    packed(path, {"a.png": b"newer"})
    assert archives.read(file) == b"newer"


def test_a_member_that_claims_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    packed(folder / "x.zip", {"a.png": b"A" * 100})
    monkeypatch.setattr("camrec.batch.archives.LARGEST_FILE", 99)
    (file,) = listed(["x.zip"])
    with pytest.raises(SourceError, match="100 bytes"):
        Archives().read(file)


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may list everything")  # fmt: skip
def test_a_folder_that_may_not_be_listed_is_named(folder: Path):
    (folder / "scans/b").chmod(0)
    try:
        problems = [file.problem for file in listed(["scans"]) if file.problem]
    finally:
        (folder / "scans/b").chmod(0o755)
    assert len(problems) == 1 and "cannot be listed" in problems[0]


@posix
def test_links_in_circles_end(folder: Path):
    (folder / "scans/b/up").symlink_to(folder / "scans", target_is_directory=True)
    assert len(names("scans")) == 4


@pytest.mark.parametrize("path", ["nowhere", "none/*.png", ""])
def test_a_misspelt_path_is_told_before_anything_is_begun(folder: Path, path: str):
    with pytest.raises(SourceError, match="does not exist"):
        check([path])


def test_a_store_that_needs_a_package_says_which():
    with pytest.raises(SourceError, match="s3fs|nosuch"):
        check(["nosuch://bucket/scans"])


@pytest.mark.parametrize("files", [100, 3])
def test_sorting_on_disk_is_sorting(files: int):
    unsorted = [f"page{k * 37 % 101}\n\udce9" for k in range(101)]
    names = sorting.sorted_on_disk(unsorted, str, at_once=10, files=files)
    assert list(names) == sorted(unsorted)


def some(count: int, suffix: str = ".png") -> list[File]:
    return [File(f"page{k}{suffix}", f"/page{k}{suffix}") for k in range(count)]


def test_pictures_go_in_chunks_and_videos_alone():
    mixed = [*some(5), *some(1, ".mp4"), *some(2)]
    chunks = list(chunked(mixed, 4))
    assert [len(chunk.files) for chunk in chunks] == [4, 1, 1, 2]
    assert [chunk.number for chunk in chunks] == [0, 1, 2, 3]


def test_chunks_do_not_depend_on_how_fast_files_become_known():
    slowly = [item for file in some(7) for item in (None, file)]
    assert [c for c in chunked(slowly, 3) if c is not None] == list(chunked(some(7), 3))


def test_the_digest_of_a_chunk_tells_its_files():
    chunk = Chunk(0, tuple(some(3)))
    other = Chunk(0, (*some(2), File("other.png", "/other.png")))
    assert chunk.digest == Chunk(7, tuple(some(3))).digest != other.digest


@pytest.mark.parametrize("name", ["https://host/a.JPG?size=full", "scans/a.jpg"])
def test_suffixes(name: str):
    assert files.suffix_of(name) == ".jpg"


class Listing:
    """Gives files, and counts how often it was asked."""

    def __init__(self, count: int = 5) -> None:
        self.asked = 0
        self._count = count

    def __call__(self) -> list[File]:
        self.asked += 1
        return some(self._count)


def all_of(plan: Plan) -> list[File]:
    return [file for file in plan.files() if file is not None]


def test_a_plan_is_listed_once(tmp_path: Path):
    listing = Listing()
    for _ in range(2):
        plan = Plan(tmp_path, listing)
        assert all_of(plan) == some(5) and plan.total == 5
        plan.close()
    assert listing.asked == 1


def test_a_plan_that_was_cut_short_is_made_anew(tmp_path: Path):
    listed = tmp_path / "files.jsonl"
    listed.write_text(File("old.png", "/old.png").line())
    assert all_of(Plan(tmp_path, Listing())) == some(5)
    listed.write_bytes(listed.read_bytes()[:-2])  # all but the word that it is whole
    assert all_of(Plan(tmp_path, Listing(4))) == some(4)


def test_a_list_that_is_being_read_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    def forbidden(*_: object) -> None:
        raise PermissionError("another program reads it")  # as on Windows

    monkeypatch.setattr(os, "replace", forbidden)
    assert all_of(Plan(tmp_path, Listing())) == some(5)


def test_what_goes_wrong_while_listing_is_raised(tmp_path: Path):
    def listing():
        yield from some(2)
        raise SourceError("the disk is gone")

    with pytest.raises(SourceError, match="the disk is gone"):
        all_of(Plan(tmp_path, listing))


def test_names_of_any_characters_survive_the_list(tmp_path: Path):
    odd = [File("a\nb\udce9é\u2028.png", "/a", member='"x"', offset=3, size=4)]
    assert all_of(Plan(tmp_path, lambda: odd)) == odd


CHUNK = Chunk(0, tuple(some(3)))
PART = Part(b"rows", 7, 2, ("page1.png is empty",))


def stored(folder: Path, identity: dict[str, object]) -> Store:
    store = Store(folder)
    store.begin(identity)
    return store


def resumed(folder: Path, identity: dict[str, object]) -> Store:
    store = Store(folder)
    store.resume(identity)
    return store


def test_what_is_kept_is_done_when_resumed(tmp_path: Path):
    store = stored(tmp_path / "run", {"model": "a"})
    store.put(CHUNK, PART)
    store.close()
    store = resumed(tmp_path / "run", {"model": "a"})
    done = store.done(CHUNK)
    assert done is not None and (done.files, done.digits, done.numbers, done.failures) == (3, 7, 2, 1)  # fmt: skip
    assert [part.read_bytes() for part in store.parts(sorted_by_number=True)] == [b"rows"]  # fmt: skip
    store.close()


@pytest.mark.parametrize("damage", ["torn line", "no part", "short part", "other files"])  # fmt: skip
def test_what_is_not_whole_is_not_done(tmp_path: Path, damage: str):
    store, chunk = stored(tmp_path / "run", {}), CHUNK
    store.put(CHUNK, PART)
    store.close()
    manifest = tmp_path / "run/manifest.jsonl"
    if damage == "torn line":
        manifest.write_bytes(manifest.read_bytes()[:-9])
    elif damage == "no part":
        store.part(0).unlink()
    elif damage == "short part":
        store.part(0).write_bytes(b"ro")
    else:
        chunk = Chunk(0, tuple(some(2)))
    store = resumed(tmp_path / "run", {})
    assert store.done(chunk) is None and store.parts(sorted_by_number=True) == []
    store.put(chunk, PART)
    store.close()
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    assert lines[-1]["chunk"] == chunk.digest  # the torn line is gone
    store = resumed(tmp_path / "run", {})
    assert store.done(chunk) is not None
    store.close()


def test_another_run_is_not_resumed_and_what_differs_is_said(tmp_path: Path):
    stored(tmp_path / "run", {"model": "a", "rows": "digits"}).close()
    with pytest.raises(OutputError, match="model was 'a' and is 'b'"):
        resumed(tmp_path / "run", {"model": "b", "rows": "digits"})


def test_an_unfinished_run_is_not_begun_again(tmp_path: Path):
    stored(tmp_path / "run", {}).close()
    with pytest.raises(OutputError, match="--resume"):
        stored(tmp_path / "run", {})


def test_a_run_that_was_killed_before_it_began_is_resumed(tmp_path: Path):
    (tmp_path / "run").mkdir()
    resumed(tmp_path / "run", {"model": "a"}).close()
    with pytest.raises(OutputError):
        resumed(tmp_path / "run", {"model": "b"})


def test_a_disk_that_fills_is_told_once(tmp_path: Path):
    class Full(io.BytesIO):
        def close(self) -> None:
            super().close()
            raise OSError(errno.ENOSPC, "No space left on device")

        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    store = stored(tmp_path / "run", {})
    store.close()
    store._manifest = Full()
    with pytest.raises(OutputError, match="manifest.jsonl: cannot be written"), closing(store):  # fmt: skip
        store.put(CHUNK, PART)


def test_a_damaged_manifest_is_told(tmp_path: Path):
    stored(tmp_path / "run", {}).close()
    (tmp_path / "run/manifest.jsonl").write_bytes(b"{nonsense}\n")
    with pytest.raises(OutputError, match="damaged"):
        resumed(tmp_path / "run", {})


def test_digit_rows_are_those_of_every_other_command():
    first, *rest = SCENE_ROWS["digits"](scene("47", "8", tracked=True))
    assert (first["source"], first["digit"], first["text"], first["track"]) == ("page.jpg", "4", "47", 7)  # fmt: skip
    assert len(rest) == 2 and "fits" not in first
    assert all(set(row) <= set(COLUMNS["digits"]) for row in [first, *rest])


def test_number_rows():
    rows = SCENE_ROWS["numbers"](scene("47", "8"))
    assert [(row["number"], row["text"], row["digits"]) for row in rows] == [(0, "47", 2), (1, "8", 1)]  # fmt: skip
    assert all(set(row) <= set(COLUMNS["numbers"]) for row in rows)


def test_a_number_that_does_not_fit_says_so():
    whole = scene("47")
    misfit = replace(whole, numbers=(replace(whole.numbers[0], fits=False),))
    assert [row["fits"] for row in SCENE_ROWS["digits"](misfit)] == [False, False]
    assert SCENE_ROWS["numbers"](misfit)[0]["fits"] is False


def test_file_rows_tell_numbers_once_and_failures():
    tally = Tally()
    for index in range(2):
        tally.add(scene("47", "8", of=frame(index)))
    tally.failures.append(("SourceError", "page.jpg is cut short"))
    (row,) = closing_rows("files", File("page.jpg"), tally)
    assert (row["frames"], row["digits"], row["numbers"], row["text"]) == (2, 6, 4, "47 8")  # fmt: skip
    assert row["error"] == "SourceError" and "cut short" in row["message"]
    assert set(row) <= set(COLUMNS["files"])


def part(*sources: str) -> bytes:
    writer = tables.PartWriter("digits", "f00d")
    for source in sources:
        writer.add(SCENE_ROWS["digits"](scene("47", of=frame(source=source))))
    return writer.finish()


def written(tmp_path: Path, suffix: str, *parts: bytes) -> bytes:
    paths = [tmp_path / f"{k}.parquet" for k in range(len(parts))]
    for path, data in zip(paths, parts):
        path.write_bytes(data)
    out = io.BytesIO()
    tables.write_table(paths, "digits", suffix, out)
    return out.getvalue()


@pytest.mark.parametrize("suffix", tables.FORMATS)
def test_a_table_does_not_show_the_parts_it_is_made_of(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    monkeypatch.setattr(tables, "_GROUP", 3)
    whole = written(tmp_path, suffix, part("a.png", "b.png", "c.png", "d.png"))
    assert written(tmp_path, suffix, part("a.png"), part(), part("b.png", "c.png"), part("d.png")) == whole  # fmt: skip


def test_the_formats_hold_the_same_rows(tmp_path: Path):
    data = part("a\udce9.png", "b.png", "=c.png")
    table = pq.read_table(io.BytesIO(written(tmp_path, ".parquet", data))).to_pylist()
    told = [json.loads(line) for line in written(tmp_path, ".jsonl", data).splitlines()]
    header, *lines = written(tmp_path, ".csv", data).decode().splitlines()
    assert header == ",".join(COLUMNS["digits"])
    assert [{k: v for k, v in row.items() if v is not None} for row in table] == told
    assert table[0]["source"] == "a\\udce9.png" and table[0]["model"] == "f00d"
    assert lines[4].startswith("'=c.png,")
    assert lines[2] == "b.png,0,0.0,320,240,4,0.9,60,40,24,40,0,47,,,,,f00d"


def test_many_rows_are_packed_as_they_come(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "_WAITING", 3)
    assert len(pq.read_table(io.BytesIO(part("a.png", "b.png", "c.png")))) == 6


@pytest.mark.parametrize(
    ("name", "suffix", "path"),
    [
        ("scans/a/page.jpg", ".jpg", "scans/a/page.camrec.jpg"),
        ("../../scans/page.gif", ".png", "scans/page.gif-5738e222.camrec.png"),
        ("/data/page.png", ".png", "data/page.camrec.png"),
        ("x.zip/../../etc/a.png", ".png", "x.zip/etc/a-2576e7ef.camrec.png"),
        ("s3://bucket/film.mov", ".mp4", "s3_/bucket/film.mov.camrec.mp4"),
    ],
)
def test_saved_pictures_mirror_their_sources_and_stay_in_the_folder(name: str, suffix: str, path: str):  # fmt: skip
    assert mirrored("out", name, suffix) == Path("out", path)


SAVED = {
    ".jpg": ["scans/a.jpg", "scans/a.JPG", "../scans/a.jpg", "scans/../a.jpg", "a.jpg", "a:1.jpg", "a_1.jpg", "a.JPG.jpg", r"scans\a.jpg"],
    ".png": ["a.gif", "a.gif.png", "a", "a.png", "a.notes", "a.notes.png", "x" * 250 + ".png", "x" * 251 + ".png"],
}  # fmt: skip


@posix
def test_two_sources_are_not_saved_as_one():
    saved = [mirrored("out", name, suffix) for suffix in SAVED for name in SAVED[suffix]]  # fmt: skip
    assert len({str(path).casefold() for path in saved}) == len(saved)


@pytest.mark.parametrize("letter", ["x", "é", "\udce9"])
def test_a_name_that_is_saved_is_never_too_long(letter: str):
    path = mirrored("out", f"{letter * 300}/{letter * 250}.jpg", ".png")
    assert all(len(part.encode("utf-8", "surrogatepass")) <= 255 for part in path.parts)
    assert path.name.endswith(".camrec.png")


def test_one_picture_that_cannot_be_saved_is_no_reason_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    def wide(folder: str, file: File, fps: float | None = None) -> list[Any]:
        if "wide" in file.name:
            raise UnfitError(f"{file.name} is too wide")
        return []

    monkeypatch.setattr(work, "saved_beside", wide)
    for name in ("wide", "page"):
        image = sheet()
        write(image, "47", 60, 80)
        cv2.imwrite(str(tmp_path / f"{name}.png"), image)
    job = Job.of(save=str(tmp_path / "out"))
    part = table_part(job, Chunk(0, tuple(listed([str(tmp_path)]))))
    assert (part.digits, len(part.failures)) == (4, 1)
    assert part.failures[0].endswith("wide.png is too wide")


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENAMETOOLONG, UnfitError), (errno.ENOSPC, OutputError)]
)
def test_a_full_disk_is_not_the_fault_of_one_name(number: int, kind: type):
    assert type(write_error(Path("x"), OSError(number, "so it is"))) is kind


def test_still_pictures_and_video_are_read_by_the_same_networks():
    readers = work._readers(Job.of(pattern="4.", keep_misfits=True))
    assert readers.moving._classifier is readers.still._classifier
    assert readers.moving._open_lines is readers.still._open_lines
    assert readers.moving.settings.rotate == "0"
    assert readers.moving._pattern == readers.still._pattern is not None


@pytest.mark.parametrize("name", ["digits", "lines"])
def test_another_card_or_another_line_reader_is_another_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    models = tmp_path / "models"
    shutil.copytree(find_model("digits").parent, models)
    monkeypatch.setattr("camrec.reading.models.shipped", lambda kind: [models])
    before, without = Job.of(), Job.of(settings=ReadingSettings(lines="never"))
    card = json.loads((models / f"{name}.json").read_text())
    (models / f"{name}.json").write_text(json.dumps({**card, "temperature": 7.5}))
    with pytest.raises(ModelError, match="another card"):
        before.check_here()
    assert Job.of().described() != before.described()
    if name == "lines":  # nobody asks it
        without.check_here()


def test_a_worker_with_another_model_or_version_refuses():
    job = Job.of()
    job.check_here()
    for other in (replace(job, sha256="f00d"), replace(job, version="9"), replace(job, networks="")):  # fmt: skip
        with pytest.raises(ModelError, match="worker"):
            other.check_here()


def test_read_many_says_what_is_missing():
    code = "import sys; sys.modules['distributed'] = None; import camrec; camrec.read_many('x')"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])  # fmt: skip
    assert "ModelError" in done.stderr and "pip install camrec[batch]" in done.stderr


def test_help_loads_nothing_of_dask():
    code = (
        "import sys; from camrec.cli import group\n"
        "try: group.main(['batch', '--help'])\n"
        "finally: print([n for n in ('dask', 'distributed', 'pyarrow', 'fsspec') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


def test_two_runs_do_not_write_the_same_table(tmp_path: Path):
    store = stored(tmp_path / "run", {})
    with pytest.raises(OutputError, match="another run"):
        resumed(tmp_path / "run", {})
    store.close()
    resumed(tmp_path / "run", {}).close()
