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
from squall_reference import main
from squall_reference.storage.translate import Commit

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-lost-in-transit",)
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
