"""What goes wrong, as the API tells it: ``{"error": {"code", "message", "hint"}}`` and a status."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from camrec.errors import CamrecError

log = logging.getLogger(__name__)

_CODES = {404: "not_found", 405: "method_not_allowed"}
_HINT = "/api/docs lists what there is"


class Problem(HTTPException):
    """Raised anywhere in the handling of a request, and answered.

    Parameters
    ----------
    status : int
        Of HTTP.
    code : str
        For programs: never changed.
    message, hint : str
        For people: what was found, and what to do.
    headers : mapping of str to str
        Of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, headers)
        self.code, self.message, self.hint = code, message, hint

    @classmethod
    def of(cls, error: CamrecError, status: int, code: str) -> Problem:
        """An error of the library, whose sentences say after the last semicolon what to do."""
        message, _, hint = str(error).rpartition("; ")
        return cls(status, code, message or hint, hint if message else _HINT)

    def answer(self) -> Response:
        """What the client gets."""
        error = {"code": self.code, "message": self.message, "hint": self.hint}
        return JSONResponse({"error": error}, self.status_code, self.headers)


def answer_problems(app: FastAPI) -> None:
    """Have `app` answer whatever goes wrong in this form."""
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(RequestValidationError, _misasked)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(CamrecError, _failed)
    app.add_exception_handler(Exception, _broken)


async def _told(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return error.answer()
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "refused")
    return Problem(error.status_code, code, f"{request.url.path}: {error.detail}", _HINT, error.headers).answer()  # fmt: skip


async def _misasked(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"][1:])) or "body"
    return Problem(422, "bad_request", f"{place}: {first['msg']}", _HINT).answer()


async def _gone(request: Request, error: Exception) -> Response:
    return Problem(400, "cut_short", "the client left before all of its request was here", "send it again").answer()  # fmt: skip


async def _failed(request: Request, error: Exception) -> Response:
    log.error("%s", error)  # it names files of the server, so it is for the log alone
    return await _broken(request, error)


async def _broken(request: Request, error: Exception) -> Response:
    return Problem(500, "internal", "camrec failed at this request", "look at the server's log, which names the cause").answer()  # fmt: skip
