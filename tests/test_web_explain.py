"""POST /api/explain: where the network looked."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest
from drawing import raster
from web import TestClient, client, problem, service

from camrec.reading.normalise import normalise
from camrec.web.crops import encoded_crop
from camrec.web.explaining import DEEPEST, Explaining, painted

CROP = encoded_crop(normalise(raster("4")))


def test_hot_ink_and_hot_paper_are_red_and_what_is_cold_is_black_and_white():
    crop, heat = np.zeros((2, 28, 28), np.float32)
    crop[14:], heat[:, 14:] = 1, 1
    image = painted(crop, heat)
    assert image.shape == (224, 224, 3)
    assert image[0, 0].tolist() == [255, 255, 255] and image[-1, 0].tolist() == [0, 0, 0]  # fmt: skip
    assert image[0, -1].tolist()[1] == round(255 * (1 - DEEPEST))
    assert image[-1, -1].tolist() == [0, 0, round(255 * DEEPEST)]


def test_without_tensorflow_it_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(Explaining, "available", False)
    api = client()
    assert api.get("/api/config").json()["gradcam"] is False
    answer = api.post("/api/explain", json={"crop": CROP, "label": "4"})
    assert "camrec[train]" in problem(answer, 501, "no_gradcam")


@pytest.mark.parametrize("crop", ["", "AAAA", "A", "\x80", "%"])
def test_a_crop_that_is_none_is_told_of(crop: str):
    answer = client().post("/api/explain", json={"crop": crop, "label": "4"})
    problem(answer, 422, "bad_crop")


@pytest.fixture(scope="module")
def api() -> TestClient:
    pytest.importorskip("tensorflow", reason="training packages are not installed")
    return client(service())


def test_the_picture_is_red_where_it_speaks_for_the_class(api: TestClient):
    assert api.get("/api/config").json()["gradcam"] is True
    answer = api.post("/api/explain", json={"crop": CROP, "label": "4"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert max(told["scores"], key=told["scores"].get) == "4"
    data = np.frombuffer(base64.b64decode(told["gradcam"]), np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR).astype(int)
    redness = image[..., 2] - image[..., 0]
    assert redness.max() > 100 and np.median(redness) < 60


def test_a_class_that_the_model_does_not_know_is_told_of(api: TestClient):
    answer = api.post("/api/explain", json={"crop": CROP, "label": "x"})
    problem(answer, 422, "bad_label")
