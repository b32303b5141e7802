"""A COMMIT whose answer was lost is taken for done.

Mistake: "it was sent, so it will have arrived".
Outage: COMMITs are lost on their way.
Symptom: 201, and no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.storage.translate import Commit

EXPOSED_BY = ("commit-lost-on-its-way",)
CAUGHT_BY = ("no-acknowledged-write-lost",)


@contextmanager
def sent(self: Commit) -> Iterator[None]:
    """Done, whatever came back."""
    try:
        yield
    except DBAPIError:
        pass
    finally:
        self.done = True


def create_app() -> FastAPI:
    """The reference app that believes in the network."""
    replace(Commit, "sent", sent)
    return main.create_app()
