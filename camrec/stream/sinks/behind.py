"""An encoder in a thread of its own: the next picture is drawn while it writes the last."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from camrec.stream.sinks.encoders import Encoder


class Behind:
    """Writes one picture behind.

    What a picture met is told with the next one, or by `close`.

    Parameters
    ----------
    encoder : Encoder
        Is closed with this one.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._last: Future[None] | None = None

    def write(self, image: np.ndarray) -> None:
        """Append one picture, (H, W, 3) uint8 BGR; it must stay as it is until the next call returns.

        Raises
        ------
        OSError
            If the picture before was not written.
        """
        self._settle()
        self._last = self._thread.submit(self._encoder.write, image)

    def close(self) -> None:
        """Finish the file.

        Raises
        ------
        OSError
            If the last picture was not written, or the file cannot be finished.
        """
        try:
            self._settle()
        finally:
            self._thread.shutdown()
            self._encoder.close()

    def _settle(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()
