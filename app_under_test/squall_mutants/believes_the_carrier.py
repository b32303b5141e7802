"""A 200 of the carrier is taken for an answer.

Mistake: its JSON is read without a check.
Outage: a gateway answers 200 with an error page, or half of a text.
Symptom: status 500, because what was read is not a price.
"""

from __future__ import annotations

from typing import TypeVar

import httpx2
from fastapi import FastAPI
from pydantic import BaseModel
from squall_reference.services.carrier import Carrier, Lost

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-answers-html", "upstream-malformed-json", "upstream-answers-nothing")
CAUGHT_BY = ("error-contract",)

M = TypeVar("M", bound=BaseModel)


class TrustingCarrier(Carrier):
    """Success is success."""

    def _believed(self, model: type[M], answer: httpx2.Response, lost: Lost) -> M:
        if answer.is_error:
            return super()._believed(model, answer, lost)
        return model.model_construct(**answer.json())


def create_app() -> FastAPI:
    """The reference app that believes all."""
    return app_with_carrier(TrustingCarrier)
