"""A server without a socket, for tests of the API."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from drawing import sheet, write

pytest.importorskip("fastapi", reason="the extra web is not installed")
pytest.importorskip("httpx2", reason="what Starlette tests with is not installed")

from starlette.testclient import TestClient

from camrec.settings import ServingSettings
from camrec.web.app import create_app
from camrec.web.gate import Admission
from camrec.web.live import Live
from camrec.web.service import Service, open_service

ADDRESS = "http://127.0.0.1:8000"


def service(
    feedback: Path | None = None, live: Live | None = None, **settings: Any
) -> Service:
    return open_service(
        "digits", ServingSettings(**settings), feedback=feedback, live=live
    )


@cache
def shared() -> Service:
    """One for all tests that do not care; it is never closed."""
    return service()


def client(of: Service | None = None, token: str | None = None) -> TestClient:
    admission = Admission(frozenset({"localhost", "reader.example"}), token)
    app = create_app(of or shared(), admission)
    return TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)


def page(text: str = "4712", width: int = 480) -> bytes:
    """A PNG with one number on it."""
    image = sheet(240, width)
    write(image, text, 60, 80)
    return png(image)


def png(image: np.ndarray) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [number["text"] for number in answer.json()["numbers"]]


def problem(answer: Any, status: int, code: str) -> str:
    """The message and hint of an error that has this status and code."""
    assert answer.status_code == status, answer.text
    told = json.loads(answer.text)
    assert list(told) == ["error"] and list(told["error"]) == ["code", "message", "hint"]  # fmt: skip
    assert told["error"]["code"] == code
    assert told["error"]["message"] and told["error"]["hint"]
    return f"{told['error']['message']}; {told['error']['hint']}"
