"""The cameras, and where there is none, why."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from camrec.checks.finding import Finding
from camrec.stream.capture.cameras import Camera, list_cameras, why_no_camera
from camrec.stream.capture.modes import find_modes, measure_rate

OVER_S = 2.0  # seconds of counting
SLOW = 0.8  # of the stated rate; less is worth a word

DEVICES = Path("/dev")


def check_cameras() -> Iterator[Finding]:
    """Each camera that opens, with its modes and real rate; or why there is none."""
    cameras = list_cameras()
    for camera in cameras:
        yield _check(camera)
    yield from _closed_devices()
    if not cameras:
        yield Finding("cameras", "lacks", why_no_camera(), permission_hint())


def _check(camera: Camera) -> Finding:
    subject = f"camera {camera.index}"
    modes = find_modes(camera.index)
    rate = measure_rate(camera.index, None, OVER_S)
    details = {
        "name": camera.name,
        "backend": camera.backend,
        "fps": round(rate, 2),
        "stated_fps": camera.fps,
        "modes": [[mode.width, mode.height, mode.fps] for mode in modes],
    }
    name = f"{camera.name}, " if camera.name else ""
    if not rate:
        return Finding(subject, "lacks", f"{name}opens but sends no picture", f"close programs that use it, or try another cable; {permission_hint()}", details)  # fmt: skip
    found = f"{name}{camera.width}x{camera.height} by {camera.backend}, {rate:.1f} frames/s; offers {', '.join(map(str, modes))}"
    if rate < SLOW * camera.fps:
        return Finding(subject, "lacks", f"{found}; it states {camera.fps:g}", "give it more light: cameras expose longer in the dim; or ask for less with --size 640x480", details)  # fmt: skip
    return Finding(subject, "ok", found, details=details)


def _closed_devices() -> Iterator[Finding]:
    """Devices of Linux that this user may not use."""
    for device in _devices():
        if not _usable(device):
            yield Finding(str(device), "lacks", "this user may not use it", permission_hint())  # fmt: skip


def permission_hint() -> str:
    """How a user of this platform gets at cameras."""
    if sys.platform == "linux":
        return _linux_hint()
    return _HINTS.get(sys.platform, "see that this user may use the camera")


def _linux_hint() -> str:
    if any(not _usable(device) for device in _devices()):
        return "`sudo usermod -aG video $USER`, then log out and in again"
    if "microsoft" in platform.release().lower():
        return "WSL has no cameras of its own: `usbipd attach` in Windows gives it one"
    if Path("/.dockerenv").exists():
        return "start the container with `--device /dev/video0`"
    return "`lsusb` tells whether the system sees it at all"


def _devices() -> list[Path]:
    return sorted(DEVICES.glob("video[0-9]*"))


def _usable(device: Path) -> bool:
    return os.access(device, os.R_OK | os.W_OK)


_HINTS = {
    "darwin": "System Settings, Privacy & Security, Camera: allow the terminal, then start it anew",
    "win32": "Settings, Privacy & security, Camera: allow camera access, and that of desktop apps",
}
