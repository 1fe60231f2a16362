"""Says early, and in one sentence, that a command lacks the packages of an extra."""

from __future__ import annotations

from importlib.util import find_spec

from camrec.errors import ModelError


def needs(task: str, *packages: str, extra: str = "train") -> None:
    """Make sure that packages are installed, without importing them.

    Parameters
    ----------
    task : str
        What they are needed for: "training".
    packages : str
        As they are imported: "keras", "matplotlib".
    extra : str
        The extra of camrec that brings them.

    Raises
    ------
    ModelError
        Where one is missing.
    """
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise ModelError(
            f"{task} needs {' and '.join(missing)}; install what is missing with `pip install camrec[{extra}]`"
        )
