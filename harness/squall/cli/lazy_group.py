"""A group that imports its commands when they are called, and lists them under headings.

After the pattern of click's documentation, "Lazily Loading Subcommands".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from squall.core.suggestions import suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A command's module, and its line in the help. A test compares it with the docstring."""

    place: str
    """``module:attribute``."""
    summary: str


class LazyGroup(click.Group):
    """``sections``: heading, then commands by name."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - as click has them
        sections: Mapping[str, Mapping[str, Verb]],
        **more: Any,  # noqa: ANN401 - as click has them
    ) -> None:
        super().__init__(*arguments, **more)
        self._sections = sections
        self._verbs = {name: verb for verbs in sections.values() for name, verb in verbs.items()}

    def list_commands(self, _context: click.Context) -> list[str]:
        """All commands, in the order of the help."""
        return list(self._verbs)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command, imported now; None if it does not exist."""
        if name not in self._verbs:
            return None
        module, _, attribute = self._verbs[name].place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve like click, and suggest the nearest commands for an unknown one."""
        word = words[0]
        if not word.startswith("-") and word not in self._verbs:
            hint = suggest(word, self._verbs, list_with="squall --help")
            context.fail(f"No such command {word!r}; {hint}")
        return super().resolve_command(context, words)

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under their headings, without importing one."""
        width = max(len(name) for name in self._verbs)
        for heading, verbs in self._sections.items():
            with formatter.section(heading):
                rows = [(name.ljust(width), verb.summary) for name, verb in verbs.items()]
                formatter.write_dl(rows)
