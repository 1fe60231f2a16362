"""What can go wrong, by the thing that is wrong.

Every message is one sentence a user can act on: it names the thing, says what was found, and says what to do.
Nothing in the library prints or exits; the command line and the web page translate these errors.
"""


class CamrecError(Exception):
    """Base of every error that camrec raises on purpose."""


class SourceError(CamrecError):
    """A camera, picture, video or address cannot be opened or read."""


class ModelError(CamrecError):
    """A model or its card is missing, damaged, or not made for this version."""


class OutputError(CamrecError):
    """A result cannot be written or shown."""


class UnfitError(OutputError):
    """One result cannot be written, because of its name, its size or its format; others can."""


class DataError(CamrecError):
    """A data set for training or evaluation is missing or malformed."""


def one_line(told: object) -> str:
    """What an error of another library tells, as part of a sentence: it may quote what it read, line ends and all."""
    return " ".join(str(told).split())
