"""What the routes share: the readers, the pages that are followed, what was asked for at the start."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from camrec.reading.models import Card, find_model
from camrec.reading.reader import Reader
from camrec.settings import ServingSettings
from camrec.web.explaining import Explaining
from camrec.web.feedback import Feedback
from camrec.web.followers import Followers
from camrec.web.live import Live
from camrec.web.workers import Workers


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One server's own.

    Parameters
    ----------
    weights : Path
        The model's file.
    card : Card
    workers : Workers
    settings : ServingSettings
    explaining : Explaining
    feedback : Feedback or None
        None where none is kept.
    live : Live or None
        The camera at the server.
    followers : Followers
        Of the cameras of pages.
    since : float
        When it was made, by the monotonic clock.
    """

    weights: Path
    card: Card
    workers: Workers
    settings: ServingSettings
    explaining: Explaining
    feedback: Feedback | None = None
    live: Live | None = None
    followers: Followers = field(default_factory=Followers)
    since: float = field(default_factory=time.monotonic)

    def close(self) -> None:
        """Finish what is being read and explained."""
        self.workers.close()
        self.explaining.close()


def open_service(
    model: str,
    settings: ServingSettings,
    *,
    feedback: Path | None = None,
    live: Live | None = None,
) -> Service:
    """Open a model for serving.

    Parameters
    ----------
    model : str
        Name or path.
    settings : ServingSettings
    feedback : Path, optional
        Where to keep what people say.
    live : Live, optional

    Raises
    ------
    ModelError
        Where the model cannot be used.
    DataError
        Where the file of feedback cannot.
    """
    kept = None if feedback is None else Feedback(feedback)
    weights = find_model(model)
    card = Card.read(weights.with_suffix(".json"))
    workers = Workers(lambda: Reader(model), settings.workers, settings.max_wait_s)
    return Service(weights, card, workers, settings, Explaining(weights), kept, live)


def _service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Serving = Annotated[Service, Depends(_service_of)]
