"""The carrier is asked with the synchronous client.

Mistake: ``requests.get`` in an ``async def``, here with the client's own synchronous form.
Outage: the carrier is silent.
Symptom: the event loop stands still, with it all other requests and the liveness probe.
"""

from __future__ import annotations

from typing import Any, TypeVar

import httpx2
from fastapi import FastAPI
from pydantic import BaseModel
from squall_reference.errors import CarrierAway, CarrierUnknown
from squall_reference.services.carrier import Carrier

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-silent", "upstream-accepts-late")
CAUGHT_BY = ("answered-in-time",)

M = TypeVar("M", bound=BaseModel)


class BlockingCarrier(Carrier):
    """Whoever asks stops everybody."""

    async def _asked(self, model: type[M], method: str, path: str, **more: Any) -> M:  # noqa: ANN401 - the client's
        lost = CarrierAway if method == "GET" else CarrierUnknown
        try:
            with httpx2.Client(base_url=self._client.base_url) as client:
                answer = client.request(method, path, **more)
        except httpx2.HTTPError as error:
            raise lost from error
        return self._believed(model, answer, lost)


def create_app() -> FastAPI:
    """The reference app that blocks."""
    return app_with_carrier(BlockingCarrier)
