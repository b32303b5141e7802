"""The carrier's status is the status of the answer.

Mistake: ``raise HTTPException(answer.status_code)``.
Outage: the carrier answers 401, because our credentials have expired.
Symptom: callers with good credentials are told that theirs are wrong.
"""

from __future__ import annotations

from typing import TypeVar

import httpx2
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from squall_reference.services.carrier import Carrier, Lost

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-rejects-our-key", "upstream-rate-limited")
CAUGHT_BY = ("error-contract",)

M = TypeVar("M", bound=BaseModel)


class CandidCarrier(Carrier):
    """It hands everything on."""

    def _believed(self, model: type[M], answer: httpx2.Response, lost: Lost) -> M:
        if answer.is_error:
            raise HTTPException(answer.status_code)
        return super()._believed(model, answer, lost)


def create_app() -> FastAPI:
    """The reference app that hands errors on."""
    return app_with_carrier(CandidCarrier)
