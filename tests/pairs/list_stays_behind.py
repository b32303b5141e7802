"""The clinic: the list of doctors.

Broken: an error keeps the copy of the list for twenty seconds.
Sound: an error is an error.
"""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.clinic import make


def broken() -> FastAPI:
    return make(stale=True)


def sound() -> FastAPI:
    return make()
