"""The folder that an evaluation leaves: every plot, the same figures as JSON, and a page that needs nothing beside it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

for package in ("sklearn", "matplotlib"):
    pytest.importorskip(package, reason="training packages are not installed")

from camrec.errors import DataError
from camrec.training.data import DIGITS, LabelledSet
from camrec.training.evaluation.answers import NO_CLASS, Answers
from camrec.training.evaluation.details import classification, confusion, details
from camrec.training.evaluation.evaluate import Evaluation
from camrec.training.evaluation.report import PLOTS, write_report
from camrec.training.evaluation.robustness import Robustness
from camrec.training.plots.evaluation import examples, mistakes

CARD = {"name": "tiny", "temperature": 1.5, "parameters": 7, "command": "camrec train <&> more"}  # fmt: skip
CLASSES = (*DIGITS, "none")


def answers(
    truth: list[int],
    answered: list[int],
    classes: tuple[str, ...] = CLASSES,
    name: str = "set",
    labels: list[str] | None = None,
) -> Answers:
    scores = np.full((len(truth), len(classes)), 0.01, np.float32)
    scores[np.arange(len(truth)), answered] = 1 - 0.01 * (len(classes) - 1)
    crops = np.zeros((len(truth), 28, 28), np.float32)
    crops[:, 8:20, 13:15] = 1
    return Answers(
        name,
        classes,
        np.array(labels or [classes[k] for k in truth]),
        np.array(truth),
        crops,
        scores,
        scores,
    )


def evaluation(given: Answers, robust: tuple[Robustness, ...] = ()) -> Evaluation:
    images = (given.crops * 255).astype(np.uint8)
    return Evaluation(LabelledSet(given.name, images, np.zeros(len(given), int)), given, robust)  # fmt: skip


MIXED = answers([1, 1, 1, 7, 7, 4], [1, 1, 7, 7, 10, 4])
ROBUST = (
    Robustness("clean", 0, "", 1.0, 0.0, 0.0),
    Robustness("noise", 25, "grey levels", 0.9, 0.05, 0.07),
)


# --- details


def test_confusion_counts_every_picture_once():
    table = confusion(MIXED)
    assert table.rows == ("1", "4", "7")
    assert table.columns == ("1", "4", "7", "none")
    assert table.counts.tolist() == [[2, 0, 1, 0], [0, 1, 0, 0], [0, 0, 1, 1]]
    assert table.counts[table.right].sum() == 4
    assert table.shares.sum(axis=1) == pytest.approx([1, 1, 1])


def test_what_has_no_class_keeps_its_own_row_and_belongs_to_none():
    table = confusion(answers([10, 10, 1], [10, 0, 1], labels=["x", "O", "1"]))
    assert table.rows == ("1", "O", "x")
    assert table.right.tolist() == [[False, True, False], [False, False, True], [False, False, True]]  # fmt: skip


def test_a_model_without_none_has_no_right_answer_to_others():
    table = confusion(answers([NO_CLASS, 1], [0, 1], DIGITS, labels=["x", "1"]))
    assert table.right.tolist() == [[False, True], [False, False]]


def test_a_rejected_character_lowers_recall_and_not_precision():
    report = classification(MIXED)
    assert report["7"]["recall"] == 0.5
    assert report["7"]["precision"] == 0.5  # the 1 that was read as 7
    assert report["1"]["precision"] == 1
    assert "none" not in report and report["1"]["support"] == 3


def test_the_text_of_the_report_names_what_is_in_the_set():
    text = classification(MIXED, text=True)
    assert re.findall(r"^ +(\d) ", text, re.MULTILINE) == ["1", "4", "7"]


def test_where_nothing_is_known_there_is_no_report():
    strange = answers([NO_CLASS], [3], DIGITS, labels=["x"])
    assert classification(strange) == {} and classification(strange, text=True) == ""


def test_details_survive_json():
    told = json.loads(json.dumps(details(MIXED)))
    assert sum(b["count"] for b in told["reliability"]["after"]) == len(MIXED)
    assert told["confusion"]["counts"][0][0] == 2


# --- the folder


class Page(HTMLParser):
    """What a browser would fetch, and the text it would show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.sources += [v for name, v in attrs if name in ("src", "href")]
        if tag not in ("img", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "report"
    write_report(out, "tiny.tflite", CARD, [evaluation(MIXED, ROBUST)])
    return out


def test_one_set_leaves_every_plot_in_the_folder(folder: Path):
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{stem}.png" for stem in PLOTS} | {"report.html", "report.json", "classification.txt"}  # fmt: skip


@pytest.mark.parametrize("stem", PLOTS)
def test_every_plot_is_a_picture_of_some_size_with_something_on_it(
    folder: Path, stem: str
):
    picture = cv2.imread(str(folder / f"{stem}.png"))
    assert picture.shape[1] >= 1000 and picture.std() > 5


def test_the_json_has_the_figures_the_card_and_the_robustness(folder: Path):
    told = json.loads((folder / "report.json").read_text())
    assert (told["model"], told["card"]) == ("tiny.tflite", CARD)
    (one,) = told["sets"]
    assert (one["name"], one["accuracy"]) == ("set", pytest.approx(4 / 6, abs=1e-4))
    assert one["robustness"][1] == {
        "corruption": "noise", "amount": 25, "unit": "grey levels",
        "accuracy": 0.9, "rejected": 0.05, "misread": 0.07,
    }  # fmt: skip


def test_the_page_holds_all_and_fetches_nothing(folder: Path):
    page = Page((folder / "report.html").read_text(encoding="utf-8"))
    assert len(page.sources) == len(PLOTS)
    assert all(source.startswith("data:image/png;base64,") for source in page.sources)
    assert page.open == []
    for part in ("tiny.tflite", "66.67%", "camrec train <&> more", "noise", "25 grey levels", "precision"):  # fmt: skip
        assert part in page.text


def test_the_page_is_light_and_dark(folder: Path):
    assert "prefers-color-scheme: dark" in (folder / "report.html").read_text(encoding="utf-8")  # fmt: skip


def test_several_sets_have_a_folder_each_and_one_page(tmp_path: Path):
    same = [answers([1, 2], [1, 2], name=name) for name in ("a[1::2]", "a[1::2]")]
    write_report(tmp_path, "m", CARD, [evaluation(one) for one in same])
    assert {path.name for path in tmp_path.iterdir()} == {"a_1_2", "a_1_2-2", "report.html", "report.json"}  # fmt: skip
    assert len(json.loads((tmp_path / "report.json").read_text())["sets"]) == 2
    assert (tmp_path / "a_1_2-2" / "confusion.png").is_file()


def test_an_earlier_report_leaves_nothing_behind_and_strangers_stay(
    folder: Path, tmp_path: Path
):
    (tmp_path / "robustness.png").write_bytes(b"old")
    (tmp_path / "notes.txt").write_text("mine")
    write_report(tmp_path, "m", CARD, [evaluation(MIXED)])
    names = {path.name for path in tmp_path.iterdir()}
    assert "robustness.png" not in names and "notes.txt" in names


def test_letters_that_a_model_does_not_know_have_no_scores_of_their_own(tmp_path: Path):
    letters = answers([NO_CLASS] * 2, [3, 4], DIGITS, labels=["x", "y"])
    write_report(tmp_path, "m", CARD, [evaluation(letters)])
    names = {path.name for path in tmp_path.iterdir()}
    assert "per_digit.png" not in names and "confusion.png" in names


def test_a_set_without_mistakes_says_so():
    (axes,) = mistakes(answers([1], [1])).axes
    assert [text.get_text() for text in axes.texts] == ["There is none."]


def test_mistakes_come_the_surest_first():
    unsure = answers([1, 2, 3], [7, 2, 8])
    unsure.scores[0] /= 2
    (axes,) = mistakes(unsure).axes
    assert [text.get_text().split("\n")[0] for text in axes.texts] == ["3 → 8", "1 → 7"]


def test_examples_name_what_is_true_and_what_was_answered():
    (axes,) = examples(answers([1, 1, 2], [1, 7, 2])).axes
    told = [text.get_text().split("\n")[0] for text in axes.texts]
    assert sorted(told) == ["1", "1 → 7", "2", "true 1", "true 2"]


def test_an_empty_set_is_named(tmp_path: Path):
    with pytest.raises(DataError, match="^set: holds no picture"):
        write_report(tmp_path, "m", CARD, [evaluation(answers([], []))])
