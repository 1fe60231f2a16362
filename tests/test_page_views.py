"""The page as people use it: camera, pictures, drawing, and the panel beside them."""

from __future__ import annotations

import csv
import json
import shutil
from base64 import b64encode
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from browsing import SAMPLES, Server, numbers, seven, two, wait, write

from camrec import Reader
from camrec.reading.pictures import load_picture
from camrec.stream.records import CSV_COLUMNS

pytest_plugins = ("pages",)

Opener = Callable[..., Any]

ALL_READ = """() => {
  const cells = [...document.querySelectorAll("#pictures-rows td:nth-child(2)")];
  return cells.length > 0 && cells.every((cell) => cell.textContent !== "…");
}"""
PICTURE = """() => {
  const canvas = document.getElementById("pictures-canvas");
  const {data} = canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1);
  return data[3] === 255;
}"""
# Lines in the colour of sure digits; where reading is slow, the canvas shows the picture under them too.
OVERLAY = """() => {
  const canvas = document.getElementById("camera-overlay");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let lines = 0;
  for (let i = 0; i < data.length; i += 4) lines += data[i] === 0 && data[i + 1] === 158 && data[i + 2] === 115;
  return lines > 50;
}"""


def start_camera(page: Any) -> None:
    page.click("#camera-start")
    page.wait_for_selector("#numbers .digit")


def add_pictures(page: Any, *names: str | Path) -> None:
    page.set_input_files("#pictures-files", [SAMPLES / name for name in names])
    wait(page, ALL_READ)


def downloaded(page: Any, button: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.click(button)
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_the_camera_is_read_and_drawn_over_while_the_video_plays(
    open_page: Opener,
) -> None:
    page = open_page("camera")
    start_camera(page)
    wait(page, OVERLAY)
    frames = "() => document.getElementById('camera-video').getVideoPlaybackQuality().totalVideoFrames"
    before = page.evaluate(frames)
    wait(page, f"(before) => ({frames})() > before + 10", before)
    assert "2048" in numbers(page)
    wait(page, "() => /^[1-9]/.test(document.getElementById('camera-meter').textContent)")  # fmt: skip
    assert page.locator("#camera-meter").inner_text().endswith("ms behind")


def test_a_digit_of_the_camera_is_chosen_by_click_and_told_in_full(
    open_page: Opener,
) -> None:
    page = open_page("camera")
    start_camera(page)
    page.click("#camera-freeze")
    page.wait_for_selector("#camera-stage[data-state=frozen]")
    page.locator("#numbers .digit").first.click()
    page.wait_for_selector("#inspector-crop img")
    read = page.locator("#numbers .digit").first.inner_text()
    assert page.locator("#inspector-name").inner_text() == f"read as {read}"
    assert page.locator("#inspector-chart .chosen").inner_text().startswith(read)
    page.click("#camera-freeze")
    page.wait_for_selector("#camera-stage[data-state=on]")


def test_boxes_mirror_and_stop(open_page: Opener) -> None:
    page = open_page("camera")
    start_camera(page)
    wait(page, OVERLAY)
    page.click("#camera-boxes")
    wait(page, f"() => !({OVERLAY})()")
    page.click("#camera-mirror")
    page.wait_for_selector("#camera-stage.mirrored")
    page.click("#camera-stop")
    page.wait_for_selector("#camera-start:enabled")
    assert numbers(page) == []
    assert page.evaluate("() => document.getElementById('camera-video').srcObject") is None  # fmt: skip


def test_leaving_the_camera_view_keeps_it_running(open_page: Opener) -> None:
    page = open_page("camera")
    start_camera(page)
    page.click("#tab-about")
    page.wait_for_selector("#card dt")
    page.click("#tab-camera")
    page.wait_for_selector("#numbers .digit")


def read(sample: str) -> str:
    """Numbers that the reader finds, as the page lists them."""
    picture = load_picture(SAMPLES / sample)
    return " ".join(number.text for number in Reader().read(picture).numbers)


def test_several_pictures_are_read_and_a_bad_one_says_why(open_page: Opener) -> None:
    page = open_page("pictures")
    add_pictures(page, "grid.jpg", "README.md", "blackboard.jpg")
    rows = page.locator("#pictures-rows tr")
    told = [row.locator("td").nth(1).inner_text() for row in rows.all()]
    assert told[0] == read("grid.jpg")
    assert "picture" in told[1]
    assert told[2] == read("blackboard.jpg")
    assert numbers(page)[:3] == ["47", "25", "72"]
    page.click("text=blackboard.jpg")
    page.wait_for_selector("#pictures-rows tr:nth-child(3)[aria-current=true]")
    wait(page, "() => document.getElementById('numbers').textContent.includes('149')")
    page.click("text=grid.jpg")
    wait(page, "() => document.getElementById('numbers').textContent.startsWith('4725')")  # fmt: skip
    wait(page, PICTURE)


def test_a_click_on_a_digit_of_a_picture_chooses_it(open_page: Opener) -> None:
    page = open_page("pictures")
    add_pictures(page, "grid.jpg")
    box = page.locator("#pictures-canvas").bounding_box()
    scale = min(box["width"] / 1280, box["height"] / 720)
    left, top = (box["width"] - 1280 * scale) / 2, (box["height"] - 720 * scale) / 2
    middle_of_the_first = (204 + 23, 123 + 32)  # samples/labels.json
    x, y = (value * scale for value in middle_of_the_first)
    page.click("#pictures-canvas", position={"x": left + x, "y": top + y})
    wait(page, "() => document.getElementById('inspector-name').textContent === 'read as 4'")  # fmt: skip
    page.click("#pictures-canvas", position={"x": left + 5, "y": top + 5})
    wait(page, "() => document.getElementById('inspector-name').textContent === 'Choose a digit'")  # fmt: skip


def test_a_phone_shows_a_row_of_pictures_whole(open_page: Opener) -> None:
    page = open_page("pictures", viewport={"width": 360, "height": 740})
    add_pictures(page, "grid.jpg", "README.md")
    room = page.locator("#pictures-room")
    assert room.evaluate("(room) => room.scrollWidth <= room.clientWidth")
    pieces = page.locator("#pictures-rows .read span")
    assert pieces.all_inner_texts() == numbers(page)
    page.locator("#pictures-rows .remove").first.click()
    wait(page, "() => document.querySelectorAll('#pictures-rows tr').length === 1")


def test_a_picture_can_be_pasted(open_page: Opener) -> None:
    page = open_page("camera")
    picture = list((SAMPLES / "grid.jpg").read_bytes())
    page.evaluate(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "pasted.jpg", {type: "image/jpeg"}));
          window.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data}));
        }""",
        picture,
    )
    page.wait_for_selector("#pictures:visible")
    wait(page, ALL_READ)
    assert "108" in numbers(page)


def test_what_is_drawn_is_read_and_not_lost(open_page: Opener) -> None:
    page = open_page("draw")
    write(page, [two(80, 90)])
    wait(page, "() => document.getElementById('numbers').textContent === '2'")
    write(page, [seven(180, 90)])
    wait(page, "() => document.getElementById('numbers').textContent === '27'")
    page.click("#tab-pictures")
    wait(page, "() => document.querySelectorAll('#numbers .digit').length === 0")
    page.click("#tab-draw")
    wait(page, "() => document.getElementById('numbers').textContent === '27'")
    page.click("#draw-undo")
    wait(page, "() => document.getElementById('numbers').textContent === '2'")
    page.keyboard.press("Control+Shift+Z")
    wait(page, "() => document.getElementById('numbers').textContent === '27'")
    page.click("#draw-clear")
    wait(page, "() => document.querySelectorAll('#numbers .digit').length === 0")
    page.click("#draw-undo")
    wait(page, "() => document.getElementById('numbers').textContent === '27'")


def test_the_threshold_acts_at_once(open_page: Opener) -> None:
    page = open_page("pictures")
    add_pictures(page, "scribbles.jpg")
    before = len("".join(numbers(page)))
    page.locator("#threshold").fill("0.99")
    wait(page, "(before) => document.querySelectorAll('#numbers .digit').length < before", before)  # fmt: skip
    assert page.locator("#threshold-value").inner_text() == "99 %"


def test_a_pattern_keeps_what_fits_and_a_wrong_one_is_explained(
    open_page: Opener,
) -> None:
    page = open_page("pictures")
    add_pictures(page, "white.jpg")
    assert any(len(number) == 2 for number in numbers(page))
    page.fill("#pattern", r"\d{4}")
    wait(
        page,
        """() => {
          const rows = [...document.querySelectorAll("#numbers .letters")];
          return rows.length > 0 && rows.every((row) => row.textContent.length === 4);
        }""",
    )
    page.fill("#pattern", "[")
    page.wait_for_selector("#pattern-wrong:visible")
    assert page.get_attribute("#pattern", "aria-invalid") == "true"
    page.fill("#pattern", "")
    page.wait_for_selector("#pattern-wrong", state="hidden")
    wait(page, "() => document.querySelectorAll('#numbers .number').length > 5")


@pytest.mark.parametrize("label", ["right", "8", "none"])
def test_feedback_is_kept_shown_and_deleted(
    open_page: Opener, server: Server, label: str
) -> None:
    page = open_page("pictures")
    add_pictures(page, "grid.jpg")
    page.locator("#numbers .digit").first.click()
    page.wait_for_selector("#inspector-verdict:visible")
    if label == "right":
        page.click("button:text-is('Right')")
    else:
        page.click("button:text-is('Wrong')")
        page.click("button:text-is('Not a digit')" if label == "none" else f"[aria-label='It is {label}']")  # fmt: skip
    page.wait_for_selector("text=Take back")
    page.click("#tab-about")
    page.wait_for_selector("#kept-list li")
    entries = json.loads(downloaded(page, "#kept-export")[1])["entries"]
    assert entries[-1]["read"] == "4"
    assert entries[-1]["label"] == ("4" if label == "right" else label)
    page.click("#kept-delete")
    page.click("#sure-yes")
    wait(page, "() => document.querySelectorAll('#kept-list li').length === 0")


def test_what_is_kept_is_told_where_about_is_opened_first(open_page: Opener) -> None:
    page = open_page("about")
    wait(page, "() => /kept/.test(document.getElementById('kept-count').textContent)")


def test_feedback_can_be_taken_back(open_page: Opener) -> None:
    page = open_page("pictures")
    add_pictures(page, "grid.jpg")
    page.locator("#numbers .digit").first.click()
    page.click("button:text-is('Right')")
    page.click("text=Take back")
    page.wait_for_selector("button:text-is('Right')")
    page.click("#tab-about")
    wait(page, "() => document.getElementById('kept-count').textContent === 'Nothing kept yet.'")  # fmt: skip


def test_downloads_hold_what_was_read(open_page: Opener, tmp_path: Path) -> None:
    page = open_page("pictures")
    add_pictures(page, "grid.jpg", "kraft.jpg")
    name, content = downloaded(page, "#save-json")
    records = [json.loads(line) for line in content.decode().splitlines()]
    assert name == "pictures.camrec.json"
    assert [record["source"] for record in records] == ["grid.jpg", "kraft.jpg"]
    assert records[0]["numbers"][0]["text"] == "47"
    assert set(records[0]["digits"][0]) == {"digit", "confidence", "box", "number"}
    _, content = downloaded(page, "#save-csv")
    header, *rows = csv.reader(StringIO(content.decode()))
    assert tuple(header) == CSV_COLUMNS
    assert len(rows) == sum(len(record["digits"]) for record in records)
    assert {len(row) for row in rows} == {len(header)}
    assert dict(zip(header, rows[0], strict=True))["text"] == "47"
    shutil.copy(SAMPLES / "grid.jpg", tmp_path / "=1+2.jpg")
    add_pictures(page, tmp_path / "=1+2.jpg")
    _, content = downloaded(page, "#save-csv")
    assert "\n'=1+2.jpg," in content.decode()


def test_the_annotated_picture_is_the_picture_with_boxes(open_page: Opener) -> None:
    page = open_page("pictures")
    add_pictures(page, "grid.jpg")
    name, content = downloaded(page, "#save-picture")
    assert name == "grid.camrec.png"
    drawn = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    plain = cv2.imread(str(SAMPLES / "grid.jpg"))
    assert drawn.shape == plain.shape
    changed = np.abs(drawn.astype(int) - plain).max(axis=2) > 40
    assert 0.005 < changed.mean() < 0.2


def test_numbers_are_copied(open_page: Opener) -> None:
    page = open_page("pictures", permissions=["clipboard-read", "clipboard-write"])
    add_pictures(page, "grid.jpg")
    page.click("#numbers-copy")
    page.wait_for_selector("text=Copied 12 numbers.")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.split("\n") == numbers(page)


def asking_where_it_looked(open_page: Opener) -> tuple[Any, list[Any]]:
    """A page that waits for the heat map of its first digit, and what it asked."""
    page = open_page("pictures")
    asked: list[Any] = []
    page.route("**/api/config", lambda route: route.fulfill(json={**route.fetch().json(), "gradcam": True}))  # fmt: skip
    page.route("**/api/explain", lambda route: asked.append(route))
    page.reload()
    page.wait_for_selector("#app[data-ready]", state="attached")
    add_pictures(page, "grid.jpg")
    page.locator("#numbers .digit").first.click()
    page.wait_for_selector("#inspector-crop img")
    page.click("#inspector-explain")
    page.wait_for_selector("#inspector-explain:text-is('Looking…')")
    return page, asked


def test_where_the_network_looked_is_asked_for_once(open_page: Opener) -> None:
    page, asked = asking_where_it_looked(open_page)
    page.click("#inspector-explain", force=True)
    heat = cv2.imencode(".png", np.zeros((224, 224, 3), np.uint8))[1]
    asked[0].fulfill(json={"scores": {}, "gradcam": b64encode(heat).decode()})
    page.wait_for_selector("#inspector-explain[aria-pressed=true]:text-is('Heat map')")
    page.wait_for_selector("#inspector-crop img[alt^='Where the network looked']")
    assert len(asked) == 1
    page.click("#inspector-explain")
    page.wait_for_selector("#inspector-crop img[alt^='The 28 by 28 pixels']")


def test_a_heat_map_is_never_shown_of_another_digit(open_page: Opener) -> None:
    page, asked = asking_where_it_looked(open_page)
    page.locator("#numbers .digit").nth(1).click()
    page.wait_for_selector("#inspector-crop img[alt$='read as 7']")
    asked[0].fulfill(json={"scores": {}, "gradcam": ""})
    page.wait_for_selector("#inspector-explain[aria-pressed=false]:text-is('Heat map')")
    assert page.is_visible("#inspector-crop img[alt$='read as 7']")


def test_zoom_holds_the_point_under_the_pointer(open_page: Opener) -> None:
    page = open_page("pictures")
    add_pictures(page, "grid.jpg")
    box = page.locator("#pictures-canvas").bounding_box()
    scale = min(box["width"] / 1280, box["height"] / 720)
    x = (box["width"] - 1280 * scale) / 2 + 227 * scale
    y = (box["height"] - 720 * scale) / 2 + 155 * scale
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.wheel(0, -600)
    page.wait_for_selector("#pictures-canvas.movable")
    page.mouse.click(box["x"] + x, box["y"] + y)
    wait(page, "() => document.getElementById('inspector-name').textContent === 'read as 4'")  # fmt: skip
    page.click("#zoom-fit")
    page.wait_for_selector("#pictures-canvas:not(.movable)")


def test_the_link_to_the_numbers_leads_there_and_leaves_the_view(
    open_page: Opener,
) -> None:
    page = open_page("pictures")
    page.focus(".skip")
    page.keyboard.press("Enter")
    wait(page, "() => document.activeElement.id === 'numbers'")
    page.wait_for_timeout(100)  # the router is told afterwards
    assert page.is_visible("#pictures")


def test_everything_can_be_done_by_keyboard(open_page: Opener) -> None:
    page = open_page("camera")
    page.focus("#tab-camera")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#pictures:visible")
    assert page.evaluate("() => document.activeElement.id") == "tab-pictures"
    page.keyboard.press("1")
    page.wait_for_selector("#camera:visible")
    page.focus("#camera-start")
    page.keyboard.press("Enter")
    page.wait_for_selector("#numbers .digit")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press(" ")
    page.wait_for_selector("#camera-stage[data-state=frozen]")
    page.focus("#numbers .digit[tabindex='0']")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#numbers .digit[aria-pressed=true]:focus")
    page.wait_for_selector("#inspector-crop img")
    page.keyboard.press("Escape")
    page.wait_for_selector("#inspector-crop img", state="detached")
    page.keyboard.press("+")
    assert page.locator("#threshold-value").inner_text() == "55 %"
    page.focus("#pattern")
    page.keyboard.type("m2")
    assert page.input_value("#pattern") == "m2"
    assert page.is_visible("#camera")
