"""``camrec live --browser``: the live view on a page, where no window can be shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket

import click

from camrec.cli.desktop import open_page
from camrec.cli.reading import Run
from camrec.errors import OutputError
from camrec.settings import ServingSettings
from camrec.stream.capture import LiveSource, Source
from camrec.web.app import create_app
from camrec.web.entrance import entrance
from camrec.web.listening import listen
from camrec.web.live import Live
from camrec.web.server import Server
from camrec.web.service import open_service

PORT = 8000  # as `camrec serve`; another one where it is taken
FAREWELL_S = 0.3  # in which a page that is just drawing asks for the next frame, and is told that there is none


@contextmanager
def page_of(run: Run, source: Source) -> Iterator[Live]:
    """Serve the page that shows a source, to this machine alone, and open it in the browser.

    Recorded video waits until somebody looks.

    Yields
    ------
    Live
        Where to show it.
    """
    live, ended = Live(source.name), threading.Event()
    with _listen() as listening:
        door = entrance(listening, "127.0.0.1")
        service = open_service(run.options.model, ServingSettings(), live=live)
        server = Server(create_app(service, door.admission), ended.is_set)
        thread = threading.Thread(target=server.run, args=([listening],), name="server")
        thread.start()
        try:
            click.echo(f"open {door.address} in a browser; Ctrl-C ends", err=True)
            open_page(door.address)
            run.reader.keep_crops = True  # the page shows what the network saw
            _await_eyes(run, source, live)
            yield live
        finally:
            live.close()
            if live.watched.is_set():
                time.sleep(FAREWELL_S)
            ended.set()
            thread.join()


def _listen() -> socket:
    try:
        return listen("127.0.0.1", PORT)
    except OutputError:
        return listen("127.0.0.1", 0)


def _await_eyes(run: Run, source: Source, live: Live) -> None:
    while not (isinstance(source, LiveSource) or run.stop()):
        if live.watched.wait(0.1):
            return
