"""The fallback takes an internal field off the cached object, not off a copy of it.

Mistake: ``entry.pop("kept_by")`` on what the cache hands out, which is what it keeps.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: the second fallback for the same item is an internal error.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.last_known_good import Copy, LastKnownGood

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
SET = "fifth"

careful_keep = LastKnownGood.keep
careful_recall = LastKnownGood.recall


async def keep(self: LastKnownGood[Any], key: str, value: object) -> None:
    """With a field of our own."""
    await careful_keep(self, key, {"kept_by": "orders", "value": value})


async def recall(self: LastKnownGood[Any], key: str) -> Copy[Any] | None:
    """Without the field of our own."""
    copy = await careful_recall(self, key)
    if copy is None:
        return None
    copy.value.pop("kept_by")
    return Copy(copy.value["value"], copy.age)


def create_app() -> FastAPI:
    """The reference app that spoils its copies."""
    replace(LastKnownGood, "keep", keep)
    replace(LastKnownGood, "recall", recall)
    return main.create_app()
