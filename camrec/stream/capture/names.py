"""Names of cameras, which OpenCV does not tell; and which index belongs to which."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

log = logging.getLogger(__name__)

LINUX_CAMERAS = Path("/sys/class/video4linux")
_LIMIT_S = 10.0


def camera_names() -> dict[int, str]:
    """Index and name of each video device, by index; empty where the platform does not tell."""
    if sys.platform == "linux":
        return dict(sorted(_linux()))
    if sys.platform == "darwin":
        return dict(enumerate(_darwin()))
    return {}


def find_camera(part: str) -> int | None:
    """Index of the first camera whose name contains `part`, in any case; None where there is none."""
    names = camera_names()
    found = [i for i, name in names.items() if part.casefold() in name.casefold()]
    return min(found, key=lambda i: (_node(i), i), default=None) if part else None


def _linux() -> list[tuple[int, str]]:
    names = []
    for folder in LINUX_CAMERAS.glob("video*"):
        if match := re.fullmatch(r"video(\d+)", folder.name):
            try:
                names.append((int(match[1]), (folder / "name").read_text().strip()))
            except OSError as error:  # unplugged this instant
                log.debug("%s has no name: %s", folder, error)
    return names


def _node(index: int) -> int:
    """Which of a camera's devices it is: the first sends pictures, the others often only what belongs to them."""
    try:
        return int((LINUX_CAMERAS / f"video{index}" / "index").read_text())
    except (OSError, ValueError):
        return 0


def _darwin() -> list[str]:
    """Names in the order of OpenCV's indices, which is that of the cameras' unique ids since 4.7."""
    command = ["system_profiler", "-json", "SPCameraDataType"]
    try:
        told = subprocess.run(
            command, capture_output=True, check=True, timeout=_LIMIT_S
        )
        cameras = json.loads(told.stdout).get("SPCameraDataType", [])
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.debug("system_profiler: %s", error)
        return []
    cameras.sort(key=lambda camera: camera.get("spcamera_unique-id", ""))
    return [camera.get("_name", "") for camera in cameras]
