"""All checks, in the order in which one thing stands on another."""

from __future__ import annotations

from collections.abc import Iterator

from camrec.checks.finding import Finding
from camrec.checks.packages import check_packages


def examine() -> Iterator[Finding]:
    """Look at everything; each finding comes as soon as it is made.

    Where a package that reading needs does not load, nothing else can be looked at.
    """
    sound = True
    for finding in check_packages():
        sound = sound and finding.state != "broken"
        yield finding
    if sound:
        yield from _beyond_packages()


def _beyond_packages() -> Iterator[Finding]:
    from camrec.checks.cameras import check_cameras
    from camrec.checks.codecs import check_codecs
    from camrec.checks.models import check_models
    from camrec.checks.screen import check_screen

    for check in (check_models, check_cameras, check_screen, check_codecs):
        yield from check()
