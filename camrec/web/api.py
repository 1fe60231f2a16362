"""The addresses of the API: reading, and what a page has to know."""

from __future__ import annotations

import json
import time
from dataclasses import fields
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

import camrec
from camrec.environment import most_pixels
from camrec.settings import ReadingSettings, Setting
from camrec.web.answers import (
    CameraTold,
    Config,
    ErrorAnswer,
    FeedbackTold,
    Health,
    LimitsTold,
    ModelCard,
    ModelTold,
    Record,
    SettingTold,
)
from camrec.web.forms import picture_of
from camrec.web.questions import Asked, PageId
from camrec.web.readings import TYPES, Form, answer
from camrec.web.service import Service, Serving

router = APIRouter(prefix="/api")

_FILE = {"type": "string", "format": "binary"}
_PICTURE = {
    "requestBody": {
        "required": True,
        "description": "A picture's file as it is, or as the part `file` of a form.",
        "content": {
            "image/*": {"schema": _FILE},
            "application/octet-stream": {"schema": _FILE},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": _FILE},
                }
            },
        },
    }
}


def told(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The statuses with which a route answers where something is wrong."""
    return {status: {"model": ErrorAnswer} for status in statuses}


@router.post(
    "/read",
    response_model=Record,
    responses={
        200: {
            "description": "All that was read, in the format that was asked for.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "image/png": {"schema": _FILE},
            },
        },
        **told(400, 401, 403, 408, 413, 421, 422, 503),
    },
    openapi_extra=_PICTURE,
)
async def read(
    request: Request,
    service: Serving,
    question: Asked,
    track: PageId = None,
    format: Annotated[
        Form, Query(description="png is the picture with what was read drawn over it.")
    ] = "json",
) -> Response:
    """Read the digits in a picture."""
    picture = await picture_of(request)
    follower = None if track is None else service.followers.of(track)
    job = partial(answer, picture=picture, question=question, form=format, follower=follower)  # fmt: skip
    answered, waited = await service.workers.run(job)
    spans = {"wait": waited, "decode": answered.decode_s, "read": answered.read_s}
    timing = ", ".join(f"{name};dur={1000 * s:.1f}" for name, s in spans.items())
    return Response(answered.body, media_type=TYPES[format], headers={"Server-Timing": timing})  # fmt: skip


@router.get("/config", responses=told(401, 403, 421))
async def config(service: Serving) -> Config:
    """What a page has to know: the model, the settings with their ranges, the limits."""
    return Config(
        version=camrec.__version__,
        model=_model(service),
        settings=_settings(),
        feedback=_feedback(service),
        gradcam=service.explaining.available,
        limits=LimitsTold(
            upload_bytes=service.settings.upload_bytes,
            pixels=most_pixels(),
        ),
        camera=None if service.live is None else CameraTold(name=service.live.name),
    )


@router.get("/model", responses=told(401, 403, 421))
async def model(service: Serving) -> ModelCard:
    """The card of the model: what it is, how it was made, how well it reads."""
    card = json.loads(service.weights.with_suffix(".json").read_text(encoding="utf-8"))
    return ModelCard.model_validate({"name": service.weights.stem, **card})


@router.get("/health", responses=told(403, 421))
async def health(service: Serving) -> Health:
    """Answers as long as the server lives; needs no token."""
    return Health(
        status="ok",
        version=camrec.__version__,
        uptime=round(time.monotonic() - service.since, 1),
        waiting=service.workers.waiting,
    )


def _model(service: Service) -> ModelTold:
    weights, card = service.weights, service.card
    return ModelTold(
        name=weights.stem,
        classes=list(card.classes),
        sha256=card.sha256[weights.name],
    )


def _feedback(service: Service) -> FeedbackTold:
    if service.feedback is None:
        return FeedbackTold(enabled=False, stored="Nothing is kept.")
    return FeedbackTold(
        enabled=True,
        stored=f"What you say is kept on the server in {service.feedback.path.name}: the crop of 28x28 pixels, its "
        "scores, what was read, your answer, the model and the time. Nothing else of the picture, and nothing of you.",
    )


def _settings() -> dict[str, SettingTold]:
    """Those of reading that a request can turn."""
    turned = ("min_confidence", "rotate")
    return {
        item.name: _setting(item.default, item.metadata["setting"])
        for item in fields(ReadingSettings)
        if item.name in turned
    }


def _setting(default: Any, declared: Setting) -> SettingTold:
    steps = {float: 0.01, int: 1.0}
    return SettingTold(
        default=default,
        low=declared.low,
        high=declared.high,
        step=steps.get(type(default)),
        unit=declared.unit,
        choices=list(declared.choices),
        help=declared.meaning,
    )
