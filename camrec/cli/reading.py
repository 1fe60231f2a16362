"""What the reading commands have in common: from options to a reader, a tracker and sinks."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from camrec.cli.hush import hush_libraries
from camrec.cli.missing import train_if_missing
from camrec.cli.options import ReadingOptions
from camrec.cli.report import Report
from camrec.cli.signals import Stopped, deferred
from camrec.cli.targets import spare_inputs
from camrec.settings import TrackingSettings

if TYPE_CHECKING:
    from pathlib import Path

    from camrec.elements import Frame
    from camrec.reading.reader import Reader
    from camrec.stream.pipeline import Pipeline, Reads
    from camrec.stream.sinks import Sink
    from camrec.stream.sinks.outputs import OutputNames
    from camrec.stream.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Run:
    """One call of a reading command: what stays the same from input to input.

    Parameters
    ----------
    options : ReadingOptions
    names : OutputNames
    sheets : OutputNames
        For what explains readings.
    report : Report
    reader : Reader
    records : list of Sink
        For records and crops.
    stop : callable
        Whether somebody asked to stop; every loop asks.
    """

    options: ReadingOptions
    names: OutputNames
    sheets: OutputNames
    report: Report
    reader: Reader
    records: list[Sink]
    stop: Callable[[], bool]

    def pipeline(
        self,
        drawn: Sequence[Sink],
        tracking: TrackingSettings | None = None,
        *,
        every: bool = False,
    ) -> Pipeline:
        """A pipeline to `drawn` and to the records; with a new tracker where there are settings for one.

        Frames that are followed are read where they have to be, or `every` one of them.
        """
        from camrec.stream.attention import AttentiveReader
        from camrec.stream.pipeline import Pipeline

        tracker = None if tracking is None else self._tracker(tracking)
        reader: Reads = self.reader
        if self.options.debug is not None:
            from camrec.stream.debugging import DebugSheets

            sheets = DebugSheets(self.reader, self.sheets, moving=tracking is not None)
            reader, drawn = sheets, [*drawn, sheets]
        if tracker is not None and not every:
            reader = AttentiveReader(reader, tracker.again_s)
        return Pipeline(
            reader,
            drawn,
            shared=self.records,
            tracker=tracker,
            on_error=self.report.error,
        )

    def _tracker(self, settings: TrackingSettings) -> Tracker:
        from camrec.stream.tracker import Tracker

        # What a pattern made of unsure digits is one number; without them it would be another.
        least = 0.0 if self.options.asks else self.options.settings.min_confidence
        classes, group = self.reader.classes, self.reader.group
        return Tracker(settings, classes, min_confidence=least, group=group)

    def save_sheet(self, frame: Frame) -> Path:
        """Write what explains the reading of one frame; returns where."""
        from camrec.stream.debugging import save_sheet

        inspection = self.reader.inspect(frame)
        return save_sheet(inspection, self.sheets, numbered=True, fresh=True)


@contextmanager
def reading(
    options: ReadingOptions,
    inputs: Sequence[str] = (),
    *,
    endless: bool = False,
    moving: bool = False,
) -> Iterator[Run]:
    """Everything that reading needs.

    In the end files are closed, `Stopped` is raised where somebody asked to stop, and the status is 1 where something
    could not be read or written.

    Parameters
    ----------
    options : ReadingOptions
    inputs : sequence of str
        Paths that must not be written to.
    endless : bool
        A signal is the ordinary way to end this run, and no reason to raise.
    moving : bool
        The pictures are those of a video: they lie all one way, and looking for it in each would cost time.
    """
    from camrec.reading.reader import Reader

    report = report_of(options)
    names = _output_names(options, inputs)
    sheets = _sheet_names(options, names, inputs)
    if options.train_if_missing:
        train_if_missing(options.model, report)
    settings = options.settings.for_video() if moving else options.settings
    reader = Reader(
        options.model,
        settings,
        roi=options.roi,
        pattern=options.pattern,
        digits=options.digits,
        keep_misfits=options.keep_misfits,
    )
    with (
        suppress(Stopped) if endless else nullcontext(),
        deferred() as stop,
        ExitStack() as stack,
    ):
        records = _record_sinks(options, inputs, stack)
        yield Run(options, names, sheets, report, reader, records, stop)
    if report.errors:
        click.get_current_context().exit(1)


def report_of(options: ReadingOptions) -> Report:
    """Who speaks for this run; libraries are hushed, unless the user wants to hear all."""
    if options.verbose:
        logging.basicConfig(
            level=logging.DEBUG, format="%(name)s: %(message)s", stream=sys.stderr
        )
    else:
        hush_libraries()
    return Report(options.quiet)


def _output_names(options: ReadingOptions, inputs: Sequence[str]) -> OutputNames:
    from camrec.stream.sinks.outputs import OutputNames, make_folder

    names = OutputNames(options.out, inputs)
    if options.out is not None and options.save is not False:
        make_folder(options.out)  # now, and not after an hour of work
    spare_inputs(names, options.json, options.csv)
    return names


def _sheet_names(
    options: ReadingOptions, names: OutputNames, inputs: Sequence[str]
) -> OutputNames:
    """Where sheets go: to a folder of their own, or where everything goes."""
    from camrec.stream.sinks.outputs import OutputNames, make_folder

    if options.debug is None:
        return names
    make_folder(options.debug)
    return OutputNames(options.debug, inputs)


def _record_sinks(
    options: ReadingOptions, inputs: Sequence[str], stack: ExitStack
) -> list[Sink]:
    """Sinks for records and crops; `stack` closes them all, whatever happens."""
    from camrec.stream.sinks.pictures import Crops
    from camrec.stream.sinks.text import CsvTable, JsonLines

    sinks: list[Sink] = []

    def add(sink: Sink) -> None:
        sinks.append(sink)
        stack.callback(sink.close)

    if options.json is not None:
        add(JsonLines(options.json))
    if options.csv is not None:
        add(CsvTable(options.csv))
    if options.crops is not None:
        add(Crops(options.crops, inputs))
    return sinks
