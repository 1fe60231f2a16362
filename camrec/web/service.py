"""What the routes share: the readers, the pages that are followed, what was asked for at the start."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from camrec.reading.models import Card, find_model
from camrec.reading.reader import Reader
from camrec.settings import ServingSettings
from camrec.web.followers import Followers
from camrec.web.workers import Workers


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One server's own.

    Parameters
    ----------
    model : str
        Name or path.
    weights : Path
        Its file.
    card : Card
    workers : Workers
    followers : Followers
    settings : ServingSettings
    since : float
        When it was made, by the monotonic clock.
    """

    model: str
    weights: Path
    card: Card
    workers: Workers
    settings: ServingSettings
    followers: Followers = field(default_factory=Followers)
    since: float = field(default_factory=time.monotonic)

    def close(self) -> None:
        """Finish what is being read."""
        self.workers.close()


def open_service(model: str, settings: ServingSettings, **more: Any) -> Service:
    """Open a model for serving.

    Raises
    ------
    ModelError
        Where it cannot be used.
    """
    weights = find_model(model)
    workers = Workers(lambda: Reader(model), settings.workers, settings.waiting)
    card = Card.read(weights.with_suffix(".json"))
    return Service(model, weights, card, workers, settings, **more)


def _service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Serving = Annotated[Service, Depends(_service_of)]
