"""Where pictures come from. :func:`open_source` takes a path or an address; behind it there are only Frames."""

from camrec.stream.capture.cameras import Camera, list_cameras
from camrec.stream.capture.live import LiveSource
from camrec.stream.capture.opening import open_source
from camrec.stream.capture.source import Source

__all__ = ["Camera", "LiveSource", "Source", "list_cameras", "open_source"]
