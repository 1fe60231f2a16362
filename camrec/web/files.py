"""The page's files, held in memory: few and small, and asked for all at once.

Read from disk for each request, they took nearly three times the work. A name that was not there at the
start is not there: no path is ever made of what a client asks for.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# Not by `mimetypes`: on Windows that asks the registry, where programs leave wrong types for .js.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class _File:
    plain: bytes
    packed: bytes
    kind: str
    etag: str


class Files:
    """The files below a folder, as an application that can be mounted.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in folder.rglob("*")
            if path.suffix in TYPES
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request below the place of mounting."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        name = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix("/")
        await self.answer(name, Headers(scope=scope))(scope, receive, send)

    def answer(self, name: str, asked: Headers) -> Response:
        """The answer that holds a file, or that it is still the one the client has.

        Raises
        ------
        HTTPException
            404 where there is none of that name.
        """
        file = self._files.get(name)
        if file is None:
            raise HTTPException(404)
        headers = {"ETag": file.etag, "Vary": "Accept-Encoding"}
        if asked.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        if "gzip" not in asked.get("accept-encoding", ""):
            return Response(file.plain, headers=headers, media_type=file.kind)
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, headers=headers, media_type=file.kind)


def _read(path: Path) -> _File:
    plain = path.read_bytes()
    etag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
    return _File(plain, gzip.compress(plain, mtime=0), TYPES[path.suffix], etag)
