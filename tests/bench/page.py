"""How the page keeps up with a camera: Chromium on the cores that the server reads on, its camera the sample clip at 640x480.

    page.py [--seconds S]

How soon the page is ready and in how many bytes, then with the camera on: frames that the video shows, overlays that are drawn and
how far each is behind its frame. What is timed is the drawing itself, by a clock laid around the browser's own calls. Needs
what the tests of the page need.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what tests and benches share

from browsing import FAKE_DEVICE, Server, launch, write_film
from playwright.sync_api import sync_playwright
from serve import at_share, resident_mb

from camrec.cli.tables import show

IMPORT = "import camrec.web.app, camrec.web.server, camrec.web.service"
FRAMES = 240  # the whole clip
WARM_S = 3.0  # until the camera runs steadily
STARTS = 5  # of the page, and of Python; the middle one counts

# When a frame came, from the picture that is made of it over its file to the boxes that are drawn.
CLOCK = """
window.seen = {frames: [], drawn: []};
const files = new WeakMap();
let shown = 0, read = 0;
function around(holder, name, act) {
  const plain = holder[name];
  holder[name] = function (...how) { return act.call(this, plain.bind(this), ...how); };
}
around(HTMLVideoElement.prototype, "requestVideoFrameCallback", (ask, act) => ask((now, frame) => {
  shown = frame.presentationTime;
  window.seen.frames.push(frame.presentedFrames);
  act(now, frame);
}));
around(OffscreenCanvasRenderingContext2D.prototype, "drawImage", function (draw, ...how) {
  files.set(this.canvas, shown);
  draw(...how);
});
around(window, "createImageBitmap", async (make, picture) => {
  const bitmap = await make(picture);
  files.set(bitmap, files.get(picture));
  return bitmap;
});
window.Worker = class extends Worker {
  constructor(...how) {
    super(...how);
    this.addEventListener("message", ({data}) => files.set(data, this.came));
  }
  postMessage(bitmap, ...how) {
    this.came = files.get(bitmap);
    super.postMessage(bitmap, ...how);
  }
};
around(window, "fetch", async (ask, address, options) => {
  const answer = await ask(address, options);
  read = files.get(options?.body) ?? 0;
  return answer;
});
around(CanvasRenderingContext2D.prototype, "clearRect", function (clear, ...how) {
  clear(...how);
  if (this.canvas.id !== "camera-overlay" || !read) return;
  const came = read;
  queueMicrotask(() => window.seen.drawn.push(performance.now() - came));
  read = 0;
});
"""
# `ready` is the moment from which the page can be used; `painted` the one from which there is anything to see.
START = """() => {
  const entries = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
  return {
    ready: window.ready,
    painted: performance.getEntriesByName("first-paint")[0].startTime,
    bytes: entries.reduce((sum, entry) => sum + entry.transferSize, 0),
    requests: entries.length,
    foreign: entries.filter((entry) => new URL(entry.name).origin !== location.origin).length,
  };
}"""
READY = """
new MutationObserver((_, observer) => {
  if (!document.getElementById("app")?.dataset.ready) return;
  window.ready = performance.now();
  observer.disconnect();
}).observe(document, {subtree: true, childList: true, attributeFilter: ["data-ready"]});
"""


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        folder = Path(scratch)
        server = Server(folder)
        server.start()
        try:
            memory_mb = resident_mb(server.pid)
            browser = _browser(driver, folder)
            starts = [_start(browser, server.address) for _ in range(STARTS)]
            camera = _camera(browser, server.address, options.seconds)
            browser.close()
        finally:
            server.stop()
    _tell_start(starts, memory_mb, sorted(_import_s() for _ in range(STARTS)))
    _tell_camera(camera, options.seconds)


def _browser(driver: Any, folder: Path) -> Any:
    film = write_film(folder / "camera.mjpeg", FRAMES)
    fake = f"--use-file-for-fake-video-capture={film}"
    return launch(driver, FAKE_DEVICE, "--use-fake-ui-for-media-stream", fake)


def _start(browser: Any, address: str) -> dict[str, float]:
    """The page opened by somebody who was never here."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(READY)
    page.goto(address)
    page.wait_for_selector("#app[data-ready]")
    page.wait_for_timeout(300)  # the first paint is told late
    found: dict[str, float] = page.evaluate(START)
    context.close()
    return found


def _camera(browser: Any, address: str, seconds: float) -> dict[str, Any]:
    """What the clock saw while the camera ran."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.add_init_script(CLOCK)
    page.goto(address)
    page.click("#camera-start")
    page.wait_for_selector("#numbers .digit")
    page.wait_for_timeout(1000 * WARM_S)
    page.evaluate("() => { window.seen.frames = []; window.seen.drawn = []; }")
    page.wait_for_timeout(1000 * seconds)
    seen: dict[str, Any] = page.evaluate("() => window.seen")
    seen["meter"] = page.inner_text("#camera-meter")
    page.close()
    return seen


def _import_s() -> float:
    """Seconds that Python takes to load all of the server, beyond its own start."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    bare = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORT], check=True)
    return time.perf_counter() - bare - (bare - begin)


def _tell_start(
    starts: list[dict[str, float]], memory_mb: float, imports: list[float]
) -> None:
    middle = sorted(starts, key=lambda start: start["ready"])[len(starts) // 2]
    rows = [
        ["first paint to usable, s", (middle["ready"] - middle["painted"]) / 1000],
        ["address asked for to usable, s", middle["ready"] / 1000],
        ["bytes", middle["bytes"]],
        ["requests", middle["requests"]],
        ["requests to foreign hosts", max(start["foreign"] for start in starts)],
        ["memory of the server after start, MB", memory_mb],
        ["import of all that serves, s", imports[len(imports) // 2]],
    ]
    show("The page, and the server, at the start", ["what", "found"], rows)


def _tell_camera(seen: dict[str, Any], seconds: float) -> None:
    behind = sorted(seen["drawn"])
    rows = [
        ["frames of the video a second", len(seen["frames"]) / seconds],
        ["frames that it skipped", _skipped(seen["frames"])],
        ["overlays a second", len(behind) / seconds],
        ["frame shown to boxes drawn, median, ms", at_share(behind, 0.5)],
        ["the same, 95 % of them", at_share(behind, 0.95)],
        ["what the page says", seen["meter"]],
    ]
    show("The camera, 640x480 at 30/s", ["what", "found"], rows)


def _skipped(frames: list[int]) -> int:
    return frames[-1] - frames[0] + 1 - len(frames) if frames else 0


if __name__ == "__main__":
    main()
