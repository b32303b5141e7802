"""The lists of an object, each as digests of the texts in it: enough to tell two versions apart.

    {"steps": ["boil", {"words": "stir"}]}             ──▶  {"steps": ["7f1a", "03bc"]}
    {"lines": [{"item": 7, "pieces": 2}, {"item": 9}]}  ──▶  {"lines": ["#52aa", "#9e01", "#7b23"]}

A list without texts is told by its numbers, each with its place and name: small ones are alike by
chance.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from squall.history.shape import NUMBER, text_digest

MAX_LISTS = 10
MAX_TEXTS = 60
"""Or numbers, in one list. A longer one is left out: of a part nothing follows."""


def describe_lists(value: object) -> str:
    """The lists of this object that hold texts or numbers, by field, as JSON; empty if none
    does.
    """
    if not isinstance(value, dict):
        return ""
    lists = {name: item for name, item in value.items() if isinstance(item, list)}
    found = {name: digests for name, item in lists.items() if (digests := _digests(item))}
    few = dict(list(found.items())[:MAX_LISTS])
    return json.dumps(few, separators=(",", ":")) if few else ""


def lists_of(text: str) -> str:
    """The same of a body as JSON text; empty if it is not JSON."""
    try:
        return describe_lists(json.loads(text))
    except ValueError:
        return ""


def read_lists(described: str) -> Mapping[str, frozenset[str]]:
    """The digests by field, from what :func:`describe_lists` has made."""
    found: dict[str, list[str]] = json.loads(described) if described else {}
    return {name: frozenset(digests) for name, digests in found.items()}


def _digests(items: list[Any]) -> list[str]:
    fields = list(_fields(items))
    texts = [text_digest(one) for _, one in fields if isinstance(one, str) and one]
    found = texts or [f"{NUMBER}{text_digest(f'{place}={one}')}" for place, one in fields
                      if isinstance(one, (int, float)) and not isinstance(one, bool)]  # fmt: skip
    return found if len(found) <= MAX_TEXTS else []


def _fields(items: list[Any]) -> Iterator[tuple[str, Any]]:
    """What is in the list itself, and in the objects in it, each with its place and name."""
    for place, item in enumerate(items):
        named = item.items() if isinstance(item, dict) else (("", item),)
        yield from ((f"{place}.{name}", one) for name, one in named)
