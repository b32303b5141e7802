"""A copy is served as if it were fresh.

Mistake: the cache returns the value, and its age stays inside.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: callers decide by numbers that were true some time ago, and cannot know it.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.last_known_good import Copy

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("answer-unlike-calm",)
SET = "second"


def create_app() -> FastAPI:
    """The reference app whose copies carry no mark."""
    replace(Copy, "headers", property(lambda _copy: {}))
    return main.create_app()
