"""The addresses of feedback and of explanations."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import StreamingResponse

from camrec.web.answers import (
    CropAsked,
    Deleted,
    Explained,
    FeedbackExport,
    FeedbackGiven,
    FeedbackKept,
)
from camrec.web.api import told
from camrec.web.crops import crop_png, decoded_crop
from camrec.web.feedback import Feedback, Said
from camrec.web.problems import Problem
from camrec.web.service import Service, Serving

router = APIRouter(prefix="/api")

_REFUSED = (401, 403, 404, 421)
Entry = Annotated[int, Path(ge=1, le=2**62, description="Of the entry.")]


@router.post("/explain", responses=told(401, 403, 408, 413, 421, 422, 501))
async def explain(service: Serving, asked: CropAsked) -> Explained:
    """Show where the network looked for a class (Grad-CAM); the first time takes seconds."""
    crop = decoded_crop(asked.crop)
    scores, picture = await service.explaining.explain(crop, asked.label)
    return Explained(scores=scores, gradcam=base64.b64encode(picture).decode())


@router.post(
    "/feedback", status_code=201, responses=told(*_REFUSED, 408, 413, 422, 507)
)
def give(service: Serving, given: FeedbackGiven) -> FeedbackKept:
    """Say what a digit really is."""
    feedback = _kept_by(service)
    if given.label not in service.card.classes:
        raise Problem(422, "bad_label", f"the model has no class {given.label!r}", f"name one of {', '.join(service.card.classes)}")  # fmt: skip
    crop = crop_png(decoded_crop(given.crop))  # nothing else that came along is kept
    said = Said(given.model, given.read, given.label, given.scores, crop)
    entry = feedback.add(said)
    if entry is None:
        raise Problem(507, "feedback_full", "as many entries are kept as there may be", "export them and delete them")  # fmt: skip
    return FeedbackKept(id=entry)


@router.get("/feedback", response_model=FeedbackExport, responses=told(*_REFUSED))
def export(service: Serving) -> StreamingResponse:
    """All that was said."""
    entries = _kept_by(service).entries()
    return StreamingResponse(_json_of(entries), media_type="application/json")


@router.delete("/feedback", responses=told(*_REFUSED))
def delete_all(service: Serving) -> Deleted:
    """Delete all that was said."""
    return Deleted(deleted=_kept_by(service).delete())


@router.delete("/feedback/{entry}", responses=told(*_REFUSED, 422))
def delete(service: Serving, entry: Entry) -> Deleted:
    """Delete one entry."""
    if not _kept_by(service).delete(entry):
        raise Problem(404, "not_found", f"there is no entry {entry}", "GET /api/feedback lists them")  # fmt: skip
    return Deleted(deleted=1)


def _kept_by(service: Service) -> Feedback:
    if service.feedback is None:
        raise Problem(404, "feedback_off", "this server keeps no feedback", "start it with --feedback FILE")  # fmt: skip
    return service.feedback


def _json_of(entries: Iterator[Said]) -> Iterator[str]:
    yield '{"entries": ['
    for count, said in enumerate(entries):
        yield (", " if count else "") + json.dumps(_told(said))
    yield "]}"


def _told(said: Said) -> dict[str, object]:
    return {
        "id": said.id,
        "time": said.time,
        "model": said.model,
        "read": said.read,
        "label": said.label,
        "scores": said.scores,
        "crop": base64.b64encode(said.crop).decode(),
    }
