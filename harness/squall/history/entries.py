"""The things that an answer lists, each as a read of its own: enough to tell what is behind.

GET /doctors ──▶ [{"id": 3, "name": "Ada"}, …]    as    GET /doctors/3 ──▶ {"name": "Ada"}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from squall.history.op import Op
from squall.history.shape import IDENTITIES, digest_fields

MAX_ENTRIES, MAX_FIELDS = 12, 8


def describe_entries(text: str) -> str:
    """The first things of a list, or of the one list of a page, by their identity: their fields
    with digests of the values, as JSON; empty if there are none. What an object with an identity of
    its own lists are its parts.
    """
    try:
        value = json.loads(text)
    except ValueError:
        return ""
    found = dict(_entries(_the_list(value)))
    return json.dumps(found, separators=(",", ":")) if found else ""


def as_reads(ops: Iterable[Op]) -> Iterator[Op]:
    """For each thing in the answer of a read, what a read of it alone would have shown."""
    for op in ops:
        if op.entries and op.good and op.effect == "read":
            entries: Mapping[str, Mapping[str, str]] = json.loads(op.entries)
            for key, fields in entries.items():
                yield replace(op, request=f"GET {op.path.rstrip('/')}/{key}",
                              texts=json.dumps(fields), entries="")  # fmt: skip


def _the_list(value: object) -> list[Any]:
    if isinstance(value, dict):
        if not IDENTITIES.isdisjoint(value):
            return []
        lists = [item for item in value.values() if isinstance(item, list)]
        value = lists[0] if len(lists) == 1 else []
    return value if isinstance(value, list) else []


def _entries(items: list[Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for item in items[:MAX_ENTRIES]:
        if not isinstance(item, dict):
            continue
        name = next((one for one in item if one in IDENTITIES), "")
        others = {key: one for key, one in item.items() if key != name}
        fields = digest_fields(others, MAX_FIELDS)
        if fields and isinstance(item.get(name), (str, int)):
            yield str(item[name]), fields
