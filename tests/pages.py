"""Fixtures: a served page in a real browser. Load them with ``pytest_plugins = ("pages",)``.

Server and browser are made once a session; each test gets a page of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import CHROMIUM, FAKE_DEVICE, Server, launch, watch, write_film

Opener = Callable[..., Any]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that keeps feedback."""
    pytest.importorskip("uvicorn", reason="the page needs the extra web")
    pytest.importorskip("fastapi", reason="the page needs the extra web")
    made = Server(tmp_path_factory.mktemp("server"))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")  # while it runs, nothing else can have an event loop
def driver() -> Iterator[Any]:
    """Playwright."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="the page is tested by playwright"
    )
    if CHROMIUM is None:
        pytest.skip("the page is tested in Chromium, which is not installed")
    with sync_api.sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(driver: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium whose only camera shows the sample clip."""
    film = write_film(tmp_path_factory.mktemp("camera") / "camera.mjpeg")
    launched = launch(
        driver,
        FAKE_DEVICE,
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    yield launched
    launched.close()


@pytest.fixture
def open_page(browser: Any, server: Server) -> Iterator[Opener]:
    """Opens the page at a view; fails where the page threw or asked a foreign host."""
    contexts: list[Any] = []
    wrongs: list[str] = []

    def opened(view: str = "camera", **context: Any) -> Any:
        settings = {"viewport": {"width": 1280, "height": 800}, **context}
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        watch(page, server.address, wrongs)
        page.goto(f"{server.address}/#{view}")
        page.wait_for_selector("#app[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrongs == []
