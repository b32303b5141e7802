"""Time-outs removed: a silent database holds every caller for as long as it is silent."""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.settings import Settings


class Patient(Settings):
    """An hour for everything."""

    deadline_seconds: float = 3600


def create_app() -> FastAPI:
    """The reference app without limits."""
    fields = {**Settings().model_dump(), "deadline_seconds": 3600}  # type: ignore[call-arg]
    return main.create_app(Patient.model_construct(**fields))
