"""What the API answers, as types: `/openapi.json` is made of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

Share = Annotated[float, Field(ge=0, le=1)]
Base64 = Annotated[str, StringConstraints(max_length=16_384)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=16)]
BoxList = Annotated[
    list[int],
    Field(
        min_length=4,
        max_length=4,
        description="x, y, width, height in pixels of the picture as decoded.",
    ),
]


class DigitRecord(BaseModel):
    """One digit."""

    digit: Label
    confidence: Share
    box: BoxList
    number: Annotated[int | None, Field(description="Index into numbers.")]
    track: Annotated[
        int | None, Field(description="Its id through time; with track.")
    ] = None
    crop: Annotated[
        Base64 | None,
        Field(description="PNG, 28x28, pen white, base64; with details."),
    ] = None
    scores: Annotated[
        dict[str, Share] | None,
        Field(description="Probability of every class; with details."),
    ] = None


class NumberRecord(BaseModel):
    """Digits that stand together."""

    text: str
    confidence: Share
    box: BoxList
    fits: bool = True


class Record(BaseModel):
    """All that was read in one picture, as `camrec image --json` writes it."""

    source: str
    frame: int
    time: Annotated[float, Field(description="Seconds.")]
    width: int
    height: int
    digits: list[DigitRecord]
    numbers: list[NumberRecord]


class ErrorTold(BaseModel):
    """What went wrong."""

    code: Annotated[str, Field(description="For programs.")]
    message: Annotated[str, Field(description="What was found.")]
    hint: Annotated[str, Field(description="What to do.")]


class ErrorAnswer(BaseModel):
    """The answer to every request that fails."""

    error: ErrorTold


class SettingTold(BaseModel):
    """One number or word that may be turned."""

    default: float | int | str
    low: float | None
    high: float | None
    step: float | None
    unit: str
    choices: list[str]
    help: str


class ModelTold(BaseModel):
    """The model that reads."""

    name: str
    classes: list[str]
    sha256: str


class FeedbackTold(BaseModel):
    """Whether feedback is kept."""

    enabled: bool
    stored: str


class LimitsTold(BaseModel):
    """The largest picture."""

    upload_bytes: int
    pixels: int


class CameraTold(BaseModel):
    """The camera at the server, under `camrec live --browser`."""

    name: str


class Config(BaseModel):
    """What a page has to know."""

    version: str
    model: ModelTold
    settings: dict[str, SettingTold]
    feedback: FeedbackTold
    gradcam: bool
    limits: LimitsTold
    camera: CameraTold | None


class Health(BaseModel):
    """That the server lives."""

    status: Literal["ok"]
    version: str
    uptime: Annotated[float, Field(description="Seconds.")]
    waiting: Annotated[int, Field(description="Pictures that wait to be read.")]


class ModelCard(BaseModel, extra="allow"):
    """The card of the model, whole."""

    name: str
    classes: list[str]
    normaliser: int
    temperature: float
    sha256: dict[str, str]


class CropAsked(BaseModel, extra="forbid"):
    """A crop that is to be explained."""

    crop: Annotated[Base64, Field(description="PNG, 28x28, pen white, base64.")]
    label: Annotated[Label, Field(description="The class that is to be explained.")]


class Explained(BaseModel):
    """Where the network looked."""

    scores: dict[str, Share]
    gradcam: Annotated[
        str,
        Field(description="PNG, base64: the crop, red where it speaks for the class."),
    ]


class FeedbackGiven(BaseModel, extra="forbid"):
    """What a person says of a digit."""

    crop: Annotated[Base64, Field(description="PNG, 28x28, pen white, base64.")]
    scores: Annotated[dict[Label, Share], Field(max_length=64)]
    read: Label
    label: Annotated[
        Label, Field(description='What it is: a class of the model, or "none".')
    ]
    model: Annotated[str, StringConstraints(max_length=100)]


class FeedbackEntry(FeedbackGiven, extra="ignore"):
    """One that is kept."""

    id: int
    time: Annotated[str, Field(description="UTC, ISO 8601.")]


class FeedbackExport(BaseModel):
    """All that are kept."""

    entries: list[FeedbackEntry]


class FeedbackKept(BaseModel):
    """The number of the entry."""

    id: int


class Deleted(BaseModel):
    """How many entries were deleted."""

    deleted: int
