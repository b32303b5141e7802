"""Each question to the carrier has a client of its own.

Mistake: it is closed when all went well.
Outage: answers of the carrier cannot be used.
Symptom: connections and files grow with the errors.
"""

from __future__ import annotations

import ssl
from typing import Any, TypeVar

import httpx2
from fastapi import FastAPI
from pydantic import BaseModel
from squall_reference.services.carrier import Carrier

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-half-broken", "upstream-answers-html")
CAUGHT_BY = ("resources-return",)

M = TypeVar("M", bound=BaseModel)
ENCRYPTION = ssl.create_default_context()
"""Only this costs so much that nobody would make it for each request."""
opened: list[httpx2.AsyncClient] = []


class FreshCarrier(Carrier):
    """Nothing is shared."""

    async def _asked(self, model: type[M], method: str, path: str, **more: Any) -> M:  # noqa: ANN401 - the client's
        client = httpx2.AsyncClient(
            base_url=self._client.base_url, timeout=self._attempt_seconds, verify=ENCRYPTION
        )
        opened.append(client)
        other = Carrier(client, self._limits, self._now)
        found = await other._asked(model, method, path, **more)
        opened.remove(client)
        await client.aclose()
        return found


def create_app() -> FastAPI:
    """The reference app that opens clients."""
    return app_with_carrier(FreshCarrier)
