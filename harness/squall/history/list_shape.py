"""The lists of an object, each as digests of the texts in it: enough to tell two versions apart.

    {"title": "Soup", "steps": ["boil", {"words": "stir"}]}  ──▶  {"steps": ["7f1a", "03bc"]}

Numbers are left out: small ones are alike by chance.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from squall.history.shape import text_digest

MAX_LISTS = 10
MAX_TEXTS = 60
"""In one list. A longer one is left out: of a part nothing follows."""


def describe_lists(value: object) -> str:
    """The lists of this object that hold texts, by field, as JSON; empty if none does."""
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
    texts = list(_texts(items))
    return [text_digest(text) for text in texts] if len(texts) <= MAX_TEXTS else []


def _texts(items: list[Any]) -> Iterator[str]:
    """Of the list itself, and of the objects in it."""
    for item in items:
        fields = item.values() if isinstance(item, dict) else (item,)
        yield from (one for one in fields if isinstance(one, str) and one)
