"""Shell completion of names: outages, tags, faults with their attributes, gates, remedies.

Enable it with ``eval "$(_SQUALL_COMPLETE=bash_source squall)"``; see docs/reference/cli.md.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from squall.cli.described_fields import kind_of
from squall.core.errors import SquallError

PLAIN_REPLY = "COMPREPLY+=($value)"
NO_BLANK = f"{PLAIN_REPLY}\n            [[ $value == *= ]] && compopt -o nospace"


def _starting_with(word: str, names: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    return [CompletionItem(name, help=text) for name, text in names if name.startswith(word)]


def complete_outages(_c: click.Context, _p: click.Parameter, word: str) -> list[CompletionItem]:
    """Names of stock outages."""
    from squall.scenario.library import stock  # noqa: PLC0415 - only when completing

    return _starting_with(word, ((one.name, one.story) for one in stock()))


def complete_outages_and_tags(
    context: click.Context, parameter: click.Parameter, word: str
) -> list[CompletionItem]:
    """Names and tags of stock outages."""
    from squall.scenario.library import stock  # noqa: PLC0415 - only when completing

    tags = sorted({tag for one in stock() for tag in one.tags})
    names = complete_outages(context, parameter, word)
    return names + _starting_with(word, ((tag, "tag") for tag in tags))


def complete_faults(_c: click.Context, _p: click.Parameter, word: str) -> list[CompletionItem]:
    """Keys of faults, those of this directory's plugins too."""
    import squall_faults as faults  # noqa: PLC0415 - only when completing

    _load_plugins()
    return _starting_with(word, ((entry.key, entry.summary) for entry in faults.entries()))


def complete_attributes(
    context: click.Context, _p: click.Parameter, word: str
) -> list[CompletionItem]:
    """``name=`` of the fault's attributes that are not given yet, with its choices if it has some.

    Bash takes ``direction=up`` for three words: then the last one is completed by itself.
    """
    import squall_faults as faults  # noqa: PLC0415 - only when completing

    _load_plugins()
    entry = next(
        (each for each in faults.entries() if each.key == context.params.get("fault")), None
    )
    if entry is None:
        return []
    hints = get_type_hints(entry.fault)
    given = [str(one) for one in context.params.get("attributes") or ()]
    if given[-1:] == ["="]:
        choices = _choices(hints.get(given[-2])) if len(given) > 1 else []
        return _starting_with(word, ((choice, "") for choice in choices))
    there = {one.partition("=")[0] for one in given}
    names = [field.name for field in entry.fields() if field.name not in there]
    words = [
        (f"{name}={choice}", kind_of(hints[name]))
        for name in names
        for choice in _choices(hints[name]) or [""]
    ]
    return _starting_with(word, words)


def _choices(hint: object) -> list[str]:
    """The values of an attribute that has few; empty when it takes any."""
    if get_origin(hint) is Literal:
        return [str(choice) for choice in get_args(hint)]
    return ["true", "false"] if hint is bool else []


def _load_plugins() -> None:
    """Custom faults and gates; what is wrong with them is told by the command, not by a key."""
    from squall.config.plugins import load_plugins  # noqa: PLC0415 - only when completing

    with contextlib.suppress(SquallError):
        load_plugins(Path.cwd())


@functools.cache
def register_bash() -> None:
    """For bash: no blank behind ``latency_ms=``, where the value is to be typed."""

    class AttributeBashComplete(BashComplete):
        source_template = BashComplete.source_template.replace(PLAIN_REPLY, NO_BLANK)

    add_completion_class(AttributeBashComplete)


def complete_gates(_c: click.Context, _p: click.Parameter, word: str) -> list[CompletionItem]:
    """Names of gates."""
    from squall.gates.registry import standard_gates  # noqa: PLC0415 - only when completing

    _load_plugins()
    named = (
        (gate.name, (type(gate).__doc__ or "").partition("\n")[0]) for gate in standard_gates()
    )
    return _starting_with(word, named)


def complete_remedies(_c: click.Context, _p: click.Parameter, word: str) -> list[CompletionItem]:
    """Keys of remedies."""
    from squall.diagnosis.remedies import REMEDIES  # noqa: PLC0415 - only when completing

    return _starting_with(word, ((each.key, each.title) for each in REMEDIES))
