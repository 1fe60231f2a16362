"""From sources to a line reader that reads, in one call."""

from __future__ import annotations

from pathlib import Path

from camrec.reading import strips as framing
from camrec.reading.lines import CLASSES
from camrec.reading.strips import TALL
from camrec.settings import TrainingSettings
from camrec.training.export import export
from camrec.training.fit import SILENT, Watch
from camrec.training.hands import hands
from camrec.training.lines.recipe import OTHER_HANDS, assemble_lines, fit_lines
from camrec.training.recipe import Sources
from camrec.training.train import Target, made, named_sources, write_history


def train_lines(
    sources: Sources,
    settings: TrainingSettings,
    target: Target,
    *,
    command: str = "",
    cache: Path | None = None,
    watch: Watch = SILENT,
) -> Path:
    """Train a line reader and write model, card and history.

    Parameters
    ----------
    sources : Sources
        Of these MNIST, digits, fonts and pictures.
    settings : TrainingSettings
    target : Target
        Where the result goes. An unfinished training there goes on.
    command : str
        What makes this model again; goes on the card.
    cache : Path, optional
        Folder for strips.
    watch : Watch

    Returns
    -------
    Path
        Of the card.

    Raises
    ------
    DataError
        Where a source is missing or malformed.
    """
    # What is missing is told here: a pool whose processes cannot begin does not say why.
    hands(sources, settings, OTHER_HANDS)
    strips, check = assemble_lines(sources, settings, cache)
    network, course, temperature = fit_lines(strips, check, settings, keep=target.unfinished, watch=watch)  # fmt: skip
    card = {
        "classes": list(CLASSES),
        "temperature": round(temperature, 4),
        **made(network, settings, course),
        "normaliser": framing.VERSION,
        "input": [TALL, None, 1],
        "data": {
            **named_sources(sources),
            "strips": len(strips),
            "held_back": len(check),
        },
        "command": command,
    }
    write_history(network, course, target)
    path = export(network, target.folder, target.name, card)
    target.unfinished.unlink(missing_ok=True)
    return path
