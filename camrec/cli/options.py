"""The options that commands share, each declared once.

Defaults, ranges and meanings of numbers come from :mod:`camrec.settings`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from camrec.cli.targets import check_apart
from camrec.elements import Box
from camrec.reading.pattern import digits_of
from camrec.settings import Checked, ReadingSettings, Setting

Function = TypeVar("Function", bound=Callable[..., Any])
Settings = TypeVar("Settings", bound=Checked)


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What the options of a reading command say.

    Parameters
    ----------
    model : str
        Name or path.
    train_if_missing : bool
        Make a model that is missing.
    settings : ReadingSettings
    json, csv : str or None
        Where records go; ``-`` is standard output.
    crops : str or None
        Folder.
    debug : Path or None
        Folder.
    out : Path or None
        Folder.
    save : bool or None
        Write annotated pictures or video; None leaves it to the command.
    roi : Box or None
    pattern : str or None
    digits : (int, int) or None
        Least and most of a number.
    keep_misfits : bool
        Numbers that do not fit are told of too.
    quiet, verbose : bool
    """

    model: str
    train_if_missing: bool
    settings: ReadingSettings
    json: str | None
    csv: str | None
    crops: str | None
    debug: Path | None
    out: Path | None
    save: bool | None
    roi: Box | None
    pattern: str | None
    digits: tuple[int, int] | None
    keep_misfits: bool
    quiet: bool
    verbose: bool

    @property
    def asks(self) -> bool:
        """Whether numbers have to fit anything."""
        return self.pattern is not None or self.digits is not None


def setting_options(
    declared: type[Any], *, without: tuple[str, ...] = ()
) -> Callable[[Function], Function]:
    """An option for every field of a settings class but those in `without`.

    The command gets them as keyword arguments by field name.
    """

    def decorate(function: Function) -> Function:
        for item in reversed(fields(declared)):
            if item.name not in without:
                option = _setting_option(item.name, item.default, item.metadata)
                function = option(function)
        return function

    return decorate


def take(declared: type[Settings], values: dict[str, Any]) -> Settings:
    """Make a settings object of the values of its options, and take those out of `values`."""
    names = [item.name for item in fields(declared)]  # type: ignore[arg-type]
    return declared(**{name: values.pop(name) for name in names if name in values})


model_option = click.option(
    "--model",
    default="digits",
    show_default=True,
    metavar="NAME|PATH",
    help="A shipped model, one of your own by name, or a .tflite, .keras or .onnx file with its card beside it.",
)


def reading_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every reading command; the function gets them as ``options``, a :class:`ReadingOptions`."""
    return reading_options_without()(function)


def reading_options_without(
    *unwanted: str,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """As :func:`reading_options`, for a command that has no use for some of them; those are None."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def command(**values: Any) -> Any:
            own = {n: values.pop(n) for n in tuple(values) if n not in _NAMES}
            options = _options({**dict.fromkeys(unwanted), **values})
            return function(options=options, **own)

        for name, option in reversed(_READING.items()):
            if name not in unwanted:
                command = option(command)
        return command

    return decorate


def _setting_option(name: str, default: Any, metadata: Any) -> Callable[..., Any]:
    declared: Setting = metadata["setting"]
    # The unit of a time stands beside it in the help: --stale-after s.
    option = "--" + name.removesuffix("_s").replace("_", "-")
    if isinstance(default, bool):
        return click.option(option, name, is_flag=True, help=declared.meaning)
    return click.option(
        option,
        name,
        type=_type(default, declared),
        default=default,
        show_default=default is not None,
        metavar="|".join(declared.choices) or declared.form or declared.unit or "N",
        help=declared.meaning,
    )


def _type(default: Any, declared: Setting) -> click.ParamType:
    if declared.choices:
        return click.Choice(declared.choices)
    if declared.form:
        return _SizeType()
    if isinstance(default, int):
        low, high = declared.low, declared.high
        return click.IntRange(
            None if low is None else int(low), None if high is None else int(high)
        )
    return NumberRange(declared.low, declared.high)


class NumberRange(click.FloatRange):
    """As :class:`click.FloatRange`, which lets NaN pass: it compares false with every end of a range."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


class _BoxType(click.ParamType):
    """Four whole numbers with commas between them."""

    name = "box"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Box:
        if isinstance(value, Box):
            return value
        match = re.fullmatch(r"(\d+),(\d+),([1-9]\d*),([1-9]\d*)", value)
        if match is None:
            self.fail(
                f"{value!r} is not x,y,w,h in whole pixels, such as 0,120,640,200",
                param,
                ctx,
            )
        return Box(*(int(part) for part in match.groups()))


class _SizeType(click.ParamType):
    """Width and height in pixels."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", value.lower())
        if match is None:
            self.fail(f"{value!r} is not a size such as 1280x720", param, ctx)
        return int(match[1]), int(match[2])


class StrideType(click.ParamType):
    """Every how many frames one is read: a whole number, or ``auto``, which is None."""

    name = "stride"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if value == "auto":
            return None
        if re.fullmatch(r"0*[1-9]\d{0,8}", str(value)) is None:
            self.fail(f"{value!r} is neither auto nor a number of frames", param, ctx)
        return int(value)


class _PatternType(click.ParamType):
    """A regular expression, kept as text."""

    name = "regex"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            re.compile(value)
        except re.error as error:
            self.fail(f"{value!r} is not a regular expression ({error})", param, ctx)
        return str(value)


class _CountType(click.ParamType):
    """A count of digits, or the least and the most."""

    name = "count"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        try:
            return digits_of(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_FOLDER = click.Path(file_okay=False, path_type=Path)

_READING = {
    "model": model_option,
    "train_if_missing": click.option(
        "--train-if-missing",
        is_flag=True,
        help="Where there is no such model, make it first, as `camrec train` does with MNIST alone.",
    ),
    "settings": setting_options(ReadingSettings),
    "roi": click.option(
        "--roi",
        type=_BoxType(),
        metavar="X,Y,W,H",
        help="Read only this part of the picture, in pixels.",
    ),
    "pattern": click.option(
        "--pattern",
        type=_PatternType(),
        metavar="REGEX",
        help=r"""Report only numbers that fit as a whole, such as \d{4}. One that does not is read anew: the likeliest reading of
its ink that fits is taken, if its chance is one in ten or better. Its confidence is that chance, and --min-confidence does not
leave out its digits.""",
    ),
    "digits": click.option(
        "--digits",
        type=_CountType(),
        metavar="N|N-M",
        help="Report only numbers of so many digits; as a --pattern, and together with it.",
    ),
    "keep_misfits": click.option(
        "--keep-misfits",
        is_flag=True,
        help='Report numbers that --pattern or --digits leaves out, too, with "fits": false in their records.',
    ),
    "json": click.option(
        "--json",
        metavar="PATH",
        help="Write records as JSON lines; - is standard output.",
    ),
    "csv": click.option(
        "--csv",
        metavar="PATH",
        help="Write a table, a row a digit; - is standard output.",
    ),
    "crops": click.option(
        "--crops",
        metavar="DIR",
        help="Write each digit as a picture of its own.",
    ),
    "debug": click.option(
        "--debug",
        type=_FOLDER,
        metavar="DIR",
        help="Write sheets that explain the reading: of every still; of video the first frame, then one a second.",
    ),
    "out": click.option(
        "--out",
        type=_FOLDER,
        metavar="DIR",
        help="Where annotated pictures go; by default beside the input.",
    ),
    "save": click.option(
        "--save/--no-save", default=None, help="Write what was read, drawn."
    ),
    "quiet": click.option("-q", "--quiet", is_flag=True, help="Only errors."),
    "verbose": click.option("-v", "--verbose", is_flag=True, help="Tell what goes on."),
}

_NAMES = {item.name for item in fields(ReadingOptions)} | {
    item.name for item in fields(ReadingSettings)
}


def _options(values: dict[str, Any]) -> ReadingOptions:
    if values["keep_misfits"] and values["pattern"] is values["digits"] is None:
        raise click.UsageError("--keep-misfits needs --pattern or --digits to fit")
    check_apart({"--json": values["json"], "--csv": values["csv"]})
    return ReadingOptions(settings=take(ReadingSettings, values), **values)
