"""``camrec cameras``: the cameras that can be opened here."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from camrec.cli.targets import write_text

if TYPE_CHECKING:
    from camrec.stream.capture import Camera
    from camrec.stream.capture.modes import Mode

_ROW = "{:<6} {:<32} {:<10} {:>6}  {:<8}  {}"


@click.command(
    "cameras",
    epilog="""\b
Examples:
  camrec cameras
  camrec cameras --json -
""",
)
@click.option(
    "--json",
    "json_path",
    metavar="PATH",
    help="Write one JSON object a camera; - is standard output.",
)
def command(json_path: str | None) -> None:
    """List the cameras that can be opened, with index, size, rate, backend and modes.

    The index is what other commands take: camrec live 1. Modes are what --size can ask for, and the rate that the camera
    promises then; camrec doctor measures what really comes.
    """
    from camrec.stream.capture import list_cameras
    from camrec.stream.capture.cameras import why_no_camera
    from camrec.stream.capture.modes import find_modes

    cameras = {camera: find_modes(camera.index) for camera in list_cameras()}
    if not cameras:
        click.echo(why_no_camera(), err=True)
    if json_path != "-":
        _print(cameras)
    if json_path:
        write_text(json_path, "".join(_line(*pair) for pair in cameras.items()))


def _print(cameras: dict[Camera, tuple[Mode, ...]]) -> None:
    if cameras:
        click.echo(_ROW.format("INDEX", "NAME", "SIZE", "RATE", "BACKEND", "MODES"))
    for camera, modes in cameras.items():
        size = f"{camera.width}x{camera.height}"
        rate = f"{camera.fps:g}" if camera.fps else "-"
        offers = ", ".join(map(str, modes)) or "-"
        name = camera.name or "-"
        click.echo(_ROW.format(camera.index, name, size, rate, camera.backend, offers))


def _line(camera: Camera, modes: tuple[Mode, ...]) -> str:
    record = {**asdict(camera), "modes": [asdict(mode) for mode in modes]}
    return json.dumps(record) + "\n"
