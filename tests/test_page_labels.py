"""Labels of the page keep off the ink."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

pytest_plugins = ("pages",)

Opener = Callable[..., Any]

# Where a label of 24 px for the upper of two close lines of ink comes to lie, and how much ink it covers.
PUT = """async ({room, ink, named}) => {
  const {Labels} = await import("/static/js/labels.js");
  const {shared} = await import("/static/js/geometry.js");
  const context = new OffscreenCanvas(room.width, room.height).getContext("2d");
  const labels = new Labels(context, room, ink);
  labels.put("131518192887153", {named, colour: "#fff", size: 24, first: "above", must: true});
  const place = labels.taken.at(-1);
  return {place, covered: ink.reduce((sum, rect) => sum + shared(place, rect), 0)};
}"""
ABOVE, OWN, BELOW = (
    {"x": 10, "y": y, "width": 380, "height": 60} for y in (5, 75, 145)
)


def put(page: Any, width: int) -> dict[str, Any]:
    asked = {"room": {"width": width, "height": 210}, "ink": [ABOVE, OWN, BELOW], "named": OWN}  # fmt: skip
    found: dict[str, Any] = page.evaluate(PUT, asked)
    return found


def test_smaller_type_beside_the_line_is_better_than_words_over_ink(
    open_page: Opener,
) -> None:
    found = put(open_page("about"), width=540)
    assert found["covered"] == 0
    assert found["place"]["x"] >= OWN["x"] + OWN["width"]


def test_what_is_out_of_sight_has_no_label(open_page: Opener) -> None:
    away = {**OWN, "x": -OWN["width"] - 10}
    asked = {"room": {"width": 400, "height": 210}, "ink": [away], "named": away}
    assert (
        open_page("about").evaluate(PUT, asked)["place"] == away
    )  # the last that is taken


def test_where_there_is_no_place_the_least_ink_is_covered(open_page: Opener) -> None:
    found = put(open_page("about"), width=400)
    assert 0 < found["covered"] < found["place"]["width"] * found["place"]["height"]
