"""Help of commands with many options: under headings, by subject."""

from __future__ import annotations

from typing import Any

import click


class GroupedCommand(click.Command):
    """A command whose ``--help`` lists options under headings.

    Parameters
    ----------
    groups : dict
        Heading to the names of its parameters. ``--help`` and what else is in no group goes under the first one.
    """

    def __init__(
        self, *args: Any, groups: dict[str, tuple[str, ...]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._headings = {
            name: heading for heading, names in groups.items() for name in names
        }
        self._order = list(groups)

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the options (called by click)."""
        sections: dict[str, list[tuple[str, str]]] = {name: [] for name in self._order}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                heading = self._headings.get(param.name or "", self._order[0])
                sections[heading].append(record)
        for heading in self._order:
            if sections[heading]:
                with formatter.section(heading):
                    formatter.write_dl(sections[heading])
