"""``camrec cameras``: the cameras that can be opened here."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from camrec.stream.capture import Camera

_ROW = "{:<6} {:<32} {:<10} {:>6}  {}"


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
    """List the cameras that can be opened, with index, size, rate and backend.

    The index is what other commands take: camrec live 1
    """
    from camrec.stream.capture import list_cameras
    from camrec.stream.capture.cameras import why_no_camera

    cameras = list_cameras()
    if not cameras:
        click.echo(why_no_camera(), err=True)
    if json_path != "-":
        _print(cameras)
    if json_path:
        _write(json_path, cameras)


def _print(cameras: list[Camera]) -> None:
    if cameras:
        click.echo(_ROW.format("INDEX", "NAME", "SIZE", "RATE", "BACKEND"))
    for camera in cameras:
        size = f"{camera.width}x{camera.height}"
        rate = f"{camera.fps:g}" if camera.fps else "-"
        name = camera.name or "-"
        click.echo(_ROW.format(camera.index, name, size, rate, camera.backend))


def _write(path: str, cameras: list[Camera]) -> None:
    with click.open_file(path, "w", encoding="utf-8", atomic=path != "-") as file:
        for camera in cameras:
            file.write(json.dumps(asdict(camera)) + "\n")
