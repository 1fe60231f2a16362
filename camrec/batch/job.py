"""What a run is asked to do: everything that its table depends on, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import camrec
from camrec.elements import Box
from camrec.errors import ModelError
from camrec.reading.models import DEFAULT, WEIGHTS, find_model
from camrec.settings import ReadingSettings

IN_ONE_GO = 32  # pictures; a third of a second and more, beside which the ten milliseconds that handing it out takes are nothing


@dataclass(frozen=True, slots=True)
class Job:
    """How files are read, and what is told of them; workers get it with every chunk.

    Parameters
    ----------
    model : str
        Name or path; the same file must lie on every machine.
    sha256 : str
        Of its weights.
    settings : ReadingSettings
    roi, pattern, digits, keep_misfits
        See :class:`camrec.reading.reader.Reader`.
    rows : str
        What a row of the table is: "digits", "numbers" or "files".
    save : str
        Folder for annotated pictures and videos; empty for none.
    in_one_go : int
        Pictures of a chunk.
    version : str
        Of camrec.
    """

    model: str
    sha256: str
    settings: ReadingSettings = field(default_factory=ReadingSettings)
    roi: Box | None = None
    pattern: str | None = None
    digits: int | tuple[int, int] | None = None
    keep_misfits: bool = False
    rows: str = "digits"
    save: str = ""
    in_one_go: int = IN_ONE_GO
    version: str = camrec.__version__

    @classmethod
    def of(cls, model: str | Path = DEFAULT, **options: Any) -> Job:
        """A job with a model that is here.

        Raises
        ------
        ModelError
            Where there is no such model.
        """
        path = Path(model)
        # A name stands for each machine's own file; a path is the same from any folder.
        name = str(path.absolute()) if path.suffix in WEIGHTS else str(model)
        return cls(name, digest_of(model), **options)

    def described(self) -> dict[str, Any]:
        """All of it by name, as JSON knows it."""
        told = asdict(self)
        settings = told.pop("settings")
        digits = list(self.digits) if isinstance(self.digits, tuple) else self.digits
        return {**told, "digits": digits, **settings}

    def check_here(self) -> None:
        """Make sure that this machine reads as the one does that the run was started on.

        Raises
        ------
        ModelError
            Where it has another camrec or another model.
        """
        if self.version != camrec.__version__:
            raise ModelError(
                f"a worker has camrec {camrec.__version__}, this run camrec {self.version}; install the same on all machines"
            )
        if digest_of(self.model) != self.sha256:
            raise ModelError(
                f"{self.model}: a worker has another model of this name; copy the weights and their card to all machines"
            )


def digest_of(model: str | Path) -> str:
    """Sha256 of the weights of a model, hexadecimal.

    Raises
    ------
    ModelError
        Where there is no such model.
    """
    return sha256(find_model(model).read_bytes()).hexdigest()


def differences(before: dict[str, Any], now: dict[str, Any]) -> Iterable[str]:
    """What differs between two runs, in words: ``min_confidence was 0.5 and is 0.7``."""
    for name in before | now:
        was, is_ = before.get(name), now.get(name)
        if was != is_:
            yield f"{name} was {was!r} and is {is_!r}"
