"""Options under headings in ``--help``: ``@grouped("The lab", click.option(…), …)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

C = TypeVar("C", bound=Callable[..., Any])

GENERAL = "Options"


class GroupedCommand(click.Command):
    """A command that lists its options under their headings."""

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """One section per heading, in the order in which the options were declared."""
        sections: dict[str, list[tuple[str, str]]] = {}
        # Arguments are in the line of usage and in the text; click 8.5 lists them here as well.
        options = (each for each in self.get_params(context) if isinstance(each, click.Option))
        for parameter in options:
            record = parameter.get_help_record(context)
            if record is not None:
                heading = getattr(parameter, "heading", GENERAL)
                sections.setdefault(heading, []).append(record)
        for heading in sorted(sections, key=lambda each: each == GENERAL):
            with formatter.section(heading):
                formatter.write_dl(sections[heading])


def grouped(heading: str, *options: Callable[[C], C]) -> Callable[[C], C]:
    """The options, in this order, under a heading."""

    def add(command: C) -> C:
        for option in reversed(options):
            command = option(command)
            parameters: list[click.Parameter] = vars(command)["__click_params__"]
            vars(parameters[-1])["heading"] = heading
        return command

    return add
