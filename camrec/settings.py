"""Every number a user may turn: default, unit, range and meaning, declared once.

Constructors take these classes, click options and web sliders are made from their fields. Times are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from numbers import Integral, Real
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """What is declared about one setting.

    Parameters
    ----------
    meaning : str
        One sentence for `--help`.
    unit : str
        "s", "px", "frames/s"; empty for a plain number.
    low, high : float or None
        Inclusive range; None leaves that side open.
    choices : tuple of str
        The words a setting may be, where it is a word.
    form : str
        How it is written where it is neither number nor word: "WIDTHxHEIGHT" for two whole numbers.
    """

    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    form: str = ""


def setting(
    default: Any,
    meaning: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    form: str = "",
) -> Any:
    """Declare a field of a settings class; its :class:`Setting` lies in the field's metadata."""
    declared = Setting(meaning, unit, low, high, choices, form)
    return field(default=default, metadata={"setting": declared})


_KINDS: dict[type, tuple[Any, str]] = {
    bool: (bool, "true or false"),
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
}
"""What may stand for a default of each type, and its name; a file of settings may hold anything."""


def _is_size(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(type(side) is int and side > 0 for side in value)
    )


class Checked:
    """Checks every declared kind, range and choice when a settings object is made."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]
            declared: Setting = item.metadata["setting"]
            value = getattr(self, item.name)
            own = type(item.default)
            kind, meant = _KINDS.get(own, (object, ""))
            if not isinstance(value, kind) or (meant and isinstance(value, bool) is not (own is bool)):  # fmt: skip
                raise ValueError(f"{item.name} is {value!r}; it must be {meant}")
            if declared.form and value is not None and not _is_size(value):
                raise ValueError(f"{item.name} is {value!r}; it must be {declared.form}")  # fmt: skip
            if declared.choices and value not in declared.choices:
                raise ValueError(
                    f"{item.name} is {value!r}; it must be one of {', '.join(declared.choices)}"
                )
            # "not in" rather than "out of": NaN compares false with everything and is in no range.
            too_low = declared.low is not None and not value >= declared.low
            too_high = declared.high is not None and not value <= declared.high
            if too_low or too_high:
                low = "-inf" if declared.low is None else f"{declared.low:g}"
                high = "inf" if declared.high is None else f"{declared.high:g}"
                raise ValueError(
                    f"{item.name} is {value!r}; it must lie in [{low}, {high}]"
                )


@dataclass(frozen=True, slots=True)
class ReadingSettings(Checked):
    """How one picture is read."""

    min_confidence: float = setting(
        0.5, "Report only digits at least this sure.", low=0.0, high=1.0
    )
    work_side: int = setting(
        1280,
        "Longest side at which large pictures are searched; boxes are reported in full pixels.",
        unit="px",
        low=160,
        high=8000,
    )
    most_components: int = setting(
        2000,
        "Pieces of ink looked at in one picture; where there are more, the tallest.",
        low=1,
        high=100000,
    )
    rotate: str = setting(
        "auto",
        "Degrees clockwise that bring the picture upright; auto finds them for stills, and leaves video as it is.",
        choices=("auto", "0", "90", "180", "270"),
    )
    lines: str = setting(
        "auto",
        "Whether a second network reads lines whose digits touch, are unsure, or were not found.",
        choices=("auto", "never"),
    )

    def for_video(self) -> ReadingSettings:
        """The same for frames of one camera: they all lie one way, and to look for it in each would cost time."""
        return replace(self, rotate="0") if self.rotate == "auto" else self


@dataclass(frozen=True, slots=True)
class TrackingSettings(Checked):
    """How digits are followed through a video."""

    show_after_s: float = setting(
        0.15,
        "How long a digit that stands alone must be seen for sure before it is shown.",
        unit="s",
        low=0.0,
        high=10.0,
    )
    memory_s: float = setting(
        0.5, "How long past readings of a digit count.", unit="s", low=0.0, high=10.0
    )
    keep_s: float = setting(
        0.25,
        "How long a digit whose ink cannot be seen any more is still shown.",
        unit="s",
        low=0.0,
        high=10.0,
    )
    stable_s: float = setting(
        0.4,
        "How long a number must stand, read for sure, before it is an event.",
        unit="s",
        low=0.0,
        high=60.0,
    )
    gone_s: float = setting(
        1.0,
        "How long a number must be away to have left.",
        unit="s",
        low=0.0,
        high=600.0,
    )


BACKENDS = ("v4l2", "gstreamer", "msmf", "dshow", "avfoundation")
"""Parts of OpenCV that open cameras, by their names in lower case; which are there depends on platform and build."""


@dataclass(frozen=True, slots=True)
class CaptureSettings(Checked):
    """How pictures come in: what is asked of a camera, and how long it may keep silent."""

    size: tuple[int, int] | None = setting(
        None,
        "Ask the camera for pictures of this size; without it, its own.",
        form="WIDTHxHEIGHT",
    )
    fps: float = setting(
        0.0,
        "Ask the camera for this rate; 0 leaves it as it is.",
        unit="frames/s",
        low=0.0,
        high=999.0,
    )
    mirror: bool = setting(
        False,
        "Flip what comes in left for right before it is read: some cameras send mirror images.",
    )
    rotate: str = setting(
        "0",
        "Degrees clockwise by which what comes in is turned before it is read and shown.",
        choices=("0", "90", "180", "270"),
    )
    backend: str = setting(
        "auto",
        "Part of OpenCV that opens cameras; auto tries those of the platform in turn.",
        choices=("auto", *BACKENDS),
    )
    open_timeout_s: float = setting(
        10.0,
        "Give up on a camera or an address that does not answer.",
        unit="s",
        low=0.1,
        high=600.0,
    )
    stale_after_s: float = setting(
        2.0,
        "A live source that sends no picture for so long is opened anew.",
        unit="s",
        low=0.1,
        high=600.0,
    )
    reconnect_for_s: float = setting(
        60.0,
        "Give up on a live source that was lost and does not come back for so long.",
        unit="s",
        low=0.0,
        high=1e6,
    )


@dataclass(frozen=True, slots=True)
class ServingSettings(Checked):
    """What clients of the server may ask of it."""

    workers: int = setting(
        2, "Pictures that are read at the same time.", low=1, high=64
    )
    max_wait_s: float = setting(
        3.0,
        "A picture that would wait longer for its turn is sent away, and may come again.",
        unit="s",
        low=0.0,
        high=600.0,
    )
    max_upload: float = setting(
        20.0, "Largest file of a picture.", unit="MB", low=0.1, high=500.0
    )
    max_pixels: float = setting(
        64.0,
        "Largest picture, in millions of pixels.",
        unit="Mpx",
        low=0.1,
        high=268.0,
    )
    body_timeout_s: float = setting(
        20.0,
        "Give up on a client whose request takes longer to come.",
        unit="s",
        low=1.0,
        high=600.0,
    )

    @property
    def upload_bytes(self) -> int:
        """`max_upload` in bytes."""
        return int(self.max_upload * 1e6)

    @property
    def pixels(self) -> int:
        """`max_pixels` in pixels."""
        return int(self.max_pixels * 1e6)


NETWORKS = ("camrec", "mlp", "cnn", "lenet", "vgg", "resnet")
"""Networks that can be trained; :mod:`camrec.training.network` builds them."""


@dataclass(frozen=True, slots=True)
class TrainingSettings(Checked):
    """How a network is trained."""

    network: str = setting("camrec", "Which network.", choices=NETWORKS)
    dropout: float = setting(
        0.3, "Share of features dropped while training.", low=0.0, high=0.9
    )
    epochs: int = setting(20, "Times that every crop is seen.", low=1, high=1000)
    batch: int = setting(256, "Crops a step.", low=1, high=65536)
    rate: float = setting(
        2e-3, "Learning rate after warm-up; SGD wants tenfold.", low=0.0, high=1.0
    )
    schedule: str = setting(
        "cosine",
        "How the rate falls: along a half cosine, not at all, or by tenths after a half and three quarters.",
        choices=("cosine", "constant", "step"),
    )
    optimizer: str = setting(
        "adamw", "Who takes the steps.", choices=("adamw", "adam", "sgd", "rmsprop")
    )
    decay: float = setting(
        1e-3, "Weight decay, of adamw and sgd alone.", low=0.0, high=1.0
    )
    smoothing: float = setting(
        0.0,
        "Label smoothing: the share of certainty spread over all classes.",
        low=0.0,
        high=0.5,
    )
    patience: int = setting(
        0,
        "Stop after so many epochs without a better loss on what is held back; 0 never stops early.",
        low=0,
        high=1000,
    )
    validation: float = setting(
        0.083333,
        "Share that is held back to watch the training: the last images of MNIST, any of your own.",
        low=0.001,
        high=0.9,
    )
    precision: str = setting(
        "float32",
        "Numbers of the steps; bfloat16 halves their time on processors that have it (AMX, AVX-512 BF16) and is slow on others.",
        choices=("float32", "bfloat16"),
    )
    pages: int = setting(
        3000,
        "Rendered pages whose candidates are learned from.",
        low=0,
        high=10_000_000,
    )
    seed: int = setting(
        1,
        "Of everything random; the same seed trains the same network.",
        low=0,
        high=2**31 - 1,
    )


@dataclass(frozen=True, slots=True)
class VariationSettings(Checked):
    """How training crops are varied, each time they are seen anew."""

    varied: float = setting(
        0.8, "Share of crops shown by another hand and pen.", low=0.0, high=1.0
    )
    rotation: float = setting(
        6.0, "Rotation, standard deviation.", unit="degrees", low=0.0, high=180.0
    )
    shear: float = setting(
        0.15,
        "Slant, standard deviation; px aside for one px up.",
        low=0.0,
        high=2.0,
    )
    stretch: float = setting(
        0.12,
        "Width against height, standard deviation of the logarithm.",
        low=0.0,
        high=1.0,
    )
    elastic: float = setting(
        0.6,
        "Elastic bending, standard deviation of the displacement.",
        unit="px",
        low=0.0,
        high=10.0,
    )
    stroke: float = setting(
        0.4, "Share of varied crops with a wider or narrower pen.", low=0.0, high=1.0
    )
    fine: float = setting(
        0.08,
        "Share of varied crops written with a pen finer than MNIST has.",
        low=0.0,
        high=1.0,
    )
    shift: float = setting(
        0.3,
        "Shift off the centre, standard deviation.",
        unit="px",
        low=0.0,
        high=10.0,
    )
    zoom: float = setting(
        0.03, "Size, standard deviation of the logarithm.", low=0.0, high=1.0
    )
    blur: float = setting(
        0.15, "Share of varied crops that are blurred.", low=0.0, high=1.0
    )
    noise: float = setting(
        0.02,
        "Grey noise, standard deviation on crops that have it.",
        low=0.0,
        high=1.0,
    )


EXPORTS = ("float32", "float16", "int8", "onnx")


@dataclass(frozen=True, slots=True)
class ExportSettings(Checked):
    """What an export may cost."""

    tolerance: float = setting(
        0.05,
        "Keep no export whose accuracy falls by more percentage points.",
        unit="points",
        low=0.0,
        high=100.0,
    )
    prune: float = setting(
        0.0,
        "Share of each layer's weights that becomes zero; the others are trained to make up for it.",
        low=0.0,
        high=0.99,
    )
    healing: int = setting(
        4, "Times that every crop is seen while pruning, on average.", low=1, high=1000
    )
