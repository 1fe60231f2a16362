"""What all targets share: what may get out of camrec, inputs that once failed, and the loop of atheris around it all.

A target is a module ``fuzz_*.py`` with ``one(data)``, which is given any bytes and raises where camrec did what it should
not; ``seeds()``, the inputs to begin with; and ``main()``. Run as a program it fuzzes until it finds something or its time
is up, and takes libFuzzer's options: ``python tests/fuzz/fuzz_cards.py -max_total_time=60``. Without atheris
``tests/test_fuzz.py`` passes the seeds and all that lies in ``findings/`` through the same functions.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import json
import logging
import math
import multiprocessing
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

FOLDER = Path(__file__).resolve().parent
SEEDS = FOLDER / "seeds"
BUILD = (
    FOLDER.parents[1] / "build" / "fuzz"
)  # corpora grow there, and go with the other build files

MAX_PIXELS = (
    2**20
)  # a header may claim any size, and memory for it is asked for before anything is decoded
LIMITS = ("-timeout=10", "-rss_limit_mb=2048")  # s for an input, and MB for them all
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where files of inputs lie: no disk is waited for. Containers have 64 MB there, and an input makes files of a few kB."""

DISK = None
"""Where files lie in which camrec seeks what they name: disks refuse places that memory has, 2**44 and beyond on ext4."""

AGAIN = 0.2  # of inputs are made of a seed
DEEP = 5000  # brackets; more than Python's own limit of recursion, 1000

Mutate = Callable[[bytes, int, int], bytes]


def instrumented(*, arrays: bool = False) -> AbstractContextManager[object]:
    """Has atheris watch what camrec imports within, where a target runs as a program.

    Parameters
    ----------
    arrays : bool
        That arrays are compared there. Atheris 3 never lets go of what a comparison gave, and so watches branches alone.
    """
    is_program = Path(sys.argv[0]).resolve().parent == FOLDER
    if not is_program or multiprocessing.parent_process() is not None:
        return nullcontext()
    # Before cv2 is imported, which reads this once, as it does what camrec sets; not in the tests, which have imported it.
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_PIXELS))
    import atheris

    import camrec  # noqa: F401

    hook = atheris.instrument_imports(include=["camrec"])
    hook._trace_dataflow = not arrays
    watched: AbstractContextManager[object] = hook
    return watched


def lasting(home: str | None = MEMORY) -> Path:
    """A folder for what several inputs need, which goes when the program ends."""
    folder = Path(mkdtemp(dir=home))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_AT_EXIT = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(lambda _: atexit._run_exitfuncs())


@cache
def place(name: str) -> Path:
    """Where each input is written over the one before it, for targets that need no more than one file."""
    return lasting() / name


_EMPTY: dict[str | None, list[Path]] = {MEMORY: [], DISK: []}  # that no input has now


@contextmanager
def scratch(home: str | None = MEMORY) -> Iterator[Path]:
    """An empty folder for the files of one input; it is emptied and used again, which takes less than to make another."""
    folder = _EMPTY[home].pop() if _EMPTY[home] else lasting(home)
    try:
        yield folder
    finally:
        # Windows removes no open file: a folder where one stays is not used again.
        with suppress(OSError):
            _empty(folder)
            _EMPTY[home].append(folder)


def _empty(folder: Path) -> None:
    with os.scandir(folder) as items:
        for item in items:
            if item.is_dir(follow_symlinks=False):
                shutil.rmtree(item.path)
            else:
                os.remove(item.path)


@contextmanager
def refusing(*documented: type[Exception], naming: str = "") -> Iterator[None]:
    """Lets camrec refuse what it was given, in one line; every other exception gets out, and is a finding.

    Parameters
    ----------
    *documented : type
        What may be raised besides camrec's own errors.
    naming : str
        A name that stands in the input, and may hold line ends.
    """
    from camrec.errors import CamrecError

    try:
        yield
    except CamrecError as error:
        said = str(error).replace(naming, "") if naming else str(error)
        assert len(said.splitlines()) == 1, repr(error)
    except documented:
        pass


def findings(name: str = "*") -> list[Path]:
    """Inputs that once failed in a target, or in any; the folder of each has the name of its target."""
    return sorted((FOLDER / "findings").glob(f"{name}/*"))


def fuzz(
    program: str,
    one: Callable[[bytes], None],
    seeds: Iterable[bytes],
    mutate: Mutate | None = None,
) -> None:
    """Run a target under atheris with the options of the command line; does not return.

    Parameters
    ----------
    program : str
        Path of the target.
    one : callable
    seeds : iterable of bytes
        Written into the corpus, which is a folder named on the command line or else one below ``build/fuzz``.
    mutate : callable, optional
        Makes another input of one, its largest size and a seed of random numbers.
    """
    import atheris

    name = Path(program).stem.removeprefix("fuzz_")
    kept = [*seeds, *(path.read_bytes() for path in findings(name))]
    options = [word for word in sys.argv[1:] if word.startswith("-")]
    folders = [word for word in sys.argv[1:] if not word.startswith("-")]
    folders = folders or [str(BUILD / name)]
    if not Path(folders[0]).is_file():  # which would be one input, to try again
        _fill(Path(folders[0]), kept)
    BUILD.mkdir(parents=True, exist_ok=True)
    logging.disable()  # what is only remarked would fill screens
    artifacts = f"-artifact_prefix={BUILD / name}-"
    argv = [program, *LIMITS, artifacts, *options, *folders]
    if mutate is None:
        atheris.Setup(argv, one)
    else:
        atheris.Setup(argv, one, custom_mutator=_returning(mutate, kept))
    # libFuzzer ends the program past Python, which would leave the folders of inputs.
    ctypes.CDLL(None)["__cxa_atexit"](_AT_EXIT, None, None)
    atheris.Fuzz()


def _returning(mutate: Mutate, seeds: list[bytes]) -> Mutate:
    """Now and then makes an input of a seed: libFuzzer keeps the shortest inputs, and nothing invents the names in others."""

    def change(data: bytes, size: int, seed: int) -> bytes:
        rng = random.Random(seed)
        data = rng.choice(seeds) if rng.random() < AGAIN else data
        # Of a seed of its own: the same numbers once more would change nothing but the first lines of what was chosen.
        return mutate(data, size, rng.getrandbits(32))

    return change


def _fill(folder: Path, inputs: Iterable[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def mutated_json(data: bytes, size: int, seed: int) -> bytes:
    """Another input of one whose lines are JSON: mostly a value of it is changed, sometimes its bytes are."""
    import atheris

    rng = random.Random(seed)
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    try:
        told = json.loads(lines[at])
    except (ValueError, RecursionError):
        told = None
    if told is None or rng.random() < 0.2:
        return bytes(atheris.Mutate(data, size))
    text = json.dumps(_changed(told, rng)).replace('"@deep"', "[" * DEEP)
    lines[at] = text.encode()
    return b"\n".join(lines)[:size]


_ODD: tuple[Any, ...] = (None, True, False, 0, 1, -1, 2**31, 2**63, 10**400, 0.5, 1e-320, 1e300, math.inf, math.nan)  # fmt: skip
_ODD += ("", "x", "0", "1.5", "none", "../x", "a\nb", "\0", "\ud800", "@deep", [], {}, [[]], {"a": 1})  # fmt: skip


def _changed(value: Any, rng: random.Random) -> Any:
    """A value with something in it replaced, left out, doubled or moved."""
    if not isinstance(value, (dict, list)) or not value or rng.random() < 0.1:
        return rng.choice(_ODD)
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = rng.choice(keys)
    way = rng.random()
    if way < 0.1:
        del value[key]
    elif way < 0.2:
        value[key] = value[rng.choice(keys)]
    elif way < 0.25 and isinstance(value, dict):
        value[str(rng.choice(_ODD))] = value[key]
    elif way < 0.25 and isinstance(value, list):
        value.append(value[key])
    else:
        value[key] = _changed(value[key], rng)
    return value
