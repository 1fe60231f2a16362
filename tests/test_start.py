"""What a start must not cost."""

import json
import subprocess
import sys

import pytest


def loaded_by(code):
    """Names of top-level modules loaded after running `code` in a fresh interpreter."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nimport json\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    return {name.split(".")[0] for name in json.loads(out.splitlines()[-1])}


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["image"],
        ["video"],
        ["live"],
        ["demo"],
        ["cameras"],
        ["train"],
        ["evaluate"],
    ],
)
def test_help_loads_neither_opencv_nor_tensorflow(command):
    loaded = loaded_by(
        f"sys.argv = {['camrec', *command, '--help']!r}; from camrec.cli import main; main()"
    )
    assert "click" in loaded
    assert not loaded & {"cv2", "numpy", "tensorflow", "keras", "ai_edge_litert"}


def test_reading_loads_no_tensorflow():
    loaded = loaded_by("import camrec; camrec.Reader()")
    assert "ai_edge_litert" in loaded
    assert not loaded & {"tensorflow", "keras"}


def test_the_package_itself_loads_nothing():
    assert not loaded_by("import camrec") & {"cv2", "numpy", "click"}
