"""The exception's text is the answer.

Mistake: ``detail=str(error)``, as it helped so much during development.
Outage: connections to the carrier are refused.
Symptom: callers read class names and addresses of the inside.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import FastAPI
from pydantic import BaseModel
from squall_reference.errors import CarrierAway, CarrierUnknown, ServiceError
from squall_reference.resilience.deadline import Deadline
from squall_reference.services.carrier import Carrier

from squall_mutants.shared.services import app_with_carrier

SET = "services"
EXPOSED_BY = ("upstream-refused", "upstream-resets-requests")
CAUGHT_BY = ("error-contract",)

M = TypeVar("M", bound=BaseModel)


class TalkativeCarrier(Carrier):
    """It says what it knows."""

    async def _guarded(
        self,
        attempt: Callable[[], Awaitable[M]],
        deadline: Deadline,
        *more: Any,  # noqa: ANN401 - the reference's
        **named: Any,  # noqa: ANN401 - the reference's
    ) -> M:
        try:
            return await super()._guarded(attempt, deadline, *more, **named)
        except (CarrierAway, CarrierUnknown) as error:
            raise _with_words(error) from error


def _with_words(error: ServiceError) -> ServiceError:
    error.detail = f"carrier {error.__cause__!r}"
    return error


def create_app() -> FastAPI:
    """The reference app that tells all."""
    return app_with_carrier(TalkativeCarrier)
