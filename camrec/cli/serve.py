"""``camrec serve``: the web page and the HTTP API."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from camrec.cli.desktop import open_page
from camrec.cli.hush import hush_libraries
from camrec.cli.needs import needs
from camrec.cli.options import model_option, setting_options
from camrec.cli.signals import Stopped, deferred
from camrec.environment import limit_pixels
from camrec.settings import ServingSettings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "serve",
    epilog="""\b
Examples:
  camrec serve --open
  camrec serve --port 9000 --feedback said.db
  camrec serve --host 0.0.0.0 --ssl-certfile cert.pem --ssl-keyfile key.pem
  curl --data-binary @page.jpg http://127.0.0.1:8000/api/read
""",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen; 0.0.0.0 is every address of this machine, and then a token is asked for.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    metavar="N",
    help="0 takes any that is free.",
)
@click.option(
    "--token",
    envvar="CAMREC_TOKEN",
    metavar="WORD",
    help="Let in only who shows it; without it one is made where other machines can reach the server. Also read from the variable CAMREC_TOKEN, which other users of the machine cannot see.",
)
@click.option(
    "--public", is_flag=True, help="Let in everyone who can reach the address."
)
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="A name by which browsers may call the server, beside its addresses and this machine's own. May be repeated.",
)
@click.option("--ssl-certfile", type=_FILE, metavar="FILE", help="Serve by HTTPS.")
@click.option("--ssl-keyfile", type=_FILE, metavar="FILE", help="Its key.")
@click.option("--open/--no-open", "opens", default=False, help="Open the page in the browser.")  # fmt: skip
@click.option(
    "--feedback",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep what people say of digits in this SQLite file: crop, scores, label, model and time; see `camrec data feedback`.",
)
@model_option
@setting_options(ServingSettings)
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@click.option("-v", "--verbose", is_flag=True, help="Tell of each request.")
def command(
    host: str,
    port: int,
    token: str | None,
    public: bool,
    names: tuple[str, ...],
    ssl_certfile: Path | None,
    ssl_keyfile: Path | None,
    opens: bool,
    feedback: Path | None,
    model: str,
    quiet: bool,
    verbose: bool,
    **settings: Any,
) -> None:
    """Serve a web page that reads digits through the browser's camera, and the API behind it.

    The address goes to standard output. By default only this machine can reach it. Pictures are read in memory and are
    kept nowhere. Ctrl-C and SIGTERM end the server when it has answered what it was asked.
    """
    if ssl_keyfile is not None and ssl_certfile is None:
        raise click.UsageError("--ssl-keyfile needs --ssl-certfile")
    if token is not None and public:
        raise click.UsageError("--public lets in everyone, and --token does not")
    needs("serving a page", "fastapi", "uvicorn", "python_multipart", extra="web")
    serving = ServingSettings(**settings)
    limit_pixels(serving.pixels)
    _log(verbose)
    from camrec.web.listening import listen

    with suppress(Stopped), deferred() as stop, listen(host, port) as listening:
        from camrec.web.app import create_app
        from camrec.web.entrance import entrance
        from camrec.web.server import Server
        from camrec.web.service import open_service

        door = entrance(listening, host, token=token, public=public, names=names, secure=ssl_certfile is not None)  # fmt: skip
        service = open_service(model, serving, feedback=feedback)
        app = create_app(service, door.admission)
        server = Server(app, stop, ssl_certfile, ssl_keyfile)
        click.echo(door.address)
        if not (quiet or door.secure or door.is_private):
            click.echo("browsers give their camera to this page only by HTTPS: see --ssl-certfile", err=True)  # fmt: skip
        if opens:
            open_page(door.own_address)
        server.run(sockets=[listening])


def _log(verbose: bool) -> None:
    """A line a request where it is asked for; troubles in any case."""
    if verbose:
        logging.getLogger("camrec.web.access").setLevel(logging.INFO)
    else:
        hush_libraries()  # which takes standard error anew, so before it is logged to
    logging.basicConfig(format="%(message)s", stream=sys.stderr, force=True)
