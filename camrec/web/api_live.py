"""The address of the camera at the server, under `camrec live --browser`."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response

from camrec.web.api import told
from camrec.web.problems import Problem
from camrec.web.questions import Details
from camrec.web.service import Serving

router = APIRouter(prefix="/api")

PATIENCE_S = 5.0  # then the client is told that nothing came, and asks again


@router.get(
    "/live",
    response_class=Response,
    responses={
        200: {
            "description": "Length of the JSON (uint32, big-endian), the JSON (a record with seq, delay and rate), a JPEG.",
            "content": {
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary"}
                }
            },
        },
        204: {"description": "No frame came for a while; ask again."},
        **told(401, 403, 404, 410, 421, 422),
    },
)
async def live(
    service: Serving,
    after: Annotated[
        int, Query(ge=0, description="seq of the last frame that was got.")
    ] = 0,
    details: Details = False,
) -> Response:
    """Wait for the next frame of the camera at the server."""
    if service.live is None:
        raise Problem(404, "no_camera", "no camera of the server is shown here", "start `camrec live --browser`")  # fmt: skip
    shown = await service.live.next(after, PATIENCE_S)
    if shown is None and service.live.closed:
        raise Problem(410, "ended", "what was shown here is over", "start `camrec live --browser` again")  # fmt: skip
    if shown is None:
        return Response(status_code=204)
    classes = service.card.classes if details else ()
    data = await asyncio.to_thread(shown.packed, classes)
    return Response(data, media_type="application/octet-stream")
