"""A copy that is too old ends in an error of the program.

Mistake: ``copies[key]`` after the time to live has removed it.
Outage: the database is out for many deadlines.
Symptom: the first seconds of an outage look well, then reads answer 500.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import Item
from squall_reference.resilience.last_known_good import Copy, LastKnownGood

from squall_mutants.shared import replace

EXPOSED_BY = ("long-outage",)
CAUGHT_BY = ("error-contract",)
SET = "second"

SECONDS = 5.0

careful = LastKnownGood.recall


async def recall(self: LastKnownGood[list[Item]], key: str) -> Copy[list[Item]] | None:
    """The reference's copy, or an error of the program."""
    copy = await careful(self, key)
    if copy is not None and copy.age > SECONDS:
        raise KeyError(key)
    return copy


def create_app() -> FastAPI:
    """The reference app with copies that expire."""
    replace(LastKnownGood, "recall", recall)
    return main.create_app()
