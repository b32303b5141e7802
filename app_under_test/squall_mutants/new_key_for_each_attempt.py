"""Each attempt at the carrier has a key of its own.

Mistake: the key is made where the request is made, and so a repeat is another parcel.
Outage: the carrier breaks off its answers, or answers every other request with 500.
Symptom: it fetches one parcel twice.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import uuid4

from fastapi import FastAPI
from pydantic import BaseModel
from squall_reference.services.carrier import Carrier

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-half-broken", "upstream-breaks-off-answers")

M = TypeVar("M", bound=BaseModel)


class ForgetfulCarrier(Carrier):
    """Every request is a new one."""

    async def _asked(self, model: type[M], method: str, path: str, **more: Any) -> M:  # noqa: ANN401 - the client's
        if "headers" in more:
            more["headers"] = {"Idempotency-Key": uuid4().hex}
        return await super()._asked(model, method, path, **more)


def create_app() -> FastAPI:
    """The reference app whose repeats are new."""
    return app_with_carrier(ForgetfulCarrier)
