"""A copy keeps every value as text.

Mistake: copies go through a store of texts, and nobody parses them on the way back.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: ``"stock": "7"`` instead of ``"stock": 7``: clients add texts.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import Item
from squall_reference.resilience.last_known_good import Copy, LastKnownGood

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"

careful = LastKnownGood.recall


async def recall(self: LastKnownGood[list[Item]], key: str) -> Copy[list[Item]] | None:
    """The reference's copy, in texts."""
    copy = await careful(self, key)
    if copy is None:
        return None
    texts = [
        Item.model_construct(id=one.id, name=one.name, stock=str(one.stock)) for one in copy.value
    ]
    return Copy(texts, copy.age)


def create_app() -> FastAPI:
    """The reference app with copies of text."""
    replace(LastKnownGood, "recall", recall)
    return main.create_app()
