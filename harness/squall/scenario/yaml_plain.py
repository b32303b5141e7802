"""The part of YAML that scenario files may use: plain scalars, lists and mappings.

No aliases (a few hundred bytes of them expand to gigabytes), no tags, no timestamps, no merge keys,
and limits for depth and size. Checked on the stream of events, before anything is built.
"""

from __future__ import annotations

import reprlib
from typing import Any

import yaml

from squall.core.errors import UsageError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_EVENTS = 20_000
MAX_SHOWN = 80
PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))


class PlainLoader(yaml.SafeLoader):
    """Resolves null, booleans and numbers; everything else is text."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in PLAIN_TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

_shown = reprlib.Repr()
_shown.maxstring = _shown.maxother = MAX_SHOWN
_shown.maxlong = 20


def show(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    """A short ``repr`` for a message."""
    return _shown.repr(value)


def compose(text: str, file: str) -> yaml.Node:
    """The tree of a file.

    Raises:
        UsageError: with file and line.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise UsageError(f"{file}: is larger than {MAX_BYTES // 1024} KiB")
    try:
        _check(text, file)
        root: yaml.Node | None = yaml.compose(text, Loader=PlainLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(f"{file}:{line}: is not YAML: {error.problem}"[:500]) from error
    except (yaml.YAMLError, ValueError, IndexError) as error:
        words = str(error).splitlines() or [type(error).__name__]
        raise UsageError(f"{file}:1: is not YAML: {words[0][:200]}") from error
    if root is None:
        raise UsageError(f"{file}:1: is empty; a scenario has name, story and steps")
    return root


def _check(text: str, file: str) -> None:
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=PlainLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if problem := _refusal(event, depth, number):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise UsageError(f"{file}:{line}: {problem}")


def _refusal(event: yaml.Event, depth: int, number: int) -> str:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        return "anchors and aliases (& and *) are not allowed: write the value out"
    if getattr(event, "tag", None) is not None:
        return "tags (!) are not allowed"
    if depth > MAX_DEPTH:
        return f"is nested deeper than {MAX_DEPTH} levels"
    return f"has more than {MAX_EVENTS:,} values" if number > MAX_EVENTS else ""
