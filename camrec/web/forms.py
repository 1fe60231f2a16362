"""The picture in a request: its body as it is, or the file in a form."""

from __future__ import annotations

import re

from fastapi import Request
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from camrec.web.problems import Problem
from camrec.web.readings import Picture

LONGEST_NAME = 255  # characters, as most file systems have it
_CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)


async def picture_of(request: Request) -> Picture:
    """The picture that a request brings; it is held in memory alone.

    Raises
    ------
    Problem
        400 where a form holds no file.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return Picture(await request.body())
    parser = MultiPartParser(_in_utf_8(request.headers), request.stream(), max_files=1, max_fields=16)  # fmt: skip
    parser.spool_max_size = 2**31  # the intake bounds it
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:  # KeyError: no boundary
        raise _no_file(str(getattr(error, "message", error))) from error
    for part in form.values():
        if isinstance(part, UploadFile):
            return Picture(await part.read(), (part.filename or "-")[:LONGEST_NAME])
    raise _no_file("it has no file")


def _in_utf_8(headers: Headers) -> Headers:
    """The headers of a form without a charset: RFC 7578 has none, and by some a field takes minutes, or is no text."""
    return Headers({**headers, "content-type": _CHARSET.sub("", headers["content-type"])})  # fmt: skip


def _no_file(found: str) -> Problem:
    return Problem(400, "bad_form", f"the form cannot be used: {found}", "send one picture as its part `file`")  # fmt: skip
