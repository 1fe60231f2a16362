"""What `make score` and `make bench` are made of."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from imutils.paths import list_images

sys.path.insert(0, str(Path(__file__).with_name("bench")))

import pictures
import rendered
import score
import scoring
import serve
import soak
from legibility import legible
from rivals import Rival, Timed, installed_rivals

from camrec.errors import DataError
from camrec.training.data import LabelledSet, sliced
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.strokes import stroke_digits

HERE = Path(sys.executable)
BROKEN = Rival("Broken", "broken", (), HERE)
FAKE = """
import sys
if "broken" in sys.argv:
    sys.exit("a model is missing")
print("images: 3", "digit.f1: 0.75", "ms_per_image: 20.5", sep="\\n")
"""


@pytest.fixture(scope="module")
def digits() -> LabelledSet:
    """250 digits: two pages and a half."""
    return LabelledSet("strokes", *stroke_digits(per_digit=25))


def labels_in(folder: Path) -> list[dict]:
    return json.loads((folder / "labels.json").read_text())


def test_pages_hold_each_digit_once_in_order(digits, tmp_path):
    rendered.write_pages(digits, tmp_path / "pages")
    labels = labels_in(tmp_path / "pages")
    told = [digit["digit"] for page in labels for digit in page["digits"]]
    assert [len(page["digits"]) for page in labels] == [100, 100]
    assert told == [str(label) for label in digits.labels[:200]]


def test_boxes_of_a_page_lie_on_ink(digits, tmp_path):
    rendered.write_pages(digits, tmp_path / "pages", most=1)
    (page,) = labels_in(tmp_path / "pages")
    grey = cv2.imread(str(tmp_path / "pages" / page["file"]), cv2.IMREAD_GRAYSCALE)
    for digit in page["digits"]:
        x, y, width, height = digit["box"]
        around = grey[y - 8 : y + height + 8, x - 8 : x + width + 8].astype(int)
        assert around[8:-8, 8:-8].min() < np.median(around[:8]) - 50
        assert np.ptp(np.median(around[:6], axis=0)) < 30  # bare paper above it


def test_scenes_come_out_the_same_again(digits, tmp_path):
    for name in ("once", "again"):
        rendered.write_scenes(digits, tmp_path / name, most=3)
    files = sorted(path.name for path in (tmp_path / "once").iterdir())
    assert files == ["000.png", "001.png", "002.png", "labels.json"]
    for file in files:
        again = (tmp_path / "again" / file).read_bytes()
        assert (tmp_path / "once" / file).read_bytes() == again


def test_what_nobody_can_read_is_not_asked_for(digits, tmp_path):
    bank = DigitBank(digits.images, digits.labels)
    fair = rendered.scene(1, bank)
    assert fair.digits and all(legible(fair))
    blurred = replace(fair, image=cv2.GaussianBlur(fair.image, (0, 0), 60))
    assert not any(legible(blurred))
    told = rendered._legible_numbers(blurred)
    assert not told["digits"]
    assert len(told["ignore"]) >= len(fair.digits)


def test_no_seed_of_a_scene_is_one_of_training():
    measured = np.random.default_rng((rendered.SEED, 0, rendered.A_SCENE)).bytes(16)
    trained = np.random.default_rng((rendered.SEED, 0)).bytes(16)
    assert measured != trained


def test_the_measured_half_is_the_one_not_trained_on(tmp_path):
    names = [f"{name}.png" for name in "dbeac"]
    for name in names:
        cv2.imwrite(str(tmp_path / name), np.zeros((4, 4, 3), np.uint8))
    told = [{"file": name, "negative": True} for name in names]
    (tmp_path / "labels.json").write_text(json.dumps(told))
    half = pictures._unseen(tmp_path, tmp_path / "half")
    measured = {Path(item["file"]) for item in labels_in(half)}
    folder, part = sliced(f"{tmp_path}[::2]")
    learned = {Path(path).resolve() for path in sorted(list_images(folder))[part]}
    assert not measured & learned
    assert measured | learned == {(tmp_path / name).resolve() for name in names}


def test_digits_that_are_pictures_of_their_own_have_all_sizes_on_black_and_on_white(
    tmp_path,
):
    digits = LabelledSet("strokes", *stroke_digits(per_digit=1))
    rendered.write_alone(digits, tmp_path / "alone")
    told = labels_in(tmp_path / "alone")
    assert [item["rows"] for item in told] == [[str(label)] for label in digits.labels]
    seen = [cv2.imread(str(tmp_path / "alone" / item["file"]), 0) for item in told]
    assert {view.shape for view in seen} == {(side, side) for side in rendered.SIDES}
    assert {int(view[0, 0]) for view in seen} == {0, 255}


def test_pictures_without_a_digit_are_seen_again_in_other_lights(tmp_path):
    paper = np.full((60, 80, 3), 200, np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), paper)
    rendered.write_views([tmp_path / "a.png"], tmp_path / "views")
    told = labels_in(tmp_path / "views")
    assert len(told) == rendered.VIEWS and all(item["negative"] for item in told)
    seen = [cv2.imread(str(tmp_path / "views" / item["file"])) for item in told]
    assert all(view.shape == paper.shape for view in seen)
    assert len({view.tobytes() for view in seen}) == len(seen)


def test_a_missing_rival_is_named_with_its_remedy(capsys, tmp_path):
    found = installed_rivals(tmp_path / "no-python")
    told = capsys.readouterr().err.splitlines()
    assert "RapidOCR is not installed: `make rivals` installs it" in told
    assert len(found) + len(told) == 4
    assert all(rival.name == "Tesseract" for rival in found)


def test_a_rival_that_fails_leaves_the_table_whole(capsys, monkeypatch, tmp_path):
    (tmp_path / "score").mkdir()
    (tmp_path / "score/score.py").write_text(FAKE)
    monkeypatch.setattr(scoring, "SHARED", tmp_path)
    sound = Rival("Sound", "sound", (), HERE)
    readers = [scoring.score_rival(each, tmp_path) for each in (sound, sound, BROKEN)]
    assert readers[2].remarks == ["Broken failed: a model is missing"]
    score._beside({"photos": readers}, [sound, BROKEN])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["photos,", "F1", "0.75", "0.75", "-"] in rows
    assert ["photos,", "ms/image", "20.5", "20.5", "-"] in rows


def test_a_rival_that_dies_is_no_longer_timed(tmp_path):
    timed = Timed(BROKEN)
    assert timed.milliseconds(tmp_path / "a.bmp") is None
    assert timed.milliseconds(tmp_path / "a.bmp") is None
    timed.close()


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is absent")
def test_a_rival_is_timed(tmp_path):
    picture = tmp_path / "a.bmp"
    cv2.imwrite(str(picture), np.full((60, 200, 3), 255, np.uint8))
    timed = Timed(Rival("Tesseract", "tesseract", (), HERE))
    assert timed.milliseconds(picture) > 1
    timed.close()


def test_a_set_that_is_none_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(DataError, match="nosuch is no set of pictures; name one of .*MNIST pages"):  # fmt: skip
        pictures.picture_sets(tmp_path, only="nosuch")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words, said", [
    (["foo"], "foo: not among live, video, server"),
    (["--frames", "5"], "--frames 5: give 10 or more"),
])  # fmt: skip
def test_what_a_soak_cannot_do_is_told(monkeypatch, capsys, words, said):
    monkeypatch.setattr(sys, "argv", ["soak.py", *words])
    with pytest.raises(SystemExit, match="2"):
        soak.main()
    assert said in capsys.readouterr().err


def test_a_server_that_does_not_answer_is_asked_for_its_health_again(monkeypatch):
    crowd = serve.Crowd("http://127.0.0.1:1")  # where nobody listens
    monkeypatch.setattr(crowd.over, "wait", lambda seconds: crowd.unwell.total() == 2)
    crowd.ask()
    assert crowd.unwell.total() == 2 and not crowd.health


@pytest.mark.parametrize("name", soak.SOAKS)
def test_a_soak_looks_at_a_command_ten_times(capsys, name):
    if name == "server":
        pytest.importorskip("fastapi", reason="the extra web is not installed")
    found = soak.SOAKS[name](20)
    assert len(found.states) == 10 and found.seconds > 0
    assert len(capsys.readouterr().err.splitlines()) == 10
    if sys.platform == "linux":
        assert all(state.files > 2 and state.threads >= 1 for state in found.states)
