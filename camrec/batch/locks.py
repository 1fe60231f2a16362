"""One run at a time in a folder: a lock that the system lets go of, however its holder ends."""

from __future__ import annotations

import sys
from typing import IO


def locked(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed; False where another process, or another part of this one, has it locked."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(
                _FAR
            )  # a byte that nobody writes: on Windows, what is locked cannot be read
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            file.seek(0)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Windows says so when it is locked; some network file systems know no locks at all.
        return sys.platform != "win32"
    return True


_FAR = 2**30
