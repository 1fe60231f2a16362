"""axe finds nothing to blame, in no view and no state, light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import SAMPLES, seven, wait, write

axe = pytest.importorskip(
    "axe_playwright_python", reason="accessibility is judged by axe-playwright-python"
)
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

pytest_plugins = ("pages",)

Opener = Callable[..., Any]


def blamed(page: Any) -> list[str]:
    """What axe finds, as "rule: element"."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("() => axe.run()")["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'][:300]})"
        for rule in found
        for node in rule["nodes"]
    ]


LOOKS = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
]
looks = pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "phone"])


@looks
def test_before_anything_is_done(open_page: Opener, look: dict[str, Any]) -> None:
    page = open_page("camera", **look)
    assert blamed(page) == []
    for view in ("pictures", "draw", "about"):
        page.click(f"#tab-{view}")
        wait(page, "() => document.querySelectorAll('#card dt').length > 0 || location.hash !== '#about'")  # fmt: skip
        assert blamed(page) == []


@looks
def test_camera_with_a_digit_chosen_and_a_notice(
    open_page: Opener, look: dict[str, Any]
) -> None:
    page = open_page("camera", **look)
    page.click("#camera-start")
    page.wait_for_selector("#numbers .digit")
    page.click("#camera-freeze")
    page.locator("#numbers .digit").first.click()
    page.wait_for_selector("#inspector-crop img")
    page.click("button:text-is('Wrong')")
    assert blamed(page) == []
    page.route("**/api/read?**", lambda route: route.abort())
    page.click("#camera-freeze")
    page.wait_for_selector("#camera-notice:visible")
    assert blamed(page) == []


@looks
def test_pictures_good_and_bad(open_page: Opener, look: dict[str, Any]) -> None:
    page = open_page("pictures", **look)
    page.set_input_files("#pictures-files", [SAMPLES / "table.jpg", SAMPLES / "README.md"])  # fmt: skip
    page.wait_for_selector("#pictures-rows .wrong")
    page.fill("#pattern", "[")
    page.wait_for_selector("#pattern-wrong:visible")
    assert blamed(page) == []
    page.click("#pictures-clear")
    assert blamed(page) == []


@looks
def test_a_drawing(open_page: Opener, look: dict[str, Any]) -> None:
    page = open_page("draw", **look)
    write(page, [seven(80, 90)])
    page.wait_for_selector("#numbers .digit")
    assert blamed(page) == []


def test_a_fault_of_the_camera(open_page: Opener) -> None:
    page = open_page("camera")
    page.evaluate("() => (navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); })")  # fmt: skip
    page.click("#camera-start")
    page.wait_for_selector("text=No camera found")
    assert blamed(page) == []


def test_the_page_of_the_api(open_page: Opener) -> None:
    page = open_page("about")
    page.click("text=the API")
    page.wait_for_selector("article.route")
    assert page.locator("article.route").count() >= 5
    assert blamed(page) == []
