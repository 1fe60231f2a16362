"""The interpreter and the packages that reading stands on."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import camrec
from camrec.checks.finding import Finding


@dataclass(frozen=True, slots=True)
class _Package:
    """A distribution, the module it is known by to Python, and what to do where it is missing or does not load."""

    name: str
    module: str
    remedy: str = ""


_LIBRARIES = "on Debian and Ubuntu `apt-get install libgl1 libglib2.0-0 libsm6`, on Fedora `dnf install mesa-libGL glib2 libSM`"  # fmt: skip
_NEEDED = (
    _Package(
        "opencv-python",
        "cv2",
        f"where a library of the system is missing, {_LIBRARIES}; else `pip install --force-reinstall opencv-python`",
    ),
    _Package("numpy", "numpy", "`pip install --force-reinstall numpy`"),
    _Package("imutils", "imutils", "`pip install --force-reinstall imutils`"),
    _Package(
        "ai-edge-litert",
        "ai_edge_litert.interpreter",
        "`pip install --force-reinstall ai-edge-litert`, which is made for 64-bit Linux, macOS and Windows",
    ),
)
_EXTRAS = (
    _Package("av", "av"),
    _Package("imageio-ffmpeg", "imageio_ffmpeg"),
    _Package("tensorflow", "tensorflow"),
    _Package("onnxruntime", "onnxruntime"),
)
_OPENCVS = (
    "opencv-python",
    "opencv-contrib-python",
    "opencv-python-headless",
    "opencv-contrib-python-headless",
)


def check_packages() -> Iterator[Finding]:
    """The versions of everything, and whether what is needed loads."""
    yield _system()
    for package in _NEEDED:
        yield _check(package)
    yield from _check_opencvs()
    there = {p.name: v for p in _EXTRAS if (v := _version(p.name))}
    told = ", ".join(f"{name} {number}" for name, number in there.items())
    yield Finding("extras", "ok", told or "none installed, none needed", details=there)


def _system() -> Finding:
    bits = 64 if sys.maxsize > 2**32 else 32
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    details = {
        "camrec": camrec.__version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "system": system,
        "bits": bits,
    }
    found = f"{camrec.__version__}, Python {details['python']}, {system}"
    return Finding("camrec", "ok", found, details=details)


def _check(package: _Package) -> Finding:
    try:
        module = import_module(package.module)
    except Exception as error:  # noqa: BLE001 - a broken package fails in ways of its own
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return Finding(
            package.name, "broken", f"does not load ({reason})", package.remedy
        )
    found = _version(package.name) or getattr(module, "__version__", "unknown version")
    return Finding(package.name, "ok", found, details={"version": found})


def _check_opencvs() -> Iterator[Finding]:
    """They all bring one folder named cv2, the last one installed wins, and removing one breaks the others."""
    there = [name for name in _OPENCVS if _version(name)]
    if len(there) > 1:
        names = " ".join(there)
        yield Finding(
            "OpenCV",
            "lacks",
            f"{' and '.join(there)} lie in one folder and spoil each other",
            f"`pip uninstall -y {names}`, then `pip install opencv-python`",
        )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
