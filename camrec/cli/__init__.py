"""The command line: one command a file, each loaded only when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

import camrec
from camrec.cli.signals import Stopped, stop_on_signals
from camrec.errors import CamrecError

COMMANDS = {
    "live": "Read through a camera, live in a window.",
    "video": "Read every frame of recorded video.",
    "image": "Read pictures: files, folders, globs, standard input.",
    "batch": "Read folders of any size into one table, on all cores or a cluster.",
    "demo": "Read the clip that comes with camrec; needs no camera.",
    "serve": "A web page that reads, and an HTTP API.",
    "cameras": "List the cameras that can be opened here.",
    "doctor": "Tell what is wrong here, and how to mend it.",
    "bench": "Measure how fast camrec is on this machine.",
    "data": "Fetch MNIST, or look into a folder of characters.",
    "train": "Train a model of your own.",
    "tune": "Search for better settings of a training.",
    "evaluate": "Measure how well a model reads single characters.",
    "compare": "Put models side by side.",
    "average": "Make one model of several trainings.",
    "export": "Write a model for other machines and programs.",
    "explain": "Show why digits were read as what they were.",
}
"""Each command, the module of that name in this package, and its line in ``camrec --help``."""


class _Failure(click.ClickException):
    """A `CamrecError` as click likes it: one line on standard error, exit status 1."""

    def show(self, file: object = None) -> None:
        click.echo(f"camrec: {self.format_message()}", err=True)


class _LazyGroup(click.Group):
    """Imports a command's module when the command is called, and not for ``--help``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"camrec.cli.{cmd_name}").command
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CamrecError as error:
            raise _Failure(str(error)) from error


@click.command(
    "camrec",
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Each command tells more: camrec image --help",
)
@click.version_option(camrec.__version__, prog_name="camrec")
def group() -> None:
    """Read handwritten digits in pictures, videos and live cameras."""


def main() -> None:
    """Run the command line and end the process with its exit status."""
    with stop_on_signals():
        try:
            group.main(prog_name="camrec")
        except Stopped as stopped:
            sys.exit(stopped.status)
