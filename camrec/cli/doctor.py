"""``camrec doctor``: what is here, what is wrong, and how to mend it."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from camrec.cli.hush import hush_libraries
from camrec.cli.targets import write_text

if TYPE_CHECKING:
    from camrec.checks.finding import Finding

_MARKS = {"ok": ("ok", "green"), "lacks": ("lacks", "yellow"), "broken": ("BROKEN", "red")}  # fmt: skip
_INDENT = 33  # columns before what was found


@click.command(
    "doctor",
    epilog="""\b
Examples:
  camrec doctor
  camrec doctor --json -
""",
)
@click.option(
    "--json",
    "json_path",
    metavar="PATH",
    help="Write one JSON object a finding; - is standard output.",
)
def command(json_path: str | None) -> None:
    """Look at everything that camrec needs, and tell how to mend what is wrong.

    Versions, models and whether they read, cameras with their sizes and real rates, the window, the codecs. The exit status
    is 1 where something is broken that reading needs.
    """
    from camrec.checks.examination import examine

    hush_libraries()
    findings = []
    for finding in examine():
        findings.append(finding)
        if json_path != "-":
            _tell(finding)
    if json_path:
        write_text(json_path, "".join(map(_line, findings)))
    broken = sum(finding.state == "broken" for finding in findings)
    lacking = sum(finding.state == "lacks" for finding in findings)
    click.echo(_verdict(broken, lacking), err=True)
    sys.exit(1 if broken else 0)


def _tell(finding: Finding) -> None:
    word, colour = _MARKS[finding.state]
    head = click.style(f"{word:<7}", fg=colour) + f" {finding.subject:<{_INDENT - 9}} "
    click.echo(head + _wrapped(finding.found))
    if finding.remedy:
        click.echo(" " * (_INDENT - 3) + "-> " + _wrapped(finding.remedy))


def _wrapped(text: str) -> str:
    width = max(40, shutil.get_terminal_size().columns - _INDENT)
    return f"\n{' ' * _INDENT}".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)) or text  # fmt: skip


def _verdict(broken: int, lacking: int) -> str:
    if broken:
        return f"Broken: {broken}. Reading does not work."
    return f"Reading works. Lacking: {lacking}." if lacking else "All is well."


def _line(finding: Finding) -> str:
    return json.dumps(asdict(finding)) + "\n"
