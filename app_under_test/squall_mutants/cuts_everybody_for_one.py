"""A request whose time is over takes all connections along.

Mistake: "the database does not answer, so the pool is dead": one time-out aborts every socket.
Outage: one kind of statement hangs, the others work.
Symptom: operations fail that the fault does not concern.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.storage.lease import Lease
from squall_reference.storage.sockets import Sockets

from squall_mutants.shared import replace

EXPOSED_BY = ("hot-statement-hangs", "rows-cannot-be-read-back")
SET = "third"

EVERY: list[Sockets] = []

careful = Lease._cut
careful_start = Sockets.__init__


def start(self: Sockets, kernel_seconds: float) -> None:
    """Remember the sockets."""
    careful_start(self, kernel_seconds)
    EVERY.append(self)


def cut(self: Lease) -> None:
    """This connection and all others."""
    held = self._held
    careful(self)
    if held is not None:
        for sockets in EVERY:
            sockets.abort()


def create_app() -> FastAPI:
    """The reference app that cuts too much."""
    replace(Sockets, "__init__", start)
    replace(Lease, "_cut", cut)
    return main.create_app()
