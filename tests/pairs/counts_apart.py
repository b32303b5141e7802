"""The clinic: appointments of each doctor are counted.

Broken: the number is stored in one transaction, and the appointment in the next.
Sound: both are one.
"""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.clinic import count_apart, make


def broken() -> FastAPI:
    return make(count=count_apart)


def sound() -> FastAPI:
    return make()
