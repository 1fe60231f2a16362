"""What a run is asked to do: everything that its table depends on, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import camrec
from camrec.elements import Box
from camrec.errors import ModelError
from camrec.reading.models import DEFAULT, LINES, WEIGHTS, Card, find_model
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
    networks : str
        Digest of all that is learned: weights and card of the model, and of the line reader where it is asked.
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
    networks: str = ""
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
        job = cls(name, digest_of(model), **options)
        return replace(job, networks=job.networks_here())

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
        if self.networks_here() != self.networks:
            raise ModelError(
                f"{self.model}: a worker has another card beside this model, or another line reader; copy the weights and cards of both to all machines"
            )

    def networks_here(self) -> str:
        """`networks` of this machine.

        Raises
        ------
        ModelError
            Where one of them is missing.
        """
        models = [self.model] if self.settings.lines == "never" else [self.model, LINES]
        return sha256("".join(map(_reads_as, models)).encode()).hexdigest()


def digest_of(model: str | Path) -> str:
    """Sha256 of the weights of a model, hexadecimal.

    Raises
    ------
    ModelError
        Where there is no such model.
    """
    return sha256(find_model(model).read_bytes()).hexdigest()


def _reads_as(model: str) -> str:
    """What a model's scores depend on: its weights, and what is taken from its card."""
    card = Card.read(find_model(model).with_suffix(".json"))
    return f"{digest_of(model)} {card.classes} {card.normaliser} {card.temperature}\n"


def differences(before: dict[str, Any], now: dict[str, Any]) -> Iterable[str]:
    """What differs between two runs, in words: ``min_confidence was 0.5 and is 0.7``."""
    for name in before | now:
        was, is_ = before.get(name), now.get(name)
        if was != is_:
            yield f"{name} was {was!r} and is {is_!r}"
