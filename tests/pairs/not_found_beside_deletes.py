"""The clinic: a doctor that cannot be read, in an app that also deletes.

Broken: every error of the database is "no such doctor".
Sound: it is 503.
"""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.clinic import make


def broken() -> FastAPI:
    return make(hides_errors=True)


def sound() -> FastAPI:
    return make()
