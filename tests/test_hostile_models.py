"""A model from a stranger runs no code: whatever stands in its file is refused in a sentence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs Keras: pip install camrec[train]")

from camrec.errors import ModelError
from camrec.reading.runtime import load_keras, open_network


@pytest.fixture
def marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that hostile code makes."""
    path = tmp_path / "marker"
    monkeypatch.setenv("HOSTILE_MARKER", str(path))
    return path


def with_code(path: Path, marker: Path) -> Path:
    """A Keras file with a layer of Python code that makes the marker, wherever it is run."""
    entry = keras.layers.Input((4,))
    # Of a lambda the file holds the byte code; of a named function the name alone.
    layer = keras.layers.Lambda(lambda x: (__import__("pathlib").Path(__import__("os").environ["HOSTILE_MARKER"]).touch(), x)[1])  # fmt: skip
    keras.Model(entry, layer(entry)).save(path)
    marker.unlink()
    return path


def with_config(path: Path, layer: dict[str, object]) -> Path:
    """A Keras file whose only layer is what `layer` says."""
    entry = keras.layers.Input((4,))
    whole = path.with_name("whole.keras")
    keras.Sequential([entry, keras.layers.Dense(2)]).save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                config = json.loads(data)
                config["config"]["layers"][1] = layer
                data = json.dumps(config).encode()
            new.writestr(name, data)
    return path


def test_code_in_a_model_is_not_run(tmp_path: Path, marker: Path):
    path = with_code(tmp_path / "hostile.keras", marker)
    with pytest.raises(ModelError, match="hostile.keras"):
        load_keras(path)
    assert not marker.exists()


def test_the_same_code_runs_where_nobody_guards(tmp_path: Path, marker: Path):
    path = with_code(tmp_path / "hostile.keras", marker)
    entry = keras.ops.zeros((1, 4))
    keras.models.load_model(path, compile=False, safe_mode=False)(entry)
    assert marker.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("subprocess", "run"),
        ("os", "system"),
        ("builtins", "eval"),
        ("keras.utils", "get_file"),
        ("camrec.reading.runtime", "load_keras"),
    ],
)
def test_a_model_calls_nothing_by_name(tmp_path: Path, marker: Path, module: str, name: str):  # fmt: skip
    layer = {
        "module": module,
        "class_name": name,
        "config": {"args": ["touch", str(marker)], "command": f"touch {marker}"},
        "registered_name": name,
        "build_config": None,
    }
    with pytest.raises(ModelError, match="hostile.keras"):
        load_keras(with_config(tmp_path / "hostile.keras", layer))
    assert not marker.exists()


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"\x80\x04\x95cos\nsystem\n.", b"x" * 1000]
)
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes):
    path = tmp_path / "broken.keras"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="broken.keras"):
        load_keras(path)


def test_a_cut_file_is_refused(tmp_path: Path):
    whole = Path(__file__).parents[1] / "models" / "digits.keras"
    path = tmp_path / "broken.keras"
    path.write_bytes(whole.read_bytes()[:-5000])
    with pytest.raises(ModelError, match="broken.keras"):
        load_keras(path)


@pytest.mark.parametrize("kind", ["no input", "words"])
def test_an_onnx_file_of_another_kind_is_refused(tmp_path: Path, kind: str):
    onnx = pytest.importorskip("onnx", reason="training packages are not installed")
    helper, types = onnx.helper, onnx.TensorProto
    is_words = kind == "words"
    of, value = (types.STRING, ["a"]) if is_words else (types.FLOAT, [0.0])
    crops = helper.make_tensor_value_info("crops", types.FLOAT, [None, 28, 28, 1])
    result = helper.make_tensor_value_info("y", of, [1])
    node = helper.make_node("Constant", [], ["y"], value=helper.make_tensor("v", of, [1], value))  # fmt: skip
    whole = helper.make_graph([node], "hostile", [crops] * is_words, [result])
    opset = [helper.make_opsetid("", 13)]
    path = tmp_path / "hostile.onnx"
    path.write_bytes(helper.make_model(whole, opset_imports=opset, ir_version=8).SerializeToString())  # fmt: skip
    with pytest.raises(ModelError, match="hostile.onnx"):
        open_network(path, 1)(np.zeros((1, 28, 28, 1), np.float32))
