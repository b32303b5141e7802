"""The clinic: appointments of each doctor are counted.

Broken: the number is read, added to in Python, and written.
Sound: the server adds.
"""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.clinic import count_in_python, make


def broken() -> FastAPI:
    return make(count=count_in_python)


def sound() -> FastAPI:
    return make()
