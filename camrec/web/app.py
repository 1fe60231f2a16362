"""The application: routes, the page's files, and the layers around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp

import camrec
from camrec.web import api, api_feedback, api_live
from camrec.web.files import Files
from camrec.web.gate import Admission, Gate
from camrec.web.intake import Intake
from camrec.web.problems import answer_problems
from camrec.web.service import Service

STATIC = Path(__file__).parent / "static"
_PICTURES = frozenset({"/api/read"})


def create_app(service: Service, admission: Admission | None = None) -> ASGIApp:
    """The whole of the server but the socket.

    Parameters
    ----------
    service : Service
        Closed when the server ends.
    admission : Admission, optional
        Who is let in; by default everyone who calls this server localhost or by its address.
    """
    app = FastAPI(
        title="camrec",
        version=camrec.__version__,
        summary="Reads handwritten digits.",
        docs_url=None,  # FastAPI's own page comes from a CDN
        redoc_url=None,
        lifespan=_serving,
    )
    app.state.service = service
    app.state.files = Files(STATIC)
    for part in (api, api_feedback, api_live):
        app.include_router(part.router)
    app.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)(_page)
    app.get("/api/docs", include_in_schema=False)(_docs)
    app.mount("/static", app.state.files, name="static")
    answer_problems(app)
    settings = service.settings
    bounded = Intake(app, settings.upload_bytes, _PICTURES, settings.body_timeout_s)
    return Gate(bounded, admission or Admission())


@asynccontextmanager
async def _serving(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    forgetting = asyncio.create_task(service.followers.keep_forgetting())
    yield
    forgetting.cancel()
    service.close()


async def _page(request: Request) -> Response:
    files: Files = request.app.state.files
    return files.answer("index.html", request.headers)


async def _docs(request: Request) -> Response:
    files: Files = request.app.state.files
    return files.answer("api.html", request.headers)
