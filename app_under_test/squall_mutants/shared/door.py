"""Another limit at the door: how many requests are let in, and what happens to the others."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability.context import HEALTH, RequestContext
from starlette.types import Scope

from squall_mutants.shared import replace

careful = RequestContext._served
"""How the reference serves who is at its door."""


def is_refused(door: RequestContext, scope: Scope) -> bool:
    """Whether the reference would refuse a request now."""
    return door._in_flight > door._most_in_flight and scope["path"] not in HEALTH


def app_with_door(served: object, places: int) -> FastAPI:
    """The reference app with few places, and ``served`` in the place of ``careful``."""
    roomy = RequestContext.__init__

    def small(self: RequestContext, *arguments: Any, **given: Any) -> None:  # noqa: ANN401 - the reference's
        roomy(self, *arguments, **{**given, "most_in_flight": places})

    replace(RequestContext, "__init__", small)
    replace(RequestContext, "_served", served)
    return main.create_app()
