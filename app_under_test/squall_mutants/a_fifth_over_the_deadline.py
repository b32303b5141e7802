"""The deadline has a time of grace.

Mistake: "a little more, so that nearly finished requests succeed"; callers have gone by then.
Outage: the database stops responding without closing a connection.
Symptom: answers after 1.2 deadlines, which look like answers in time on a dashboard of averages.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability import context
from squall_reference.resilience.deadline import Deadline, deadline_in

from squall_mutants.shared import replace

EXPOSED_BY = ("silent-network", "slow-conflicts")
CAUGHT_BY = ("answered-in-time",)
SET = "second"

TIMES = 1.2


def longer(seconds: float) -> Deadline:
    """A fifth more."""
    return deadline_in(seconds * TIMES)


def create_app() -> FastAPI:
    """The reference app with a time of grace."""
    replace(context, "deadline_in", longer)
    return main.create_app()
