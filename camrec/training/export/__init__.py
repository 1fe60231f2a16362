"""A trained network -> files that run elsewhere: LiteRT in three sizes, ONNX, each with its card and each checked."""

from __future__ import annotations

from camrec.training.export.files import export

__all__ = ["export"]
